use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use domain_auth::TokenSigner;
use domain_shared::{Claims, Scope, TokenError, TokenVerifier};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{JwtKeys, JwtSigner, JwtVerifier, keys::key_id};

fn now() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000)
}

fn claims() -> Claims {
    Claims {
        subject: Uuid::from_u128(1),
        session: Uuid::from_u128(2),
        id: Uuid::from_u128(3),
        scopes: [Scope::products_write()].into_iter().collect(),
        issued_at: now(),
        expires_at: now() + TimeDelta::minutes(15),
    }
}

struct Mint {
    keys: JwtKeys,
    signer: JwtSigner,
    verifier: JwtVerifier,
}

impl Mint {
    fn new() -> Self {
        let keys = JwtKeys::generate().unwrap();
        let signer = JwtSigner::from_pem(&keys.private_pem, "panal", "panal").unwrap();
        let verifier = JwtVerifier::from_pem(&keys.public_pem, "panal", "panal").unwrap();
        Self { keys, signer, verifier }
    }

    fn token(&self) -> String {
        self.signer.sign(&claims()).unwrap()
    }

    fn verify(&self, token: &str) -> Result<Claims, TokenError> {
        self.verifier.verify(token, now())
    }

    /// A token signed with the right key, with `changes` made to its header and claims (`null` removes).
    fn signed(&self, header: &Value, changes: &Value) -> String {
        let mut parts = self.token().split('.').take(2).map(json_of).collect::<Vec<_>>();
        for (part, changes) in parts.iter_mut().zip([header, changes]) {
            for (name, value) in changes.as_object().unwrap() {
                if value.is_null() {
                    part.as_object_mut().unwrap().remove(name);
                } else {
                    part[name] = value.clone();
                }
            }
        }
        let header: Header = serde_json::from_value(parts[0].clone()).unwrap();
        encode(&header, &parts[1], &EncodingKey::from_ed_pem(self.keys.private_pem.as_bytes()).unwrap()).unwrap()
    }
}

