use std::{sync::Arc, time::Duration};

use diesel::{ExpressionMethods, QueryDsl, dsl::sql, select, sql_types::Bool};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use domain_shared::StoreError;
use tokio::time::timeout;

use super::{Conn, config::Settings, connection::Connection, error::store_error};
use crate::sql::{Dialect, Migration, Tables, failure::Failure, migration};

/// How long the migrations may take, those of other instances included.
const LIMIT: Duration = Duration::from_mins(2);

const POSTGRES: Dialect = Dialect {
    shared: &[
        migration!("postgres", "0001_events"),
        migration!("postgres", "0003_inbox"),
        migration!("postgres", "0004_dead_letters"),
        migration!("postgres", "0005_idempotency"),
        migration!("postgres", "0008_projections"),
        migration!("postgres", "0014_throttle"),
        migration!("postgres", "0017_audit"),
    ],
    auth: &[
        migration!("postgres", "0002_auth"),
        migration!("postgres", "0006_user_keys"),
        migration!("postgres", "0009_auth_projections"),
        migration!("postgres", "0010_sessions_by_user"),
        migration!("postgres", "0011_signing_keys"),
        migration!("postgres", "0015_code_purposes"),
        migration!("postgres", "0018_tries_of_codes"),
    ],
    product: &[
        migration!("postgres", "0002_product"),
        migration!("postgres", "0007_revocations"),
        migration!("postgres", "0009_product_projections"),
        migration!("postgres", "0022_catalogue_indexes"),
        migration!("postgres", "0023_catalogue_search"),
    ],
};

diesel::table! {
    migrations (name) {
        name -> Text,
    }
}

/// Brings the schema up to date.
pub(super) async fn run(settings: &Arc<Settings>, tables: Tables) -> Result<(), StoreError> {
    let connection = Connection::open(Arc::clone(settings)).await?;
    let work = async {
        // Without the lock first: on a database that is up to date nothing needs to be written, not even a lock.
        if !missing(&connection, tables).await?.is_empty() {
            migrate(&connection, &settings.schema, tables).await?;
        }
        Ok(())
    };
    timeout(LIMIT, work).await.map_err(StoreError::unavailable)?.map_err(store_error)
}

/// Of several instances one gets the lock and does it; the others then find it done.
async fn migrate(mut conn: Conn<'_>, schema: &str, tables: Tables) -> Result<(), Failure> {
    let begin = format!(
        "SET statement_timeout = 0; SET lock_timeout = 0; BEGIN; \
         SELECT pg_advisory_xact_lock(hashtext('panal migrations'), hashtext('{schema}'))"
    );
    conn.batch_execute(&begin).await?;
    // IF NOT EXISTS alone asks for the right to make schemas, even if this one is there.
    if !exists(conn, "to_regnamespace(current_setting('search_path'))").await? {
        conn.batch_execute(&format!("CREATE SCHEMA \"{schema}\"")).await?;
    }
    conn.batch_execute("CREATE TABLE IF NOT EXISTS migrations (name text PRIMARY KEY)").await?;
    for migration in missing(conn, tables).await? {
        conn.batch_execute(migration.sql).await?;
        diesel::insert_into(migrations::table)
            .values(migrations::name.eq(migration.name))
            .execute(&mut conn)
            .await?;
    }
    Ok(conn.batch_execute("COMMIT").await?)
}

/// The migrations that were not applied yet, in order.
async fn missing(mut conn: Conn<'_>, tables: Tables) -> Result<Vec<&'static Migration>, Failure> {
    let applied: Vec<String> = if exists(conn, "to_regclass('migrations')").await? {
        migrations::table.select(migrations::name).load(&mut conn).await?
    } else {
        Vec::new()
    };
    Ok(POSTGRES.migrations(tables).filter(|m| !applied.iter().any(|name| name == m.name)).collect())
}

async fn exists(mut conn: Conn<'_>, what: &str) -> Result<bool, Failure> {
    Ok(select(sql::<Bool>(&format!("{what} IS NOT NULL"))).get_result(&mut conn).await?)
}
