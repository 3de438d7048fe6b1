use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use chrono::DateTime;
use clap::Parser;
use domain_shared::{BrokerError, DeadLetters};

use super::*;

/// Dead letters on a table.
struct Heap(Mutex<Vec<DeadLetter>>);

impl Heap {
    fn take(&self, reactor: &str, id: &str) -> bool {
        let mut letters = self.0.lock().unwrap();
        let before = letters.len();
        letters.retain(|letter| letter.reactor != reactor || letter.id != id);
        letters.len() < before
    }
}

#[async_trait]
impl DeadLetters for Heap {
    async fn list(&self, limit: usize) -> Result<Vec<DeadLetter>, BrokerError> {
        Ok(self.0.lock().unwrap().iter().take(limit).cloned().collect())
    }
    async fn requeue(&self, reactor: &str, id: &str) -> Result<bool, BrokerError> {
        Ok(self.take(reactor, id))
    }
    async fn discard(&self, reactor: &str, id: &str) -> Result<bool, BrokerError> {
        Ok(self.take(reactor, id))
    }
}

fn letter(reactor: &str, id: &str, seconds: i64, body: &str) -> DeadLetter {
    DeadLetter {
        id: id.to_owned(),
        reactor: reactor.to_owned(),
        kind: "user.registered.v1".to_owned(),
        reason: "the mailbox\u{1b}[2J is full".to_owned(),
        at: DateTime::from_timestamp(1_800_000_000 + seconds, 0),
        body: body.to_owned(),
    }
}

fn services() -> Vec<DeadLettersOf> {
    let heap = |letters: Vec<DeadLetter>| Arc::new(Heap(Mutex::new(letters)));
    vec![
        (
            "auth-service",
            heap(vec![letter("welcome-mail", "a", 0, r#"{"id":"a"}"#), letter("other", "c", 2, "x")]),
        ),
        ("product-service", heap(vec![letter("low-stock-mail", "b", 1, "rubbish")])),
    ]
}

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    command: DeadLettersCommand,
}

async fn told(services: &[DeadLettersOf], line: &str) -> Result<String, String> {
    let words = std::iter::once("x").chain(line.split_whitespace());
    let command = Line::try_parse_from(words).map_err(|error| error.to_string())?.command;
    command.run(services, None).await.map_err(|error| error.to_string())
}

#[tokio::test]
async fn the_list_is_a_table_of_all_services_oldest_first() {
    let expected = "\
REACTOR         ID  TYPE                GIVEN UP              REASON
welcome-mail    a   user.registered.v1  2027-01-15 08:00:00Z  the mailbox [2J is full
low-stock-mail  b   user.registered.v1  2027-01-15 08:00:01Z  the mailbox [2J is full
other           c   user.registered.v1  2027-01-15 08:00:02Z  the mailbox [2J is full";
    assert_eq!(told(&services(), "list").await.unwrap(), expected);
    assert_eq!(told(&services(), "list --limit 1").await.unwrap().lines().count(), 2);
    assert_eq!(told(&[], "list").await.unwrap(), "there are no dead letters");
}

#[tokio::test]
async fn as_json_it_has_the_events() {
    let listed = told(&services(), "list --json").await.unwrap();
    let listed: Value = serde_json::from_str(&listed).unwrap();
    assert_eq!(listed[0]["event"], json!({ "id": "a" }));
    assert_eq!(listed[1]["event"], json!("rubbish"), "what is no JSON is shown as it is");
    assert_eq!(listed[1]["service"], "product-service");
    assert_eq!(told(&[], "list --json").await.unwrap(), "[]");
}

#[tokio::test]
async fn one_is_requeued_or_dropped_in_whichever_service_it_is() {
    for (deed, past) in [("requeue", "requeued"), ("drop", "dropped")] {
        let services = services();
        let one = format!("{deed} low-stock-mail b");
        assert_eq!(told(&services, &one).await.unwrap(), format!("1 dead letter {past}"));
        assert_eq!(told(&services, &one).await.unwrap_err(), "there is no such dead letter");
        assert_eq!(told(&services, "list").await.unwrap().lines().count(), 3);
    }
}

#[tokio::test]
async fn all_are_requeued_or_dropped_when_asked_for() {
    for (deed, past) in [("requeue", "requeued"), ("drop", "dropped")] {
        let (services, all) = (services(), format!("{deed} --all"));
        assert_eq!(told(&services, &all).await.unwrap(), format!("3 dead letters {past}"));
        assert_eq!(told(&services, &all).await.unwrap(), format!("0 dead letters {past}"));
    }
}

#[tokio::test]
async fn all_of_one_reactor_are_requeued_or_dropped_when_asked_for() {
    for (deed, past) in [("requeue", "requeued"), ("drop", "dropped")] {
        let services = services();
        let all = format!("{deed} welcome-mail --all");
        assert_eq!(told(&services, &all).await.unwrap(), format!("1 dead letter {past}"));
        assert_eq!(told(&services, "list").await.unwrap().lines().count(), 3);
    }
}

#[tokio::test]
async fn which_one_must_be_said() {
    for line in ["requeue", "requeue welcome-mail", "drop", "drop welcome-mail a --all"] {
        told(&services(), line).await.unwrap_err();
    }
}
