//! What must be dead, each way that people have broken verifiers with.
mod claims;
mod forged;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use domain_auth::TokenSigner;
use domain_shared::{Claims, Scope, TokenError, TokenVerifier};
use serde_json::Value;
use uuid::Uuid;

use super::{JwtKeys, JwtSigner, JwtVerifier, keys::read_private};

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
