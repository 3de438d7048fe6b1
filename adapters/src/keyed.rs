//! Codes and tokens that are derived from a key, so that none needs to be stored.
use std::fmt;

use aws_lc_rs::{
    constant_time::verify_slices_are_equal,
    hmac::{self, HMAC_SHA256},
    rand,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain_auth::{LoginCode, LoginCodeGenerator, RefreshToken, RefreshTokens, SessionId};
use uuid::Uuid;

/// A secret of at least 32 bytes. Never printed.
#[derive(Clone)]
pub struct SecretKey(Vec<u8>);

/// Why something is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// It is too short to be a secret.
    #[error("a secret key has at least 32 bytes")]
    TooShort,
    /// The system has no randomness to offer.
    #[error("no random numbers are to be had")]
    NoRandomness,
}

impl SecretKey {
    const LEAST: usize = 32;

    /// A key of these bytes.
    ///
    /// # Errors
    /// [`KeyError::TooShort`].
    pub fn new(bytes: Vec<u8>) -> Result<Self, KeyError> {
        if bytes.len() < Self::LEAST { Err(KeyError::TooShort) } else { Ok(Self(bytes)) }
    }

    /// A random key.
    ///
    /// # Errors
    /// [`KeyError::NoRandomness`].
    pub fn generate() -> Result<Self, KeyError> {
        let mut bytes = vec![0; Self::LEAST];
        rand::fill(&mut bytes).map_err(|_| KeyError::NoRandomness)?;
        Ok(Self(bytes))
    }

    /// The key as text, to be kept.
    #[must_use]
    pub fn to_hex(&self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// A key for one purpose, from which this one can't be told.
    #[must_use]
    pub fn derive(&self, purpose: &str) -> Self {
        Self(tag(&self.hmac(), purpose.as_bytes()).as_ref().to_vec())
    }

    /// The key's bytes, for other adapters.
    #[cfg(feature = "bcrypt")]
    pub(crate) fn expose(&self) -> &[u8] {
        &self.0
    }

    fn hmac(&self) -> hmac::Key {
        hmac::Key::new(HMAC_SHA256, &self.0)
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(…)")
    }
}

fn tag(key: &hmac::Key, message: &[u8]) -> hmac::Tag {
    hmac::sign(key, message)
}

/// Login codes: a keyed hash of the challenge, truncated as in RFC 4226.
#[derive(Debug, Clone)]
pub struct KeyedCodes(hmac::Key);

impl KeyedCodes {
    /// Codes derived from `key`.
    #[must_use]
    pub fn new(key: &SecretKey) -> Self {
        Self(key.derive("login code").hmac())
    }
}

impl LoginCodeGenerator for KeyedCodes {
    fn code(&self, challenge: Uuid) -> LoginCode {
        LoginCode::truncate(tag(&self.0, challenge.as_bytes()).as_ref())
    }
}

/// Refresh tokens: `rt_` and, in base64url, the session, its generation and a keyed hash of both.
#[derive(Debug, Clone)]
pub struct KeyedRefreshTokens(hmac::Key);

impl KeyedRefreshTokens {
    const PREFIX: &'static str = "rt_";
    /// A session's id and a generation.
    const MESSAGE: usize = 16 + 8;

    /// Tokens derived from `key`.
    #[must_use]
    pub fn new(key: &SecretKey) -> Self {
        Self(key.derive("refresh token").hmac())
    }
}

impl RefreshTokens for KeyedRefreshTokens {
    fn mint(&self, session: SessionId, generation: u64) -> RefreshToken {
        let message = [&session.0.as_bytes()[..], &generation.to_be_bytes()].concat();
        let token = URL_SAFE_NO_PAD.encode([&message, tag(&self.0, &message).as_ref()].concat());
        RefreshToken::new(format!("{}{token}", Self::PREFIX))
    }

    fn read(&self, token: &RefreshToken) -> Option<(SessionId, u64)> {
        let encoded = token.expose().strip_prefix(Self::PREFIX).filter(|encoded| encoded.len() < 100)?;
        let bytes = URL_SAFE_NO_PAD.decode(encoded).ok()?;
        let (message, given) = bytes.split_at_checked(Self::MESSAGE)?;
        verify_slices_are_equal(tag(&self.0, message).as_ref(), given).ok()?;
        let (session, generation) = message.split_at_checked(16)?;
        Some((SessionId(Uuid::from_slice(session).ok()?), u64::from_be_bytes(generation.try_into().ok()?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_key_is_none_and_no_key_is_printed() {
        assert_eq!(SecretKey::new(vec![1; 31]).unwrap_err(), KeyError::TooShort);
        assert_eq!(format!("{:?}", SecretKey::generate().unwrap()), "SecretKey(…)");
    }

    #[test]
    fn purposes_do_not_share_a_key() {
        let key = SecretKey::generate().unwrap();
        assert_ne!(key.derive("a").to_hex(), key.derive("b").to_hex());
        assert_eq!(key.derive("a").to_hex(), key.derive("a").to_hex());
    }
}
