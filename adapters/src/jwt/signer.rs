use std::error::Error;

use aws_lc_rs::signature::KeyPair;
use domain_auth::TokenSigner;
use domain_shared::Claims;
use jsonwebtoken::{Algorithm, EncodingKey, Header};

use super::{
    JwtKeyError, TYPE,
    keys::{key_id, read_private},
    payload::Payload,
};

/// Signs access tokens. A [`JwtVerifier`](super::JwtVerifier) of the same key, issuer and audience accepts them.
#[derive(Clone)]
pub struct JwtSigner {
    key: EncodingKey,
    header: Header,
    issuer: String,
    audience: String,
}

impl JwtSigner {
    /// Signs with the private key in `private_pem`, in the name of `issuer`, for `audience`.
    ///
    /// # Errors
    /// [`JwtKeyError::NotEd25519`].
    pub fn from_pem(private_pem: &str, issuer: &str, audience: &str) -> Result<Self, JwtKeyError> {
        let private = read_private(private_pem)?;
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some(TYPE.to_owned());
        header.kid = Some(key_id(private.pair.public_key().as_ref()));
        Ok(Self {
            key: EncodingKey::from_ed_der(&private.der),
            header,
            issuer: issuer.to_owned(),
            audience: audience.to_owned(),
        })
    }
}

impl TokenSigner for JwtSigner {
    fn sign(&self, claims: &Claims) -> Result<String, Box<dyn Error + Send + Sync>> {
        let payload = Payload::new(claims, &self.issuer, &self.audience);
        Ok(jsonwebtoken::encode(&self.header, &payload, &self.key)?)
    }
}

impl std::fmt::Debug for JwtSigner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("JwtSigner").field("kid", &self.header.kid).finish_non_exhaustive()
    }
}
