//! Every port is also implemented for `Arc<T>`, so that dynamic dispatch stays the embedder's choice.
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{
    Changed, Checkpoints, Clock, Decision, EventLog, IdGenerator, MailError, Mailer, Repository,
    TokenVerifier,
};
use crate::{Aggregate, ChangeError, Claims, Letter, StoreError, StoredEvent, TokenError};

impl<T: Clock + ?Sized> Clock for Arc<T> {
    fn now(&self) -> DateTime<Utc> {
        (**self).now()
    }
}

impl<T: IdGenerator + ?Sized> IdGenerator for Arc<T> {
    fn next_id(&self) -> Uuid {
        (**self).next_id()
    }
}

impl<T: TokenVerifier + ?Sized> TokenVerifier for Arc<T> {
    fn verify(&self, token: &str, now: DateTime<Utc>) -> Result<Claims, TokenError> {
        (**self).verify(token, now)
    }
}

#[async_trait]
impl<T: Mailer + ?Sized> Mailer for Arc<T> {
    async fn send(&self, letter: &Letter) -> Result<(), MailError> {
        (**self).send(letter).await
    }
}

#[async_trait]
impl<A: Aggregate, T: Repository<A> + ?Sized> Repository<A> for Arc<T> {
    async fn save(&self, aggregate: &mut A) -> Result<(), StoreError> {
        (**self).save(aggregate).await
    }
    async fn change(
        &self,
        id: A::Id,
        decide: Decision<A>,
    ) -> Result<Option<Changed<A>>, ChangeError<A::Error>> {
        (**self).change(id, decide).await
    }
    async fn find(&self, id: A::Id) -> Result<Option<A>, StoreError> {
        (**self).find(id).await
    }
}

#[async_trait]
impl<T: EventLog + ?Sized> EventLog for Arc<T> {
    async fn after(&self, position: u64, limit: usize) -> Result<Vec<StoredEvent>, StoreError> {
        (**self).after(position, limit).await
    }
    async fn newest_of(
        &self,
        aggregate_id: Uuid,
        kinds: &[&str],
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        (**self).newest_of(aggregate_id, kinds, before, limit).await
    }
}

#[async_trait]
impl<T: Checkpoints + ?Sized> Checkpoints for Arc<T> {
    async fn load(&self, subscriber: &str) -> Result<u64, StoreError> {
        (**self).load(subscriber).await
    }
    async fn store(&self, subscriber: &str, position: u64) -> Result<(), StoreError> {
        (**self).store(subscriber, position).await
    }
}
