use async_trait::async_trait;
use diesel::{
    ExpressionMethods, OptionalExtension, QueryDsl, query_dsl::methods::FilterDsl, upsert::excluded,
};
use domain_shared::{Checkpoints, StoreError};

use super::{Conn, Query, RunQueryDsl, Store};
use crate::sql::{
    failure::Failure,
    rows::{from_column, to_column},
    schema::checkpoints,
};

#[derive(Debug)]
struct Load(String);

impl Query for Load {
    type Answer = u64;

    async fn run(&self, mut conn: Conn<'_>) -> Result<u64, Failure> {
        let position = QueryDsl::select(QueryDsl::find(checkpoints::table, &self.0), checkpoints::position);
        let position: Option<i64> = position.get_result(&mut conn).await.optional()?;
        Ok(position.map(from_column).unwrap_or_default())
    }
}

#[derive(Debug)]
struct Advance(String, u64);

impl Query for Advance {
    type Answer = ();

    async fn run(&self, mut conn: Conn<'_>) -> Result<(), Failure> {
        let Self(subscriber, position) = self;
        let row = (checkpoints::subscriber.eq(subscriber), checkpoints::position.eq(to_column(*position)));
        let upsert = diesel::insert_into(checkpoints::table)
            .values(row)
            .on_conflict(checkpoints::subscriber)
            .do_update()
            .set(checkpoints::position.eq(excluded(checkpoints::position)));
        // Of two instances with one subscriber the slower mustn't take the faster one back.
        let upsert = FilterDsl::filter(upsert, checkpoints::position.lt(excluded(checkpoints::position)));
        upsert.execute(&mut conn).await?;
        Ok(())
    }
}

#[async_trait]
impl Checkpoints for Store {
    async fn load(&self, subscriber: &str) -> Result<u64, StoreError> {
        self.read(Load(subscriber.to_owned())).await
    }

    async fn store(&self, subscriber: &str, position: u64) -> Result<(), StoreError> {
        self.write(Advance(subscriber.to_owned(), position)).await
    }
}
