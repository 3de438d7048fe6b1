//! Limits on how often things are done: what was refused is counted, and what no longer counts is dropped.
use std::{sync::Arc, time::Duration};

use adapters::system::SystemClock;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain_shared::{Bucket, Clock, Quota, StoreError, Taken, Throttle, Ticket};
use prometheus::{IntCounterVec, Opts};
use tokio::time::sleep;

use super::ComposeError;

/// Tells Prometheus what was refused, by kind.
#[derive(Clone)]
pub struct Counted<T> {
    inner: T,
    refused: IntCounterVec,
}

impl<T> Counted<T> {
    /// Nothing refused yet.
    pub(super) fn new(inner: T) -> Result<Self, ComposeError> {
        let options =
            Opts::new("throttled_total", "How often something was refused for being tried too often");
        Ok(Self { inner, refused: IntCounterVec::new(options, &["kind"])? })
    }

    /// What was refused.
    pub(crate) fn refused(&self) -> IntCounterVec {
        self.refused.clone()
    }
}

#[async_trait]
impl<T: Throttle> Throttle for Counted<T> {
    async fn take(&self, bucket: &Bucket, quota: &Quota, now: DateTime<Utc>) -> Result<Taken, StoreError> {
        let taken = self.inner.take(bucket, quota, now).await?;
        if matches!(taken, Taken::Refused(_)) {
            self.refused.with_label_values(&[bucket.kind]).inc();
        }
        Ok(taken)
    }

    async fn give_back(&self, ticket: &Ticket) -> Result<(), StoreError> {
        self.inner.give_back(ticket).await
    }

    async fn clear(&self, bucket: &Bucket) -> Result<(), StoreError> {
        self.inner.clear(bucket).await
    }

    async fn sweep(&self, now: DateTime<Utc>, limit: usize) -> Result<usize, StoreError> {
        self.inner.sweep(now, limit).await
    }
}

/// Drops what no longer counts, a few at a time so that nobody waits for it.
pub(super) async fn forget(throttle: Arc<dyn Throttle>) {
    const ROUND: Duration = Duration::from_hours(1);
    const AT_ONCE: usize = 1000;
    loop {
        // If it fails, the next round does it.
        while throttle.sweep(SystemClock.now(), AT_ONCE).await.is_ok_and(|dropped| dropped == AT_ONCE) {}
        sleep(ROUND).await;
    }
}
