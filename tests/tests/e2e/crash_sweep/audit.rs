//! What must hold after a crash and a restart, asked from outside.
use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    process::Stdio,
};

use reqwest::Method;
use serde_json::Value;

use super::load::{Answer, Change, Person, STOCK, Shelf};
use crate::{
    actions::{Session, json_of},
    world::{World, eventually},
};

/// How many changes came to what.
#[derive(Debug, Default, Clone, Copy)]
pub struct Account {
    /// The caller was told that it is done.
    pub acknowledged: usize,
    /// The caller was told nothing.
    pub unknown: usize,
    /// It is in the log.
    pub committed: usize,
    /// The caller was told that it isn't done; it is nowhere.
    pub refused: usize,
}

impl Account {
    fn count(&mut self, answer: &Answer, is_committed: bool) {
        match answer {
            Answer::Done(_) => self.acknowledged += 1,
            Answer::Unknown => self.unknown += 1,
            Answer::Refused => self.refused += 1,
            Answer::Unsent => {}
        }
        self.committed += usize::from(is_committed);
        match answer {
            Answer::Done(_) => assert!(is_committed, "what was acknowledged is in the log"),
            Answer::Refused | Answer::Unsent => assert!(!is_committed, "what was refused isn't"),
            Answer::Unknown => {}
        }
    }
}

fn is_gapless(events: &[Value]) -> bool {
    let sequences: Vec<_> = events.iter().map(|event| event["sequence"].as_u64().unwrap()).collect();
    (1..).zip(&sequences).all(|(expected, sequence)| expected == *sequence)
}

fn kind_is(kind: &str) -> impl Fn(&&Value) -> bool {
    move |event| event["type"] == kind
}

/// The difference that an event makes to the stock, if it is about that.
fn delta(event: &Value) -> Option<i64> {
    let quantity = event["data"]["quantity"].as_i64();
    match event["type"].as_str().unwrap() {
        "product.stock_added.v1" => quantity,
        "product.stock_removed.v1" => quantity.map(|quantity| -quantity),
        _ => None,
    }
}

async fn product(world: &World, path: &str) -> Value {
    json_of(world.at_products(Method::GET, path).send().await.unwrap(), 200).await
}

/// Compares what became of a product with what callers were told; gives its events, oldest first.
pub async fn shelf(world: &World, shelf: &Shelf, account: &mut Account) -> Vec<Value> {
    let id = &shelf.id;
    let mut events = product(world, &format!("/{id}/events?limit=200")).await.as_array().unwrap().clone();
    events.reverse();
    assert!(is_gapless(&events), "{events:?}");

    let moves: Vec<_> = events.iter().filter(|event| delta(event).is_some()).collect();
    let by_reference: BTreeMap<_, _> =
        moves.iter().map(|event| (event["data"]["reference"].as_str().unwrap(), *event)).collect();
    assert_eq!(by_reference.len(), moves.len(), "each change is in the log once");
    let asked: BTreeSet<_> = shelf.changes.iter().map(|change| change.reference.as_str()).collect();
    assert!(by_reference.keys().all(|reference| asked.contains(reference)), "and was asked for");
    let ledger = product(world, &format!("/{id}/movements?limit=200")).await;
    let ledger: BTreeMap<_, _> =
        ledger.as_array().unwrap().iter().map(|line| (line["reference"].as_str().unwrap(), line)).collect();
    for Change { reference, answer } in &shelf.changes {
        let event = by_reference.get(reference.as_str());
        account.count(answer, event.is_some());
        if let Some(movement) = answer.text("movement_id") {
            assert_eq!(ledger[reference.as_str()]["id"], movement.as_str());
        }
    }

    assert_eq!(ledger.len(), moves.len(), "each took effect once");
    for (reference, event) in &by_reference {
        assert_eq!(ledger[reference]["delta"].as_i64(), delta(event));
    }
    let sum: i64 = ledger.values().map(|line| line["delta"].as_i64().unwrap()).sum();
    assert_eq!(product(world, &format!("/{id}/stock")).await["stock"], STOCK + sum, "ledger and stock agree");
    events
}

