//! TOK: which access tokens open a door, at both services.
use std::{
    net::TcpListener,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey};
use reqwest::{Method, header::AUTHORIZATION};
use serde_json::{Value, json};

use super::forge::{encode, minted, parts, signing_key, with};
use crate::{actions::json_of, world::World};

/// What both services answer to the header `Authorization: AUTHORIZATION`.
async fn statuses(world: &World, authorization: &str) -> [u16; 2] {
    let me = world.at_auth(Method::GET, "/me").header(AUTHORIZATION, authorization);
    let create = world.at_products(Method::POST, "").header(AUTHORIZATION, authorization);
    let create = create.json(&json!({ "name": "x", "price": 1 }));
    [me.send().await.unwrap().status().as_u16(), create.send().await.unwrap().status().as_u16()]
}

async fn is_dead(world: &World, token: &str, why: &str) {
    assert_eq!(statuses(world, &format!("Bearer {token}")).await, [401, 401], "{why}");
}

pub async fn tok_01_an_access_token_says_what_it_must_and_nothing_personal(world: &World) {
    let ada = world.newcomer("ada").await;
    let (header, payload, _) = parts(&ada.access);
    assert_eq!((&header["typ"], &header["alg"]), (&json!("at+jwt"), &json!("EdDSA")));
    let mut claims: Vec<_> = payload.as_object().unwrap().keys().map(String::as_str).collect();
    claims.sort_unstable();
    assert_eq!(claims, ["aud", "exp", "iat", "iss", "jti", "scope", "sid", "sub"]);
    let lives = payload["exp"].as_i64().unwrap() - payload["iat"].as_i64().unwrap();
    assert!((1..=900).contains(&lives), "{lives}");
    assert!(!ada.refresh.contains('.') && ada.refresh.len() >= 22, "a refresh token is no JWT");
}

pub async fn tok_02_an_unsigned_or_tampered_token_is_dead(world: &World) {
    let ada = world.newcomer("ada").await;
    let (header, payload, signature) = parts(&ada.access);
    for algorithm in
        ["none", "None", "NONE", "nOnE", "", "null"].map(Value::from).into_iter().chain([Value::Null])
    {
        let unsigned = format!("{}.{}", encode(&with(&header, "alg", algorithm)), encode(&payload));
        for token in [
            unsigned.clone(),
            format!("{unsigned}."),
            format!("{unsigned}.{signature}"),
            format!("{unsigned}.AA"),
        ] {
            is_dead(world, &token, &token).await;
        }
    }
    let (h, p) = (encode(&header), encode(&payload));
    let sub = json!("00000000-0000-4000-8000-000000000000");
    for (claim, value) in
        [("sub", sub), ("scope", json!("products:write")), ("exp", json!(4_000_000_000_u64))]
    {
        let forged = format!("{h}.{}.{signature}", encode(&with(&payload, claim, value)));
        is_dead(world, &forged, claim).await;
    }
    for token in [format!("{h}.{p}."), format!("{h}..{signature}"), format!("{h}.{p}.{signature}{signature}")]
    {
        is_dead(world, &token, &token).await;
    }
    for at in (0..ada.access.len() - 1).step_by(ada.access.len() / 40) {
        let mut token = ada.access.clone().into_bytes();
        if token[at] != b'.' {
            token[at] = if token[at] == b'A' { b'B' } else { b'A' };
            is_dead(world, &String::from_utf8(token).unwrap(), &format!("changed at {at}")).await;
        }
    }
}

pub async fn tok_03_a_public_key_or_a_strangers_key_signs_nothing(world: &World) {
    let ada = world.newcomer("ada").await;
    let (header, payload, _) = parts(&ada.access);
    let jwks = world.client.get(format!("{}/.well-known/jwks.json", world.auth)).send().await.unwrap();
    let jwk = json_of(jwks, 200).await["keys"][0].clone();
    let x = jwk["x"].as_str().unwrap().to_owned();
    let raw = URL_SAFE_NO_PAD.decode(&x).unwrap();
    // SubjectPublicKeyInfo of RFC 8410
    let der = [&[0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00][..], &raw].concat();
    let base64 = base64::engine::general_purpose::STANDARD.encode(&der);
    let pem = format!("-----BEGIN PUBLIC KEY-----\n{base64}\n-----END PUBLIC KEY-----\n");
    let guesses =
        [b"secret".to_vec(), vec![0], x.into_bytes(), raw, der, pem.clone().into_bytes(), pem.trim().into()];
    for (name, algorithm) in
        [("HS256", Algorithm::HS256), ("HS384", Algorithm::HS384), ("HS512", Algorithm::HS512)]
    {
        for key in &guesses {
            let token = minted(
                &with(&header, "alg", json!(name)),
                &payload,
                &EncodingKey::from_secret(key),
                algorithm,
            );
            is_dead(world, &token, name).await;
        }
    }
    let stranger = adapters::jwt::JwtKeys::generate().unwrap();
    let stranger = EncodingKey::from_ed_pem(stranger.private_pem.as_bytes()).unwrap();
    is_dead(world, &minted(&header, &payload, &stranger, Algorithm::EdDSA), "a stranger's key").await;
}

