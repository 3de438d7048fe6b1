//! What we didn't sign is dead, whatever it says.
use aws_lc_rs::{
    hmac,
    signature::{Ed25519KeyPair, KeyPair},
};
use domain_shared::TokenError;
use serde_json::json;

use super::{World, encode};
use crate::jwt::keys::{key_id, read_private, read_public};

#[test]
fn an_unsigned_token_is_dead_however_it_spells_none() {
    let world = World::new();
    let signature = world.signed().rsplit_once('.').unwrap().1.to_owned();
    for alg in [
        json!("none"),
        json!("None"),
        json!("NONE"),
        json!("nOnE"),
        json!(""),
        json!("null"),
        json!(null),
        json!(7),
    ] {
        let (mut header, payload) = world.parts();
        header["alg"] = alg;
        let message = format!("{}.{}", encode(header.to_string()), encode(payload.to_string()));
        for token in [
            message.clone(),
            format!("{message}."),
            format!("{message}.AA"),
            format!("{message}.{signature}"),
        ] {
            assert_eq!(world.verify(&token), Err(TokenError::Invalid), "{header}");
        }
        assert_eq!(
            world.verify(&world.mint(&header.to_string(), &payload.to_string())),
            Err(TokenError::Invalid),
            "{header}"
        );
    }
}

#[test]
fn a_token_with_any_character_changed_is_dead() {
    let world = World::new();
    let token = world.signed();
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for (i, c) in token.char_indices() {
        for other in alphabet.chars().filter(|other| *other != c) {
            let changed = format!("{}{other}{}", &token[..i], &token[i + 1..]);
            assert_eq!(world.verify(&changed), Err(TokenError::Invalid), "character {i}: {c} to {other}");
        }
    }
}

#[test]
fn no_public_value_works_as_a_shared_secret() {
    let world = World::new();
    let (_, payload) = world.parts();
    let public = read_public(&world.keys.public_pem).unwrap();
    let pem = world.keys.public_pem.as_bytes();
    let der = pem::parse(pem).unwrap().into_contents();
    for (alg, algorithm) in
        [("HS256", hmac::HMAC_SHA256), ("HS384", hmac::HMAC_SHA384), ("HS512", hmac::HMAC_SHA512)]
    {
        for secret in [pem, pem.trim_ascii(), &der, &public, encode(&public).as_bytes(), b"", b"secret"] {
            let header = json!({"alg": alg, "typ": "at+jwt", "kid": key_id(&public)});
            let message = format!("{}.{}", encode(header.to_string()), encode(payload.to_string()));
            let tag = hmac::sign(&hmac::Key::new(algorithm, secret), message.as_bytes());
            assert_eq!(world.verify(&format!("{message}.{}", encode(tag))), Err(TokenError::Invalid));
        }
    }
}

#[test]
fn a_strangers_key_is_dead_whatever_the_header_says() {
    let (world, stranger) = (World::new(), World::new());
    assert_eq!(world.verify(&stranger.signed()), Err(TokenError::Invalid));
    let (header, payload) = world.parts();
    let key: Ed25519KeyPair = read_private(&stranger.keys.private_pem).unwrap().pair;
    let jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": encode(key.public_key())});
    for change in [
        json!({}),
        json!({"jwk": jwk}),
        json!({"jku": "http://127.0.0.1:1/jwks.json"}),
        json!({"x5u": "http://127.0.0.1:1/x"}),
        json!({"x5c": ["eA=="]}),
        json!({"kid": key_id(key.public_key().as_ref()), "jwk": jwk}),
    ] {
        let mut header = header.clone();
        header.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let token = stranger.mint(&header.to_string(), &payload.to_string());
        assert_eq!(world.verify(&token), Err(TokenError::Invalid), "{header}");
    }
}

#[test]
fn a_token_of_another_kind_or_key_id_is_dead() {
    let world = World::new();
    for header in [
        json!({"typ": "JWT"}),
        json!({"typ": "rt+jwt"}),
        json!({"typ": "id+jwt"}),
        json!({"typ": "absent"}),
        json!({"kid": "absent"}),
        json!({"kid": "../../../../dev/null"}),
        json!({"kid": "x' UNION SELECT 'a' --"}),
        json!({"kid": ""}),
        json!({"kid": 7}),
        json!({"kid": ["a"]}),
        json!({"kid": "a".repeat(5000)}),
        json!({"crit": ["exp"]}),
        json!({"crit": ["b64"], "b64": false}),
    ] {
        assert_eq!(world.with(0, &header), Err(TokenError::Invalid), "{header}");
    }
}
