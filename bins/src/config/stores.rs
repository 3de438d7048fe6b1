//! The store is chosen by the scheme of its URL.
use std::path::PathBuf;

use super::{Environment, Refusal, Runs, Settings};

/// Where a service keeps its data.
#[derive(Clone, PartialEq, Eq)]
pub enum Store {
    /// Nowhere: gone with the process.
    Memory,
    /// In a file.
    Sqlite(PathBuf),
    /// In a PostgreSQL database, by its URL.
    Postgres(String),
}

/// A URL may hold a password, so only its kind is printed.
impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Memory => "memory",
            Self::Sqlite(_) => "sqlite",
            Self::Postgres(_) => "postgres",
        })
    }
}

impl std::fmt::Display for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Memory => f.write_str("memory, gone when the process ends"),
            Self::Sqlite(path) => write!(f, "SQLite, {}", path.display()),
            Self::Postgres(_) => f.write_str("PostgreSQL"),
        }
    }
}

/// Where a read replica is. The URL may hold a password, so it isn't printed.
#[derive(Clone)]
pub struct ReplicaUrl(pub String);

impl std::fmt::Debug for ReplicaUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ReplicaUrl")
    }
}

/// The stores of the services that a program runs, auth-service's first.
///
/// # Errors
/// A [`Refusal`] that names the setting, never its value.
pub fn choose<R: Runs>(settings: &Settings) -> Result<(Option<Store>, Option<Store>), Refusal> {
    let auth = || one(settings, "AUTH_DATABASE_URL", settings.auth_database_url.as_deref(), "auth.db");
    let product =
        || one(settings, "PRODUCT_DATABASE_URL", settings.product_database_url.as_deref(), "product.db");
    let (auth, product) = (R::AUTH.then(auth).transpose()?, R::PRODUCT.then(product).transpose()?);
    if matches!(auth, Some(Store::Sqlite(_))) && auth == product {
        return Err(Refusal::of(
            "PRODUCT_DATABASE_URL",
            "must be another SQLite file than AUTH_DATABASE_URL",
        ));
    }
    Ok((auth, product))
}

fn one(settings: &Settings, own: &'static str, url: Option<&str>, file: &str) -> Result<Store, Refusal> {
    let given = |url: &&str| !url.trim().is_empty();
    let (name, store) = match (url.filter(given), settings.database_url.as_deref().filter(given)) {
        (Some(url), _) => (own, parse(own, url)?),
        (None, Some(url)) => ("DATABASE_URL", parse("DATABASE_URL", url)?),
        (None, None) => (own, Store::Sqlite(settings.data_dir.join(file))),
    };
    let exposed = settings.environment == Environment::Production && !settings.host.is_loopback();
    match store {
        Store::Sqlite(_) if name == "DATABASE_URL" => {
            Err(Refusal::of(name, "can't be a SQLite file: each service needs one of its own"))
        }
        Store::Sqlite(_) | Store::Memory if exposed && !settings.allow_sqlite_in_production => {
            Err(Refusal::of(
                name,
                "must be a PostgreSQL URL in production on a network address, unless ALLOW_SQLITE_IN_PRODUCTION is true",
            ))
        }
        store => Ok(store),
    }
}

/// The read replica of product-service's store.
///
/// # Errors
/// A [`Refusal`] unless it and the store are PostgreSQL.
pub fn replica(settings: &Settings, of: Option<&Store>) -> Result<Option<ReplicaUrl>, Refusal> {
    const NAME: &str = "PRODUCT_REPLICA_URL";
    let given = settings.product_replica_url.as_deref().filter(|url| !url.trim().is_empty());
    let (Some(url), Some(of)) = (given, of) else { return Ok(None) };
    match (parse(NAME, url)?, of) {
        (Store::Postgres(url), Store::Postgres(_)) => Ok(Some(ReplicaUrl(url))),
        (Store::Postgres(_), _) => Err(Refusal::of(NAME, "can't be of a store that isn't PostgreSQL")),
        _ => Err(Refusal::of(NAME, "must be postgres://user:password@host:port/database")),
    }
}

fn parse(name: &'static str, url: &str) -> Result<Store, Refusal> {
    let refusal = || Refusal::of(name, "must be postgres://…, sqlite:FILE or memory:");
    let url = url.trim();
    let (scheme, rest) = url.split_once(':').ok_or_else(refusal)?;
    // The Python system's URLs name their driver: postgresql+psycopg2://, sqlite+aiosqlite:///
    match scheme.split('+').next().unwrap_or_default() {
        "memory" => Ok(Store::Memory),
        "sqlite" => {
            match rest.strip_prefix("///").unwrap_or(rest) {
                // Each connection would have a database of its own.
                ":memory:" => Ok(Store::Memory),
                // sqlite://a/b reads as a host and a path, and is neither.
                path if path.is_empty() || path.starts_with("//") => Err(refusal()),
                path => Ok(Store::Sqlite(path.into())),
            }
        }
        "postgres" | "postgresql" => {
            let url = format!("postgres:{rest}");
            match url::Url::parse(&url) {
                Ok(parsed) if asks_for_tls(&parsed) => {
                    Err(Refusal::of(name, "asks for TLS by its sslmode, which isn't spoken yet"))
                }
                Ok(parsed) if parsed.has_host() && parsed.path().len() > 1 => Ok(Store::Postgres(url)),
                _ => Err(Refusal::of(name, "must be postgres://user:password@host:port/database")),
            }
        }
        _ => Err(refusal()),
    }
}

fn asks_for_tls(url: &url::Url) -> bool {
    url.query_pairs()
        .any(|(name, mode)| name == "sslmode" && (mode == "require" || mode.starts_with("verify")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scheme_says_which_store_it_is() {
        for (url, store) in [
            ("memory:", Store::Memory),
            ("sqlite:data/a.db", Store::Sqlite("data/a.db".into())),
            ("sqlite:///./auth.db", Store::Sqlite("./auth.db".into())),
            ("sqlite:////var/lib/a.db", Store::Sqlite("/var/lib/a.db".into())),
            ("sqlite:///:memory:", Store::Memory),
            ("postgresql+psycopg2://u:p@h/db", Store::Postgres("postgres://u:p@h/db".into())),
        ] {
            assert_eq!(parse("X", url), Ok(store), "{url}");
        }
    }

    #[test]
    fn a_bad_url_is_refused_by_the_name_of_its_setting_without_its_value() {
        for url in [
            "",
            "mysql://hunter2@h/db",
            "hunter2",
            "postgres://",
            "postgres://hunter2@h",
            "sqlite:",
            "sqlite://hunter2/a.db",
            "postgres://hunter2@h/db?sslmode=require",
        ] {
            let refusal = parse("AUTH_DATABASE_URL", url).unwrap_err().to_string();
            assert!(refusal.contains("AUTH_DATABASE_URL") && !refusal.contains("hunter2"), "{refusal}");
        }
    }
}
