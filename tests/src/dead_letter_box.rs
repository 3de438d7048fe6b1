//! [`DeadLetterBox`]. The subject is a fresh one, and a repository of products whose log it belongs to.
use domain_product::Product;
use domain_shared::{DeadLetterBox, EventLog, Repository, StoredEvent};

use crate::{
    examples::Example,
    support::{id, time, whole_log},
};

/// Three events to bury.
async fn events<S: EventLog + Repository<Product>>(store: &S) -> [StoredEvent; 3] {
    for _ in 0..3 {
        store.save(&mut Product::small()).await.unwrap();
    }
    whole_log(store, 3).await.try_into().unwrap()
}

async fn ids(letters: &impl DeadLetterBox) -> Vec<(String, String)> {
    letters.list(100).await.unwrap().into_iter().map(|letter| (letter.reactor, letter.id)).collect()
}

fn key(reactor: &str, event: &StoredEvent) -> (String, String) {
    (reactor.to_owned(), event.event.id.to_string())
}

pub async fn lists_what_was_buried_oldest_first(
    (letters, store): (impl DeadLetterBox, impl EventLog + Repository<Product>),
) {
    let [a, b, _] = events(&store).await;
    assert!(letters.list(100).await.unwrap().is_empty());
    let at = time();
    letters.bury("mail", &b, "450 later", at).await.unwrap();
    letters.bury("mail", &a, "no such \"thing\"", time()).await.unwrap();
    letters.bury("other", &b, "", time()).await.unwrap();
    assert_eq!(ids(&letters).await, [key("mail", &b), key("mail", &a), key("other", &b)]);
    let first = letters.list(1).await.unwrap().remove(0);
    assert_eq!(
        (first.kind, first.reason, first.at),
        (b.event.kind.clone(), "450 later".to_owned(), Some(at))
    );
    assert!(first.body.contains(&b.event.aggregate_id.to_string()), "the event is shown: {}", first.body);
}

pub async fn what_is_requeued_is_handed_out_until_it_is_discarded(
    (letters, store): (impl DeadLetterBox, impl EventLog + Repository<Product>),
) {
    let [a, b, c] = events(&store).await;
    for event in [&c, &a, &b] {
        letters.bury("mail", event, "refused", time()).await.unwrap();
    }
    assert!(letters.requeued("mail").await.unwrap().is_empty());
    for event in [&c, &a] {
        assert!(letters.requeue("mail", &event.event.id.to_string()).await.unwrap());
    }
    assert_eq!(letters.requeued("mail").await.unwrap(), [a.clone(), c.clone()], "in the order of the log");
    assert!(letters.requeued("other").await.unwrap().is_empty());
    assert_eq!(ids(&letters).await, [key("mail", &b)], "what is on its way is no dead letter");
    assert!(letters.discard("mail", &a.event.id.to_string()).await.unwrap());
    assert_eq!(letters.requeued("mail").await.unwrap(), [c]);
}

pub async fn what_fails_again_is_buried_again(
    (letters, store): (impl DeadLetterBox, impl EventLog + Repository<Product>),
) {
    let [a, ..] = events(&store).await;
    letters.bury("mail", &a, "once", time()).await.unwrap();
    letters.requeue("mail", &a.event.id.to_string()).await.unwrap();
    letters.bury("mail", &a, "twice", time()).await.unwrap();
    assert!(letters.requeued("mail").await.unwrap().is_empty());
    let again = letters.list(100).await.unwrap();
    assert_eq!(again.iter().map(|letter| letter.reason.as_str()).collect::<Vec<_>>(), ["twice"]);
}

pub async fn what_is_not_there_is_neither_requeued_nor_discarded(
    (letters, store): (impl DeadLetterBox, impl EventLog + Repository<Product>),
) {
    let [a, ..] = events(&store).await;
    letters.bury("mail", &a, "refused", time()).await.unwrap();
    let known = a.event.id.to_string();
    for (reactor, id) in [("mail", id().to_string()), ("other", known.clone()), ("mail", "no id".to_owned())]
    {
        assert!(!letters.requeue(reactor, &id).await.unwrap(), "{reactor} {id}");
        assert!(!letters.discard(reactor, &id).await.unwrap(), "{reactor} {id}");
    }
    assert!(letters.discard("mail", &known).await.unwrap());
    assert!(!letters.discard("mail", &known).await.unwrap(), "it is gone");
}