pub async fn tok_04_a_key_that_a_token_brings_along_is_not_looked_at(world: &World) {
    let ada = world.newcomer("ada").await;
    let (header, payload, _) = parts(&ada.access);
    let own = adapters::jwt::JwtKeys::generate().unwrap();
    let key = EncodingKey::from_ed_pem(own.private_pem.as_bytes()).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/jwks.json", listener.local_addr().unwrap());
    let visits = Arc::new(AtomicUsize::new(0));
    let counted = visits.clone();
    std::thread::spawn(move || {
        while listener.accept().is_ok() {
            counted.fetch_add(1, Ordering::SeqCst);
        }
    });
    let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" });
    for (field, value) in [
        ("jwk", jwk),
        ("jku", json!(url)),
        ("x5u", json!(url)),
        ("x5c", json!(["eHh4eA=="])),
        ("kid", json!("../../../../dev/null")),
        ("kid", json!("x' UNION SELECT 'a' --")),
        ("kid", json!("")),
        ("kid", json!("a".repeat(5000))),
        ("kid", json!("\u{0}")),
        ("kid", json!(7)),
        ("kid", Value::Null),
        ("kid", json!(["a"])),
        ("kid", json!(url)),
    ] {
        let header = with(&header, field, value);
        is_dead(world, &minted(&header, &payload, &key, Algorithm::EdDSA), &header.to_string()).await;
    }
    assert_eq!(visits.load(Ordering::SeqCst), 0, "nothing is fetched because a token says so");
}

pub async fn tok_05_access_and_refresh_tokens_stand_in_for_each_other_nowhere(world: &World) {
    let ada = world.newcomer("ada").await;
    is_dead(world, &ada.refresh, "a refresh token opens no door").await;
    let verify = world.at_auth(Method::GET, "/verify").bearer_auth(&ada.refresh);
    assert_eq!(json_of(verify.send().await.unwrap(), 200).await["valid"], false);
    let refresh =
        |token: &str| world.at_auth(Method::POST, "/refresh").json(&json!({ "refresh_token": token })).send();
    assert_eq!(refresh(&ada.access).await.unwrap().status(), 401);
    assert_eq!(refresh(&ada.refresh).await.unwrap().status(), 200, "the mix-up did it no harm");
}

pub async fn tok_06_a_token_of_ours_that_says_something_else_is_dead(world: &World) {
    let ada = world.newcomer("ada").await;
    let (header, payload, _) = parts(&ada.access);
    let key = signing_key(world);
    let ours = |header: &Value, payload: &Value| minted(header, payload, &key, Algorithm::EdDSA);
    let alive = statuses(world, &format!("Bearer {}", ours(&header, &payload))).await;
    assert_eq!(alive, [200, 403], "the key is the services' own");
    let now = payload["iat"].as_i64().unwrap();
    for (claim, value) in [
        ("exp", json!(now - 61)),
        ("nbf", json!(now + 3600)),
        ("iat", json!(now + 3600)),
        ("iss", json!("https://evil.example")),
        ("iss", Value::Null),
        ("aud", json!("some-other-service")),
        ("aud", Value::Null),
        ("aud", json!([])),
        ("sub", Value::Null),
        ("sid", Value::Null),
        ("exp", Value::Null),
    ] {
        let payload = with(&payload, claim, value);
        is_dead(world, &ours(&header, &payload), &payload.to_string()).await;
    }
    for kind in [json!("rt+jwt"), json!("id+jwt"), json!("JWT"), Value::Null] {
        is_dead(world, &ours(&with(&header, "typ", kind.clone()), &payload), &kind.to_string()).await;
    }
}
