//! What Prometheus is told.
use reqwest::Method;
use serde_json::json;

use super::{
    actions::json_of,
    place::free_port,
    world::{PASSWORD, Stores, World, eventually},
};

/// What a service told at one moment.
struct Told(String);

impl Told {
    async fn by(world: &World, service: &str) -> Self {
        let answer = world.client.get(format!("{service}/metrics")).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        Self(answer.text().await.unwrap())
    }

    /// The value of the series of that name and these labels, without its fraction; 0 if there is none.
    fn of(&self, series: &str) -> i64 {
        let line = self.0.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
        line.and_then(|value| value.split('.').next()?.parse().ok()).unwrap_or_default()
    }

    fn has(&self, series: &str) -> bool {
        self.0.lines().any(|line| line.starts_with(series))
    }
}

pub async fn what_happens_is_counted(world: &World) {
    let root = world.superuser().await;
    let (auth, product) = (Told::by(world, &world.auth).await, Told::by(world, &world.product).await);

    world.newcomer("ada").await;
    assert_eq!(world.log_in("ada", "wrong horse").await.status(), 401);
    let laptop = world.laptop(&root, 12).await;
    let moves = async |verb: &str, amount: u32| {
        let path = format!("/{laptop}/stock/{verb}");
        world
            .at_products(Method::POST, &path)
            .bearer_auth(&root.access)
            .json(&json!({ "amount": amount }))
            .send()
            .await
    };
    json_of(moves("remove", 4).await.unwrap(), 200).await;
    json_of(moves("add", 2).await.unwrap(), 200).await;
    json_of(moves("remove", 100).await.unwrap(), 409).await;

    let rose = |before: &Told, after: &Told, series: &str| after.of(series) - before.of(series);
    let now = Told::by(world, &world.auth).await;
    for (series, times) in [
        ("logins_total{outcome=\"ok\",step=\"password\"}", 1),
        ("logins_total{outcome=\"wrong\",step=\"password\"}", 1),
        ("logins_total{outcome=\"ok\",step=\"code\"}", 1),
        ("sessions_started_total", 1),
        ("password_hashing_duration_seconds_count", 3),
        (
            "http_request_duration_seconds_count{method=\"POST\",route=\"/api/v1/auth/login\",status=\"401\"}",
            1,
        ),
    ] {
        assert_eq!(rose(&auth, &now, series), times, "{series}");
    }
    let now = Told::by(world, &world.product).await;
    for (series, times) in [
        ("stock_movements_total{direction=\"in\"}", 1),
        ("stock_movements_total{direction=\"out\"}", 1),
        ("stock_units_moved_total{direction=\"out\"}", 4),
    ] {
        assert_eq!(rose(&product, &now, series), times, "{series}");
    }
    eventually("what follows is counted, too", async || {
        let now = Told::by(world, &world.auth).await;
        let rises = |series| rose(&auth, &now, series) >= 1;
        rises("reactor_events_total{outcome=\"handled\",reactor=\"welcome-mail\"}")
            && rises("mails_total{outcome=\"sent\"}")
            && rises("event_log_end")
            && (world.stores != Stores::Postgres || rises("events_published_total"))
    })
    .await;
    state_of_things(world).await;
}

/// What is looked at rather than counted.
async fn state_of_things(world: &World) {
    for service in [&world.auth, &world.product] {
        let told = Told::by(world, service).await;
        assert_eq!(told.of("dependency_up{dependency=\"database\"}"), 1);
        assert!(told.of("http_requests_in_flight") >= 1, "this one is");
        for series in
            ["panal_build_info{", "dead_letters_total{", "process_cpu_seconds_total ", "process_open_fds "]
        {
            assert!(told.has(series), "{series} isn't in {}", told.0);
        }
        let pool = "database_pool_connections_max{database=\"primary\",purpose=\"changes\"}";
        assert_eq!(told.of(pool) > 0, world.stores != Stores::Memory, "{}", told.0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_may_be_told_where_only_prometheus_asks() {
    let ports = [free_port(), free_port()].map(|port| port.to_string());
    let settings = [
        ("AUTH_METRICS_PORT", ports[0].as_str()),
        ("PRODUCT_METRICS_PORT", ports[1].as_str()),
        ("ALLOWED_HOSTS", "api.example.com,127.0.0.1"),
    ];
    let world = World::prepare(Stores::Memory, &settings).await;
    world.run_all().await;
    for (service, port, name) in
        [(&world.auth, &ports[0], "auth-service"), (&world.product, &ports[1], "product-service")]
    {
        let aside = format!("http://127.0.0.1:{port}");
        assert!(Told::by(&world, &aside).await.has(&format!("panal_build_info{{service=\"{name}\"")));
        let get = |url: String| world.client.get(url).send();
        assert_eq!(get(format!("{service}/metrics")).await.unwrap().status(), 404);
        assert_eq!(get(format!("{aside}/health")).await.unwrap().status(), 404, "nothing else is there");
        // Prometheus calls it by whatever name it found it under.
        let by_name = world.client.get(format!("{aside}/metrics")).header("Host", "10-0-0-5.pod.internal");
        assert_eq!(by_name.send().await.unwrap().status(), 200);
    }
    // Their own requests are counted where these are served.
    assert_eq!(world.log_in("nobody", PASSWORD).await.status(), 401);
    let told = Told::by(&world, &format!("http://127.0.0.1:{}", ports[0])).await;
    assert!(told.of("logins_total{outcome=\"wrong\",step=\"password\"}") >= 1);
    world.stop_all();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trace_that_is_kept_is_an_example_of_requests_that_took_as_long() {
    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
    let world = World::start(Stores::Memory).await;
    let list = world.client.get(format!("{}/api/v1/products", world.product));
    let traced = list.header("traceparent", format!("00-{TRACE}-00f067aa0ba902b7-01"));
    assert_eq!(traced.send().await.unwrap().status(), 200);
    let ask = world.client.get(format!("{}/metrics", world.product));
    // What Prometheus sends.
    let accept = "application/openmetrics-text;version=1.0.0;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
    let answer = ask.header("Accept", accept).send().await.unwrap();
    let kind = answer.headers()["content-type"].to_str().unwrap().to_owned();
    assert!(kind.starts_with("application/openmetrics-text; version=1.0.0"), "{kind}");
    let text = answer.text().await.unwrap();
    let example = format!(" # {{trace_id=\"{TRACE}\"}} ");
    let line = text.lines().find(|line| line.contains(&example));
    assert!(line.is_some_and(|line| line.contains("route=\"/api/v1/products\"")), "{text}");
    assert!(text.ends_with("# EOF\n"));
    let plain = Told::by(&world, &world.product).await;
    assert!(!plain.0.contains("trace_id"), "the older format has no exemplars");
}
