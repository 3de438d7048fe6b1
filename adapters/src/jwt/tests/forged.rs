//! What we didn't sign is dead, whatever it says.
use aws_lc_rs::hmac;
use domain_auth::TokenAlgorithm;
use domain_shared::TokenError;
use serde_json::json;

use super::{ALL, World, encode};
use crate::jwt::{KeyRing, VerifyingKey};

#[test]
fn an_unsigned_token_is_dead_however_it_spells_none() {
    for algorithm in ALL {
        let world = World::new(algorithm);
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
}

#[test]
fn a_token_with_any_character_changed_is_dead() {
    let world = World::new(TokenAlgorithm::EdDsa);
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
    for algorithm in [TokenAlgorithm::EdDsa, TokenAlgorithm::Es256] {
        let world = World::new(algorithm);
        let (_, payload) = world.parts();
        let public = world.key.public().unwrap();
        let (pem, jwk) = (public.to_pem(), world.key.verifying().jwk().unwrap());
        let der = pem::parse(&pem).unwrap().into_contents();
        let (set, jwk) = (json!({ "keys": [jwk] }).to_string(), serde_json::to_string(&jwk).unwrap());
        let bytes = &public.bytes;
        let mut secrets =
            vec![pem.as_bytes(), pem.trim_ascii().as_bytes(), &der, bytes, jwk.as_bytes(), set.as_bytes()];
        let (id, encoded) = (public.id(), encode(bytes));
        secrets.extend([&bytes[1..], id.as_bytes(), encoded.as_bytes(), b"", b"secret"]);
        for (alg, tag) in
            [("HS256", hmac::HMAC_SHA256), ("HS384", hmac::HMAC_SHA384), ("HS512", hmac::HMAC_SHA512)]
        {
            for secret in &secrets {
                let header = json!({"alg": alg, "typ": "at+jwt", "kid": public.id()});
                let message = format!("{}.{}", encode(header.to_string()), encode(payload.to_string()));
                let tag = hmac::sign(&hmac::Key::new(tag, secret), message.as_bytes());
                assert_eq!(world.verify(&format!("{message}.{}", encode(tag))), Err(TokenError::Invalid));
            }
        }
    }
}

#[test]
fn a_key_checks_its_own_algorithm_only() {
    // A ring of all kinds; each key signs what names another algorithm, or another key.
    let worlds = ALL.map(World::new);
    let ring: Vec<VerifyingKey> = worlds.iter().map(|world| world.key.verifying().clone()).collect();
    for world in &worlds {
        world.ring.replace(ring.iter().cloned().map(Into::into).collect());
        assert!(world.with(0, &json!({})).is_ok(), "each is good for its own");
        for other in &worlds {
            for alg in ["EdDSA", "ES256", "HS256", "ES384", "HS512", "RS256", "PS256"] {
                let is_own = world.key.id() == other.key.id() && alg == world.key.algorithm().name();
                let header = json!({"alg": alg, "kid": other.key.id()});
                let judged = world.with(0, &header).map(|_| ());
                assert_eq!(judged, if is_own { Ok(()) } else { Err(TokenError::Invalid) }, "{header}");
            }
        }
    }
    let nobody = KeyRing::new(Vec::new());
    assert!(nobody.published(worlds[0].now).is_empty());
}

#[test]
fn a_strangers_key_is_dead_whatever_the_header_says() {
    for algorithm in ALL {
        let (world, stranger) = (World::new(algorithm), World::new(algorithm));
        assert_eq!(world.verify(&stranger.signed()), Err(TokenError::Invalid));
        let (header, payload) = world.parts();
        let jwk = json!(stranger.key.verifying().jwk());
        for change in [
            json!({}),
            json!({"jwk": jwk}),
            json!({"jku": "http://127.0.0.1:1/jwks.json"}),
            json!({"x5u": "http://127.0.0.1:1/x"}),
            json!({"x5c": ["eA=="]}),
            json!({"kid": stranger.key.id(), "jwk": jwk}),
        ] {
            let mut header = header.clone();
            header.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
            let token = stranger.mint(&header.to_string(), &payload.to_string());
            assert_eq!(world.verify(&token), Err(TokenError::Invalid), "{header}");
        }
    }
}

#[test]
fn a_token_of_another_kind_or_key_id_is_dead() {
    for algorithm in ALL {
        let world = World::new(algorithm);
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
}
