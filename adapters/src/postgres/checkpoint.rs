//! A checkpoint is taken by an advisory lock, which is gone with the connection of whoever dies. Its row isn't locked: that
//! would give the transaction a number, and for as long as it is open nothing that others replace could be cleared away.
use async_trait::async_trait;
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use domain_shared::{Checkpoint, LogWatch, StoreError};
use futures_util::future::join;

use super::{
    Conn, PgStore,
    pool::Loan,
    shared::{Advance, Load, Query},
    transaction::commit,
};
use crate::{crash_point::crash_point, sql::failure::Failure};

mod functions {
    use diesel::{
        define_sql_function,
        sql_types::{BigInt, Text},
    };

    define_sql_function! { fn hashtextextended(text: Text, seed: BigInt) -> BigInt; }
    define_sql_function! { fn pg_try_advisory_xact_lock(key: BigInt) -> diesel::sql_types::Bool; }
}

impl PgStore {
    pub(super) fn watch_log(&self) -> Box<dyn LogWatch> {
        self.bell.watch()
    }

    pub(super) async fn take_checkpoint(
        &self,
        reader: &str,
    ) -> Result<Option<Box<dyn Checkpoint>>, StoreError> {
        self.within(async {
            let loan = Loan::from(&self.checkpoints).await?;
            match lock(loan.conn(), &self.settings.schema, reader).await {
                Ok(Some(position)) => {
                    let reader = reader.to_owned();
                    let taken: Box<dyn Checkpoint> =
                        Box::new(Taken { store: self.clone(), loan, reader, position });
                    Ok(Some(taken))
                }
                Ok(None) => self.ended(loan, Ok(None)).await,
                Err(failure) => Err(self.failed(loan, failure).await),
            }
        })
        .await
    }
}

/// Begins a transaction that has the checkpoint; `None`, and no transaction, if somebody else has it.
async fn lock(mut conn: Conn<'_>, schema: &str, reader: &str) -> Result<Option<u64>, Failure> {
    /// Whoever has a checkpoint may be sending mails, or waiting for a broker.
    const BEGIN: &str = "BEGIN; SET LOCAL idle_in_transaction_session_timeout = '2min'";
    conn.batch_execute(BEGIN).await?;
    let key = functions::hashtextextended(format!("{schema} checkpoint {reader}"), 0);
    let lock = diesel::select(functions::pg_try_advisory_xact_lock(key));
    // Two statements: what the first waits for the second sees. By one alone the position might be that of a moment before.
    let (is_ours, position) =
        join(lock.get_result::<bool>(&mut conn), Load(reader.to_owned()).run(conn)).await;
    if is_ours? {
        return Ok(Some(position?.unwrap_or_default()));
    }
    commit(conn).await?;
    Ok(None)
}

struct Taken {
    store: PgStore,
    loan: Loan,
    reader: String,
    position: u64,
}

#[async_trait]
impl Checkpoint for Taken {
    fn position(&self) -> u64 {
        self.position
    }

    async fn advance(self: Box<Self>, position: u64) -> Result<(), StoreError> {
        let Self { store, loan, reader, position: start } = *self;
        store
            .within(async {
                let outcome = async {
                    if position == start {
                        return commit(loan.conn()).await;
                    }
                    Advance(reader, position).run(loan.conn()).await?;
                    crash_point("checkpoint.before_commit");
                    commit(loan.conn()).await?;
                    crash_point("checkpoint.after_commit");
                    Ok(())
                };
                let outcome = outcome.await;
                store.ended(loan, outcome).await
            })
            .await
    }
}
