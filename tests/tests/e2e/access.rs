//! Who may do what.
use reqwest::{Method, RequestBuilder};
use serde_json::json;

use super::{
    actions::json_of,
    world::{PASSWORD, World},
};

fn writes(world: &World, id: &str) -> Vec<RequestBuilder> {
    let at = |method: Method, path: &str| world.at_products(method, path);
    vec![
        at(Method::POST, "").json(&json!({ "name": "x", "price": 1 })),
        at(Method::PUT, &format!("/{id}")).json(&json!({ "name": "x" })),
        at(Method::DELETE, &format!("/{id}")),
        at(Method::POST, &format!("/{id}/activate")),
        at(Method::POST, &format!("/{id}/deactivate")),
        at(Method::POST, &format!("/{id}/stock/add")).json(&json!({ "amount": 1 })),
        at(Method::POST, &format!("/{id}/stock/remove")).json(&json!({ "amount": 1 })),
    ]
}

pub async fn protected_doors_need_a_token(world: &World) {
    let id = uuid::Uuid::nil().to_string();
    let mut doors = writes(world, &id);
    for (method, path) in [
        (Method::GET, "/me"),
        (Method::GET, "/verify"),
        (Method::GET, "/forward"),
        (Method::POST, "/logout"),
        (Method::PUT, "/profile"),
        (Method::PUT, "/change-password"),
        (Method::GET, "/sessions"),
        (Method::GET, "/users"),
    ] {
        doors.push(world.at_auth(method, path));
    }
    doors.push(world.at_auth(Method::DELETE, &format!("/sessions/{id}")));
    doors.push(world.at_auth(Method::GET, &format!("/users/{id}/sessions")));
    doors.push(world.at_auth(Method::POST, &format!("/users/{id}/deactivate")));
    doors.push(world.at_auth(Method::PUT, &format!("/users/{id}/scopes")).json(&json!({ "scopes": [] })));
    for door in doors {
        let answer = door.send().await.unwrap();
        assert_eq!(answer.status(), 401, "{}", answer.url());
        assert_eq!(answer.headers()["www-authenticate"], "Bearer", "{}", answer.url());
    }
    for bearer in ["x", "a.b.c", "", " ", "..", &".".repeat(4000)] {
        let answer = world.at_auth(Method::GET, "/me").header("Authorization", format!("Bearer {bearer}"));
        assert_eq!(answer.send().await.unwrap().status(), 401, "{bearer}");
    }
}

pub async fn ordinary_users_change_nothing(world: &World) {
    let (root, ada, eve) =
        (world.superuser().await, world.newcomer("ada").await, world.newcomer("eve").await);
    let id = world.laptop(&root, 5).await;
    let before = world.get_product(&id, &root).await;
    for write in writes(world, &id) {
        let answer = write.bearer_auth(&ada.access).send().await.unwrap();
        assert_eq!(json_of(answer, 403).await["code"], "forbidden");
    }
    assert_eq!(world.get_product(&id, &root).await, before);
    for path in [format!("/users/{}", eve.user_id), "/users".to_owned()] {
        assert_eq!(
            world.at_auth(Method::GET, &path).bearer_auth(&ada.access).send().await.unwrap().status(),
            403
        );
    }
    let deactivate = world.at_auth(Method::POST, &format!("/users/{}/deactivate", eve.user_id));
    assert_eq!(deactivate.bearer_auth(&ada.access).send().await.unwrap().status(), 403);
    let oneself = world.at_auth(Method::GET, &format!("/users/{}", ada.user_id)).bearer_auth(&ada.access);
    assert_eq!(oneself.send().await.unwrap().status(), 200);
    for rise in [json!({ "is_superuser": true }), json!({ "is_active": false })] {
        let mut body = json!({ "email": "x@example.com", "username": "xyz", "password": PASSWORD });
        body.as_object_mut().unwrap().extend(rise.as_object().unwrap().clone());
        assert_eq!(world.at_auth(Method::POST, "/register").json(&body).send().await.unwrap().status(), 403);
    }
}

