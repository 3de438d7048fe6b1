//! What the file itself says about people.
use std::{fs, path::Path, sync::Arc};

use diesel::{QueryableByName, RunQueryDsl, sql_query, sql_types::Text};
use domain_auth::{
    FullName, PasswordHash, PersonalData, Profile, Registration, Session, SessionId, User, UserId, Username,
};
use domain_shared::{Aggregate, Client, Email, EventLog, Language, Repository, ValueObject};
use uuid::Uuid;

use super::{SqliteStore, connection, context};
use crate::Tables;

const TRACES: [&str; 4] = ["lovelace", "Augusta", "203.0.113.7", "Mosaic"];

#[derive(QueryableByName)]
struct Answer {
    #[diesel(sql_type = Text)]
    text: String,
}

fn select(path: &Path, sql: &str) -> Vec<String> {
    let rows: Vec<Answer> = sql_query(sql).load(&mut connection::open(path).unwrap()).unwrap();
    rows.into_iter().map(|row| row.text).collect()
}

/// A user who has told everything about themselves, and signed in.
async fn somebody(store: &SqliteStore) -> User {
    let registration = Registration {
        email: Email::parse("lovelace@example.com".to_owned()).unwrap(),
        username: Username::parse("lovelace".to_owned()).unwrap(),
        full_name: FullName::parse("Augusta Ada King".to_owned()).ok(),
        phone_number: None,
        language: Language::En,
        is_superuser: false,
    };
    let id = UserId(Uuid::from_u128(7 << 64));
    let mut user = User::register(id, registration, PasswordHash::unusable(), &context(1));
    store.save(&mut user).await.unwrap();
    let full_name = Some(FullName::parse("Augusta, Countess".to_owned()).ok());
    let rename = move |user: &mut User| {
        user.update_profile(Profile { full_name: full_name.clone(), phone_number: None }, &context(2))
    };
    store.change(id, Arc::new(rename)).await.unwrap().unwrap();
    let client =
        Client { address: Some("203.0.113.7".to_owned()), user_agent: Some("Mosaic/0.9".to_owned()) };
    let mut session = Session::start(SessionId(Uuid::from_u128(8)), id, client, context(3).at, &context(3));
    store.save(&mut session).await.unwrap();
    user
}

#[tokio::test]
async fn the_log_holds_no_clear_text_about_anybody() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("auth.db");
    let store = SqliteStore::open(&path, Tables::Auth).unwrap();
    let user = somebody(&store).await;
    let raw = select(&path, "SELECT data AS text FROM events ORDER BY position");
    assert_eq!(raw.len(), 3);
    for trace in TRACES {
        assert!(!raw.concat().contains(trace), "{trace} in {raw:?}");
    }
    assert!(raw.iter().all(|data| data.contains("\"sealed\"")), "{raw:?}");
    let read = store.history(&[user.id().0]).await.unwrap();
    assert_eq!(read[0].event.data["email"], "lovelace@example.com");
    let keys = select(&path, "SELECT CAST(length(key) AS TEXT) AS text FROM user_keys");
    assert_eq!(keys, ["32"], "one key for all of it");
}

#[tokio::test]
async fn of_somebody_forgotten_neither_data_nor_key_is_left_in_any_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("auth.db");
    let store = SqliteStore::open(&path, Tables::Auth).unwrap();
    let user = somebody(&store).await;
    let hex = select(&path, "SELECT hex(key) AS text FROM user_keys").concat();
    let key: Vec<u8> = hex
        .as_bytes()
        .chunks(2)
        .map(|digits| u8::from_str_radix(std::str::from_utf8(digits).unwrap(), 16).unwrap())
        .collect();
    let holds = |what: &[u8]| {
        let files = folder.path().read_dir().unwrap().map(|file| fs::read(file.unwrap().path()).unwrap());
        files.into_iter().any(|bytes| bytes.windows(what.len()).any(|window| window == what))
    };
    assert!(
        holds(&key) && TRACES.iter().all(|trace| holds(trace.as_bytes())),
        "the test looks in the right place"
    );

    let erase = move |user: &mut User| user.erase(&context(4));
    store.change(user.id(), Arc::new(erase)).await.unwrap().unwrap();
    store.forget(user.id()).await.unwrap();
    assert!(!holds(&key), "the key");
    for trace in TRACES {
        assert!(!holds(trace.as_bytes()), "{trace}");
    }
    assert_eq!(store.after(0, 10).await.unwrap().len(), 4, "the log is still there");
}
