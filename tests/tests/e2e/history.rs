//! What happened, then and now.
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{
    actions::{Session, json_of},
    world::World,
};

/// Does something to a product: `verb` is the end of its path.
async fn act(world: &World, id: &str, verb: &str, body: Value, who: &Session) {
    let act = world.at_products(Method::POST, &format!("/{id}/{verb}")).bearer_auth(&who.access);
    json_of(act.json(&body).send().await.unwrap(), 200).await;
}

pub async fn remove(world: &World, id: &str, who: &Session) {
    act(world, id, "stock/remove", json!({ "amount": 1 }), who).await;
}

/// What is at a path under that of the products, for somebody or for anybody.
pub async fn look(world: &World, path: &str, who: Option<&Session>) -> (StatusCode, Value) {
    let mut request = world.at_products(Method::GET, path);
    if let Some(who) = who {
        request = request.bearer_auth(&who.access);
    }
    let answer = request.send().await.unwrap();
    (answer.status(), answer.json().await.unwrap())
}

pub async fn a_product_is_shown_as_it_stood_then(world: &World) {
    let root = world.superuser().await;
    let id = world.laptop(&root, 20).await;
    remove(world, &id, &root).await;
    act(world, &id, "deactivate", json!({}), &root).await;
    act(world, &id, "activate", json!({}), &root).await;
    let (_, events) = look(world, &format!("/{id}/events"), None).await;
    let time = |version: usize| events[4 - version]["occurred_at"].as_str().unwrap().to_owned();
    let as_of = async |time: &str, who| look(world, &format!("/{id}?as_of={time}"), who).await;

    for (at, stock, version) in
        [(time(1), 20, 1), (time(2), 19, 2), (time(4), 19, 4), ("9999-12-31T23:59:59Z".to_owned(), 19, 4)]
    {
        let (status, then) = as_of(&at, None).await;
        assert_eq!(
            (status.as_u16(), &then["stock"], &then["version"]),
            (200, &json!(stock), &json!(version))
        );
    }
    assert_eq!(as_of(&time(4), None).await.1, world.get_product(&id, &root).await, "now is the same as ever");
    let (status, then) = as_of(&time(3), Some(&root)).await;
    assert_eq!((status.as_u16(), &then["is_active"]), (200, &json!(false)));
    assert_eq!(as_of(&time(3), None).await.0, 404, "it was inactive");
    assert_eq!(as_of("2020-01-01T00:00:00Z", Some(&root)).await.0, 404, "it wasn't there yet");
    for bad in ["", "yesterday", "2026-01-01", "2026-01-01T00:00:00", "%00"] {
        let (status, problem) = as_of(bad, None).await;
        assert_eq!((status.as_u16(), &problem["errors"][0]["field"]), (422, &json!("as_of")), "{bad}");
    }

    let path = format!("/{id}?as_of={}", time(2));
    let then = world.at_products(Method::GET, &path).header("If-None-Match", "\"2\"").send().await.unwrap();
    assert_eq!((then.status().as_u16(), &then.headers()["etag"]), (304, &"\"2\"".parse().unwrap()));

    let delete = world.at_products(Method::DELETE, &format!("/{id}")).bearer_auth(&root.access);
    json_of(delete.send().await.unwrap(), 200).await;
    assert_eq!(as_of(&time(4), None).await.0, 404);
    assert_eq!(as_of(&time(4), Some(&root)).await.0, 200, "its history is kept");
    assert_eq!(as_of("9999-12-31T23:59:59Z", Some(&root)).await.0, 404, "by then it was gone");
}

pub async fn what_happened_to_a_product_comes_in_pages(world: &World) {
    let root = world.superuser().await;
    let id = world.laptop(&root, 20).await;
    for _ in 0..4 {
        remove(world, &id, &root).await;
    }
    world.laptop(&root, 1).await;
    let (mut events, mut next) = (Vec::<Value>::new(), Some(format!("/{id}/events?limit=2")));
    while let Some(path) = next {
        let answer = world.at_products(Method::GET, &path).send().await.unwrap();
        next = answer.headers().get("link").map(|link| {
            let target = link.to_str().unwrap().split_once('>').unwrap().0;
            target.strip_prefix("</api/v1/products").unwrap().to_owned()
        });
        events.extend(json_of(answer, 200).await.as_array().unwrap().iter().cloned());
    }
    let column = |name: &str| events.iter().map(|event| event[name].clone()).collect::<Vec<_>>();
    assert_eq!(column("sequence"), [5, 4, 3, 2, 1]);
    assert_eq!(column("type")[3..], ["product.stock_removed.v1", "product.created.v1"]);
    let newest = &events[0];
    assert_eq!((&newest["subject"], &newest["actor"]), (&json!(id), &json!(root.user_id)));
    assert_eq!(newest["data"]["stock_after"], 16);
    assert_eq!(newest.get("command_id"), None, "which command it came from is nobody's business");
    for bad in ["limit=0", "limit=201", "cursor=x", "cursor=-1"] {
        assert_eq!(look(world, &format!("/{id}/events?{bad}"), None).await.0, 422, "{bad}");
    }

    let path = format!("/{id}/events");
    act(world, &id, "deactivate", json!({}), &root).await;
    let delete = world.at_products(Method::DELETE, &format!("/{id}")).bearer_auth(&root.access);
    json_of(delete.send().await.unwrap(), 200).await;
    assert_eq!(look(world, &path, None).await.0, 404);
    let (_, kept) = look(world, &path, Some(&root)).await;
    assert_eq!((kept.as_array().unwrap().len(), &kept[0]["type"]), (7, &json!("product.deleted.v1")));
}

pub async fn what_happened_to_a_user_is_for_superusers(world: &World) {
    let root = world.superuser().await;
    let ada = world.newcomer("ada").await;
    let logout = world.at_auth(Method::POST, "/logout").bearer_auth(&ada.access).send().await.unwrap();
    json_of(logout, 200).await;
    let ada = world.sign_in("ada").await;
    let events = |id: &str, query: &str, who: &Session| {
        let path = format!("/users/{id}/events{query}");
        world.at_auth(Method::GET, &path).bearer_auth(&who.access).send()
    };
    let found = json_of(events(&ada.user_id, "", &root).await.unwrap(), 200).await;
    assert!(found[0]["command_id"].is_string(), "superusers see what belongs together: {}", found[0]);
    let kinds: Vec<_> =
        found.as_array().unwrap().iter().map(|event| event["type"].as_str().unwrap()).collect();
    let expected = [
        "user.logged_in.v1",
        "session.started.v1",
        "session.ended.v1",
        "user.logged_in.v1",
        "session.started.v1",
        "user.registered.v1",
    ];
    assert_eq!(kinds, expected, "newest first, hers only");
    let text = found.to_string();
    for secret in ["password", "hash", "$2", "refresh_token", &ada.refresh, &ada.access] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
    let first = events(&ada.user_id, "?limit=4", &root).await.unwrap();
    let link = first.headers()["link"].to_str().unwrap().to_owned();
    let cursor = link.split_once("cursor=").unwrap().1.split_once('>').unwrap().0.to_owned();
    let second =
        json_of(events(&ada.user_id, &format!("?limit=4&cursor={cursor}"), &root).await.unwrap(), 200).await;
    assert_eq!(second.as_array().unwrap()[..], found.as_array().unwrap()[4..]);

    assert_eq!(events(&ada.user_id, "", &ada).await.unwrap().status(), 403);
    let nobody = "01890000-0000-7000-8000-000000000000";
    assert_eq!(json_of(events(nobody, "", &root).await.unwrap(), 404).await["code"], "user_not_found");
}
