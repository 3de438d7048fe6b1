//! Each set of rows is claimed by locking its row in `projections`, for one transaction.
use domain_shared::{Generation, StoreError};

use super::{
    Conn, PgStore,
    pool::Loan,
    shared::{Projected, advance, begin_shadow, claim, swap},
    transaction::{begin, begin_unsynced, commit},
};
use crate::{crash_point::crash_point, sql::failure::Failure};

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
        begin_unsynced(conn).await?;
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

    pub(super) async fn begin_set<P: Projected>(&self) -> Result<u64, StoreError> {
        self.within(async {
            let loan = Loan::from(&self.pool).await?;
            let outcome = together(loan.conn(), begin_shadow(loan.conn(), P::NAME)).await;
            self.ended(loan, outcome).await
        })
        .await
    }

    pub(super) async fn swap_sets<P: Projected>(&self) -> Result<Option<u64>, StoreError> {
        self.within(async {
            let loan = Loan::from(&self.pool).await?;
            let outcome = together(loan.conn(), swap(loan.conn(), P::NAME)).await;
            self.ended(loan, outcome).await
        })
        .await
    }
}

async fn together<T>(
    conn: Conn<'_>,
    work: impl Future<Output = Result<T, Failure>> + Send,
) -> Result<T, Failure> {
    begin(conn).await?;
    let done = work.await?;
    commit(conn).await?;
    Ok(done)
}
