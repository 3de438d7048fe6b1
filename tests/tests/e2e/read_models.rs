//! What is folded from the log: summaries, activity, and the comparison of all that is kept with it.
use std::process::{Output, Stdio};

use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use reqwest::Method;
use serde_json::{Value, json};

use super::{
    actions::{Session, json_of},
    place::free_port,
    world::{Stores, World, eventually},
};

impl World {
    async fn summary(&self) -> Value {
        json_of(self.at_products(Method::GET, "/summary").send().await.unwrap(), 200).await
    }

    async fn activity(&self, of: &Session, reader: &Session) -> reqwest::Response {
        let path = format!("/users/{}/activity", of.user_id);
        self.at_auth(Method::GET, &path).bearer_auth(&reader.access).send().await.unwrap()
    }

    fn projections(&self, program: &str, line: &[&str]) -> Output {
        let mut command = self.command(program);
        command.arg("projections").args(line).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.output().unwrap()
    }

    /// How many differences the service's readiness tells of.
    async fn differences(&self) -> Value {
        self.readiness(&self.product).await["differences"].clone()
    }

    async fn readiness(&self, service: &str) -> Value {
        let ready = self.client.get(format!("{service}/health/ready")).send().await.unwrap();
        json_of(ready, 200).await
    }

    /// Does something to the database behind the service's back.
    async fn by_hand(&self, sql: &str) {
        let mut database = AsyncPgConnection::establish(self.database()).await.unwrap();
        database.batch_execute(sql).await.unwrap();
    }
}

