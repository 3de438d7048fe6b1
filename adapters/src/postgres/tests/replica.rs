//! Reading from a replica. Another schema stands for it: what is in it tells who has answered.
use domain_product::{Catalogue, Filter, Summary};
use domain_shared::Aggregate;

use super::*;
use crate::postgres::PgReplica;

fn reading_from(replica: PgStore, primary: &World) -> PgReplica {
    PgReplica::new(replica, Arc::new(primary.store.clone()), Arc::new(primary.store.clone()))
}

#[tokio::test]
async fn lists_and_the_summary_come_from_the_replica() {
    let (primary, replica) = (World::new().await, World::new().await);
    primary.product().await;
    let there = replica.product().await;
    let both = reading_from(replica.store.clone(), &primary);
    let listed = both.list(&Filter::default()).await.unwrap();
    assert_eq!(listed.iter().map(Aggregate::id).collect::<Vec<_>>(), [there.id()]);
    assert_eq!(both.by_category(true).await.unwrap(), replica.store.by_category(true).await.unwrap());
}

#[tokio::test]
async fn a_replica_that_is_away_is_stood_in_for() {
    let primary = World::new().await;
    let here = primary.product().await;
    let url = "postgres://nobody@127.0.0.1:1/nothing".to_owned();
    let config = PgConfig { url, timeouts: PgReplica::TIMEOUTS, ..primary.config.clone() };
    let both = reading_from(PgStore::connect(config).await.unwrap(), &primary);
    for _ in 0..3 {
        let listed = both.list(&Filter::default()).await.unwrap();
        assert_eq!(listed.iter().map(Aggregate::id).collect::<Vec<_>>(), [here.id()]);
    }
    assert!(both.by_category(true).await.is_ok());
}

#[tokio::test]
async fn a_replica_that_comes_back_is_asked_again() {
    let (primary, replica) = (World::new().await, World::new().await);
    primary.product().await;
    let there = replica.product().await;
    let both = reading_from(replica.store.clone(), &primary);
    replica.client.batch_execute("ALTER TABLE products RENAME TO gone").await.unwrap();
    assert_ne!(both.list(&Filter::default()).await.unwrap()[0].id(), there.id());
    replica.client.batch_execute("ALTER TABLE gone RENAME TO products").await.unwrap();
    recovers(async || {
        let first = both.list(&Filter::default()).await?[0].id();
        if first == there.id() { Ok(()) } else { Err(StoreError::unavailable("the primary answered")) }
    })
    .await;
}
