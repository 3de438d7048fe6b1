use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use domain_shared::{Claims, TokenError, TokenVerifier};

use super::{
    JwtKeyError, KeyRing, TYPE, VerifyingKey,
    payload::Payload,
    seen::{Authentic, Seen},
};

/// Checks access tokens. A token's header only says which of our keys it is of; the key decides how it is checked.
#[derive(Debug, Clone)]
pub struct JwtVerifier {
    ring: KeyRing,
    issuer: String,
    audience: String,
    seen: Seen,
}

/// Ours have about 500 bytes; anything much longer isn't even looked at.
const MOST_BYTES: usize = 4096;

/// How far the clock of the machine that signed may be ahead of ours. It doesn't lengthen a token's life.
const SKEW: TimeDelta = TimeDelta::seconds(30);

impl JwtVerifier {
    /// Accepts what keys of `ring` signed in the name of `issuer` for `audience`.
    #[must_use]
    pub fn new(ring: KeyRing, issuer: &str, audience: &str) -> Self {
        Self { ring, issuer: issuer.to_owned(), audience: audience.to_owned(), seen: Seen::default() }
    }

    /// Accepts what the private key that belongs to `public_pem` signed.
    ///
    /// # Errors
    /// [`JwtKeyError::NotAKey`].
    pub fn from_pem(public_pem: &str, issuer: &str, audience: &str) -> Result<Self, JwtKeyError> {
        let key = VerifyingKey::from_pem(public_pem)?;
        Ok(Self::new(KeyRing::new(vec![key.into()]), issuer, audience))
    }

    /// The claims of a token that we signed as an access token, alive or not.
    fn authentic(&self, token: &str, now: DateTime<Utc>) -> Option<Arc<Authentic>> {
        if token.len() > MOST_BYTES {
            return None;
        }
        let generation = self.ring.generation();
        let found = self.seen.or(token, generation, || self.check(token, generation, now));
        found.filter(|found| self.ring.has(&found.key, now))
    }

    fn check(&self, token: &str, generation: u64, now: DateTime<Utc>) -> Option<Authentic> {
        let header = jsonwebtoken::decode_header(token).ok()?;
        // Extensions that must be understood (RFC 7515, section 4.1.11): we know none.
        if header.typ.as_deref() != Some(TYPE) || header.crit.is_some() {
            return None;
        }
        let key = header.kid?;
        let checked = self
            .ring
            .with(&key, now, |key| jsonwebtoken::decode::<Payload>(token, &key.decoding, &key.validation));
        let payload = checked?.ok()?.claims;
        let is_ours = payload.iss == self.issuer && payload.aud.is(&self.audience);
        is_ours.then_some(Authentic { key, generation, payload })
    }
}

impl TokenVerifier for JwtVerifier {
    fn verify(&self, token: &str, now: DateTime<Utc>) -> Result<Claims, TokenError> {
        let Some(authentic) = self.authentic(token, now) else {
            return Err(if self.ring.is_empty() { TokenError::Unchecked } else { TokenError::Invalid });
        };
        let payload = &authentic.payload;
        let claims = payload.claims().ok_or(TokenError::Invalid)?;
        let begins = payload.nbf.map_or(Some(claims.issued_at), |nbf| DateTime::from_timestamp(nbf, 0));
        let begins = begins.ok_or(TokenError::Invalid)?.max(claims.issued_at);
        if begins > now + SKEW {
            Err(TokenError::Invalid)
        } else if now >= claims.expires_at {
            Err(TokenError::Expired)
        } else {
            Ok(claims)
        }
    }
}
