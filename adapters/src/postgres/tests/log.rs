use domain_shared::{Aggregate, EventLog, StoredEvent};

use super::*;

impl World {
    /// A transaction of somebody else's that has added an event and not committed yet.
    async fn write_slowly(&self) -> Client {
        let writer = client(&self.config.url, &self.config.schema).await;
        writer.batch_execute("BEGIN").await.unwrap();
        let insert = "INSERT INTO events (id, aggregate_type, aggregate_id, sequence, type, occurred_at, command_id, data) \
                      VALUES (gen_random_uuid(), 'test', gen_random_uuid(), 1, 'slow', now(), gen_random_uuid(), '{}')";
        writer.batch_execute(insert).await.unwrap();
        writer
    }

    async fn kinds_after(&self, position: u64) -> Vec<String> {
        let events: Vec<StoredEvent> = self.store.after(position, 100).await.unwrap();
        events.into_iter().map(|stored| stored.event.kind).collect()
    }
}

#[tokio::test]
async fn an_event_waits_for_those_before_it_that_are_not_committed_yet() {
    let world = World::new().await;
    let slow = world.write_slowly().await;
    world.product().await;
    for _ in 0..3 {
        assert!(world.kinds_after(0).await.is_empty(), "a reader would never come back for the slow one");
    }
    slow.batch_execute("COMMIT").await.unwrap();
    assert_eq!(world.kinds_after(0).await, ["slow", "product.created.v1"]);
}

#[tokio::test]
async fn an_event_that_was_rolled_back_is_not_waited_for() {
    let world = World::new().await;
    let slow = world.write_slowly().await;
    world.product().await;
    assert!(world.kinds_after(0).await.is_empty());
    slow.batch_execute("ROLLBACK").await.unwrap();
    assert_eq!(world.kinds_after(0).await, ["product.created.v1"]);
}

#[tokio::test]
async fn those_who_came_later_hold_up_only_what_is_later() {
    let world = World::new().await;
    let first = world.write_slowly().await;
    world.product().await;
    assert!(world.kinds_after(0).await.is_empty());
    let second = world.write_slowly().await;
    first.batch_execute("COMMIT").await.unwrap();
    assert_eq!(world.kinds_after(0).await, ["slow", "product.created.v1"]);
    second.batch_execute("COMMIT").await.unwrap();
    assert_eq!(world.kinds_after(2).await, ["slow"]);
}

#[tokio::test]
async fn a_transaction_that_has_nothing_to_do_with_the_log_holds_nothing_up() {
    let world = World::new().await;
    let other = client(&world.config.url, &world.config.schema).await;
    other.batch_execute("BEGIN; SELECT pg_current_xact_id(); SELECT count(*) FROM events").await.unwrap();
    world.product().await;
    assert_eq!(world.kinds_after(0).await, ["product.created.v1"]);
}

#[tokio::test]
async fn readers_and_many_writers_at_once_miss_nothing() {
    let world = World::new().await;
    let mut writers = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let (store, product) = (world.store.clone(), world.product().await);
        writers.spawn(async move {
            for _ in 0..20 {
                remove_one(&store, product.id()).await.unwrap().unwrap();
            }
        });
    }
    let mut seen = Vec::new();
    while seen.len() < 16 * 21 {
        let last = seen.last().map_or(0, |stored: &StoredEvent| stored.position);
        seen.extend(world.store.after(last, 7).await.unwrap());
    }
    writers.join_all().await;
    assert_eq!(seen, world.store.after(0, 1000).await.unwrap());
}

#[tokio::test]
async fn whoever_has_a_checkpoint_takes_no_connection_from_others() {
    use domain_shared::{Checkpoints, Inbox};
    let world = World::with(PgConfig { url: test_url(), pool_size: 1, ..PgConfig::default() }).await;
    let mut taken = Vec::new();
    for reader in ["one", "two", "three"] {
        taken.push(world.store.take(reader).await.unwrap().unwrap());
        assert!(world.store.record(reader, uuid::Uuid::from_u128(7)).await.unwrap());
    }
    for checkpoint in taken {
        checkpoint.advance(1).await.unwrap();
    }
}
