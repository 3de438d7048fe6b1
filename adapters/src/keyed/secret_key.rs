use std::fmt::Write;

use aws_lc_rs::{hmac, rand};

/// A secret from which keys are derived, one per purpose, so that none of them tells anything about another. Never
/// printed.
#[derive(Clone)]
pub struct SecretKey(Vec<u8>);

/// Why there is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// It would be easier to guess than what it protects.
    #[error("a secret key must have at least {} bytes", SecretKey::LEAST_BYTES)]
    TooShort,
    /// The system has no random numbers to give.
    #[error("no random numbers could be had")]
    NoRandomness,
}

impl SecretKey {
    /// A key of fewer bytes is refused (RFC 2104, section 3: no less than the hash's output).
    pub const LEAST_BYTES: usize = 32;

    /// Takes `bytes` for a key.
    ///
    /// # Errors
    /// [`KeyError::TooShort`].
    pub fn new(bytes: Vec<u8>) -> Result<Self, KeyError> {
        if bytes.len() < Self::LEAST_BYTES { Err(KeyError::TooShort) } else { Ok(Self(bytes)) }
    }

    /// A new random key.
    ///
    /// # Errors
    /// [`KeyError::NoRandomness`].
    pub fn generate() -> Result<Self, KeyError> {
        let mut bytes = vec![0; Self::LEAST_BYTES];
        rand::fill(&mut bytes).map_err(|_| KeyError::NoRandomness)?;
        Ok(Self(bytes))
    }

    /// The key for one purpose.
    #[must_use]
    pub fn derive(&self, purpose: &str) -> Self {
        Self(hmac::sign(&self.for_hmac(hmac::HMAC_SHA256), purpose.as_bytes()).as_ref().to_vec())
    }

    /// The key in digits, to be kept in a file.
    #[must_use]
    pub fn to_hex(&self) -> String {
        self.0.iter().fold(String::new(), |mut digits, byte| {
            // Writing to a string can't fail.
            let _ = write!(digits, "{byte:02x}");
            digits
        })
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    pub(crate) fn for_hmac(&self, algorithm: hmac::Algorithm) -> hmac::Key {
        hmac::Key::new(algorithm, &self.0)
    }
}

impl std::fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_key_is_refused() {
        assert_eq!(SecretKey::new(vec![7; 31]).unwrap_err(), KeyError::TooShort);
        assert!(SecretKey::new(vec![7; 32]).is_ok());
    }

    #[test]
    fn a_key_differs_by_purpose_and_by_secret() {
        let (one, other) = (SecretKey::new(vec![1; 32]).unwrap(), SecretKey::new(vec![2; 32]).unwrap());
        assert_eq!(one.derive("a").to_hex(), one.derive("a").to_hex());
        assert_ne!(one.derive("a").to_hex(), one.derive("b").to_hex());
        assert_ne!(one.derive("a").to_hex(), other.derive("a").to_hex());
    }

    #[test]
    fn no_two_generated_keys_are_equal() {
        let key = SecretKey::generate().unwrap();
        assert_eq!(key.to_hex().len(), 64);
        assert_ne!(key.to_hex(), SecretKey::generate().unwrap().to_hex());
    }

    #[test]
    fn a_key_is_not_printed() {
        assert_eq!(format!("{:?}", SecretKey::new(vec![7; 32]).unwrap()), "SecretKey(…)");
    }
}
