use std::time::Duration;

use diesel_async::SimpleAsyncConnection;
use domain_shared::{Refused, StoreError, Together};

use super::{
    Conn, PgStore, Timeouts,
    pool::Loan,
    shared::{CHUNK, Stored, add_all, commit_journals},
    store::undone,
};
use crate::sql::failure::Failure;

/// How much longer than others somebody waits who stores many, for each of them: several times what one takes.
const EACH: Duration = Duration::from_millis(2);

/// And how long for those who came before.
const IN_LINE: Duration = Duration::from_secs(10);

/// One at a time, for each schema: two that had the same values in another order would wait for each other. That wait is
/// bound by the caller's patience alone, and what comes after it by what bounds all statements.
fn begin(timeouts: &Timeouts) -> String {
    format!(
        "BEGIN; SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0; \
         SELECT pg_advisory_xact_lock(hashtext('panal save_all'), hashtext(current_schema()::text)); \
         SET LOCAL lock_timeout = {}; SET LOCAL statement_timeout = {}",
        timeouts.lock.as_millis(),
        timeouts.statement.as_millis()
    )
}

impl PgStore {
    pub(super) async fn add_all<A: Stored>(
        &self,
        new: &mut [A],
        together: Together,
    ) -> Result<Vec<Refused>, StoreError> {
        let longer = IN_LINE + EACH * u32::try_from(new.len()).unwrap_or(u32::MAX);
        let begin = begin(&self.settings.timeouts);
        let work = async {
            let loan = Loan::from(&self.pool).await?;
            match add(loan.conn(), &begin, new).await {
                Ok(refused) if refused.is_empty() || together == Together::AllThatCan => {
                    self.settle(loan).await?;
                    Ok((refused, true))
                }
                Ok(refused) => Ok((undone(loan, refused).await, false)),
                Err(failure) => Err(self.failed(loan, failure).await),
            }
        };
        let (refused, stored) = self.within_and(longer, work).await?;
        if stored {
            commit_journals(new, &refused);
        }
        Ok(refused)
    }
}

async fn add<A: Stored>(mut conn: Conn<'_>, begin: &str, new: &[A]) -> Result<Vec<Refused>, Failure> {
    conn.batch_execute(begin).await?;
    let mut refused = Vec::new();
    for (number, chunk) in new.chunks(CHUNK).enumerate() {
        refused.extend(add_all(conn, chunk, number * CHUNK).await?);
    }
    Ok(refused)
}