fn json_of(part: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

fn part_of(json: &Value) -> String {
    URL_SAFE_NO_PAD.encode(json.to_string())
}

#[test]
fn a_token_says_what_was_signed() {
    let mint = Mint::new();
    assert_eq!(mint.verify(&mint.token()), Ok(claims()));
    let header = json_of(mint.token().split('.').next().unwrap());
    assert_eq!(header, json!({ "typ": "at+jwt", "alg": "EdDSA", "kid": key_id(&mint.keys.public_pem).unwrap() }));
}

#[test]
fn a_key_id_is_the_thumbprint_of_rfc_8037() {
    // appendix A.3
    let key = URL_SAFE_NO_PAD.decode("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo").unwrap();
    let spki = [super::keys::PREFIX, &key].concat();
    let pem = format!(
        "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
        base64::engine::general_purpose::STANDARD.encode(spki)
    );
    assert_eq!(key_id(&pem).unwrap(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
}

#[test]
fn a_token_dies_on_time_and_is_not_taken_before_it() {
    let mint = Mint::new();
    let token = mint.token();
    let at = |seconds| mint.verifier.verify(&token, now() + TimeDelta::seconds(seconds));
    assert!(at(899).is_ok());
    assert_eq!(at(900), Err(TokenError::Expired));
    assert!(at(-30).is_ok(), "clocks differ a little");
    assert_eq!(at(-31), Err(TokenError::Invalid));
    let later = mint.signed(&json!({}), &json!({ "nbf": now().timestamp() + 3600 }));
    assert_eq!(mint.verify(&later), Err(TokenError::Invalid));
}

#[test]
fn a_token_signed_right_but_meant_for_something_else_is_dead() {
    let mint = Mint::new();
    assert!(mint.verify(&mint.signed(&json!({}), &json!({}))).is_ok(), "the control");
    for changes in [
        json!({ "iss": "https://evil.example" }),
        json!({ "iss": null }),
        json!({ "aud": "another" }),
        json!({ "aud": null }),
        json!({ "aud": [] }),
        json!({ "sub": null }),
        json!({ "exp": null }),
        json!({ "sid": null }),
        json!({ "scope": null }),
    ] {
        assert_eq!(mint.verify(&mint.signed(&json!({}), &changes)), Err(TokenError::Invalid), "{changes}");
    }
    for header in [json!({ "typ": "JWT" }), json!({ "typ": null }), json!({ "typ": "rt+jwt" }), json!({ "kid": null }), json!({ "kid": "x" })] {
        assert_eq!(mint.verify(&mint.signed(&header, &json!({}))), Err(TokenError::Invalid), "{header}");
    }
}

#[test]
fn no_key_confusion_and_no_foreign_key() {
    let (mint, stranger) = (Mint::new(), Mint::new());
    assert_eq!(mint.verify(&stranger.token()), Err(TokenError::Invalid));
    let kid = key_id(&mint.keys.public_pem).ok();
    let payload = json_of(mint.token().split('.').nth(1).unwrap());
    for secret in [&b""[..], b"secret", mint.keys.public_pem.as_bytes(), mint.keys.public_pem.trim().as_bytes()] {
        let header = Header { kid: kid.clone(), typ: Some("at+jwt".into()), ..Header::new(Algorithm::HS256) };
        let token = encode(&header, &payload, &EncodingKey::from_secret(secret)).unwrap();
        assert_eq!(mint.verify(&token), Err(TokenError::Invalid));
    }
    let forged = stranger.signed(&json!({ "kid": kid }), &json!({}));
    assert_eq!(mint.verify(&forged), Err(TokenError::Invalid));
}

#[test]
fn a_token_without_a_signature_is_dead_however_its_algorithm_is_spelled() {
    let mint = Mint::new();
    let token = mint.token();
    let (head, payload) = (json_of(token.split('.').next().unwrap()), token.split('.').nth(1).unwrap());
    for alg in [json!("none"), json!("None"), json!("NONE"), json!("nOnE"), json!(""), json!("null"), Value::Null] {
        let mut head = head.clone();
        head["alg"] = alg;
        for signature in ["", ".", ".AA"] {
            let token = format!("{}.{payload}{signature}", part_of(&head));
            assert_eq!(mint.verify(&token), Err(TokenError::Invalid), "{head}");
        }
    }
}

#[test]
fn any_change_to_a_token_kills_it() {
    let mint = Mint::new();
    let token = mint.token();
    for (i, c) in token.char_indices() {
        let other = if c == 'A' { 'B' } else { 'A' };
        let changed = format!("{}{other}{}", &token[..i], &token[i + 1..]);
        assert_eq!(mint.verify(&changed), Err(TokenError::Invalid), "character {i}");
    }
    // The last character of a signature of 64 bytes carries 2 of 6 bits; the others must be zero.
    let last = token.chars().last().unwrap();
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for other in alphabet.chars().filter(|other| *other != last) {
        let changed = format!("{}{other}", &token[..token.len() - 1]);
        assert_eq!(mint.verify(&changed), Err(TokenError::Invalid), "{other} for {last}");
    }
}

#[test]
fn degenerate_tokens_are_refused() {
    let mint = Mint::new();
    let token = mint.token();
    let deep = format!("{}.e30.AA", URL_SAFE_NO_PAD.encode("[".repeat(3000)));
    for bad in [
        String::new(), ".".into(), "..".into(), ".".repeat(4000), "a.".repeat(2000), "e30.e30.".into(), "e30.e30.e30".into(),
        "A".repeat(7000), format!("{token}="), format!("{token}."), format!("{token} x"), token.to_lowercase(), deep,
    ] {
        assert_eq!(mint.verify(&bad), Err(TokenError::Invalid), "{}", &bad[..bad.len().min(20)]);
    }
}

#[test]
fn a_key_is_checked_when_it_is_given() {
    for bad in ["", "nonsense", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"] {
        assert!(JwtSigner::from_pem(bad, "a", "b").is_err());
        assert!(JwtVerifier::from_pem(bad, "a", "b").is_err());
        assert!(JwtKeys::public_of(bad).is_err());
    }
}
