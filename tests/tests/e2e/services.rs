//! What other services ask auth-service: what a token is worth, to end it, and who is at the gate.
use adapters::keyed::ClientDigest;
use reqwest::{Method, Response};
use serde_json::json;

use super::{
    actions::json_of,
    world::{Stores, World},
};

struct Service<'w> {
    world: &'w World,
    secret: String,
}

impl Service<'_> {
    async fn post(&self, path: &str, form: &str) -> Response {
        let post = self.world.at_auth(Method::POST, path).basic_auth("gateway", Some(&self.secret));
        let post = post.header("Content-Type", "application/x-www-form-urlencoded");
        post.body(form.to_owned()).send().await.unwrap()
    }

    async fn introspect(&self, form: &str) -> serde_json::Value {
        let answer = self.post("/introspect", form).await;
        assert_eq!(answer.headers()["cache-control"], "no-store");
        json_of(answer, 200).await
    }
}

/// A world with a service in it.
async fn world_with_service() -> (World, String) {
    let (secret, digest) = ClientDigest::generate().unwrap();
    let clients = format!("gateway:{}", digest.to_hex());
    let world = World::prepare(Stores::Memory, &[("SERVICE_CLIENTS", &clients)]).await;
    world.run_all().await;
    (world, secret)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_is_told_what_a_token_is_worth() {
    let (world, secret) = world_with_service().await;
    let service = Service { world: &world, secret };
    let ada = world.newcomer("ada").await;
    let told = service.introspect(&format!("token={}", ada.access)).await;
    assert_eq!(
        (&told["active"], &told["token_type"], &told["username"], &told["sub"], &told["scope"]),
        (&json!(true), &json!("Bearer"), &json!("ada"), &json!(ada.user_id), &json!(""))
    );
    assert_eq!((&told["iss"], &told["aud"]), (&json!("panal"), &json!("panal")));
    assert_eq!(told["exp"].as_i64().unwrap() - told["iat"].as_i64().unwrap(), 900);
    assert!(told["sid"].is_string() && told["jti"].is_string(), "{told}");

    let dead = json!({ "active": false });
    let form = format!("token={}&token_type_hint=refresh_token", ada.refresh);
    assert_eq!(service.introspect(&form).await["sub"], ada.user_id.as_str());
    assert_eq!(service.introspect(&format!("token={}", ada.refresh)).await, dead, "it is no access token");
    assert_eq!(service.introspect("token=nonsense&token_type_hint=whatever").await, dead);
    for form in ["", "token=", "token=a&token=b", "token=a&token_type_hint=x&token_type_hint=x"] {
        let problem = json_of(service.post("/introspect", form).await, 400).await;
        assert_eq!(
            (&problem["error"], &problem["code"]),
            (&json!("invalid_request"), &json!("invalid_request"))
        );
    }
    let json = world.at_auth(Method::POST, "/introspect").basic_auth("gateway", Some(&service.secret));
    assert_eq!(json.json(&json!({ "token": "x" })).send().await.unwrap().status(), 415);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_no_service_is_told_nothing() {
    let (world, secret) = world_with_service().await;
    let ada = world.newcomer("ada").await;
    let post = |path: &str| {
        let post =
            world.at_auth(Method::POST, path).header("Content-Type", "application/x-www-form-urlencoded");
        post.body(format!("token={}", ada.access))
    };
    for path in ["/introspect", "/revoke"] {
        for request in [
            post(path),
            post(path).bearer_auth(&ada.access),
            post(path).basic_auth("gateway", Some("wrong")),
            post(path).basic_auth("gateway", None::<&str>),
            post(path).basic_auth("other", Some(&secret)),
        ] {
            let refused = request.send().await.unwrap();
            assert_eq!(refused.headers()["www-authenticate"], "Basic realm=\"panal\", charset=\"UTF-8\"");
            let problem = json_of(refused, 401).await;
            assert_eq!(
                (&problem["error"], &problem["code"]),
                (&json!("invalid_client"), &json!("invalid_client"))
            );
        }
    }
    let alive = world.at_auth(Method::GET, "/me").bearer_auth(&ada.access).send().await.unwrap();
    assert_eq!(alive.status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_ends_a_session_by_either_token() {
    let (world, secret) = world_with_service().await;
    let service = Service { world: &world, secret };
    let (ada, here) = (world.newcomer("ada").await, world.sign_in("ada").await);
    let other = world.sign_in("ada").await;
    for form in
        [format!("token={}&token_type_hint=access_token", ada.access), format!("token={}", here.refresh)]
    {
        for _ in 0..2 {
            assert_eq!(service.post("/revoke", &form).await.status(), 200);
        }
    }
    assert_eq!(service.post("/revoke", "token=nonsense&token_type_hint=refresh_token").await.status(), 200);
    for dead in [&ada, &here] {
        let me = world.at_auth(Method::GET, "/me").bearer_auth(&dead.access).send().await.unwrap();
        assert_eq!(me.status(), 401);
        let refresh = world.at_auth(Method::POST, "/refresh").json(&json!({ "refresh_token": dead.refresh }));
        assert_eq!(refresh.send().await.unwrap().status(), 401);
        let told = service.introspect(&format!("token={}", dead.access)).await;
        assert_eq!(told, json!({ "active": false }));
    }
    let alive = world.at_auth(Method::GET, "/me").bearer_auth(&other.access).send().await.unwrap();
    assert_eq!(alive.status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_are_made_on_the_command_line() {
    let world = World::prepare(Stores::Memory, &[]).await;
    let made = world.command("auth-service").args(["clients", "new", "shop"]).output().unwrap();
    let said = String::from_utf8(made.stdout).unwrap();
    let after = |label: &str| said.split(label).nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    let (secret, setting) = (after("client_secret:"), after("SERVICE_CLIENTS:"));
    assert!(!setting.contains(&secret));
    let world = World::prepare(Stores::Memory, &[("SERVICE_CLIENTS", &setting)]).await;
    world.run_all().await;
    let form = world.at_auth(Method::POST, "/introspect").basic_auth("shop", Some(&secret));
    let form = form.header("Content-Type", "application/x-www-form-urlencoded").body("token=x");
    assert_eq!(json_of(form.send().await.unwrap(), 200).await, json!({ "active": false }));
    let refused = world.command("auth-service").args(["clients", "new", "a b"]).output().unwrap();
    assert!(!refused.status.success());
}

pub async fn a_gateway_learns_who_it_is_from_the_token_alone(world: &World) {
    let name = "Ñandú.Δ";
    let ada = world.newcomer("ada").await;
    let body =
        json!({ "email": world.address("bird"), "username": name, "password": super::world::PASSWORD });
    json_of(world.at_auth(Method::POST, "/register").json(&body).send().await.unwrap(), 201).await;
    let before = world.mails.codes_to(&world.address("bird")).len();
    let started = json_of(world.log_in(name, super::world::PASSWORD).await, 200).await;
    let code = world.mails.code_to(&world.address("bird"), before).await;
    let tokens = json_of(world.verify(started["user_id"].as_str().unwrap(), &code).await, 200).await;

    let forward = |token: &str| {
        let ask = world.at_auth(Method::GET, "/forward").bearer_auth(token);
        let ask = ask.header("X-User-Id", uuid::Uuid::nil().to_string()).header("X-Username", "root");
        ask.header("X-Scopes", "products:write")
            .header("X-Forwarded-Method", "DELETE")
            .header("X-Forwarded-Uri", "/\"><script>?access_token=x")
            .header("X-Forwarded-Host", "evil.example")
            .send()
    };
    let seen = forward(tokens["access_token"].as_str().unwrap()).await.unwrap();
    assert_eq!(seen.status(), 204);
    assert_eq!(seen.headers()["x-username"], "%C3%91and%C3%BA.%CE%94");
    assert_eq!(
        (&seen.headers()["x-user-id"], &seen.headers()["x-scopes"]),
        (&started["user_id"].as_str().unwrap().parse().unwrap(), &"".parse().unwrap())
    );
    assert_eq!(forward(&ada.access).await.unwrap().headers()["x-username"], "ada");
    let refused = forward("a.b.c").await.unwrap();
    assert_eq!(refused.status(), 401);
    assert!(
        !refused
            .headers()
            .keys()
            .any(|name| ["x-user-id", "x-username", "x-scopes"].contains(&name.as_str()))
    );

    let options = world.at_auth(Method::OPTIONS, "/forward").send().await.unwrap();
    assert_eq!(
        (options.status().as_u16(), &options.headers()["allow"]),
        (405, &"GET, HEAD".parse().unwrap())
    );
    let preflight = world.at_auth(Method::OPTIONS, "/forward").header("Origin", "https://shop.example.com");
    let preflight = preflight.header("Access-Control-Request-Method", "GET").send().await.unwrap();
    assert_eq!(preflight.status(), 200, "a preflight carries no token");
}
