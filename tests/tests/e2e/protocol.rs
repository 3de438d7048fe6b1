//! HTTP as its specifications have it.
use flate2::read::GzDecoder;
use reqwest::Method;
use serde_json::json;

use super::{
    actions::json_of,
    world::{PASSWORD, Stores, World},
};

pub async fn conditional_requests(world: &World) {
    let root = world.superuser().await;
    let id = world.laptop(&root, 5).await;
    let path = format!("/{id}");
    let first = world.at_products(Method::GET, &path).send().await.unwrap();
    let tag = first.headers()["etag"].to_str().unwrap().to_owned();
    let same = world.at_products(Method::GET, &path).header("If-None-Match", &tag).send().await.unwrap();
    assert_eq!((same.status().as_u16(), &same.headers()["etag"]), (304, &tag.parse().unwrap()));
    assert!(same.bytes().await.unwrap().is_empty());

    let put = |tag: &str| {
        let edit = world.at_products(Method::PUT, &path).bearer_auth(&root.access).header("If-Match", tag);
        edit.json(&json!({ "price": 1 })).send()
    };
    let edited = put(&tag).await.unwrap();
    assert_ne!(edited.headers()["etag"], tag);
    json_of(edited, 200).await;
    assert_eq!(json_of(put(&tag).await.unwrap(), 412).await["code"], "version_mismatch");
    let any = put("*").await.unwrap();
    let now = any.headers()["etag"].to_str().unwrap().to_owned();
    json_of(any, 200).await;
    assert_eq!(put(&format!("{tag}, {now}")).await.unwrap().status(), 200, "one of those listed is in force");
    assert_eq!(put(&format!("{tag}, W/{now}")).await.unwrap().status(), 412, "a weak tag never matches");
    assert_eq!(put("nonsense").await.unwrap().status(), 400);
    let stale = world.at_products(Method::DELETE, &path).bearer_auth(&root.access).header("If-Match", &tag);
    assert_eq!(stale.send().await.unwrap().status(), 412);
    let fresh = world.at_products(Method::GET, &path).header("If-None-Match", &tag).send().await.unwrap();
    assert_eq!(fresh.status(), 200);
    let delete = world.at_products(Method::DELETE, &path).bearer_auth(&root.access).send().await.unwrap();
    json_of(delete, 200).await;
    assert_eq!(world.at_products(Method::GET, &path).send().await.unwrap().status(), 404);
}

pub async fn changes_of_a_user_are_conditional_too(world: &World) {
    let (root, ada) = (world.superuser().await, world.newcomer("ada").await);
    let me = world.at_auth(Method::GET, "/me").bearer_auth(&ada.access).send().await.unwrap();
    let tag = me.headers()["etag"].to_str().unwrap().to_owned();
    let scopes = format!("/users/{}/scopes", ada.user_id);
    let new = "battery staple";
    let changes = [
        ("/profile", &ada, json!({ "full_name": "Ada" })),
        (&scopes, &root, json!({ "scopes": ["products:write"] })),
        ("/change-password", &ada, json!({ "old_password": PASSWORD, "new_password": new })),
    ];
    for (path, who, body) in &changes {
        let put = |tag: &str| {
            let put = world.at_auth(Method::PUT, path).bearer_auth(&who.access).json(body);
            put.header("If-Match", tag.to_owned()).send()
        };
        assert_eq!(put("\"0\"").await.unwrap().status(), 412, "{path}");
        assert_eq!(put("nonsense").await.unwrap().status(), 400, "{path}");
    }
    for (path, who, body) in changes {
        let me = world.at_auth(Method::GET, "/me").bearer_auth(&ada.access).send().await.unwrap();
        let fresh = me.headers()["etag"].to_str().unwrap();
        let put = world.at_auth(Method::PUT, path).bearer_auth(&who.access).json(&body);
        let done = put.header("If-Match", format!("{tag}, {fresh}")).send().await.unwrap();
        assert_eq!(done.status(), 200, "{path}");
    }
    assert_eq!(world.log_in("ada", new).await.status(), 200);
}

