use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use domain_auth::{Session, SessionRepository, User, UserId, UserRepository, Username};
use domain_shared::{
    Aggregate, ChangeError, Changed, Decision, Email, Fault, Kind, Refused, Repository, StoreError, Together,
};

use super::{KeyValue, Span, SpanKind};

/// Shows what is asked of a store, and has the events that a transaction stores say that they happened within it.
#[derive(Debug, Clone)]
pub struct TracedStore<T> {
    pub(super) inner: T,
    system: &'static str,
}

impl<T> TracedStore<T> {
    /// Around `inner`, which is kept in `system`, by its name in the semantic conventions: `postgresql`, say.
    pub const fn new(inner: T, system: &'static str) -> Self {
        Self { inner, system }
    }

    fn begin(&self, operation: &'static str, collection: &'static str) -> Span {
        let attributes = [
            KeyValue::new("db.system.name", self.system),
            KeyValue::new("db.operation.name", operation),
            KeyValue::new("db.collection.name", collection),
        ];
        Span::begin(format!("{operation} {collection}"), SpanKind::Client, attributes)
    }

    /// Shows `work`, which asks for something.
    pub(super) async fn shown<R, E: Fault>(
        &self,
        operation: &'static str,
        collection: &'static str,
        work: impl Future<Output = Result<R, E>> + Send,
    ) -> Result<R, E> {
        let span = self.begin(operation, collection);
        settle(&span, span.around(work).await)
    }
}

/// Says how it went. That a store or a rule refuses is an answer; only a store that doesn't answer has failed.
fn settle<R, E: Fault>(span: &Span, outcome: Result<R, E>) -> Result<R, E> {
    if let Err(error) = &outcome
        && error.kind() == Kind::Unavailable
    {
        span.failed(error.code().into_owned());
    }
    outcome
}

/// Has what is pending say that it happened within `span`.
fn mark<A: Aggregate>(aggregate: &mut A, span: Option<&str>) {
    if let Some(span) = span {
        aggregate.journal_mut().trace(span);
    }
}

#[async_trait]
impl<A: Aggregate, T: Repository<A>> Repository<A> for TracedStore<T> {
    async fn save(&self, aggregate: &mut A) -> Result<(), StoreError> {
        let span = self.begin("save", A::TYPE);
        mark(aggregate, span.traceparent().as_deref());
        settle(&span, span.around(self.inner.save(aggregate)).await)
    }

    async fn save_all(&self, new: &mut [A], together: Together) -> Result<Vec<Refused>, StoreError> {
        let span = self.begin("save all", A::TYPE);
        let traceparent = span.traceparent();
        for aggregate in &mut *new {
            mark(aggregate, traceparent.as_deref());
        }
        settle(&span, span.around(self.inner.save_all(new, together)).await)
    }

    async fn change(
        &self,
        id: A::Id,
        decide: Decision<A>,
    ) -> Result<Option<Changed<A>>, ChangeError<A::Error>> {
        let span = self.begin("change", A::TYPE);
        let traceparent = span.traceparent();
        let decide: Decision<A> = Arc::new(move |aggregate: &mut A| {
            decide(aggregate)?;
            mark(aggregate, traceparent.as_deref());
            Ok(())
        });
        settle(&span, span.around(self.inner.change(id, decide)).await)
    }

    async fn find(&self, id: A::Id) -> Result<Option<A>, StoreError> {
        self.shown("find", A::TYPE, self.inner.find(id)).await
    }
}

#[async_trait]
impl<T: UserRepository> UserRepository for TracedStore<T> {
    async fn by_email(&self, email: &Email) -> Result<Option<User>, StoreError> {
        self.shown("find", User::TYPE, self.inner.by_email(email)).await
    }

    async fn by_username(&self, username: &Username) -> Result<Option<User>, StoreError> {
        self.shown("find", User::TYPE, self.inner.by_username(username)).await
    }
}

#[async_trait]
impl<T: SessionRepository> SessionRepository for TracedStore<T> {
    async fn of_user(
        &self,
        user: UserId,
        at: DateTime<Utc>,
        idle: TimeDelta,
    ) -> Result<Vec<Session>, StoreError> {
        self.shown("find", Session::TYPE, self.inner.of_user(user, at, idle)).await
    }

    async fn addresses_of(&self, user: UserId, since: DateTime<Utc>) -> Result<Vec<String>, StoreError> {
        self.shown("find", Session::TYPE, self.inner.addresses_of(user, since)).await
    }
}
