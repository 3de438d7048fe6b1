//! [`AuditChain`]. The subject is one, and the log that it is of.
use domain_auth::{SecurityEvent, UserId};
use domain_shared::{AuditChain, ChainedRow, Context, Link, Origin};

use crate::{
    personal_data::client,
    security_log,
    support::{context, id, whole_log},
};

/// What a store has for it.
pub trait Store: AuditChain + security_log::Store {}

impl<T: AuditChain + security_log::Store> Store for T {}

/// The rows of three events; the second is about the user who is given, too.
async fn three(store: &impl Store) -> (Vec<ChainedRow>, UserId) {
    let ada = UserId(id());
    for user in [UserId(id()), ada, UserId(id())] {
        let context =
            Context { actor: None, origin: Origin { client: client(), session: None }, ..context() };
        store.note(SecurityEvent::UserExported { user_id: user }, &context).await.unwrap();
    }
    whole_log(store, 3).await;
    (store.rows_after(0, 9).await.unwrap(), ada)
}

fn links(rows: &[ChainedRow]) -> Vec<Link> {
    let link = |row: &ChainedRow| Link {
        position: row.position,
        event: row.event,
        previous: [1; 32],
        digest: [2; 32],
    };
    rows.iter().map(link).collect()
}

pub async fn rows_are_those_of_the_log_in_its_order(store: impl Store) {
    let (rows, _) = three(&store).await;
    let log = whole_log(&store, 3).await;
    let places: Vec<_> = rows.iter().map(|row| (row.position, row.event)).collect();
    assert_eq!(places, log.iter().map(|stored| (stored.position, stored.event.id)).collect::<Vec<_>>());
    let (first, last) = (rows[0].position, rows[2].position);
    assert_eq!(store.rows_after(first, 1).await.unwrap(), rows[1..2]);
    assert_eq!(store.rows_between(0, u64::MAX, 9).await.unwrap(), rows);
    assert_eq!(store.rows_between(first, last - 1, 9).await.unwrap(), rows[1..2]);
}

pub async fn rows_are_the_same_bytes_once_somebody_is_forgotten(store: impl Store) {
    let (rows, ada) = three(&store).await;
    let told =
        format!("{:?}", rows.iter().map(|row| String::from_utf8_lossy(&row.bytes)).collect::<Vec<_>>());
    assert!(!told.contains("Mosaic"), "what is personal is sealed: {told}");
    store.forget(ada).await.unwrap();
    assert_eq!(store.rows_after(0, 9).await.unwrap(), rows);
}

pub async fn links_are_kept_in_order_and_the_last_is_the_head(store: impl Store) {
    assert_eq!(store.head().await.unwrap(), None);
    let links = links(&three(&store).await.0);
    store.extend(links[..2].to_vec()).await.unwrap();
    store.extend(links[2..].to_vec()).await.unwrap();
    assert_eq!(store.links_after(0, 9).await.unwrap(), links);
    assert_eq!(store.links_after(links[0].position, 1).await.unwrap(), links[1..2]);
    assert_eq!(store.head().await.unwrap(), Some(links[2]));
}

pub async fn a_position_is_linked_once_and_links_are_added_together_or_not_at_all(store: impl Store) {
    let links = links(&three(&store).await.0);
    store.extend(links[2..].to_vec()).await.unwrap();
    store.extend(links.clone()).await.unwrap_err();
    assert_eq!(store.links_after(0, 9).await.unwrap(), links[2..]);
}
