//! The PostgreSQL store, a schema per test on the server that `TEST_DATABASE_URL` names. `scripts/test` starts one.
use adapters::{
    Tables,
    postgres::{PgConfig, PgStore},
};

async fn fresh(tables: Tables) -> PgStore {
    let url = std::env::var("TEST_DATABASE_URL");
    let url = url.expect("TEST_DATABASE_URL names no database for tests: run them with scripts/test");
    let schema = format!("test_{}", uuid::Uuid::now_v7().simple());
    // Few connections, since many tests run at once.
    let config = PgConfig { url, schema, pool_size: 4, ..PgConfig::default() };
    let store = PgStore::connect(config).await.expect("TEST_DATABASE_URL is an address of PostgreSQL");
    store.migrate(tables).await.expect("the server that TEST_DATABASE_URL names answers");
    store
}

mod auth {
    use super::*;
    conformance::auth_store!(fresh(Tables::Auth).await);
}

mod audit_chain {
    use super::*;
    conformance::audit_chain!(fresh(Tables::Auth).await);
}

mod product {
    use super::*;
    conformance::product_store!(fresh(Tables::Product).await);
}
