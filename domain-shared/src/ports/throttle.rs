use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};

use crate::{Quota, StoreError};

/// Counts how often things are done, over all instances of a service, so that none is done too often.
///
/// Buckets are kept under the names they are given; whoever puts addresses or names of people there makes digests of
/// them first.
#[async_trait]
pub trait Throttle: Send + Sync + 'static {
    /// Counts one time against `bucket`, unless it is too soon: then nothing is counted. What is granted and how long to
    /// wait is as [`Quota::take`] says, and of any number of takes at once no more are granted than of takes one after
    /// the other.
    async fn take(&self, bucket: &Bucket, quota: &Quota, now: DateTime<Utc>) -> Result<Taken, StoreError>;

    /// Takes a count back, and the wait that came of it unless somebody else has counted since.
    async fn give_back(&self, ticket: &Ticket) -> Result<(), StoreError>;

    /// Forgets all that was counted against `bucket`.
    async fn clear(&self, bucket: &Bucket) -> Result<(), StoreError>;

    /// Drops up to `limit` buckets that mean nothing any more at `now`; how many were dropped.
    async fn sweep(&self, now: DateTime<Utc>, limit: usize) -> Result<usize, StoreError>;
}

/// What is counted together.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Bucket {
    /// What is done. There are few of these.
    pub kind: &'static str,
    /// By whom, or to whom.
    pub of: String,
}

/// What came of a take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// It was counted.
    Granted(Ticket),
    /// It is too soon by this much.
    Refused(TimeDelta),
}

/// One count, to be given back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// Against what.
    pub bucket: Bucket,
    /// The debt it left.
    pub refill: TimeDelta,
    /// When the next one could be taken.
    pub free_at: DateTime<Utc>,
}
