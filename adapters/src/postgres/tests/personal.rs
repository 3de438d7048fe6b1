//! What the tables themselves say about people.
use domain_auth::{
    FullName, PasswordHash, PersonalData, Registration, Session, SessionId, User, UserId, Username,
};
use domain_shared::{Aggregate, Client, Email, EventLog, Language};

use super::*;

const TRACES: [&str; 4] = ["lovelace", "Augusta", "203.0.113.7", "Mosaic"];

/// A world whose store has the auth tables.
pub(super) async fn auth() -> World {
    World::keeping(PgConfig { url: test_url(), ..PgConfig::default() }, Tables::Auth).await
}

/// A user who has told everything about themselves, and signed in.
pub(super) async fn somebody(store: &PgStore) -> User {
    let registration = Registration {
        email: Email::parse("lovelace@example.com".to_owned()).unwrap(),
        username: Username::parse("lovelace".to_owned()).unwrap(),
        full_name: FullName::parse("Augusta Ada King".to_owned()).ok(),
        phone_number: None,
        language: Language::En,
        is_superuser: false,
    };
    let id = UserId(Uuid::from_u128(unique().into()));
    let mut user = User::register(id, registration, PasswordHash::unusable(), &context());
    store.save(&mut user).await.unwrap();
    let client =
        Client { address: Some("203.0.113.7".to_owned()), user_agent: Some("Mosaic/0.9".to_owned()) };
    let (context, session) = (context(), SessionId(Uuid::from_u128(unique().into())));
    store.save(&mut Session::start(session, id, client, context.at, &context)).await.unwrap();
    user
}

async fn select(world: &World, sql: &str) -> Vec<String> {
    world.client.query(sql, &[]).await.unwrap().iter().map(|row| row.get(0)).collect()
}

#[tokio::test]
async fn the_log_holds_no_clear_text_about_anybody() {
    let world = auth().await;
    let user = somebody(&world.store).await;
    let raw = select(&world, "SELECT events::text FROM events ORDER BY position").await;
    assert_eq!(raw.len(), 2);
    for trace in TRACES {
        assert!(!raw.concat().contains(trace), "{trace} in {raw:?}");
    }
    assert!(raw.iter().all(|row| row.contains("sealed")), "{raw:?}");
    let read = world.store.history(&[user.id().0]).await.unwrap();
    assert_eq!(read[0].event.data["email"], "lovelace@example.com");
    let keys = select(&world, "SELECT length(key)::text FROM user_keys").await;
    assert_eq!(keys, ["32"], "one key for all of it");
}

#[tokio::test]
async fn of_somebody_forgotten_the_key_is_gone_and_stays_so() {
    let world = auth().await;
    let user = somebody(&world.store).await;
    world.store.forget(user.id()).await.unwrap();
    let keys = "SELECT (key IS NULL)::text FROM user_keys";
    assert_eq!(select(&world, keys).await, ["true"]);
    let (context, session) = (context(), SessionId(Uuid::from_u128(unique().into())));
    let client = Client { address: Some("203.0.113.7".to_owned()), user_agent: None };
    let mut late = Session::start(session, user.id(), client, context.at, &context);
    world.store.save(&mut late).await.unwrap();
    assert_eq!(select(&world, keys).await, ["true"], "no other key is made");
    let raw =
        select(&world, "SELECT sessions::text FROM sessions UNION ALL SELECT events::text FROM events").await;
    assert!(raw.len() == 5 && !raw.concat().contains("203.0.113.7"), "{raw:?}");
}

impl World {
    /// Waits until so many of the store's transactions wait for a lock.
    async fn waiting(&self, count: i64) {
        let sql =
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = $1 AND wait_event_type = 'Lock'";
        for _ in 0..500 {
            if self.client.query_one(sql, &[&self.application()]).await.unwrap().get::<_, i64>(0) == count {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("there are never {count} that wait");
    }
}

#[tokio::test]
async fn a_session_that_is_being_started_is_waited_for_before_its_user_is_forgotten() {
    let world = auth().await;
    let user = somebody(&world.store).await.id();
    let blocker = client(&world.config.url, &world.config.schema).await;
    blocker.batch_execute("BEGIN; LOCK TABLE events IN EXCLUSIVE MODE").await.unwrap();
    let (store, started) = (world.store.clone(), context());
    let starting = tokio::spawn(async move {
        let id = SessionId(Uuid::from_u128(unique().into()));
        let client = Client { address: Some("203.0.113.7".to_owned()), user_agent: None };
        store.save(&mut Session::start(id, user, client, started.at, &started)).await
    });
    world.waiting(1).await;
    let store = world.store.clone();
    let forgetting = tokio::spawn(async move { store.forget(user).await });
    world.waiting(2).await;
    blocker.batch_execute("COMMIT").await.unwrap();
    starting.await.unwrap().unwrap();
    forgetting.await.unwrap().unwrap();
    let rows = select(&world, "SELECT sessions::text FROM sessions").await;
    assert!(rows.len() == 2 && !rows.concat().contains("203.0.113.7"), "{rows:?}");
}
