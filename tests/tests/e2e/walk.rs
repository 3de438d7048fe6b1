//! What people do all day.
use reqwest::Method;
use serde_json::{Value, json};

use super::{
    actions::json_of,
    world::{PASSWORD, World, eventually},
};

pub async fn from_registration_to_stock(world: &World) {
    let body = json!({
        "email": world.address("Ada"), "username": "Ada", "password": PASSWORD, "confirm_password": PASSWORD,
        "full_name": "Ada Lovelace", "phone_number": "+1 (234) 567-890",
    });
    let answer = world.at_auth(Method::POST, "/register").json(&body).send().await.unwrap();
    let location = answer.headers()["location"].to_str().unwrap().to_owned();
    let ada = json_of(answer, 201).await;
    assert_eq!((&ada["email"], &ada["username"]), (&json!(world.address("ada")), &json!("Ada")));
    assert_eq!((&ada["phone_number"], &ada["is_active"]), (&json!("+1234567890"), &json!(true)));
    assert!(location.ends_with(ada["id"].as_str().unwrap()) && !ada.to_string().contains("$2"));

    let started = json_of(world.log_in("ada", PASSWORD).await, 200).await;
    assert_eq!(
        (&started["email"], &started["requires_verification"]),
        (&json!(world.address("a***")), &json!(true))
    );
    assert_eq!(started["user_id"], ada["id"]);
    let code = world.mails.code_to(&world.address("ada"), 0).await;
    assert!(!started.to_string().contains(&code), "the code is in no answer");
    let tokens = json_of(world.verify(ada["id"].as_str().unwrap(), &code).await, 200).await;
    assert_eq!((&tokens["token_type"], &tokens["expires_in"]), (&json!("bearer"), &json!(900)));
    let again = json_of(world.verify(ada["id"].as_str().unwrap(), &code).await, 400).await;
    assert_eq!(again["code"], "invalid_or_expired_code");

    let me = world.at_auth(Method::GET, "/me").bearer_auth(tokens["access_token"].as_str().unwrap());
    assert_eq!(json_of(me.send().await.unwrap(), 200).await, ada);

    let root = world.superuser().await;
    let laptop = json!({ "name": "Laptop HP", "description": "15 pulgadas", "price": 899.99, "stock": 10 });
    let laptop = world.create(&root, laptop).await;
    assert_eq!((laptop["price"].to_string().as_str(), &laptop["currency"]), ("899.99", &json!("USD")));
    let id = laptop["id"].as_str().unwrap();
    let moved = move_stock(world, &root.access, id, "add", json!({ "quantity": 5 })).await;
    assert_eq!(moved["stock"], 15);
    let sold = json!({ "amount": 3, "reason": "sold", "reference": "order 4711" });
    let sold = move_stock(world, &root.access, id, "remove", sold).await;
    assert_eq!(sold["stock"], 12);

    let ledger = world.at_products(Method::GET, &format!("/{id}/movements")).send().await.unwrap();
    let ledger = json_of(ledger, 200).await;
    let newest = &ledger[0];
    assert_eq!(
        (&newest["id"], &newest["delta"], &newest["stock_after"]),
        (&sold["movement_id"], &json!(-3), &json!(12))
    );
    assert_eq!((&newest["reason"], &newest["actor"]), (&json!("sold"), &json!(root.user_id)));
    assert_eq!(ledger.as_array().unwrap().len(), 2);

    let listed = json_of(world.at_products(Method::GET, "?search=laptop").send().await.unwrap(), 200).await;
    assert_eq!((&listed[0]["id"], &listed[0]["stock"]), (&laptop["id"], &json!(12)));
    let stock =
        json_of(world.at_products(Method::GET, &format!("/{id}/stock")).send().await.unwrap(), 200).await;
    assert_eq!(stock, json!({ "product_id": id, "stock": 12 }));
}

async fn move_stock(world: &World, token: &str, id: &str, verb: &str, body: Value) -> Value {
    let path = format!("/{id}/stock/{verb}");
    json_of(world.at_products(Method::POST, &path).bearer_auth(token).json(&body).send().await.unwrap(), 200)
        .await
}

pub async fn a_profile_and_a_password_change(world: &World) {
    let (here, there) = (world.newcomer("ada").await, world.sign_in("ada").await);
    let profile =
        |body: Value| world.at_auth(Method::PUT, "/profile").bearer_auth(&here.access).json(&body).send();
    let named =
        json!({ "full_name": "Ada Lovelace", "phone_number": "+0987654321", "email": "evil@example.com" });
    let ada = json_of(profile(named).await.unwrap(), 200).await;
    assert_eq!((&ada["full_name"], &ada["phone_number"]), (&json!("Ada Lovelace"), &json!("+0987654321")));
    assert_eq!(ada["email"], world.address("ada"), "an address isn't changed in passing");
    let ada = json_of(profile(json!({ "phone_number": null })).await.unwrap(), 200).await;
    assert_eq!((&ada["full_name"], &ada["phone_number"]), (&json!("Ada Lovelace"), &Value::Null));

    let change = |old: &str, new: &str| {
        let body = json!({ "old_password": old, "new_password": new });
        world.at_auth(Method::PUT, "/change-password").bearer_auth(&here.access).json(&body).send()
    };
    let wrong = json_of(change("wrong horse", "battery staple").await.unwrap(), 422).await;
    assert_eq!(wrong["errors"][0]["field"], "old_password");
    json_of(change(PASSWORD, "battery staple").await.unwrap(), 200).await;
    let me = |token: &str| world.at_auth(Method::GET, "/me").bearer_auth(token).send();
    assert_eq!(me(&here.access).await.unwrap().status(), 200);
    assert_eq!(me(&there.access).await.unwrap().status(), 401, "other sessions end");
    assert_eq!(world.log_in("ada", PASSWORD).await.status(), 401);
    assert_eq!(world.log_in("ada", "battery staple").await.status(), 200);
}

