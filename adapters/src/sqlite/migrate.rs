use diesel::{
    ExpressionMethods, QueryDsl, RunQueryDsl, connection::SimpleConnection, sqlite::SqliteConnection,
};

use super::connection::transaction;
use crate::sql::{Dialect, Tables, failure::Failure, migration};

const SQLITE: Dialect = Dialect {
    shared: &[
        migration!("sqlite", "0001_events"),
        migration!("sqlite", "0003_inbox"),
        migration!("sqlite", "0004_dead_letters"),
        migration!("sqlite", "0005_idempotency"),
        migration!("sqlite", "0008_projections"),
        migration!("sqlite", "0014_throttle"),
        migration!("sqlite", "0017_audit"),
    ],
    auth: &[
        migration!("sqlite", "0002_auth"),
        migration!("sqlite", "0006_user_keys"),
        migration!("sqlite", "0009_auth_projections"),
        migration!("sqlite", "0010_sessions_by_user"),
        migration!("sqlite", "0011_signing_keys"),
        migration!("sqlite", "0015_code_purposes"),
        migration!("sqlite", "0018_tries_of_codes"),
    ],
    product: &[
        migration!("sqlite", "0002_product"),
        migration!("sqlite", "0007_revocations"),
        migration!("sqlite", "0009_product_projections"),
        migration!("sqlite", "0022_catalogue_indexes"),
        migration!("sqlite", "0023_catalogue_search"),
    ],
};

diesel::table! {
    migrations (name) {
        name -> Text,
    }
}

/// Brings the database up to date, however many processes try at once.
pub(super) fn run(conn: &mut SqliteConnection, tables: Tables) -> Result<(), Failure> {
    transaction(conn, |conn| {
        conn.batch_execute("CREATE TABLE IF NOT EXISTS migrations (name TEXT NOT NULL PRIMARY KEY) STRICT")?;
        let applied: Vec<String> = migrations::table.select(migrations::name).load(conn)?;
        for migration in SQLITE.migrations(tables).filter(|m| !applied.iter().any(|name| name == m.name)) {
            conn.batch_execute(migration.sql)?;
            diesel::insert_into(migrations::table)
                .values(migrations::name.eq(migration.name))
                .execute(conn)?;
        }
        Ok(())
    })
}