pub async fn methods_types_and_sizes(world: &World) {
    let answer = world.at_auth(Method::DELETE, "/login").send().await.unwrap();
    assert_eq!(answer.headers()["allow"], "POST");
    assert_eq!(json_of(answer, 405).await["code"], "method_not_allowed");
    let head = world.at_products(Method::HEAD, "").send().await.unwrap();
    assert_eq!((head.status().as_u16(), head.text().await.unwrap().as_str()), (200, ""));
    for content_type in ["text/plain", "application/x-www-form-urlencoded", "application/jsonx", "*/*"] {
        let login = world.at_auth(Method::POST, "/login").header("Content-Type", content_type);
        assert_eq!(login.body("{}").send().await.unwrap().status(), 415, "{content_type}");
    }
    let send = |body: String| {
        let login = world.at_auth(Method::POST, "/login").header("Content-Type", "application/json");
        login.body(body).send()
    };
    let padded = |len: usize| format!("{{{}}}", " ".repeat(len - 2));
    assert_eq!(send(padded(64 * 1024)).await.unwrap().status(), 422);
    assert_eq!(send(padded(64 * 1024 + 1)).await.unwrap().status(), 413);
    let large =
        json_of(send(format!(r#"{{"username": "{}"}}"#, "a".repeat(100_000))).await.unwrap(), 422).await;
    assert_eq!(
        (&large["errors"][0]["field"], &large["errors"][0]["code"]),
        (&json!("username"), &json!("too_long"))
    );
    assert_eq!(send(padded(300 * 1024)).await.unwrap().status(), 413);
    let nowhere = world.client.get(format!("{}/no/such/route", world.auth)).send().await.unwrap();
    assert_eq!(json_of(nowhere, 404).await["code"], "not_found");
}

pub async fn errors_are_problems_in_the_readers_language(world: &World) {
    let log_in = |language: &str| {
        let login = world.at_auth(Method::POST, "/login").header("Accept-Language", language);
        login.header("X-Request-Id", "abc-1").json(&json!({ "username": "nobody", "password": "x" })).send()
    };
    let answer = log_in("en").await.unwrap();
    assert_eq!(
        (&answer.headers()["www-authenticate"], &answer.headers()["x-request-id"]),
        (&"Bearer".parse().unwrap(), &"abc-1".parse().unwrap())
    );
    assert_eq!(
        json_of(answer, 401).await,
        json!({
            "type": "urn:panal:problem:invalid_credentials", "title": "Unauthorized", "status": 401,
            "code": "invalid_credentials", "detail": "the username or password is wrong", "request_id": "abc-1",
        })
    );
    let spanish = json_of(log_in("es-MX,es;q=0.9,en;q=0.8").await.unwrap(), 401).await;
    assert_eq!(spanish["detail"], "el nombre de usuario o la contraseña no son correctos");
}

pub async fn housekeeping(world: &World) {
    for (service, name) in [(&world.auth, "auth-service"), (&world.product, "product-service")] {
        let get = |path: &str| world.client.get(format!("{service}{path}")).send();
        assert_eq!(json_of(get("/").await.unwrap(), 200).await["service"], name);
        let health = json_of(get("/health").await.unwrap(), 200).await;
        assert_eq!(health, json!({ "status": "healthy", "service": name, "environment": "development" }));
        assert_eq!(get("/health/live").await.unwrap().status(), 200);
        assert_eq!(json_of(get("/health/ready").await.unwrap(), 200).await["dependencies"]["database"], "up");
        let api = json_of(get("/openapi.json").await.unwrap(), 200).await;
        assert!(api["openapi"].as_str().unwrap().starts_with("3.1"), "{}", api["openapi"]);
        for post in api["paths"].as_object().unwrap().values().filter_map(|path| path.get("post")) {
            if post["tags"] == json!(["services"]) {
                continue;
            }
            let takes = |name| post["parameters"].as_array().unwrap().iter().any(|p| p["name"] == name);
            assert!(takes("Idempotency-Key") && post["responses"]["409"].is_object(), "{post}");
        }
        let page = get("/docs").await.unwrap();
        assert_eq!(page.headers()["content-encoding"], "gzip", "it is kept so");
        let page = std::io::read_to_string(GzDecoder::new(&*page.bytes().await.unwrap())).unwrap();
        assert!(page.contains("swagger-ui"), "{name} /docs");
        let metrics = get("/metrics").await.unwrap().text().await.unwrap();
        assert!(metrics.contains("http_request_duration_seconds_count"), "{metrics}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_mailbox_is_shown_under_the_names_of_this_machine_only() {
    let world = World::start(Stores::Memory).await;
    let open = |host: &str| {
        world.client.get(format!("{}/dev/mailbox", world.auth)).header("Host", host.to_owned()).send()
    };
    for host in ["localhost:8001", "127.0.0.1", "[::1]:8001"] {
        assert!(open(host).await.unwrap().text().await.unwrap().contains("Mailbox"), "{host}");
    }
    let rebound = json_of(open("evil.example:8001").await.unwrap(), 421).await;
    assert_eq!(rebound["code"], "misdirected_request");
}

pub async fn cross_origin_calls_come_from_listed_origins_only(world: &World) {
    const SHOP: &str = "https://shop.example.com";
    let preflight = |origin: &str, method: &str, headers: &str| {
        let ask = world.at_auth(Method::OPTIONS, "/login").header("Origin", origin);
        ask.header("Access-Control-Request-Method", method)
            .header("Access-Control-Request-Headers", headers)
            .send()
    };
    let ask = |origin| preflight(origin, "POST", "authorization, content-type, idempotency-key, traceparent");
    let listed = ask(SHOP).await.unwrap();
    assert_eq!(listed.status(), 200);
    assert_eq!(listed.headers()["access-control-allow-origin"], SHOP);
    for (method, header) in [("PATCH", "content-type"), ("POST", "x-unheard-of")] {
        let refused = preflight(SHOP, method, header).await.unwrap();
        assert_eq!(refused.headers()["access-control-allow-origin"], SHOP, "{method} {header}");
        assert_eq!(json_of(refused, 400).await["code"], "cross_origin_refused", "{method} {header}");
    }
    let login = world.at_auth(Method::POST, "/login").header("Origin", SHOP).body("{").send().await.unwrap();
    assert_eq!(login.headers()["access-control-allow-origin"], SHOP, "a page may read what went wrong");
    let exposed = "etag, idempotent-replayed, link, location, retry-after, x-request-id";
    assert_eq!(login.headers()["access-control-expose-headers"], exposed, "the same from each worker");
    assert!(login.headers()["vary"].to_str().unwrap().contains("Origin"));
    assert_eq!(json_of(login, 415).await["code"], "unsupported_media_type");
    for origin in
        ["https://evil.example", "null", "https://shop.example.com.evil.example", "http://shop.example.com"]
    {
        let refused = ask(origin).await.unwrap();
        assert!(!refused.headers().contains_key("access-control-allow-origin"), "{origin}");
        let id = refused.headers()["x-request-id"].to_str().unwrap().to_owned();
        let problem = json_of(refused, 400).await;
        assert_eq!(
            (&problem["code"], &problem["request_id"]),
            (&json!("cross_origin_refused"), &json!(id)),
            "{origin}"
        );
    }
}
