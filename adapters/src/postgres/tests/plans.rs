//! How the server finds the pages of the catalogue.
use diesel_async::RunQueryDsl;

use domain_product::{Catalogue, Filter};

use super::*;
use crate::{
    postgres::{config::Settings, connection::Connection, shared::Explained},
    sql::pages::{pages, ten_thousand},
};

async fn filled(world: &World) {
    let id = "('00000000-0000-0000-0000-' || lpad(to_hex(n), 12, '0'))::uuid";
    world.client.batch_execute(&ten_thousand(id, "now()")).await.unwrap();
    // As the server does by itself after so many rows. What waits to be put into the index makes it look slow.
    for table in ["products", "product_search"] {
        world.client.batch_execute(&format!("VACUUM ANALYZE {table}")).await.unwrap();
    }
}

#[tokio::test]
async fn no_page_of_the_catalogue_takes_a_walk_through_all_products() {
    let world = World::in_own_database().await;
    filled(&world).await;
    let settings = Arc::new(Settings::try_from(&world.config).unwrap());
    let connection = Connection::open(settings).await.unwrap();
    let mut conn: &diesel_async::AsyncPgConnection = &connection;
    for filter in pages() {
        let question = Explained::new("EXPLAIN", &filter).unwrap();
        let plan: Vec<String> = question.load(&mut conn).await.unwrap();
        assert!(!plan.join("\n").contains("Seq Scan on products"), "{filter:?}\n{}", plan.join("\n"));
    }
    let rare = Filter { search: Some("THING 4711".to_owned()), ..Filter::default() };
    let plan: Vec<String> = Explained::new("EXPLAIN", &rare).unwrap().load(&mut conn).await.unwrap();
    assert!(plan.join("\n").contains("product_search_trigrams"), "{plan:?}");
}

#[tokio::test]
async fn without_the_right_to_have_trigrams_searches_are_right_all_the_same() {
    let world = World::in_own_database().await;
    let name = format!("test_{}", unique());
    let setup = format!(
        "DROP EXTENSION pg_trgm CASCADE; CREATE ROLE {name} LOGIN PASSWORD 'test'; \
         CREATE SCHEMA {name} AUTHORIZATION {name}"
    );
    world.client.batch_execute(&setup).await.unwrap();
    let (_, server) = world.config.url.rsplit_once('@').unwrap();
    let url = format!("postgres://{name}:test@{server}");
    let store = PgStore::connect(PgConfig { url, schema: name, ..PgConfig::default() }).await.unwrap();
    store.migrate(Tables::Product).await.unwrap();
    let mut laptop = product(1);
    store.save(&mut laptop).await.unwrap();
    let search = |needle: &str| Filter { search: Some(needle.to_owned()), ..Filter::default() };
    assert_eq!(store.list(&search("APTO")).await.unwrap().len(), 1);
    assert!(store.list(&search("desk")).await.unwrap().is_empty());
}

#[tokio::test]
async fn many_services_may_want_trigrams_at_once_and_outlive_each_other() {
    let world = World::in_own_database().await;
    world.client.batch_execute("DROP EXTENSION pg_trgm CASCADE").await.unwrap();
    let mut services = tokio::task::JoinSet::new();
    for _ in 0..6 {
        let config = PgConfig { schema: format!("test_{}", unique()), ..world.config.clone() };
        services.spawn(async move {
            let store = PgStore::connect(config.clone()).await.unwrap();
            store.migrate(Tables::Product).await.unwrap();
            config.schema
        });
    }
    let schemas = services.join_all().await;
    let indexes = "SELECT count(*) FROM pg_indexes WHERE indexname = 'product_search_trigrams'";
    let count: i64 = world.client.query_one(indexes, &[]).await.unwrap().get(0);
    assert_eq!(count, 6);
    world.client.batch_execute(&format!("DROP SCHEMA {} CASCADE", schemas[0])).await.unwrap();
    let count: i64 = world.client.query_one(indexes, &[]).await.unwrap().get(0);
    assert_eq!(count, 5);
}
