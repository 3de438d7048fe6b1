//! There is one writer, so every transaction has every set of rows to itself.
use domain_shared::{Generation, StoreError};

use super::{
    Conn, SqliteStore,
    connection::transaction,
    error::store_error,
    shared::{After, Projected, Query, advance, claim, replace},
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

    pub(super) async fn swap_sets<P: Projected>(&self) -> Result<bool, StoreError> {
        let swap = |conn: Conn<'_>| {
            transaction(conn, |conn| {
                let live = now(claim(conn, P::NAME, Generation::Live))?;
                let shadow = now(claim(conn, P::NAME, Generation::Shadow))?;
                let sets = live.zip(shadow).filter(|(live, shadow)| shadow.1 >= live.1);
                if let Some((live, shadow)) = sets {
                    now(replace(conn, P::NAME, live.0, shadow.0))?;
                }
                Ok(sets.is_some())
            })
        };
        self.on_writer(swap).await
    }

    async fn on_writer<T: Send + 'static>(
        &self,
        work: impl FnOnce(Conn<'_>) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.writer.run(work).await?.map_err(store_error)
    }
}
