//! Whatever comes in, nothing breaks.
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use super::{
    actions::{Session, json_of},
    world::{PASSWORD, World},
};

/// Every route that takes a body.
fn routes<'w>(world: &'w World, root: &'w Session) -> Vec<Box<dyn Fn() -> RequestBuilder + 'w>> {
    let auth = |method: Method, path: &'static str| -> Box<dyn Fn() -> RequestBuilder + 'w> {
        Box::new(move || world.at_auth(method.clone(), path).bearer_auth(&root.access))
    };
    let product = |method: Method, path: String| -> Box<dyn Fn() -> RequestBuilder + 'w> {
        Box::new(move || world.at_products(method.clone(), &path).bearer_auth(&root.access))
    };
    let id = uuid::Uuid::nil();
    vec![
        auth(Method::POST, "/register"),
        auth(Method::POST, "/login"),
        auth(Method::POST, "/verify-code"),
        auth(Method::POST, "/resend-code"),
        auth(Method::POST, "/forgot-password"),
        auth(Method::POST, "/reset-password"),
        auth(Method::POST, "/refresh"),
        auth(Method::PUT, "/profile"),
        auth(Method::PUT, "/change-password"),
        product(Method::POST, String::new()),
        product(Method::PUT, format!("/{id}")),
        product(Method::POST, format!("/{id}/stock/add")),
        product(Method::POST, format!("/{id}/stock/remove")),
    ]
}

pub async fn bad_json_is_never_a_500(world: &World) {
    let root = world.superuser().await;
    let nested = |depth: usize| [vec![b'['; depth], vec![b']'; depth]].concat();
    let bodies: Vec<Vec<u8>> = [
        &b""[..],
        b" ",
        b"{",
        b"}",
        b"[]",
        b"null",
        b"true",
        b"0",
        b"\"x\"",
        b"{\"a\":1}garbage",
        b"{\"a\":",
        b"{\"a\":1,}",
        b"{'a':1}",
        b"\xef\xbb\xbf{}",
        b"{\"username\":\"\xff\xfe\"}",
        b"{\"username\":\"\\ud800\"}",
        b"{\"username\":\"a\nb\"}",
        b"{\"a\":01}",
        b"{\"a\":NaN}",
        b"\x00\x00",
        b"{\"username\":\"a\",\"username\":\"b\",\"name\":1,\"name\":2}",
        b"[\"ada@example.com\",\"ada\",\"correct horse\"]",
    ]
    .map(<[u8]>::to_vec)
    .into_iter()
    .chain([nested(20_000), [b"{\"username\":".as_slice(), &nested(20_000), b"}"].concat()])
    .collect();
    for route in routes(world, &root) {
        for body in &bodies {
            let answer =
                route().header("Content-Type", "application/json").body(body.clone()).send().await.unwrap();
            let status = answer.status();
            let shown = String::from_utf8_lossy(&body[..body.len().min(40)]).into_owned();
            assert!(status.is_client_error(), "{} {shown}: {status}", answer.url());
            assert_eq!(
                answer.headers()["content-type"],
                "application/problem+json",
                "{} {shown}",
                answer.url()
            );
        }
    }
}

