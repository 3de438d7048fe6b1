use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use domain_auth::{CodePurpose, LoginCode, LoginCodeGenerator, UserId};
use uuid::Uuid;

use super::SecretKey;

/// Codes as truncated HMAC-SHA-256 of the challenge's id, much as HOTP (RFC 4226) makes its codes of a counter. Each
/// purpose has a key of its own.
#[derive(Debug, Clone)]
pub struct KeyedCodes {
    login: hmac::Key,
    reset: hmac::Key,
    place: hmac::Key,
}

impl KeyedCodes {
    /// Codes that only somebody with `secret` can derive.
    #[must_use]
    pub fn new(secret: &SecretKey) -> Self {
        let key = |purpose| secret.derive(purpose).for_hmac(hmac::HMAC_SHA256);
        Self { login: key("login code"), reset: key("password reset code"), place: key("place of a code") }
    }
}

impl LoginCodeGenerator for KeyedCodes {
    fn code(&self, purpose: CodePurpose, challenge: Uuid) -> LoginCode {
        let key = match purpose {
            CodePurpose::Login => &self.login,
            CodePurpose::Reset => &self.reset,
        };
        LoginCode::truncate(hmac::sign(key, challenge.as_bytes()).as_ref())
    }

    fn place(&self, user: UserId, place: &str) -> String {
        let mut context = hmac::Context::with_key(&self.place);
        context.update(user.0.as_bytes());
        context.update(place.as_bytes());
        STANDARD_NO_PAD.encode(context.sign())
    }
}
