//! Every port is also implemented for `Arc<T>`, so that dynamic dispatch stays the embedder's choice.
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{
    Attempt, Backlog, BrokerError, Bucket, Changed, Checkpoint, Checkpoints, Claim, Claimed, Clock,
    DeadLetter, DeadLetterBox, DeadLetters, Decision, Digest, EventLog, EventPublisher, EventSubscriber,
    Generation, IdGenerator, IdempotencyKeys, Inbox, LogWatch, MailError, Mailer, ProjectionStore, Reactor,
    Refused, Repository, Revocations, Setback, Snapshots, Taken, Throttle, Ticket, Together, TokenVerifier,
};
use crate::{
    Aggregate, ChangeError, Claims, Letter, Projection, Quota, Revocation, StoreError, StoredEvent,
    TokenError,
};

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
    async fn save_all(&self, new: &mut [A], together: Together) -> Result<Vec<Refused>, StoreError> {
        (**self).save_all(new, together).await
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
    async fn end(&self) -> Result<u64, StoreError> {
        (**self).end().await
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
    async fn history(&self, aggregate_ids: &[Uuid]) -> Result<Vec<StoredEvent>, StoreError> {
        (**self).history(aggregate_ids).await
    }
    async fn oldest_of(
        &self,
        aggregate_id: Uuid,
        after: u64,
        limit: usize,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        (**self).oldest_of(aggregate_id, after, limit).await
    }
    async fn of_command(&self, command_id: Uuid) -> Result<Vec<StoredEvent>, StoreError> {
        (**self).of_command(command_id).await
    }
    async fn backlog(&self, position: u64) -> Result<Backlog, StoreError> {
        (**self).backlog(position).await
    }
    fn watch(&self) -> Box<dyn LogWatch> {
        (**self).watch()
    }
}

#[async_trait]
impl<T: Checkpoints + ?Sized> Checkpoints for Arc<T> {
    async fn load(&self, reader: &str) -> Result<u64, StoreError> {
        (**self).load(reader).await
    }
    async fn take(&self, reader: &str) -> Result<Option<Box<dyn Checkpoint>>, StoreError> {
        (**self).take(reader).await
    }
}

#[async_trait]
impl<T: Inbox + ?Sized> Inbox for Arc<T> {
    async fn has(&self, consumer: &str, event: Uuid) -> Result<bool, StoreError> {
        (**self).has(consumer, event).await
    }
    async fn record(&self, consumer: &str, event: Uuid) -> Result<bool, StoreError> {
        (**self).record(consumer, event).await
    }
    async fn forget_before(&self, event: Uuid) -> Result<(), StoreError> {
        (**self).forget_before(event).await
    }
}

#[async_trait]
impl<T: EventPublisher + ?Sized> EventPublisher for Arc<T> {
    async fn publish(&self, events: &[StoredEvent]) -> Result<(), BrokerError> {
        (**self).publish(events).await
    }
}

#[async_trait]
impl<T: EventSubscriber + ?Sized> EventSubscriber for Arc<T> {
    async fn run(&self, reactor: Arc<dyn Reactor>) {
        (**self).run(reactor).await;
    }
}

#[async_trait]
impl<T: Reactor + ?Sized> Reactor for Arc<T> {
    fn name(&self) -> &'static str {
        (**self).name()
    }
    fn kinds(&self) -> &'static [&'static str] {
        (**self).kinds()
    }
    async fn on(&self, event: &StoredEvent) -> Result<(), Setback> {
        (**self).on(event).await
    }
}

#[async_trait]
impl<T: DeadLetters + ?Sized> DeadLetters for Arc<T> {
    async fn list(&self, limit: usize) -> Result<Vec<DeadLetter>, BrokerError> {
        (**self).list(limit).await
    }
    async fn requeue(&self, reactor: &str, id: &str) -> Result<bool, BrokerError> {
        (**self).requeue(reactor, id).await
    }
    async fn discard(&self, reactor: &str, id: &str) -> Result<bool, BrokerError> {
        (**self).discard(reactor, id).await
    }
}

