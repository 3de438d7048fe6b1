//! Waiting for a database that is late, and not for one that won't have us.
use std::time::Duration;

use adapters::{
    Tables,
    backoff::Backoff,
    postgres::{PgStore, is_hopeless},
};
use domain_shared::StoreError;
use tokio::time::{Instant, sleep};

/// Why a database can't be used.
#[derive(Debug, thiserror::Error)]
pub enum Unopened {
    /// Its server refuses, and will go on to.
    #[error("the database {place} won't have us, which waiting won't change")]
    Hopeless {
        /// Host, port and database.
        place: String,
        /// What it said.
        source: StoreError,
    },
    /// It is late.
    #[error("the database {place} can't be had")]
    Late {
        /// Host, port and database.
        place: String,
        /// What was the matter the last time.
        source: StoreError,
    },
}

/// How long a database may take to be there. Whoever supervises the process then starts it again.
const PATIENCE: Duration = Duration::from_mins(1);

/// Brings `tables` up to date as soon as the server is there.
///
/// # Errors
/// [`Unopened`].
pub(super) async fn migrate(store: &PgStore, tables: Tables) -> Result<(), Unopened> {
    let (began, place) = (Instant::now(), store.place());
    let mut backoff = Backoff::new(Duration::from_millis(250), Duration::from_secs(5));
    loop {
        let Err(source) = store.migrate(tables).await else { return Ok(()) };
        if is_hopeless(&source) {
            return Err(Unopened::Hopeless { place, source });
        }
        if began.elapsed() >= PATIENCE {
            return Err(Unopened::Late { place, source });
        }
        let error: &(dyn std::error::Error + 'static) = &source;
        tracing::warn!(error, database = place, ?tables, "waiting for the database");
        sleep(backoff.pause()).await;
    }
}
