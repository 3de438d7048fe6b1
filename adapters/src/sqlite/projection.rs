//! There is one writer, so every transaction has every set of rows to itself.
use domain_shared::{Generation, StoreError};

use super::{
    Conn, SqliteStore,
    connection::transaction,
    error::store_error,
    shared::{After, Projected, Query, advance, begin_shadow, claim, swap},
    store::now,
};
use crate::{crash_point::crash_point, sql::failure::Failure};

impl SqliteStore {
    pub(super) async fn fold_set<P: Projected>(
        &self,
        generation: Generation,
        limit: usize,
    ) -> Result<Option<u64>, StoreError> {
        let fold = move |conn: Conn<'_>| {
            transaction(conn, |conn| {
                let Some((set, position)) = now(claim(conn, P::NAME, generation))? else { return Ok(None) };
                let events = now(After { position, up_to: u64::MAX, limit }.run(conn))?;
                let Some(reached) = events.last().map(|last| last.position) else { return Ok(None) };
                now(P::take_in(conn, set, events))?;
                now(advance(conn, P::NAME, set, reached))?;
                crash_point("projection.before_commit");
                Ok(Some(reached))
            })
        };
        let reached = self.on_writer(fold).await?;
        if reached.is_some() {
            crash_point("projection.after_commit");
        }
        Ok(reached)
    }

    pub(super) async fn begin_set<P: Projected>(&self) -> Result<u64, StoreError> {
        self.on_writer(|conn| transaction(conn, |conn| now(begin_shadow(conn, P::NAME)))).await
    }

    pub(super) async fn swap_sets<P: Projected>(&self) -> Result<Option<u64>, StoreError> {
        self.on_writer(|conn| transaction(conn, |conn| now(swap(conn, P::NAME)))).await
    }

    async fn on_writer<T: Send + 'static>(
        &self,
        work: impl FnOnce(Conn<'_>) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.writer.run(work).await?.map_err(store_error)
    }
}
