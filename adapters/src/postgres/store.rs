use std::{fmt, sync::Arc, time::Duration};

use domain_shared::{ChainedRow, StoreError, StoredEvent};
use tokio::{runtime::Handle, time::timeout};

use super::{
    Conn,
    batch::Batches,
    bell::Bell,
    config::{PgConfig, Settings},
    connection::Connection,
    error::{concerns_all, is_answer, is_suspect, store_error},
    horizon::{Horizon, SettledAfter, SettledRowsAfter},
    line, migrate,
    pool::{Loan, Pool, pool, used},
    shared::{Alone, Extend, Forget, Query},
    transaction::{begin, commit, roll_back},
};
use crate::{
    Connections,
    budget::Budget,
    crash_point::crash_point,
    sql::{Tables, failure::Failure},
};

/// One service's schema in a `PostgreSQL` database. Implements every repository and log port; clones share the
/// connections. Needs a tokio runtime.
#[derive(Clone)]
pub struct PgStore {
    pub(super) settings: Arc<Settings>,
    pub(super) pool: Pool,
    /// For checkpoints alone, which are held while their holders use the others.
    pub(super) checkpoints: Pool,
    horizon: Arc<Horizon>,
    pub(super) bell: Arc<Bell>,
    pub(super) batches: Batches,
    /// How many reads may be tried again.
    retries: Arc<Budget>,
    /// Where the connections live.
    pub(super) runtime: Handle,
}

impl fmt::Debug for PgStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PgStore").field("schema", &self.settings.schema).finish_non_exhaustive()
    }
}

impl PgStore {
    /// A store that connects when it is first asked something. Pooled connections live on the runtime that this runs on.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if `config` makes no sense. Whether the server is there doesn't matter yet.
    #[expect(clippy::unused_async, reason = "only within a runtime is there one to keep connections on")]
    pub async fn connect(config: PgConfig) -> Result<Self, StoreError> {
        /// As many as a service has readers; none is made before it is needed.
        const READERS: usize = 16;
        /// More than there are lines: when the server starts anew, each of them is found dead once.
        const RETRIES: u32 = 100;
        let settings = Arc::new(Settings::try_from(&config)?);
        let (pool, checkpoints) = (pool(&settings, config.pool_size)?, pool(&settings, READERS)?);
        let bell = Arc::new(Bell::new(Arc::clone(&settings)));
        let (horizon, batches, runtime) = (Arc::default(), Batches::default(), Handle::current());
        let retries = Arc::new(Budget::of(RETRIES));
        Ok(Self { settings, pool, checkpoints, horizon, bell, batches, retries, runtime })
    }

    /// Where the server is and which database of it is meant, as people are told.
    #[must_use]
    pub fn place(&self) -> String {
        self.settings.place()
    }

    /// Makes the schema if it isn't there, and brings `tables` in it up to date. Any number of instances may do so at
    /// once.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if the server can't be reached or refuses.
    pub async fn migrate(&self, tables: Tables) -> Result<(), StoreError> {
        migrate::run(&self.settings, tables).await
    }

