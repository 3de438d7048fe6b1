use domain_auth::UserRepository;
use domain_shared::{Aggregate, Email, EventLog};

use super::*;

#[tokio::test]
async fn many_instances_may_start_at_once_on_an_empty_database() {
    let config = PgConfig { url: test_url(), schema: format!("test_{}", unique()), ..PgConfig::default() };
    let mut instances = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let config = config.clone();
        instances.spawn(async move {
            let store = PgStore::connect(config).await.unwrap();
            store.migrate(Tables::Auth).await.unwrap();
            let ada = Email::parse("ada@example.com".to_owned()).unwrap();
            assert!(store.by_email(&ada).await.unwrap().is_none());
        });
    }
    instances.join_all().await;
}

#[tokio::test]
async fn two_services_share_a_database_without_sharing_a_log() {
    let products = World::new().await;
    let config = PgConfig { schema: format!("test_{}", unique()), ..products.config.clone() };
    let auth = PgStore::connect(config).await.unwrap();
    auth.migrate(Tables::Auth).await.unwrap();
    products.product().await;
    assert_eq!(products.store.after(0, 10).await.unwrap().len(), 1);
    assert!(auth.after(0, 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn migrating_again_keeps_everything() {
    let world = World::new().await;
    let product = world.product().await;
    world.store.migrate(Tables::Product).await.unwrap();
    assert!(find(&world.store, product.id()).await.unwrap().is_some());
}

#[tokio::test]
async fn a_schema_made_by_somebody_else_will_do() {
    let name = format!("test_{}", unique());
    let admin = client(&test_url(), "public").await;
    let setup = format!(
        "DROP SCHEMA IF EXISTS {name} CASCADE; DROP ROLE IF EXISTS {name}; \
         CREATE ROLE {name} LOGIN PASSWORD 'test'; CREATE SCHEMA {name} AUTHORIZATION {name}"
    );
    admin.batch_execute(&setup).await.unwrap();
    let (_, server) = test_url().rsplit_once('@').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    let url = format!("postgres://{name}:test@{server}");
    let store = PgStore::connect(PgConfig { url, schema: name, ..PgConfig::default() }).await.unwrap();
    store.migrate(Tables::Product).await.unwrap();
    let mut product = product(1);
    store.save(&mut product).await.unwrap();
    assert!(find(&store, product.id()).await.unwrap().is_some());
}