/// Compares what became of somebody with what they were told; gives their events, oldest first.
pub async fn person(world: &World, root: &Session, person: &Person, account: &mut Account) -> Vec<Value> {
    let id = person.id(world, root).await;
    let path = format!("/users/{id}/events?limit=200");
    let asked = world.at_auth(Method::GET, &path).bearer_auth(&root.access);
    let mut events = json_of(asked.send().await.unwrap(), 200).await.as_array().unwrap().clone();
    events.reverse();
    let subjects: HashSet<_> = events.iter().map(|event| event["subject"].as_str().unwrap()).collect();
    for subject in subjects {
        let own: Vec<_> = events.iter().filter(|event| event["subject"] == subject).cloned().collect();
        assert!(is_gapless(&own), "{own:?}");
    }
    // A session that was begun for a sign-in nobody agreed to ends for another reason.
    let counts = |event: &&Value| event["type"] != "session.ended.v1" || event["data"]["reason"] == "logout";
    let kinds = ["user.registered.v1", "user.logged_in.v1", "session.ended.v1"];
    let found = kinds.map(|kind| events.iter().filter(kind_is(kind)).filter(counts).count());
    assert_eq!(found[0], 1, "one account");
    for (asked, found) in [&person.registered, &person.signed_in, &person.signed_out].into_iter().zip(found) {
        let done = asked.iter().filter(|answer| matches!(answer, Answer::Done(_))).count();
        let unknown = asked.iter().filter(|answer| **answer == Answer::Unknown).count();
        assert!((done..=done + unknown).contains(&found), "{}: {found} of {asked:?}", person.name);
        *account = Account {
            acknowledged: account.acknowledged + done,
            unknown: account.unknown + unknown,
            committed: account.committed + found,
            refused: account.refused,
        };
    }
    events
}

impl Person {
    async fn id(&self, world: &World, root: &Session) -> String {
        let path = format!("/users?search={}", self.name);
        let found = world.at_auth(Method::GET, &path).bearer_auth(&root.access).send().await.unwrap();
        let found = json_of(found, 200).await;
        let found = found.as_array().unwrap_or_else(|| panic!("{found}"));
        let own = found.iter().find(|user| user["username"] == self.name.as_str());
        own.unwrap_or_else(|| panic!("{} isn't among {found:?}", self.name))["id"]
            .as_str()
            .unwrap()
            .to_owned()
    }
}

/// Waits until everything that follows the log has come to its end.
pub async fn drained(world: &World) {
    eventually("whoever follows the log comes to its end", async || all_is_done(world).await).await;
}

/// Whether everything that follows the log has come to its end; it hasn't as long as a process is away.
pub async fn all_is_done(world: &World) -> bool {
    for service in [&world.auth, &world.product] {
        let Ok(metrics) = world.client.get(format!("{service}/metrics")).send().await else { return false };
        let Ok(metrics) = metrics.text().await else { return false };
        let mut backlogs = metrics
            .lines()
            .filter(|line| line.starts_with("event_backlog{"))
            .filter(|line| !line.contains("\"relay\"") || world.setting("AMQP_URL").is_some());
        if !backlogs.all(|line| line.ends_with(" 0")) {
            return false;
        }
    }
    true
}

/// How many mails more than one there were, of those that tell of `events`; waits for the first of each.
pub async fn mails(world: &World, shelves: &[Shelf], people: &[Person], events: &[Value]) -> usize {
    let low = |shelf: &Shelf| {
        let is_low = kind_is("product.low_stock.v1");
        events.iter().filter(|event| is_low(event) && event["subject"] == shelf.id.as_str()).count()
    };
    let buyer = world.setting("STOCK_ALERT_RECIPIENTS").unwrap();
    let mut repeated = 0;
    for shelf in shelves {
        let sent = || world.mails.texts_to(buyer).iter().filter(|text| text.contains(&shelf.name)).count();
        eventually("low stock is told", async || sent() >= low(shelf)).await;
        repeated += sent() - low(shelf);
    }
    for person in people {
        let address = world.address(&person.name);
        let sent = || {
            world
                .mails
                .texts_to(&address)
                .iter()
                .filter(|text| text.contains("your account is ready"))
                .count()
        };
        eventually("everybody is welcomed", async || sent() >= 1).await;
        repeated += sent() - 1;
    }
    repeated
}

/// Whoever has signed out is refused by product-service, too.
pub async fn all_are_out(world: &World, people: &[Person]) {
    for token in people.iter().flat_map(|person| &person.signed_in).filter_map(|a| a.text("access_token")) {
        eventually("whoever has signed out is out", async || {
            let asked = world.at_products(Method::GET, "").bearer_auth(&token).send().await.unwrap();
            asked.status() == 401
        })
        .await;
    }
}

/// No row is other than the log says.
pub fn nothing_has_drifted(world: &World) {
    let mut verify = world.command("panal");
    let verify = verify.args(["projections", "verify"]).stdout(Stdio::piped()).output().unwrap();
    assert!(verify.status.success(), "{}", String::from_utf8_lossy(&verify.stdout));
}