#[async_trait]
impl<T: DeadLetterBox + ?Sized> DeadLetterBox for Arc<T> {
    async fn bury(
        &self,
        reactor: &str,
        event: &StoredEvent,
        reason: &str,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        (**self).bury(reactor, event, reason, at).await
    }
    async fn requeued(&self, reactor: &str) -> Result<Vec<StoredEvent>, StoreError> {
        (**self).requeued(reactor).await
    }
}

#[async_trait]
impl<T: Revocations + ?Sized> Revocations for Arc<T> {
    async fn keep(&self, event: Uuid, revocation: &Revocation) -> Result<bool, StoreError> {
        (**self).keep(event, revocation).await
    }
    async fn after(&self, place: u64) -> Result<Vec<(u64, Revocation)>, StoreError> {
        (**self).after(place).await
    }
    async fn drop_before(&self, at: DateTime<Utc>) -> Result<(), StoreError> {
        (**self).drop_before(at).await
    }
}

#[async_trait]
impl<P: Projection, T: ProjectionStore<P> + ?Sized> ProjectionStore<P> for Arc<T> {
    async fn position(&self) -> Result<u64, StoreError> {
        (**self).position().await
    }
    async fn fold(&self, generation: Generation, limit: usize) -> Result<Option<u64>, StoreError> {
        (**self).fold(generation, limit).await
    }
    async fn begin_shadow(&self) -> Result<u64, StoreError> {
        (**self).begin_shadow().await
    }
    async fn swap(&self, awaited: u64) -> Result<bool, StoreError> {
        (**self).swap(awaited).await
    }
    async fn aggregates_after(&self, after: Option<Uuid>, limit: usize) -> Result<Vec<Uuid>, StoreError> {
        (**self).aggregates_after(after, limit).await
    }
    async fn rows_of(&self, aggregates: &[Uuid]) -> Result<Vec<P::Row>, StoreError> {
        (**self).rows_of(aggregates).await
    }
}

#[async_trait]
impl<A: Aggregate, T: Snapshots<A> + ?Sized> Snapshots<A> for Arc<T> {
    async fn ids_after(&self, after: Option<Uuid>, limit: usize) -> Result<Vec<Uuid>, StoreError> {
        (**self).ids_after(after, limit).await
    }
    async fn rows(&self, ids: &[Uuid]) -> Result<Vec<A>, StoreError> {
        (**self).rows(ids).await
    }
}

#[async_trait]
impl<T: IdempotencyKeys + ?Sized> IdempotencyKeys for Arc<T> {
    async fn claim(&self, claim: &Claim) -> Result<Claimed, StoreError> {
        (**self).claim(claim).await
    }
    async fn complete(
        &self,
        attempt: &Attempt,
        answer: &[u8],
        until: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        (**self).complete(attempt, answer, until).await
    }
    async fn release(&self, attempt: &Attempt) -> Result<(), StoreError> {
        (**self).release(attempt).await
    }
    async fn lapse(&self, attempt: &Attempt) -> Result<(), StoreError> {
        (**self).lapse(attempt).await
    }
    async fn forget(&self, key: &Digest) -> Result<(), StoreError> {
        (**self).forget(key).await
    }
    async fn sweep(&self, now: DateTime<Utc>, limit: usize) -> Result<usize, StoreError> {
        (**self).sweep(now, limit).await
    }
}

#[async_trait]
impl<T: Throttle + ?Sized> Throttle for Arc<T> {
    async fn take(&self, bucket: &Bucket, quota: &Quota, now: DateTime<Utc>) -> Result<Taken, StoreError> {
        (**self).take(bucket, quota, now).await
    }
    async fn give_back(&self, ticket: &Ticket) -> Result<(), StoreError> {
        (**self).give_back(ticket).await
    }
    async fn clear(&self, bucket: &Bucket) -> Result<(), StoreError> {
        (**self).clear(bucket).await
    }
    async fn sweep(&self, now: DateTime<Utc>, limit: usize) -> Result<usize, StoreError> {
        (**self).sweep(now, limit).await
    }
}
