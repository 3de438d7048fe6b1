use std::sync::Arc;

use adapters::Connections;
use prometheus::core::Collector;

use super::{
    MeterError,
    read_off::{ReadOff, Title, gauge, size},
};
use crate::compose::Probe;

const MOST: Title = ("database_pool_connections_max", "How many connections to a database there may be");
const OPEN: Title =
    ("database_pool_connections", "How many connections to a database there are, in use or idle");
const IDLE: Title = ("database_pool_connections_idle", "How many connections to a database nobody uses");
const WAITING: Title = ("database_pool_waiting", "How many wait for a connection to a database");

/// How the connections to each of these databases are used, by what they serve.
///
/// # Errors
/// See [`MeterError`].
pub fn pools(databases: Vec<(&'static str, Arc<dyn Probe>)>) -> Result<impl Collector + 'static, MeterError> {
    ReadOff::new(&[MOST, OPEN, IDLE, WAITING], &["database", "purpose"], move || {
        let of = |(database, probe): &(&'static str, Arc<dyn Probe>)| {
            let database = *database;
            let labelled =
                move |pool: Connections| ([("database", database), ("purpose", pool.purpose)], pool);
            probe.connections().into_iter().map(labelled).collect::<Vec<_>>()
        };
        let pools: Vec<_> = databases.iter().flat_map(of).collect();
        let each = |title, count: fn(&Connections) -> usize| {
            gauge(title, pools.iter().map(|(labels, pool)| (&labels[..], size(count(pool)))))
        };
        vec![
            each(MOST, |pool| pool.most),
            each(OPEN, |pool| pool.open),
            each(IDLE, |pool| pool.idle),
            each(WAITING, |pool| pool.waiting),
        ]
    })
}

#[cfg(test)]
mod tests {
    use adapters::{Tables, sqlite::SqliteStore};
    use prometheus::TextEncoder;

    use super::*;

    #[tokio::test]
    async fn each_databases_connections_are_told_by_what_they_serve() {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("auth.db"), Tables::Auth).unwrap();
        let pools = pools(vec![("primary", Arc::new(store))]).unwrap();
        let text = TextEncoder::new().encode_to_string(&pools.collect()).unwrap();
        for line in [
            "database_pool_connections_max{database=\"primary\",purpose=\"changes\"} 1\n",
            "database_pool_connections_idle{database=\"primary\",purpose=\"reads\"} 2\n",
            "database_pool_waiting{database=\"primary\",purpose=\"changes\"} 0\n",
        ] {
            assert!(text.contains(line), "{line} isn't in {text}");
        }
    }
}
