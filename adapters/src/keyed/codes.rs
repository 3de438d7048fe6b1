use aws_lc_rs::hmac;
use domain_auth::{LoginCode, LoginCodeGenerator};
use uuid::Uuid;

use super::SecretKey;

/// Login codes as truncated HMAC-SHA-256 of the challenge's id, much as HOTP (RFC 4226) makes its codes of a counter.
#[derive(Debug, Clone)]
pub struct KeyedCodes(hmac::Key);

impl KeyedCodes {
    /// Codes that only somebody with `secret` can derive.
    #[must_use]
    pub fn new(secret: &SecretKey) -> Self {
        Self(secret.derive("login code").for_hmac(hmac::HMAC_SHA256))
    }
}

impl LoginCodeGenerator for KeyedCodes {
    fn code(&self, challenge: Uuid) -> LoginCode {
        LoginCode::truncate(hmac::sign(&self.0, challenge.as_bytes()).as_ref())
    }
}