pub async fn sign_out_and_refresh(world: &World) {
    let session = world.newcomer("ada").await;
    let refresh =
        |token: &str| world.at_auth(Method::POST, "/refresh").json(&json!({ "refresh_token": token })).send();
    let second = json_of(refresh(&session.refresh).await.unwrap(), 200).await;
    let (access, token) =
        (second["access_token"].as_str().unwrap(), second["refresh_token"].as_str().unwrap());
    assert!(token != session.refresh && access != session.access);

    let verify = |token: String| world.at_auth(Method::GET, "/verify").bearer_auth(token).send();
    let seen = json_of(verify(access.to_owned()).await.unwrap(), 200).await;
    assert_eq!((&seen["valid"], &seen["user"]["username"]), (&json!(true), &json!("ada")));
    let forward = world.at_auth(Method::GET, "/forward").bearer_auth(access).send().await.unwrap();
    assert_eq!(
        (forward.status().as_u16(), &forward.headers()["x-user-id"]),
        (204, &session.user_id.as_str().parse().unwrap())
    );

    let logout = world.at_auth(Method::POST, "/logout").bearer_auth(access).send().await.unwrap();
    json_of(logout, 200).await;
    assert_eq!(refresh(token).await.unwrap().status(), 401);
    let seen = json_of(verify(access.to_owned()).await.unwrap(), 200).await;
    assert_eq!(seen, json!({ "valid": false, "error": "session_ended" }));
}

pub async fn low_stock_is_mailed_once(world: &World) {
    let root = world.superuser().await;
    let name = format!("Scarce {}", root.user_id);
    let body = json!({ "name": name, "price": 1, "stock": 12 });
    let id = world.create(&root, body).await["id"].as_str().unwrap().to_owned();
    for _ in 0..4 {
        move_stock(world, &root.access, &id, "remove", json!({ "amount": 1 })).await;
    }
    let mails =
        || world.mails.texts_to("buyer@example.com").into_iter().filter(|text| text.contains(&name)).count();
    eventually("low stock is mailed", async || mails() > 0).await;
    // Another product's mail comes after it, so by then a second one about the first would have come.
    let body = json!({ "name": format!("Other {}", root.user_id), "price": 1, "stock": 11 });
    let other = world.create(&root, body).await["id"].as_str().unwrap().to_owned();
    move_stock(world, &root.access, &other, "remove", json!({ "amount": 1 })).await;
    let about_other = format!("Other {}", root.user_id);
    eventually("the next low stock is mailed", async || {
        world.mails.texts_to("buyer@example.com").iter().any(|text| text.contains(&about_other))
    })
    .await;
    assert_eq!(mails(), 1);
}

pub async fn lists_page_and_sort(world: &World) {
    let root = world.superuser().await;
    for (name, price) in [("b", 3.0), ("A", 1.0), ("c", 2.0), ("ñ", 2.0), ("d", 0.5)] {
        world.create(&root, json!({ "name": name, "price": price, "category": "letters" })).await;
    }
    let names = async |query: &str| {
        let mut all: Vec<String> = Vec::new();
        let mut next = format!("{}/api/v1/products{query}", world.product);
        loop {
            let answer = world.client.get(&next).send().await.unwrap();
            let link = answer.headers().get("link").map(|link| link.to_str().unwrap().to_owned());
            let page = json_of(answer, 200).await;
            all.extend(page.as_array().unwrap().iter().map(|p| p["name"].as_str().unwrap().to_owned()));
            let Some(link) = link else { return all };
            let (target, rel) = link.split_once(';').unwrap();
            assert_eq!(rel.trim(), "rel=\"next\"");
            next = format!("{}{}", world.product, target.trim_matches(['<', '>']));
        }
    };
    assert_eq!(names("?sort=name&limit=2").await, ["A", "b", "c", "d", "ñ"]);
    assert_eq!(names("?sort=-price&limit=1").await, ["b", "ñ", "c", "A", "d"]);
    assert_eq!(names("?limit=3").await, ["b", "A", "c", "ñ", "d"]);
    assert_eq!(names("?min_price=1&max_price=2&sort=price").await, ["A", "c", "ñ"]);
    assert_eq!(names("?category=letters&search=Ñ").await, ["ñ"]);
    let page = world.at_products(Method::GET, "?page=2&limit=2&sort=name").send().await.unwrap();
    assert_eq!(json_of(page, 200).await[0]["name"], "c");
}