pub async fn they_follow_what_happens(world: &World) {
    let root = world.superuser().await;
    let laptop = json!({ "name": "Laptop", "price": 899.99, "stock": 12, "category": "laptops" });
    let laptop = world.create(&root, laptop).await["id"].as_str().unwrap().to_owned();
    world.create(&root, json!({ "name": "Cable", "price": 500, "currency": "JPY", "stock": 3 })).await;
    let remove =
        world.at_products(Method::POST, &format!("/{laptop}/stock/remove")).bearer_auth(&root.access);
    json_of(remove.json(&json!({ "amount": 10 })).send().await.unwrap(), 200).await;
    let movements = world.at_products(Method::GET, &format!("/{laptop}/movements")).send().await.unwrap();
    assert_eq!(json_of(movements, 200).await[0]["delta"], -10, "whoever moved stock sees it in the ledger");

    let expected = json!([
        { "category": null, "items": 1, "units": 3, "low_stock": 1, "value": [{ "currency": "JPY", "amount": 1500 }] },
        { "category": "laptops", "items": 1, "units": 2, "low_stock": 1,
          "value": [{ "currency": "USD", "amount": 1799.98 }] },
    ]);
    eventually("the summary follows", async || world.summary().await == expected).await;

    let ada = world.newcomer("ada").await;
    eventually("activity follows", async || {
        let answer = world.activity(&ada, &ada).await;
        answer.status() == 200 && json_of(answer, 200).await["logins"] == 1
    })
    .await;
    assert_eq!(world.activity(&root, &ada).await.status(), 403);
    assert_eq!(json_of(world.activity(&ada, &root).await, 200).await["password_changed_at"], Value::Null);

    let metrics = world.client.get(format!("{}/metrics", world.product)).send().await.unwrap();
    let metrics = metrics.text().await.unwrap();
    for line in [
        "event_backlog{reader=\"stock-ledger\"} 0",
        "drift_differences 0",
        "event_lag_seconds{reader=\"inventory\"}",
        // At a broker it is the relay that follows the log; reactors have queues.
        if world.stores == Stores::Postgres {
            "event_backlog{reader=\"relay\"} "
        } else {
            "event_backlog{reader=\"revoke-tokens\"} "
        },
        "events_unheard ",
    ] {
        assert!(metrics.contains(line), "{line} isn't in {metrics}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn they_are_looked_after_on_the_command_line_while_the_service_runs() {
    for stores in [Stores::Sqlite, Stores::Postgres] {
        let world = World::start(stores).await;
        let root = world.superuser().await;
        let laptop = world.laptop(&root, 12).await;
        let add = world.at_products(Method::POST, &format!("/{laptop}/stock/add")).bearer_auth(&root.access);
        json_of(add.json(&json!({ "amount": 1 })).send().await.unwrap(), 200).await;

        let said = |output: &Output| {
            String::from_utf8_lossy(&[&output.stdout[..], &output.stderr].concat()).into_owned()
        };
        let list = world.projections("panal", &["list"]);
        for name in ["stock-ledger", "inventory", "user-activity"] {
            assert!(list.status.success() && said(&list).contains(name), "{}", said(&list));
        }
        let rebuild = world.projections("product-service", &["rebuild", "stock-ledger"]);
        assert!(rebuild.status.success(), "{}", said(&rebuild));
        let unknown = world.projections("product-service", &["rebuild", "stock-leger"]);
        assert!(!unknown.status.success() && said(&unknown).contains("stock-ledger"), "{}", said(&unknown));
        let movements = world.at_products(Method::GET, &format!("/{laptop}/movements")).send().await.unwrap();
        assert_eq!(json_of(movements, 200).await.as_array().unwrap().len(), 1);
        let verify = world.projections("panal", &["verify"]);
        assert!(verify.status.success(), "{}", said(&verify));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stock_that_was_changed_by_hand_is_found() {
    let world = World::start(Stores::Postgres).await;
    let root = world.superuser().await;
    let (laptop, other) = (world.laptop(&root, 12).await, world.laptop(&root, 5).await);
    assert_eq!(world.differences().await, 0);
    world.by_hand(&format!("UPDATE product.products SET stock = 77 WHERE id = '{laptop}'")).await;

    let verify = world.projections("product-service", &["verify"]);
    let said = String::from_utf8_lossy(&verify.stdout).into_owned();
    assert_eq!(verify.status.code(), Some(1));
    let line = format!("product {laptop}.stock: 77 is kept, 12 follows from the log");
    assert!(said.contains(&line) && !said.contains(&other), "{said}");

    eventually_within_a_minute(async || world.differences().await != 0).await;
    let metrics = world.client.get(format!("{}/metrics", world.product)).send().await.unwrap();
    assert!(!metrics.text().await.unwrap().contains("drift_differences 0"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_of_nothing_and_an_event_that_can_not_be_read_are_found_beside_the_rest() {
    let world = World::start(Stores::Postgres).await;
    let root = world.superuser().await;
    let (laptop, other) = (world.laptop(&root, 12).await, world.laptop(&root, 5).await);
    eventually("the inventory follows", async || world.summary().await[0]["items"] == 2).await;
    let ghost = uuid::Uuid::now_v7();
    world.by_hand(&format!(
        "INSERT INTO product.inventory SELECT generation, '{ghost}', position, category, price_minor, currency, \
         stock, low_stock_threshold, is_active FROM product.inventory WHERE product_id = '{laptop}'; \
         UPDATE product.events SET data = '{{}}' WHERE aggregate_id = '{laptop}'; \
         UPDATE product.products SET stock = 77 WHERE id = '{other}'"
    ))
    .await;

    let verify = world.projections("product-service", &["verify"]);
    let said = String::from_utf8_lossy(&verify.stdout).into_owned();
    assert_eq!(verify.status.code(), Some(1));
    let starts = |start: String| said.lines().any(|line| line.starts_with(&start));
    assert!(starts(format!("inventory {ghost}: ")), "{said}");
    assert!(
        starts(format!("product {laptop}.event ")) && starts(format!("inventory {laptop}.event ")),
        "{said}"
    );
    assert!(starts(format!("product {other}.stock: 77 is kept, 5 follows")), "the pass goes on: {said}");
    // The row, the event in the two places where it counts, the stock.
    eventually_within_a_minute(async || world.differences().await == 4).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_instance_at_a_time_checks_for_drift() {
    let world = World::start(Stores::Postgres).await;
    let port = free_port().to_string();
    let mut second = world.spawn("product-service", &[("PRODUCT_PORT", &port)]);
    let (first, other) = (&world.product, &format!("http://127.0.0.1:{port}"));
    world.ready(other).await;
    let checks = async |service: &str| {
        let ready = world.readiness(service).await;
        let here = ready["drift_check"] == "here";
        assert_eq!(here, !ready["differences"].is_null(), "whoever checks tells: {ready}");
        here
    };
    eventually("one of them checks", async || checks(first).await != checks(other).await).await;
    // Whichever it is, the one that is left takes over.
    second.kill();
    eventually("the first one checks", async || checks(first).await).await;
}

async fn eventually_within_a_minute(condition: impl AsyncFn() -> bool) {
    let waiting = async {
        while !condition().await {
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_mins(1), waiting)
        .await
        .expect("it is found within a minute");
}