pub async fn an_inactive_product_is_out_of_play(world: &World) {
    let (root, ada) = (world.superuser().await, world.newcomer("ada").await);
    let id = world.laptop(&root, 10).await;
    let post = |path: &str, body: serde_json::Value| {
        world.at_products(Method::POST, &format!("/{id}{path}")).bearer_auth(&root.access).json(&body).send()
    };
    json_of(post("/deactivate", json!({})).await.unwrap(), 200).await;
    assert_eq!(json_of(post("/deactivate", json!({})).await.unwrap(), 409).await["code"], "already_inactive");
    for path in [format!("/{id}"), format!("/{id}/stock"), format!("/{id}/movements")] {
        let seen = world.at_products(Method::GET, &path).bearer_auth(&ada.access).send().await.unwrap();
        assert_eq!(seen.status(), 404, "{path}");
    }
    let listed =
        world.at_products(Method::GET, "?active_only=false").bearer_auth(&ada.access).send().await.unwrap();
    assert_eq!(json_of(listed, 200).await, json!([]));
    let listed =
        world.at_products(Method::GET, "?active_only=false").bearer_auth(&root.access).send().await.unwrap();
    assert_eq!(json_of(listed, 200).await[0]["is_active"], false);
    for verb in ["add", "remove"] {
        let moved = post(&format!("/stock/{verb}"), json!({ "amount": 1 })).await.unwrap();
        assert_eq!(json_of(moved, 409).await["code"], "product_inactive");
    }
    json_of(post("/activate", json!({})).await.unwrap(), 200).await;
    assert_eq!(world.get_product(&id, &ada).await["stock"], 10);
}

pub async fn a_deactivated_user_is_out(world: &World) {
    let (root, ada) = (world.superuser().await, world.newcomer("ada").await);
    let (_, code) = world.start_login("ada", PASSWORD).await;
    let switch = |verb: &str| {
        world
            .at_auth(Method::POST, &format!("/users/{}/{verb}", ada.user_id))
            .bearer_auth(&root.access)
            .send()
    };
    assert_eq!(json_of(switch("deactivate").await.unwrap(), 200).await["is_active"], false);
    assert_eq!(
        world.at_auth(Method::GET, "/me").bearer_auth(&ada.access).send().await.unwrap().status(),
        401
    );
    let refresh = world.at_auth(Method::POST, "/refresh").json(&json!({ "refresh_token": ada.refresh }));
    assert_eq!(refresh.send().await.unwrap().status(), 401);
    assert_eq!(world.log_in("ada", PASSWORD).await.status(), 401);
    assert_eq!(world.verify(&ada.user_id, &code).await.status(), 400);
    json_of(switch("activate").await.unwrap(), 200).await;
    world.sign_in("ada").await;
}

pub async fn scopes_are_granted_by_superusers(world: &World) {
    let (root, ada) = (world.superuser().await, world.newcomer("ada").await);
    let grant =
        world.at_auth(Method::PUT, &format!("/users/{}/scopes", ada.user_id)).bearer_auth(&root.access);
    let granted = grant.json(&json!({ "scopes": ["products:write"] })).send().await.unwrap();
    assert_eq!(json_of(granted, 200).await["scopes"], json!(["products:write"]));
    let create = |token: &str| {
        world
            .at_products(Method::POST, "")
            .bearer_auth(token)
            .json(&json!({ "name": "x", "price": 1 }))
            .send()
    };
    assert_eq!(create(&ada.access).await.unwrap().status(), 403, "not before the next refresh");
    let refresh = world.at_auth(Method::POST, "/refresh").json(&json!({ "refresh_token": ada.refresh }));
    let tokens = json_of(refresh.send().await.unwrap(), 200).await;
    assert_eq!(create(tokens["access_token"].as_str().unwrap()).await.unwrap().status(), 201);

    let found = world
        .at_auth(Method::GET, "/users?search=ADA&active=true")
        .bearer_auth(&root.access)
        .send()
        .await
        .unwrap();
    assert_eq!(json_of(found, 200).await[0]["id"], ada.user_id.as_str());
}

