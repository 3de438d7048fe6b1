//! REG: what a registration takes and what it gives away.
use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::{
    actions::json_of,
    world::{PASSWORD, World},
};

async fn register(world: &World, body: &Value) -> Response {
    world.at_auth(Method::POST, "/register").json(body).send().await.unwrap()
}

fn ada(world: &World) -> Value {
    json!({ "email": world.address("ada"), "username": "ada", "password": PASSWORD, "confirm_password": PASSWORD })
}

/// `body` with the fields of `other` instead of its own.
fn with(body: &Value, other: &Value) -> Value {
    let mut body = body.as_object().unwrap().clone();
    body.extend(other.as_object().unwrap().clone());
    Value::Object(body)
}

pub async fn reg_01_no_answer_holds_a_password_a_hash_or_a_code(world: &World) {
    let registered = register(world, &ada(world)).await;
    assert_eq!(registered.status(), 201);
    let mut said = vec![registered.text().await.unwrap()];
    assert!(serde_json::from_str::<Value>(&said[0]).unwrap()["id"].is_string());
    let started = world.log_in("ada", PASSWORD).await;
    said.push(format!("{:?}", started.headers()));
    let started = started.text().await.unwrap();
    let code = world.mails.code_to(&world.address("ada"), 0).await;
    let user = serde_json::from_str::<Value>(&started).unwrap()["user_id"].as_str().unwrap().to_owned();
    said.push(started);
    let tokens = json_of(world.verify(&user, &code).await, 200).await;
    let me = world.at_auth(Method::GET, "/me").bearer_auth(tokens["access_token"].as_str().unwrap());
    said.extend([tokens.to_string(), me.send().await.unwrap().text().await.unwrap()]);
    for text in said {
        for secret in [PASSWORD, "$2", "hash", &code] {
            // A code of six digits may turn up in an id by chance; one that stands alone doesn't.
            let alone = text.split(|c: char| !c.is_alphanumeric()).any(|word| word == secret);
            assert!(!alone && (secret == code || !text.contains(secret)), "{secret} in {text}");
        }
    }
}

pub async fn reg_02_a_bad_field_is_refused_and_the_name_stays_free(world: &World) {
    let long = "n".repeat(60_000);
    let bad = [
        json!({ "email": null }),
        json!({ "username": null }),
        json!({ "password": null }),
        json!({ "email": "" }),
        json!({ "username": "" }),
        json!({ "password": "" }),
        json!({ "email": "nobody.example.com" }),
        json!({ "email": "@example.com" }),
        json!({ "email": "nobody@" }),
        json!({ "email": "a@b@example.com" }),
        json!({ "email": "a b@example.com" }),
        json!({ "email": format!("{}@example.com", "a".repeat(300)) }),
        json!({ "email": 12345 }),
        json!({ "username": "a" }),
        json!({ "username": "a".repeat(300) }),
        json!({ "username": "<script>alert(1)</script>" }),
        json!({ "username": "two words" }),
        json!({ "username": ["abc"] }),
        json!({ "password": "Ab1!xyz", "confirm_password": "Ab1!xyz" }),
        json!({ "password": { "a": 1 } }),
        json!({ "password": "x".repeat(129), "confirm_password": "x".repeat(129) }),
        json!({ "confirm_password": "another horse" }),
        json!({ "phone_number": "call me" }),
        json!({ "full_name": long }),
    ];
    for field in bad {
        let problem = json_of(register(world, &with(&ada(world), &field)).await, 422).await;
        assert!(problem["errors"][0]["field"].is_string(), "{field}: {problem}");
    }
    assert_eq!(register(world, &ada(world)).await.status(), 201, "the name is still free");
}

pub async fn reg_03_names_are_taken_in_any_case_and_between_blanks(world: &World) {
    assert_eq!(register(world, &ada(world)).await.status(), 201);
    let (address, eve) = (world.address("ada"), json!({ "email": world.address("eve"), "username": "eve" }));
    for (taken, code) in [
        (json!({ "email": address }), "email_taken"),
        (json!({ "email": address.to_uppercase() }), "email_taken"),
        (json!({ "email": format!(" {address} ") }), "email_taken"),
        (json!({ "username": "ada" }), "username_taken"),
        (json!({ "username": "ADA" }), "username_taken"),
        (json!({ "username": " ada " }), "username_taken"),
    ] {
        let again = register(world, &with(&with(&ada(world), &eve), &taken)).await;
        assert_eq!(json_of(again, 409).await["code"], code, "{taken}");
    }
}

pub async fn reg_05_a_password_is_long_uncommon_and_compared_exactly(world: &World) {
    let as_password =
        |password: &str| with(&ada(world), &json!({ "password": password, "confirm_password": password }));
    for common in [
        "password",
        "12345678",
        "123456789",
        "qwertyuiop",
        "11111111",
        "iloveyou",
        "password1",
        "Password1",
        "sunshine",
        "princess",
    ] {
        assert_eq!(register(world, &as_password(common)).await.status(), 422, "{common}");
    }
    let own = json!({ "username": "ada.lovelace" });
    for name in ["ada.lovelace", "Ada.Lovelace", &world.address("ada")] {
        assert_eq!(register(world, &with(&as_password(name), &own)).await.status(), 422, "{name}");
    }
    let exact =
        format!(" Aa1! {} ", "pass phrase ".repeat(5).trim_end()).chars().take(64).collect::<String>();
    assert_eq!(register(world, &as_password(&exact)).await.status(), 201);
    for wrong in [exact.trim(), &exact.to_lowercase(), &exact[..exact.len() - 1], &format!("{exact} ")] {
        assert_eq!(world.log_in("ada", wrong).await.status(), 401, "{wrong:?}");
    }
    assert_eq!(world.log_in("ada", &exact).await.status(), 200, "no character has to be of any kind");
}
