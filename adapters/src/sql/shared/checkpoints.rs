use async_trait::async_trait;
use diesel::{
    ExpressionMethods, OptionalExtension, QueryDsl, query_dsl::methods::FilterDsl, upsert::excluded,
};
use domain_shared::{Checkpoint, Checkpoints, StoreError};

use super::{Conn, Query, RunQueryDsl, Store};
use crate::sql::{
    failure::Failure,
    rows::{from_column, to_column},
    schema::checkpoints,
};

/// The position of a reader, if it has begun.
#[derive(Debug)]
pub struct Load(pub String);

impl Query for Load {
    type Answer = Option<u64>;

    async fn run(&self, mut conn: Conn<'_>) -> Result<Option<u64>, Failure> {
        let position = QueryDsl::select(QueryDsl::find(checkpoints::table, &self.0), checkpoints::position);
        let position: Option<i64> = position.get_result(&mut conn).await.optional()?;
        Ok(position.map(from_column))
    }
}

/// Moves a reader on; never back.
#[derive(Debug)]
pub struct Advance(pub String, pub u64);

impl Query for Advance {
    type Answer = ();

    async fn run(&self, mut conn: Conn<'_>) -> Result<(), Failure> {
        let Self(reader, position) = self;
        let row = (checkpoints::subscriber.eq(reader), checkpoints::position.eq(to_column(*position)));
        let upsert = diesel::insert_into(checkpoints::table)
            .values(row)
            .on_conflict(checkpoints::subscriber)
            .do_update()
            .set(checkpoints::position.eq(excluded(checkpoints::position)));
        let upsert = FilterDsl::filter(upsert, checkpoints::position.lt(excluded(checkpoints::position)));
        upsert.execute(&mut conn).await?;
        Ok(())
    }
}

#[async_trait]
impl Checkpoints for Store {
    async fn load(&self, reader: &str) -> Result<u64, StoreError> {
        Ok(self.read(Load(reader.to_owned())).await?.unwrap_or_default())
    }

    async fn take(&self, reader: &str) -> Result<Option<Box<dyn Checkpoint>>, StoreError> {
        self.take_checkpoint(reader).await
    }
}
