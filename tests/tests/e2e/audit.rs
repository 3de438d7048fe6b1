//! What was done is told with who did it and from where; and whoever changes it by hand is found out.
use std::{
    path::PathBuf,
    process::{Output, Stdio},
};

use diesel::{Connection, connection::SimpleConnection, sqlite::SqliteConnection};
use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use reqwest::Method;
use serde_json::Value;

use super::{
    actions::json_of,
    world::{Stores, World, eventually},
};

impl World {
    fn audit(&self, line: &[&str]) -> Output {
        let mut command = self.command("auth-service");
        command.arg("audit").args(line).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.output().unwrap()
    }

    /// What `audit` tells as JSON.
    fn audited(&self, line: &[&str]) -> Vec<Value> {
        let output = self.audit(&[line, &["--output", "json"]].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// What `audit verify` says, and whether it found nothing.
    fn verified(&self, more: &[&str]) -> (bool, String) {
        let output = self.audit(&[&["verify"], more].concat());
        (output.status.success(), String::from_utf8(output.stdout).unwrap())
    }

    /// The head of the chain, as `--expect` takes it.
    fn head(&self) -> String {
        let (_, said) = self.verified(&[]);
        said.trim().rsplit(' ').next().unwrap().to_owned()
    }

    /// Waits until the last event is chained.
    async fn chained(&self) {
        let last = self.audited(&["--limit", "1"])[0]["position"].to_string();
        eventually("everything is chained", async || self.head().ends_with(&format!("@{last}"))).await;
    }

    /// What somebody does who gets at the database.
    async fn tamper(&self, sql: &str) {
        if let Some(url) = self.setting("DATABASE_URL") {
            let mut connection = AsyncPgConnection::establish(url).await.unwrap();
            connection.batch_execute(&format!("SET search_path TO auth; {sql}")).await.unwrap();
        } else {
            let file = PathBuf::from(self.setting("DATA_DIR").unwrap()).join("auth.db");
            let mut connection = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
            connection.batch_execute(sql).unwrap();
        }
    }
}

async fn what_was_done_is_told(stores: Stores) {
    let world = World::start(stores).await;
    let ada = world.newcomer("ada").await;
    let root = world.superuser().await;
    let failing = world.at_auth(Method::POST, "/login").header("User-Agent", "Mosaic/0.9");
    let typed = serde_json::json!({ "username": "ada", "password": "wrong horse" });
    assert_eq!(failing.json(&typed).send().await.unwrap().status(), 401);
    assert_eq!(world.log_in("nobody", "wrong horse").await.status(), 401);
    let users = world.at_auth(Method::GET, "/users").bearer_auth(&ada.access).send().await.unwrap();
    assert_eq!(users.status(), 403);
    eventually("the acts are written down", async || world.audited(&["--type", "security."]).len() == 3)
        .await;

    let failed = world.audited(&["--type", "security.login_failed", "--user", "ada"]);
    assert_eq!(failed.len(), 1, "{failed:?}");
    let failed = &failed[0];
    assert_eq!(
        (&failed["data"]["user_id"], &failed["data"]["reason"]),
        (&ada.user_id.clone().into(), &"wrong_password".into())
    );
    assert_eq!(
        (&failed["origin"]["address"], &failed["origin"]["user_agent"]),
        (&"127.0.0.1".into(), &"Mosaic/0.9".into())
    );
    let denied = &world.audited(&["--type", "security.access_denied"])[0];
    assert_eq!(denied["actor"], ada.user_id.clone());
    assert!(denied["origin"]["session"].is_string(), "{denied}");
    let started = &world.audited(&["--type", "session.started", "--user", &ada.user_id])[0];
    assert_eq!(started["origin"]["address"], "127.0.0.1");

    assert_eq!(world.audited(&["--address", "127.0.0.2"]).len(), 0);
    assert!(world.audited(&["--address", "127.0.0.1"]).len() > 3);
    assert_eq!(world.audited(&["--until", "2020-01-01"]).len(), 0);
    assert_eq!(world.audited(&["--since", "2020-01-01", "--limit", "2"]).len(), 2);
    let text = String::from_utf8(world.audit(&["--user", "ada"]).stdout).unwrap();
    assert!(text.contains("address=127.0.0.1") && text.contains("user.registered.v1"), "{text}");
    assert!(!text.contains("horse"), "{text}");

    let path = format!("/users/{}/events", ada.user_id);
    let told = world.at_auth(Method::GET, &path).bearer_auth(&root.access).send().await.unwrap();
    assert_eq!(json_of(told, 200).await[0]["address"], "127.0.0.1");
}

async fn whoever_changes_the_log_by_hand_is_found_out(stores: Stores) {
    let world = World::start(stores).await;
    world.newcomer("ada").await;
    world.log_in("ada", "wrong horse").await;
    eventually("it is written down", async || world.audited(&["--type", "security."]).len() == 1).await;
    assert_eq!(world.register("eve").await.status(), 201);
    world.chained().await;
    world.stop_all();
    let (intact, said) = world.verified(&[]);
    assert!(intact, "{said}");
    let head = world.head();
    assert!(world.verified(&["--expect", &head]).0);
    let other = format!("{}@{}", "0".repeat(64), head.split('@').next_back().unwrap());
    for expected in [other, format!("{}@99999", "0".repeat(64))] {
        let (intact, said) = world.verified(&["--expect", &expected]);
        assert!(!intact && said.contains("unexpected"), "{said}");
    }

    let id = |kind: &str| {
        let event = &world.audited(&["--type", kind])[0];
        (event["id"].as_str().unwrap().to_owned(), event["position"].to_string())
    };
    let (login, _) = id("user.logged_in");
    let (failed, at) = id("security.login_failed");
    world.tamper("UPDATE events SET type = 'user.activated.v1' WHERE type = 'user.logged_in.v1'").await;
    let (intact, said) = world.verified(&[]);
    assert!(!intact && said.contains(&format!("changed: the event {login}")), "{said}");
    assert_eq!(said.lines().count(), 2, "the finding and the head, nothing else: {said}");
    world.tamper("UPDATE events SET type = 'user.logged_in.v1' WHERE type = 'user.activated.v1'").await;
    assert!(world.verified(&[]).0, "as it was");

    let (nil, raw) = if stores == Stores::Postgres {
        ("'00000000-0000-0000-0000-000000000000'", "'\\x00'")
    } else {
        ("zeroblob(16)", "x'00'")
    };
    world
        .tamper(&format!(
            "INSERT INTO events (position, id, aggregate_type, aggregate_id, sequence, type, occurred_at, command_id, data) \
             SELECT 0, {nil}, aggregate_type, aggregate_id, 99, type, occurred_at, command_id, data FROM events WHERE position = {at}"
        ))
        .await;
    let (intact, said) = world.verified(&[]);
    assert!(!intact && said.contains("inserted: the event 00000000-0000"), "{said}");
    world.tamper("DELETE FROM events WHERE position = 0").await;

    world.tamper(&format!("UPDATE audit_chain SET digest = {raw} WHERE position = {at}")).await;
    let (intact, said) = world.verified(&[]);
    assert!(!intact && said.contains("broken:") && said.contains(&failed), "{said}");
    world.tamper(&format!("DELETE FROM audit_chain WHERE position = {at}")).await;
    let (intact, said) = world.verified(&[]);
    assert!(
        !intact && said.contains("broken:") && said.contains(&format!("inserted: the event {failed}")),
        "{said}"
    );
    world.tamper(&format!("DELETE FROM events WHERE position = {at}")).await;
    let (intact, said) = world.verified(&[]);
    assert!(!intact && said.contains("broken:"), "a row is gone with its link: {said}");
    world.tamper("DELETE FROM events WHERE type = 'user.logged_in.v1'").await;
    let (intact, said) = world.verified(&[]);
    assert!(!intact && said.contains(&format!("missing: the event {login}")), "{said}");

    world
        .tamper(&format!(
            "DELETE FROM events WHERE position >= {at}; DELETE FROM audit_chain WHERE position >= {at}"
        ))
        .await;
    let (intact, said) = world.verified(&["--expect", &head]);
    assert!(!intact && said.contains("shortened:") && said.contains("unexpected:"), "{said}");
    world.run_all().await;
    assert_eq!(world.register("zoe").await.status(), 201);
    assert!(world.verified(&[]).1.contains("shortened:"), "what was cut off isn't chained over");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_done_is_told_on_sqlite() {
    what_was_done_is_told(Stores::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_done_is_told_on_postgres() {
    what_was_done_is_told(Stores::Postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_changes_the_log_by_hand_is_found_out_on_sqlite() {
    whoever_changes_the_log_by_hand_is_found_out(Stores::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_changes_the_log_by_hand_is_found_out_on_postgres() {
    whoever_changes_the_log_by_hand_is_found_out(Stores::Postgres).await;
}