pub async fn nobody_raises_themselves(world: &World) {
    let forced = uuid::Uuid::from_u128(7).to_string();
    let more = json!({
        "id": forced, "user_id": forced, "role": "admin", "roles": ["admin"], "is_admin": true, "admin": true,
        "is_staff": true, "permissions": ["*"], "scope": "products:write", "scopes": ["products:write"], "is_active": true,
        "email_verified": true, "password_hash": "x", "version": 9, "created_at": "2001-01-01T00:00:00Z",
    });
    let mut body = json!({ "email": world.address("eve"), "username": "eve", "password": PASSWORD });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let made = json_of(world.at_auth(Method::POST, "/register").json(&body).send().await.unwrap(), 201).await;
    let eve = world.sign_in("eve").await;
    assert_eq!((made["id"].as_str(), &made["scopes"]), (Some(eve.user_id.as_str()), &json!([])));
    assert!(
        made["is_superuser"] == false && !made.to_string().contains("2001-01-01") && eve.user_id != forced
    );

    let mut edit =
        json!({ "full_name": "Eve", "email": "evil@example.com", "username": "root2", "is_superuser": true });
    edit.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let put = world.at_auth(Method::PUT, "/profile").bearer_auth(&eve.access).json(&edit);
    let edited = json_of(put.send().await.unwrap(), 200).await;
    assert_eq!(edited["full_name"], "Eve");
    for (field, value) in made.as_object().unwrap() {
        if !["full_name", "updated_at"].contains(&field.as_str()) {
            assert_eq!(&edited[field], value, "{field}");
        }
    }
    let again = world.sign_in("eve").await;
    for token in [&eve.access, &again.access] {
        let create = world.at_products(Method::POST, "").bearer_auth(token);
        let create = create.json(&json!({ "name": "x", "price": 1 })).send().await.unwrap();
        assert_eq!(create.status(), 403);
        let grant = world.at_auth(Method::PUT, &format!("/users/{}/scopes", eve.user_id)).bearer_auth(token);
        let grant = grant.json(&json!({ "scopes": ["products:write"] })).send().await.unwrap();
        assert_eq!(grant.status(), 403, "not even their own");
    }
}

pub async fn what_is_changed_is_ones_own(world: &World) {
    let (ada, eve) = (world.newcomer("ada").await, world.newcomer("eve").await);
    for (field, value) in [
        ("user_id", eve.user_id.clone()),
        ("id", eve.user_id.clone()),
        ("username", "eve".to_owned()),
        ("email", world.address("eve")),
    ] {
        let mut edit = json!({ "full_name": "Hacked" });
        edit[field] = json!(value);
        let put = world.at_auth(Method::PUT, &format!("/profile?{field}={value}")).bearer_auth(&ada.access);
        assert_eq!(json_of(put.json(&edit).send().await.unwrap(), 200).await["id"], ada.user_id.as_str());
        let mut change = json!({ "old_password": "something else", "new_password": "hacked hacked" });
        change[field] = json!(value);
        let put = world.at_auth(Method::PUT, "/change-password").bearer_auth(&ada.access).json(&change);
        let refused = json_of(put.send().await.unwrap(), 422).await;
        assert_eq!(refused["errors"][0]["field"], "old_password", "{field}");
    }
    let me = world.at_auth(Method::GET, "/me").bearer_auth(&eve.access).send().await.unwrap();
    assert_eq!(json_of(me, 200).await["full_name"], json!(null));
    for path in ["", "/events", "/activity"] {
        let look =
            world.at_auth(Method::GET, &format!("/users/{}{path}", eve.user_id)).bearer_auth(&ada.access);
        assert_eq!(look.send().await.unwrap().status(), 403, "{path}");
    }
    for verb in ["activate", "deactivate"] {
        for id in [&ada.user_id, &eve.user_id] {
            let switch = world.at_auth(Method::POST, &format!("/users/{id}/{verb}")).bearer_auth(&ada.access);
            assert_eq!(switch.send().await.unwrap().status(), 403, "{verb}");
        }
    }
    world.sign_in("eve").await;
}
