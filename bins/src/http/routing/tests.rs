use std::collections::BTreeMap;

use actix_web::{
    App, HttpResponse,
    http::StatusCode,
    middleware::from_fn,
    test::{self as web_test, TestRequest},
};
use serde_json::{Value, json};
use utoipa::OpenApi;

use super::{Entry, Needs, Routes, by};
use crate::http::{auth, context, docs, idempotency::Anyone, product, service};

/// What is the document itself.
const UNDOCUMENTED: [&str; 1] = ["/openapi.json"];

/// How `/openapi.json` says what a request must bring.
fn security(needs: Needs) -> Value {
    match needs {
        Needs::Nothing => Value::Null,
        Needs::TokenIfAny => json!([{ "bearer": [] }, {}]),
        Needs::Token | Needs::Superuser => json!([{ "bearer": [] }]),
        Needs::Scope(scope) => json!([{ "bearer": [scope] }]),
        Needs::Credentials => json!([{ "basic": [] }]),
    }
}

#[test]
fn the_document_says_of_each_route_what_its_policy_says() {
    for (api, routes) in
        [(auth::Api::openapi(), auth::routes()), (product::Api::openapi(), product::routes())]
    {
        let all = routes.and(service::housekeeping());
        let document = serde_json::to_value(docs::document(api, &all, false)).unwrap();
        let told: BTreeMap<(String, String), &Value> = document["paths"]
            .as_object()
            .unwrap()
            .iter()
            .flat_map(|(path, item)| {
                item.as_object()
                    .unwrap()
                    .iter()
                    .map(move |(method, told)| ((path.clone(), method.to_uppercase()), told))
            })
            .collect();
        let same_with_a_slash = |path: &str| path.len() > 1 && path.ends_with('/');
        let served: BTreeMap<(String, String), &Entry> = all
            .entries()
            .iter()
            .filter(|entry| !UNDOCUMENTED.contains(&&*entry.path) && !same_with_a_slash(&entry.path))
            .map(|entry| ((entry.path.clone(), entry.method.to_string()), entry))
            .collect();
        assert_eq!(told.keys().collect::<Vec<_>>(), served.keys().collect::<Vec<_>>());
        for (route, entry) in served {
            let told = told[&route];
            assert_eq!(told["security"], security(entry.needs), "{route:?}");
            let refuses = |status: &str| told["responses"].get(status).is_some();
            assert_eq!(refuses("403"), may_forbid(entry), "{route:?}");
            assert_eq!(
                told["parameters"].to_string().contains("Idempotency-Key"),
                entry.takes_key,
                "{route:?}"
            );
        }
    }
}

/// Besides those whose policy can, some refuse by what they are asked for.
fn may_forbid(entry: &Entry) -> bool {
    matches!(entry.needs, Needs::Superuser | Needs::Scope(_))
        || ["/register", "/users/{id}", "/users/{id}/activity", "/users/{id}/sessions"]
            .iter()
            .any(|end| entry.path.ends_with(end))
}

#[test]
fn what_anybody_may_do_is_this_and_no_more() {
    let open = |routes: Routes| -> Vec<String> {
        let open = routes.0.into_iter().filter(|entry| entry.needs == Needs::Nothing);
        open.map(|entry| format!("{} {}", entry.method, entry.path)).collect()
    };
    let signing_in =
        ["register", "login", "verify-code", "resend-code", "forgot-password", "reset-password", "refresh"];
    let mut expected = signing_in.map(|path| format!("POST /api/v1/auth/{path}")).to_vec();
    expected.push("GET /.well-known/jwks.json".to_owned());
    assert_eq!(open(auth::routes()), expected);
    assert_eq!(open(product::routes()), [""; 0]);
}

#[test]
fn no_route_that_changes_something_is_open_to_whoever_has_no_token() {
    let entries = auth::routes().and(product::routes()).0;
    let open = |entry: &&Entry| entry.method != "GET" && entry.needs == Needs::TokenIfAny;
    let open: Vec<_> = entries.iter().filter(open).map(|entry| &entry.path).collect();
    assert!(open.is_empty(), "{open:?}");
}

#[actix_web::test]
async fn a_handler_that_panics_costs_its_own_request_only() {
    async fn fails(body: String) -> HttpResponse {
        assert_eq!(body, "well", "as it should be");
        HttpResponse::Ok().finish()
    }
    let routes = || Routes::below("", [by::<Anyone>().ask("/fails", fails)]);
    let app = App::new().wrap(from_fn(context::middleware)).configure(|config| routes().serve(config));
    let app = web_test::init_service(app).await;
    let post = |body: &'static str| TestRequest::post().uri("/fails").set_payload(body).to_request();
    for _ in 0..3 {
        let answer = web_test::call_service(&app, post("ill")).await;
        assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert!(answer.headers().contains_key("x-request-id"));
        let problem: Value = web_test::read_body_json(answer).await;
        assert_eq!((&problem["code"], &problem["status"]), (&json!("internal_error"), &json!(500)));
        assert!(!problem.to_string().contains("as it should be"), "nothing of the panic is told");
    }
    assert_eq!(web_test::call_service(&app, post("well")).await.status(), StatusCode::OK);
}

#[actix_web::test]
async fn other_methods_are_told_which_there_are() {
    async fn here() -> HttpResponse {
        HttpResponse::Ok().finish()
    }
    let anyone = by::<Anyone>();
    let routes =
        Routes::below("/a", [anyone.get("/b", here), anyone.ask("/c", here), anyone.put("/b", here)]);
    let app = web_test::init_service(App::new().configure(|config| routes.serve(config))).await;
    for (method, path, status, allow) in [
        ("GET", "/a/b", 200, None),
        ("HEAD", "/a/b", 200, None),
        ("PUT", "/a/b", 200, None),
        ("DELETE", "/a/b", 405, Some("GET, HEAD, PUT")),
        ("OPTIONS", "/a/b", 405, Some("GET, HEAD, PUT")),
        ("GET", "/a/c", 405, Some("POST")),
        ("TRACE", "/a/c", 405, Some("POST")),
    ] {
        let request = TestRequest::with_uri(path).method(method.parse().unwrap()).to_request();
        let answer = web_test::call_service(&app, request).await;
        let allowed = answer.headers().get("allow").map(|value| value.to_str().unwrap());
        assert_eq!((answer.status().as_u16(), allowed), (status, allow), "{method} {path}");
    }
}
