//! Each set of rows is claimed by locking its row in `projections`, for one transaction.
use diesel_async::SimpleAsyncConnection;
use domain_shared::{Generation, StoreError};

use super::{
    Conn, PgStore,
    pool::Loan,
    shared::{Projected, advance, claim, replace},
    transaction::commit,
};
use crate::{crash_point::crash_point, sql::failure::Failure};

async fn begin(mut conn: Conn<'_>) -> Result<(), Failure> {
    Ok(conn.batch_execute("BEGIN").await?)
}

impl PgStore {
    pub(super) async fn fold_set<P: Projected>(
        &self,
        generation: Generation,
        limit: usize,
    ) -> Result<Option<u64>, StoreError> {
        self.within(async {
            let loan = Loan::from(&self.pool).await?;
            let outcome = self.fold_claimed::<P>(loan.conn(), generation, limit).await;
            self.ended(loan, outcome).await
        })
        .await
    }

    async fn fold_claimed<P: Projected>(
        &self,
        conn: Conn<'_>,
        generation: Generation,
        limit: usize,
    ) -> Result<Option<u64>, Failure> {
        begin(conn).await?;
        let mut reached = None;
        if let Some((set, position)) = claim(conn, P::NAME, generation).await? {
            let events = self.settled_after(position, limit).await?;
            reached = events.last().map(|last| last.position);
            if let Some(reached) = reached {
                P::take_in(conn, set, events).await?;
                advance(conn, P::NAME, set, reached).await?;
            }
        }
        if reached.is_some() {
            crash_point("projection.before_commit");
        }
        commit(conn).await?;
        if reached.is_some() {
            crash_point("projection.after_commit");
        }
        Ok(reached)
    }

    pub(super) async fn swap_sets<P: Projected>(&self) -> Result<bool, StoreError> {
        self.within(async {
            let loan = Loan::from(&self.pool).await?;
            let outcome = swap_claimed::<P>(loan.conn()).await;
            self.ended(loan, outcome).await
        })
        .await
    }
}

async fn swap_claimed<P: Projected>(conn: Conn<'_>) -> Result<bool, Failure> {
    begin(conn).await?;
    let live = claim(conn, P::NAME, Generation::Live).await?;
    let shadow = claim(conn, P::NAME, Generation::Shadow).await?;
    let sets = live.zip(shadow).filter(|(live, shadow)| shadow.1 >= live.1);
    if let Some((live, shadow)) = sets {
        replace(conn, P::NAME, live.0, shadow.0).await?;
    }
    commit(conn).await?;
    Ok(sets.is_some())
}
