//! What happens, as it happens.
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::json;

use super::{
    actions::json_of,
    follower::{Follower, Told},
    history::{look, remove},
    world::{SUPERUSER, Stores, World},
};

pub async fn the_stream_tells_what_happens(world: &World) {
    let (root, ada) = (world.superuser().await, world.newcomer("ada").await);
    let anonymous = world.client.get(format!("{}/api/v1/events/stream", world.product)).send().await.unwrap();
    assert_eq!(anonymous.status(), 401);
    assert_eq!(world.stream("", &ada).send().await.unwrap().status(), 403);
    world.laptop(&root, 1).await;
    let mut all = Follower::begin(world.stream("", &root)).await;
    let mut moves =
        Follower::begin(world.stream("?types=product.stock_removed.v1,product.low_stock.v1", &root)).await;
    let id = world.laptop(&root, 11).await;
    remove(world, &id, &root).await;
    let told = all.events(3).await;
    let kinds: Vec<_> = told.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(kinds, ["product.created.v1", "product.stock_removed.v1", "product.low_stock.v1"]);
    assert_eq!(moves.events(2).await, told[1..]);

    let (_, kept) = look(world, &format!("/{id}/events?limit=1"), None).await;
    let (last, kept) = (&told[2], &kept[0]);
    assert_eq!((json!(last.id), &last.data["id"]), (kept["position"].clone(), &kept["id"]));
    assert_eq!(
        (&last.data["time"], &last.data["sequence"]),
        (&kept["occurred_at"], &json!("00000000000000000003"))
    );
    assert_eq!((&last.data["subject"], &last.data["source"]), (&json!(id), &json!("/product-service")));
    assert_eq!((&last.data["data"]["stock"], &last.data["specversion"]), (&json!(10), &json!("1.0")));
}

pub async fn the_stream_begins_where_it_is_told(world: &World) {
    let root = world.superuser().await;
    let id = world.laptop(&root, 20).await;
    for _ in 0..4 {
        remove(world, &id, &root).await;
    }
    let all = Follower::begin(world.stream("?last_event_id=0", &root)).await.events(5).await;
    assert!(all.iter().all(|event| event.data["subject"] == id.as_str()), "from the first one on");
    let third = all[2].id;
    let rest = Follower::begin(world.stream(&format!("?last_event_id={third}"), &root)).await.events(2).await;
    assert_eq!(rest, all[3..]);
    // A browser keeps the address it began with.
    let again = world.stream("?last_event_id=0", &root).header("Last-Event-ID", third.to_string());
    assert_eq!(Follower::begin(again).await.events(2).await, all[3..]);
    for bad in ["?last_event_id=x", "?types=product.sold.v1", "?types=", "?last_event_id=-1"] {
        assert_eq!(world.stream(bad, &root).send().await.unwrap().status(), 422, "{bad}");
    }
    let bad = world.stream("", &root).header("Last-Event-ID", "x").send().await.unwrap();
    assert_eq!(json_of(bad, 422).await["errors"][0]["field"], "Last-Event-ID");
    let url = format!("{}/api/v1/events/stream", world.product);
    let preflight = world
        .client
        .request(Method::OPTIONS, &url)
        .header("Origin", "https://shop.example.com")
        .header("Access-Control-Request-Headers", "authorization, last-event-id");
    let preflight = preflight.header("Access-Control-Request-Method", "GET").send().await.unwrap();
    let allowed = preflight.headers()["access-control-allow-headers"].to_str().unwrap();
    assert!(allowed.contains("last-event-id"), "{allowed}");
    let head = world.client.head(&url).bearer_auth(&root.access).send().await.unwrap();
    assert_eq!((head.status().as_u16(), head.text().await.unwrap().as_str()), (200, ""));
}

pub async fn of_101_streams_one_has_to_wait(world: &World) {
    let root = world.superuser().await;
    let mut followers = Vec::new();
    for _ in 0..100 {
        followers.push(Follower::begin(world.stream("", &root)).await);
    }
    let one_more = world.stream("", &root).send().await.unwrap();
    assert!(one_more.headers().contains_key("retry-after"));
    assert_eq!(json_of(one_more, 503).await["code"], "too_many_streams");
    assert_eq!(
        world.client.get(format!("{}/health/ready", world.product)).send().await.unwrap().status(),
        200
    );
    world.laptop(&root, 1).await;
    for follower in &mut followers {
        assert_eq!(follower.events(1).await[0].kind, "product.created.v1");
    }
}

pub async fn a_stream_ends_with_the_service(world: &World) {
    let root = world.superuser().await;
    let mut follower = Follower::begin(world.stream("", &root)).await;
    let started = Instant::now();
    tokio::task::block_in_place(|| world.stop_all());
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    assert!(follower.ends().await);
}

/// A follower who is there, then not, then there again, while the service is restarted and things happen.
async fn a_restart_is_not_missed_by_a_follower(stores: Stores) {
    let world = World::start(stores).await;
    let root = world.superuser().await;
    let mut follower = Follower::begin(world.stream("", &root)).await;
    let id = world.laptop(&root, 1_000).await;
    let removals = async |count| {
        for _ in 0..count {
            remove(&world, &id, &root).await;
        }
    };
    removals(3).await;
    let mut seen: Vec<Told> = follower.events(2).await;
    let before = seen.last().unwrap().id;
    drop(follower);
    removals(60).await;
    world.stop_all();
    world.run_all().await;
    removals(3).await;
    let mut follower =
        Follower::begin(world.stream("", &root).header("Last-Event-ID", before.to_string())).await;
    removals(3).await;
    seen.extend(follower.events(1 + 69 - 2).await);
    let sequences: Vec<_> =
        seen.iter().map(|event| event.data["sequence"].as_str().unwrap().parse::<u64>().unwrap()).collect();
    assert!(sequences.iter().copied().eq(1..=70), "each once, in order: {sequences:?}");
    assert!(seen.is_sorted_by(|a, b| a.id < b.id));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_is_not_missed_by_a_follower_on_sqlite() {
    a_restart_is_not_missed_by_a_follower(Stores::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_is_not_missed_by_a_follower_on_postgres() {
    a_restart_is_not_missed_by_a_follower(Stores::Postgres).await;
}

pub async fn a_stream_ends_with_its_readers_session(world: &World) {
    let (root, elsewhere) = (world.superuser().await, world.sign_in(SUPERUSER).await);
    let mut stays = Follower::begin(world.stream("", &root)).await;
    let mut goes = Follower::begin(world.stream("", &elsewhere)).await;
    let logout = world.at_auth(Method::POST, "/logout").bearer_auth(&elsewhere.access);
    json_of(logout.send().await.unwrap(), 200).await;
    assert!(goes.ends().await);
    world.laptop(&root, 1).await;
    stays.events(1).await;
}
