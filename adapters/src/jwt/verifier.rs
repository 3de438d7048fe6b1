use chrono::{DateTime, TimeDelta, Utc};
use domain_shared::{Claims, TokenError, TokenVerifier};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};

use super::{
    JwtKeyError, TYPE,
    keys::{key_id, read_public},
    payload::Payload,
};

/// Checks access tokens. Nothing in a token's header decides how: one algorithm, one type, one key.
#[derive(Debug, Clone)]
pub struct JwtVerifier {
    key: DecodingKey,
    key_id: String,
    validation: Validation,
    issuer: String,
    audience: String,
}

/// Ours have about 500 bytes; anything much longer isn't even looked at.
const MOST_BYTES: usize = 4096;

/// How far the clock of the machine that signed may be ahead of ours. It doesn't lengthen a token's life.
const SKEW: TimeDelta = TimeDelta::seconds(30);

impl JwtVerifier {
    /// Accepts what the private key that belongs to `public_pem` signed in the name of `issuer` for `audience`.
    ///
    /// # Errors
    /// [`JwtKeyError::NotEd25519`].
    pub fn from_pem(public_pem: &str, issuer: &str, audience: &str) -> Result<Self, JwtKeyError> {
        let public = read_public(public_pem)?;
        let mut validation = Validation::new(Algorithm::EdDSA);
        // The library would go by its own clock; `check` sees to the claims, all of them.
        validation.required_spec_claims.clear();
        validation.validate_exp = false;
        validation.validate_aud = false;
        Ok(Self {
            key: DecodingKey::from_ed_der(&public),
            key_id: key_id(&public),
            validation,
            issuer: issuer.to_owned(),
            audience: audience.to_owned(),
        })
    }

    /// The claims of a token that we signed as an access token, alive or not.
    fn authentic(&self, token: &str) -> Option<Payload> {
        if token.len() > MOST_BYTES {
            return None;
        }
        let decoded = jsonwebtoken::decode::<Payload>(token, &self.key, &self.validation).ok()?;
        let (header, payload) = (decoded.header, decoded.claims);
        let ours = header.typ.as_deref() == Some(TYPE)
            && header.kid.as_ref() == Some(&self.key_id)
            // Extensions that must be understood (RFC 7515, section 4.1.11): we know none.
            && header.crit.is_none()
            && payload.iss == self.issuer
            && payload.aud.is(&self.audience);
        ours.then_some(payload)
    }
}

impl TokenVerifier for JwtVerifier {
    fn verify(&self, token: &str, now: DateTime<Utc>) -> Result<Claims, TokenError> {
        let payload = self.authentic(token).ok_or(TokenError::Invalid)?;
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
