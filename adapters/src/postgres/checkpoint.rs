//! A checkpoint is taken by locking its row: the lock is gone with the connection of whoever dies.
use async_trait::async_trait;
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use domain_shared::{Checkpoint, LogWatch, StoreError};

use super::{
    Conn, PgStore,
    pool::Loan,
    shared::{Advance, Load, Query},
    transaction::commit,
};
use crate::{
    crash_point::crash_point,
    sql::{failure::Failure, rows::from_column, schema::checkpoints},
};

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
            match lock(loan.conn(), reader).await {
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

/// Begins a transaction that has the row; `None`, and no transaction, if somebody else has it.
async fn lock(mut conn: Conn<'_>, reader: &str) -> Result<Option<u64>, Failure> {
    /// Whoever has a checkpoint may be sending mails, or waiting for a broker.
    const BEGIN: &str = "BEGIN; SET LOCAL idle_in_transaction_session_timeout = '2min'";
    loop {
        conn.batch_execute(BEGIN).await?;
        let row = checkpoints::table.find(reader).select(checkpoints::position).for_update().skip_locked();
        let position: Option<i64> = row.get_result(&mut conn).await.optional()?;
        if let Some(position) = position {
            return Ok(Some(from_column(position)));
        }
        commit(conn).await?;
        if Load(reader.to_owned()).run(conn).await?.is_some() {
            return Ok(None);
        }
        diesel::insert_into(checkpoints::table)
            .values((checkpoints::subscriber.eq(reader), checkpoints::position.eq(0)))
            .on_conflict_do_nothing()
            .execute(&mut conn)
            .await?;
    }
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