pub async fn bad_values_are_422_with_every_field(world: &World) {
    let body = json!({ "email": "nobody", "username": "a", "password": "short", "phone_number": "call me", "full_name": 7 });
    let problem = world.at_auth(Method::POST, "/register").json(&body).send().await.unwrap();
    let problem = json_of(problem, 422).await;
    let fields: Vec<_> =
        problem["errors"].as_array().unwrap().iter().map(|e| e["field"].as_str().unwrap()).collect();
    assert_eq!(fields, ["email", "username", "password", "full_name", "phone_number"]);
    assert!(problem["detail"].is_string() && problem["request_id"].is_string());

    let root = world.superuser().await;
    let post = async |text: String| {
        let request = world.at_products(Method::POST, "").bearer_auth(&root.access);
        request.header("Content-Type", "application/json").body(text).send().await.unwrap()
    };
    for price in [
        "-0.001",
        "-1",
        "0",
        "1.999",
        "1e999",
        "1e400",
        "1e15",
        "\"5\"",
        "null",
        "true",
        "[]",
        "99999999999999999999999",
    ] {
        let answer = post(format!(r#"{{"name": "x", "price": {price}}}"#)).await;
        assert_eq!(answer.status(), 422, "price {price}");
    }
    for stock in [
        "-1",
        "1.5",
        "1000000000001",
        "1234567890123456789",
        "9223372036854775808",
        "1e400",
        "null",
        "\"10\"",
        "true",
    ] {
        let answer = post(format!(r#"{{"name": "x", "price": 1, "stock": {stock}}}"#)).await;
        assert_eq!(answer.status(), 422, "stock {stock}");
    }
    for name in ["a\\r\\nSet-Cookie: x", "a\\u0000b", "   ", ""] {
        let answer = post(format!(r#"{{"name": "{name}", "price": 1}}"#)).await;
        assert_eq!(answer.status(), 422, "name {name}");
    }
    let exact =
        json_of(post(r#"{"name": "x", "price": 0.10, "currency": "EUR"}"#.to_owned()).await, 201).await;
    assert_eq!(
        exact["price"].to_string(),
        "0.1",
        "serde_json reads it as a float here; on the wire it is 0.10"
    );
}

pub async fn what_a_form_leaves_empty_is_left_out(world: &World) {
    let body = json!({ "email": world.address("ada"), "username": "ada", "password": PASSWORD,
        "full_name": "", "phone_number": " " });
    let ada = world.at_auth(Method::POST, "/register").json(&body).send().await.unwrap();
    let ada = json_of(ada, 201).await;
    assert_eq!((&ada["full_name"], &ada["phone_number"]), (&Value::Null, &Value::Null));
    let ada = world.sign_in("ada").await;
    for (name, shown) in [("Ada", json!("Ada")), ("", Value::Null)] {
        let put = world.at_auth(Method::PUT, "/profile").bearer_auth(&ada.access);
        let answer = put.json(&json!({ "full_name": name })).send().await.unwrap();
        assert_eq!(json_of(answer, 200).await["full_name"], shown);
    }

    let root = world.superuser().await;
    let empty = json!({ "name": "x", "price": 1, "description": "", "sku": "", "category": "" });
    world.create(&root, empty.clone()).await;
    let bare = world.create(&root, empty).await;
    let texts = |product: &Value| ["description", "sku", "category"].map(|field| product[field].clone());
    assert_eq!(texts(&bare), [const { Value::Null }; 3], "and an empty SKU is nobody else's");
    let path = format!("/{}", bare["id"].as_str().unwrap());
    for (text, shown) in [("A-1", json!("A-1")), ("", Value::Null)] {
        let put = world.at_products(Method::PUT, &path).bearer_auth(&root.access);
        let edit = json!({ "description": text, "sku": text, "category": text });
        let edited = json_of(put.json(&edit).send().await.unwrap(), 200).await;
        assert_eq!(texts(&edited), [&shown, &shown, &shown].map(Clone::clone));
    }
    let add = world.at_products(Method::POST, &format!("{path}/stock/add")).bearer_auth(&root.access);
    let added = add.json(&json!({ "amount": 1, "reason": "", "reference": "" })).send().await.unwrap();
    json_of(added, 200).await;
    let unnamed =
        world.at_products(Method::PUT, &path).bearer_auth(&root.access).json(&json!({ "name": "" }));
    assert_eq!(unnamed.send().await.unwrap().status(), 422, "a name has to be given");
}

pub async fn search_text_is_literal(world: &World) {
    let root = world.superuser().await;
    world.create(&root, json!({ "name": "plain", "price": 1 })).await;
    let wool = world.create(&root, json!({ "name": "100% wool_x\\", "price": 1 })).await;
    let search = async |text: &str| {
        let found = world.at_products(Method::GET, "").query(&[("search", text)]).send().await.unwrap();
        json_of(found, 200).await
    };
    for text in ["100%", "wool_x", "X\\", "% WOOL"] {
        let found = search(text).await;
        assert_eq!(found.as_array().unwrap().len(), 1, "{text}: {found}");
        assert_eq!(found[0]["id"], wool["id"], "{text}");
    }
    for text in ["%", "_"] {
        assert_eq!(search(text).await[0]["id"], wool["id"], "{text} is no wildcard");
        assert_eq!(search(text).await.as_array().unwrap().len(), 1, "{text} is no wildcard");
    }
    for text in ["plain%", "pl_in", "'; DROP TABLE products; --"] {
        assert_eq!(search(text).await, Value::Array(vec![]), "{text}");
    }
    for query in [
        "limit=0",
        "limit=201",
        "limit=x",
        "page=0",
        "page=-1",
        "sort=size",
        "cursor=x",
        "search=%00",
        "active_only=maybe",
        "min_price=x",
    ] {
        let answer = world.at_products(Method::GET, &format!("?{query}")).send().await.unwrap();
        assert_eq!(answer.status(), 422, "{query}");
    }
}

pub async fn an_id_that_is_none_is_404(world: &World) {
    for id in [
        "abc",
        "0",
        "-1",
        "%00",
        "%ff",
        "11111111-1111-1111-1111-111111111111'",
        "{id}",
        "00000000000000000000000000000000",
    ] {
        let answer = world.at_products(Method::GET, &format!("/{id}")).send().await.unwrap();
        assert!(matches!(answer.status().as_u16(), 400 | 404), "{id}: {}", answer.status());
        assert_eq!(answer.headers()["content-type"], "application/problem+json", "{id}");
    }
    let missing =
        world.at_products(Method::GET, "/00000000-0000-0000-0000-000000000000").send().await.unwrap();
    assert_eq!(json_of(missing, 404).await["code"], "product_not_found");
}
