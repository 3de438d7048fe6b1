use std::{fmt, time::Duration};

use domain_shared::StoreError;
use tokio_postgres::config::SslMode;

/// Where the database is, and how long to wait for it.
#[derive(Clone)]
pub struct PgConfig {
    /// `postgres://user:password@host:port/database`.
    pub url: String,
    /// The schema that the tables are in.
    pub schema: String,
    /// How many connections may change something at once. Each thread that reads has one more.
    pub pool_size: usize,
    /// How long to wait.
    pub timeouts: Timeouts,
}

/// How long to wait for what.
#[derive(Debug, Clone, Copy)]
pub struct Timeouts {
    /// For the answer to anything asked of the store, whatever happens.
    pub answer: Duration,
    /// For a connection to be made.
    pub connect: Duration,
    /// For a connection of the pool to be free.
    pub pool: Duration,
    /// For the server to carry out one statement.
    pub statement: Duration,
    /// For the server to get a lock that somebody else holds.
    pub lock: Duration,
    /// Until the server ends a transaction that we have forgotten.
    pub idle_in_transaction: Duration,
}

impl Default for Timeouts {
    /// Short enough that whoever asks gets an answer within four seconds while the database is down.
    fn default() -> Self {
        Self {
            answer: Duration::from_millis(3500),
            connect: Duration::from_secs(2),
            pool: Duration::from_secs(2),
            statement: Duration::from_secs(3),
            lock: Duration::from_millis(2500),
            idle_in_transaction: Duration::from_secs(10),
        }
    }
}

impl Default for PgConfig {
    /// The schema `public` of the default database on this machine, 16 connections.
    fn default() -> Self {
        Self {
            url: "postgres://localhost".to_owned(),
            schema: "public".to_owned(),
            pool_size: 16,
            timeouts: Timeouts::default(),
        }
    }
}

/// Without the URL, which holds a password.
impl fmt::Debug for PgConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("PgConfig");
        debug.field("schema", &self.schema).field("pool_size", &self.pool_size);
        debug.field("timeouts", &self.timeouts).finish_non_exhaustive()
    }
}

/// A [`PgConfig`] that was understood.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) server: tokio_postgres::Config,
    pub(super) schema: String,
    pub(super) timeouts: Timeouts,
}

impl TryFrom<&PgConfig> for Settings {
    type Error = StoreError;

    fn try_from(config: &PgConfig) -> Result<Self, StoreError> {
        let mut server: tokio_postgres::Config = config.url.parse().map_err(StoreError::unavailable)?;
        if server.get_hosts().is_empty() {
            return Err(StoreError::unavailable("the database URL names no host"));
        }
        if !matches!(server.get_ssl_mode(), SslMode::Disable | SslMode::Prefer) {
            return Err(StoreError::unavailable("the database URL asks for TLS, which isn't supported yet"));
        }
        if !is_name(&config.schema) {
            return Err(StoreError::unavailable(
                "a schema's name is lower case letters, digits and underscores",
            ));
        }
        if server.get_application_name().is_none() {
            server.application_name(format!("panal {}", config.schema));
        }
        server.connect_timeout(config.timeouts.connect);
        // A server that went away without a word is noticed by TCP.
        server.keepalives(true).keepalives_idle(Duration::from_secs(10)).keepalives_retries(2);
        server.keepalives_interval(Duration::from_secs(5)).tcp_user_timeout(Duration::from_secs(10));
        Ok(Self { server, schema: config.schema.clone(), timeouts: config.timeouts })
    }
}

impl Settings {
    /// Where the server is and which database of it is meant, for people: no password is in it.
    pub(super) fn place(&self) -> String {
        use tokio_postgres::config::Host;
        let host = match self.server.get_hosts().first() {
            Some(Host::Tcp(name)) => name.clone(),
            _ => "a socket".to_owned(),
        };
        let port = self.server.get_ports().first().copied().unwrap_or(5432);
        let database = self.server.get_dbname().or(self.server.get_user()).unwrap_or_default();
        format!("{host}:{port}/{database}")
    }

    /// What each connection starts with. Sent as statements, since poolers refuse most startup parameters.
    pub(super) fn session(&self) -> String {
        let Self { schema, timeouts, .. } = self;
        format!(
            "SET search_path = \"{schema}\"; SET statement_timeout = {}; SET lock_timeout = {}; \
             SET idle_in_transaction_session_timeout = {}; SET default_transaction_isolation = 'read committed'",
            timeouts.statement.as_millis(),
            timeouts.lock.as_millis(),
            timeouts.idle_in_transaction.as_millis()
        )
    }
}

/// Whether it needs no quotes in SQL.
fn is_name(name: &str) -> bool {
    (1..=63).contains(&name.len())
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(url: &str, schema: &str) -> Result<Settings, StoreError> {
        let (url, schema) = (url.to_owned(), schema.to_owned());
        Settings::try_from(&PgConfig { url, schema, ..PgConfig::default() })
    }

    #[test]
    fn a_url_is_checked_without_a_server() {
        assert!(settings("postgres://ada:secret@db.example.com/panal", "auth").is_ok());
        for url in
            ["", "postgres://", "mysql://db/panal", "postgres://db:port/x", "postgres://db/x?sslmode=require"]
        {
            assert!(settings(url, "auth").is_err(), "{url}");
        }
    }

    #[test]
    fn a_schema_can_not_break_out_of_the_statement() {
        for schema in ["", "Auth", "a b", "a;b", "1a", "a\"b", "a'b"] {
            assert!(settings("postgres://db/x", schema).is_err(), "{schema}");
        }
    }

    #[test]
    fn the_password_is_never_printed() {
        let config = PgConfig { url: "postgres://ada:secret@db/x".to_owned(), ..PgConfig::default() };
        assert!(!format!("{config:?} {:?}", Settings::try_from(&config).unwrap()).contains("secret"));
    }
}
