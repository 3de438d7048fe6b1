use std::{collections::BTreeSet, marker::PhantomData};

use async_trait::async_trait;
use diesel::{ExpressionMethods, QueryDsl};
use domain_shared::{Snapshots, StoreError};
use uuid::Uuid;

use super::{Conn, Query, RunQueryDsl, Store, Stored};
use crate::sql::{failure::Failure, schema::events, types::Id};

/// The first ids of aggregates that have a history, and of those that have a row.
#[derive(Debug)]
struct IdsAfter<A>(Uuid, usize, PhantomData<fn() -> A>);

impl<A: Stored> Query for IdsAfter<A> {
    type Answer = Vec<Uuid>;

    async fn run(&self, mut conn: Conn<'_>) -> Result<Vec<Uuid>, Failure> {
        let limit = i64::try_from(self.1).unwrap_or(i64::MAX);
        let begun = events::table
            .filter(events::aggregate_id.gt(Id(self.0)))
            .filter(events::sequence.eq(1))
            .filter(events::aggregate_type.eq(A::TYPE))
            .order(events::aggregate_id)
            .limit(limit)
            .select(events::aggregate_id);
        let begun: Vec<Id> = begun.load(&mut conn).await?;
        let kept = A::ids_after(conn, self.0, limit).await?;
        let ids: BTreeSet<Uuid> = begun.into_iter().chain(kept).map(|id| id.0).collect();
        Ok(ids.into_iter().take(self.1).collect())
    }
}

#[derive(Debug)]
struct Rows<A>(Vec<Id>, PhantomData<fn() -> A>);

impl<A: Stored> Query for Rows<A> {
    type Answer = Vec<A>;

    async fn run(&self, conn: Conn<'_>) -> Result<Vec<A>, Failure> {
        A::find_all(conn, self.0.clone()).await
    }
}

#[async_trait]
impl<A: Stored> Snapshots<A> for Store {
    async fn ids_after(&self, after: Option<Uuid>, limit: usize) -> Result<Vec<Uuid>, StoreError> {
        self.read(IdsAfter::<A>(after.unwrap_or_default(), limit, PhantomData)).await
    }

    async fn rows(&self, ids: &[Uuid]) -> Result<Vec<A>, StoreError> {
        self.read(Rows::<A>(ids.iter().copied().map(Id).collect(), PhantomData)).await
    }
}
