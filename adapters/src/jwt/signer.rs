use std::error::Error;

use domain_auth::TokenSigner;
use domain_shared::Claims;
use jsonwebtoken::Header;

use super::{JwtKeyError, KeyRing, RingKey, SigningKey, TYPE, key::algorithm, payload::Payload};

/// Signs access tokens. A [`JwtVerifier`](super::JwtVerifier) of the same keys, issuer and audience accepts them.
#[derive(Debug, Clone)]
pub struct JwtSigner {
    ring: KeyRing,
    issuer: String,
    audience: String,
}

impl JwtSigner {
    /// Signs with the key whose turn it is, in the name of `issuer`, for `audience`.
    #[must_use]
    pub fn new(ring: KeyRing, issuer: &str, audience: &str) -> Self {
        Self { ring, issuer: issuer.to_owned(), audience: audience.to_owned() }
    }

    /// Signs with the private key in `private_pem` and no other.
    ///
    /// # Errors
    /// [`JwtKeyError::NotAKey`].
    pub fn from_pem(private_pem: &str, issuer: &str, audience: &str) -> Result<Self, JwtKeyError> {
        Ok(Self::new(SigningKey::from_pem(private_pem)?.into(), issuer, audience))
    }
}

/// A ring of one.
impl From<SigningKey> for KeyRing {
    fn from(key: SigningKey) -> Self {
        let from = chrono::DateTime::UNIX_EPOCH;
        let verifying = key.verifying().clone();
        Self::new(vec![RingKey { verifying, signing: Some((key.into(), from)), until: None }])
    }
}

impl TokenSigner for JwtSigner {
    fn sign(&self, claims: &Claims) -> Result<String, Box<dyn Error + Send + Sync>> {
        let key = self.ring.signer(claims.issued_at).ok_or("there is no key to sign with")?;
        let mut header = Header::new(algorithm(key.algorithm()));
        header.typ = Some(TYPE.to_owned());
        header.kid = Some(key.id().to_owned());
        let payload = Payload::new(claims, &self.issuer, &self.audience);
        Ok(jsonwebtoken::encode(&header, &payload, &key.encoding)?)
    }
}
