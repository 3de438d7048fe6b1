//! What must be dead, each way that people have broken verifiers with.
mod claims;
#[cfg(feature = "jwks")]
mod fetched;
mod forged;
#[cfg(all(feature = "jwks", feature = "memory"))]
mod found;
mod kept;
mod keys;
mod signatures;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use domain_auth::{TokenAlgorithm, TokenSigner};
use domain_shared::{Claims, Scope, TokenError, TokenVerifier};
use serde_json::Value;
use uuid::Uuid;

use super::{JwtSigner, JwtVerifier, KeyRing, SigningKey, key::algorithm};

const ALL: [TokenAlgorithm; 3] = [TokenAlgorithm::EdDsa, TokenAlgorithm::Es256, TokenAlgorithm::Hs256];

pub(super) struct World {
    pub(super) key: SigningKey,
    pub(super) ring: KeyRing,
    pub(super) verifier: JwtVerifier,
    pub(super) now: DateTime<Utc>,
}

impl World {
    pub(super) fn new(algorithm: TokenAlgorithm) -> Self {
        let key = SigningKey::generate(algorithm).unwrap();
        let ring = KeyRing::from(key.clone());
        let verifier = JwtVerifier::new(ring.clone(), "us", "them");
        Self { key, ring, verifier, now: DateTime::from_timestamp(1_800_000_000, 0).unwrap() }
    }

    pub(super) fn claims(&self) -> Claims {
        Claims {
            subject: Uuid::from_u128(1),
            session: Uuid::from_u128(2),
            id: Uuid::from_u128(3),
            scopes: [Scope::products_write()].into_iter().collect(),
            issued_at: self.now,
            expires_at: self.now + TimeDelta::minutes(15),
        }
    }

    pub(super) fn signed(&self) -> String {
        JwtSigner::new(self.key.clone().into(), "us", "them").sign(&self.claims()).unwrap()
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
        let key = &self.key;
        let signature =
            jsonwebtoken::crypto::sign(message.as_bytes(), &key.encoding, algorithm(key.algorithm()));
        format!("{message}.{}", signature.unwrap())
    }

    pub(super) fn verify(&self, token: &str) -> Result<Claims, TokenError> {
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