    /// Whether the server answers.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.read(Ping).await
    }

    /// How its pools are used. The connections that only read aren't pooled: each thread has one, and nobody waits for it.
    #[must_use]
    pub fn connections(&self) -> Vec<Connections> {
        vec![used("changes", &self.pool), used("checkpoints", &self.checkpoints)]
    }

    /// Asks `query`, which only reads, over this thread's line; once more over another one if that had failed.
    pub(super) async fn read<Q: Query>(&self, query: Q) -> Result<Q::Answer, StoreError> {
        let answer = async {
            match self.ask(&query).await {
                Err(failure) if is_suspect(&failure) && self.retries.spend() => self.ask(&query).await,
                answer => answer,
            }
        };
        match timeout(self.settings.timeouts.answer, answer).await {
            Ok(Ok(answer)) => {
                self.retries.earn();
                Ok(answer)
            }
            Ok(Err(failure)) => Err(store_error(failure)),
            Err(elapsed) => {
                line::retire(&self.settings);
                Err(StoreError::unavailable(elapsed))
            }
        }
    }

    async fn ask<Q: Query>(&self, query: &Q) -> Result<Q::Answer, Failure> {
        let line = line::line(&self.settings);
        let connection = line.get_or_try_init(|| Connection::open(Arc::clone(&self.settings))).await?;
        let answer = query.run(connection).await;
        if answer.as_ref().is_err_and(is_suspect) {
            connection.retire();
        }
        answer
    }

    /// Carries out `order`, once at most.
    pub(super) async fn write<Q: Query>(&self, order: Q) -> Result<Q::Answer, StoreError> {
        self.within(async {
            let loan = Loan::from(&self.pool).await?;
            let outcome = order.run(loan.conn()).await;
            self.ended(loan, outcome).await
        })
        .await
    }

    /// The server keeps old rows until it vacuums, and its own log and backups for as long as it is told to.
    pub(super) async fn destroy(&self, order: Forget) -> Result<(), StoreError> {
        self.within(async {
            let loan = Loan::from(&self.pool).await?;
            let outcome = async {
                begin(loan.conn()).await?;
                order.run(loan.conn()).await?;
                commit(loan.conn()).await
            };
            let outcome = outcome.await;
            self.ended(loan, outcome).await
        })
        .await
    }

    /// Makes what was done last, and tells those who follow the log.
    pub(super) async fn settle(&self, loan: Loan) -> Result<(), StoreError> {
        crash_point("store.before_commit");
        let outcome = commit(loan.conn()).await;
        self.ended(loan, outcome).await?;
        crash_point("store.after_commit");
        self.bell.ring();
        Ok(())
    }

    pub(super) async fn settled_after(
        &self,
        position: u64,
        limit: usize,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        self.read(SettledAfter { horizon: Arc::clone(&self.horizon), position, limit }).await
    }

    pub(super) async fn settled_rows_after(
        &self,
        position: u64,
        limit: usize,
    ) -> Result<Vec<ChainedRow>, StoreError> {
        self.read(SettledRowsAfter { horizon: Arc::clone(&self.horizon), position, limit }).await
    }

    pub(super) async fn add_alone(&self, event: Alone) -> Result<(), StoreError> {
        self.write(event).await?;
        self.bell.ring();
        Ok(())
    }

    pub(super) async fn extend_chain(&self, links: Extend) -> Result<(), StoreError> {
        self.write(links).await
    }

    /// Nobody waits longer than that. Whatever took so long may have taken its whole server along.
    pub(super) async fn within<T, E: From<StoreError>>(
        &self,
        work: impl Future<Output = Result<T, E>> + Send,
    ) -> Result<T, E> {
        self.within_and(Duration::ZERO, work).await
    }

    /// The same, if it may take `longer` than others.
    pub(super) async fn within_and<T, E: From<StoreError>>(
        &self,
        longer: Duration,
        work: impl Future<Output = Result<T, E>> + Send,
    ) -> Result<T, E> {
        timeout(self.settings.timeouts.answer + longer, work).await.unwrap_or_else(|elapsed| {
            self.close_idle();
            Err(StoreError::unavailable(elapsed).into())
        })
    }

    /// The same for somebody who waits for what others do: that it takes so long says nothing of the server.
    pub(super) async fn patiently<T, E: From<StoreError>>(
        &self,
        work: impl Future<Output = Result<T, E>> + Send,
    ) -> Result<T, E> {
        let answer = timeout(self.settings.timeouts.answer, work).await;
        answer.unwrap_or_else(|elapsed| Err(StoreError::unavailable(elapsed).into()))
    }

    /// Gives the connection back if all went well.
    pub(super) async fn ended<T>(&self, loan: Loan, outcome: Result<T, Failure>) -> Result<T, StoreError> {
        match outcome {
            Ok(answer) => {
                loan.give_back();
                Ok(answer)
            }
            Err(failure) => Err(self.failed(loan, failure).await),
        }
    }

    /// Gives back, or closes, a connection on which something failed, and says what that means.
    pub(super) async fn failed(&self, loan: Loan, failure: Failure) -> StoreError {
        if is_answer(&failure) {
            return undone(loan, store_error(failure)).await;
        }
        if concerns_all(&failure) {
            self.close_idle();
        }
        store_error(failure)
    }

    fn close_idle(&self) {
        self.pool.retain(|_, _| false);
        self.checkpoints.retain(|_, _| false);
    }
}

/// Gives the connection back once its transaction is undone.
pub(super) async fn undone<T>(loan: Loan, answer: T) -> T {
    if roll_back(loan.conn()).await.is_ok() {
        loan.give_back();
    }
    answer
}

struct Ping;

impl Query for Ping {
    type Answer = ();

    async fn run(&self, mut conn: Conn<'_>) -> Result<(), Failure> {
        Ok(diesel_async::SimpleAsyncConnection::batch_execute(&mut conn, "SELECT 1").await?)
    }
}
