//! What must be dead, each way that people have broken verifiers with.
use aws_lc_rs::{
    hmac,
    signature::{Ed25519KeyPair, KeyPair},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use domain_auth::TokenSigner;
use domain_shared::{Claims, Scope, TokenError, TokenVerifier};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    JwtKeys, JwtSigner, JwtVerifier,
    keys::{key_id, read_private, read_public},
};

struct World {
    keys: JwtKeys,
    verifier: JwtVerifier,
    now: DateTime<Utc>,
}

impl World {
    fn new() -> Self {
        let keys = JwtKeys::generate().unwrap();
        let verifier = JwtVerifier::from_pem(&keys.public_pem, "us", "them").unwrap();
        Self { keys, verifier, now: DateTime::from_timestamp(1_800_000_000, 0).unwrap() }
    }

    fn claims(&self) -> Claims {
        Claims {
            subject: Uuid::from_u128(1),
            session: Uuid::from_u128(2),
            id: Uuid::from_u128(3),
            scopes: [Scope::products_write()].into_iter().collect(),
            issued_at: self.now,
            expires_at: self.now + TimeDelta::minutes(15),
        }
    }

    fn signed(&self) -> String {
        JwtSigner::from_pem(&self.keys.private_pem, "us", "them").unwrap().sign(&self.claims()).unwrap()
    }

    /// The header and the payload of a token of ours, to be spoiled.
    fn parts(&self) -> (Value, Value) {
        let token = self.signed();
        let part = |n| serde_json::from_slice(&decode(token.split('.').nth(n).unwrap())).unwrap();
        (part(0), part(1))
    }

    /// Any token, signed with our key.
    fn mint(&self, header: &str, payload: &str) -> String {
        let message = format!("{}.{}", encode(header), encode(payload));
        let signature = read_private(&self.keys.private_pem).unwrap().pair.sign(message.as_bytes());
        format!("{message}.{}", encode(signature))
    }

    fn verify(&self, token: &str) -> Result<Claims, TokenError> {
        self.verifier.verify(token, self.now)
    }

    /// What becomes of a token of ours whose header or payload says something else.
    fn with(&self, part: usize, change: &Value) -> Result<Claims, TokenError> {
        let (mut header, mut payload) = self.parts();
        let changed = if part == 0 { &mut header } else { &mut payload };
        for (name, value) in change.as_object().unwrap() {
            if value == "absent" {
                changed.as_object_mut().unwrap().remove(name);
            } else {
                changed[name] = value.clone();
            }
        }
        self.verify(&self.mint(&header.to_string(), &payload.to_string()))
    }
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn decode(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).unwrap()
}

#[test]
fn a_token_says_what_was_signed_and_nothing_personal() {
    let world = World::new();
    assert_eq!(world.verify(&world.signed()), Ok(world.claims()));
    let (header, payload) = world.parts();
    let kid = key_id(&read_public(&world.keys.public_pem).unwrap());
    assert_eq!(header, json!({"alg": "EdDSA", "typ": "at+jwt", "kid": kid}));
    let (sub, sid, jti) = (Uuid::from_u128(1), Uuid::from_u128(2), Uuid::from_u128(3));
    let (iat, exp) = (1_800_000_000, 1_800_000_900);
    let expected = json!({
        "iss": "us", "aud": "them", "sub": sub, "sid": sid, "jti": jti, "iat": iat, "exp": exp, "scope": "products:write",
    });
    assert_eq!(payload, expected);
}

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

#[test]
fn what_is_signed_but_wrong_is_dead() {
    let world = World::new();
    assert!(world.with(1, &json!({})).is_ok(), "the key signs valid tokens");
    assert!(world.with(1, &json!({"aud": ["them"], "more": true})).is_ok());
    for claim in [
        json!({"iss": "https://evil.example"}),
        json!({"iss": ["us"]}),
        json!({"iss": "absent"}),
        json!({"aud": "us"}),
        json!({"aud": []}),
        json!({"aud": ["them", "others"]}),
        json!({"aud": "absent"}),
        json!({"aud": null}),
        json!({"sub": "absent"}),
        json!({"sub": "ada"}),
        json!({"sid": "absent"}),
        json!({"jti": "absent"}),
        json!({"iat": "absent"}),
        json!({"exp": "absent"}),
        json!({"exp": null}),
        json!({"exp": "2000000000"}),
        json!({"exp": 1e300}),
        json!({"exp": i64::MAX}),
        json!({"scope": "absent"}),
        json!({"scope": "Products:Write"}),
        json!({"nbf": "soon"}),
    ] {
        assert_eq!(world.with(1, &claim), Err(TokenError::Invalid), "{claim}");
    }
}

#[test]
fn a_token_lives_from_its_beginning_to_its_end() {
    let world = World::new();
    let (token, lives) = (world.signed(), TimeDelta::minutes(15));
    let at = |offset: TimeDelta| world.verifier.verify(&token, world.now + offset).map(|_| ());
    assert_eq!(at(lives - TimeDelta::microseconds(1)), Ok(()));
    assert_eq!(at(lives), Err(TokenError::Expired));
    assert_eq!(at(TimeDelta::days(9)), Err(TokenError::Expired));
    assert_eq!(at(-TimeDelta::seconds(30)), Ok(()), "the clock that signed may be ahead");
    assert_eq!(at(-TimeDelta::seconds(31)), Err(TokenError::Invalid), "a token from the future");
    assert!(world.with(1, &json!({"nbf": 1_800_000_030})).is_ok());
    assert_eq!(world.with(1, &json!({"nbf": 1_800_003_600})), Err(TokenError::Invalid));
    assert_eq!(world.with(1, &json!({"iat": 1_800_003_600, "nbf": 1_800_000_000})), Err(TokenError::Invalid));
}

#[test]
fn a_degenerate_token_is_dead_and_cheap() {
    let world = World::new();
    let token = world.signed();
    let (header, payload) = world.parts();
    for bad in [
        ".".repeat(4000),
        "a.".repeat(2000),
        "..".to_owned(),
        String::new(),
        "e30.e30.e30".to_owned(),
        format!(" {token}"),
        format!("{token}."),
        format!("{token}="),
        format!("{token}=="),
        token.replace('.', ". "),
        token.to_lowercase(),
        "A".repeat(7000),
        "\u{1F41D}.\u{1F41D}.\u{1F41D}".to_owned(),
        format!("{}.e30.AA", encode("[".repeat(3000))),
        world.mint(&header.to_string(), &payload.to_string().replacen('{', r#"{"exp":9999999999,"#, 1)),
        world.mint(
            &header.to_string(),
            &payload.to_string().replacen('{', &format!("{{\"x\":\"{}\",", "x".repeat(4000)), 1),
        ),
    ] {
        assert_eq!(world.verify(&bad), Err(TokenError::Invalid), "{bad:.80}");
    }
}
