use std::fmt::Write;

use aws_lc_rs::{constant_time, digest, rand};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::KeyError;

/// The SHA-256 of a secret that was made here: as it has 256 random bits, nobody finds it by trying, however fast.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientDigest(Vec<u8>);

impl ClientDigest {
    /// A new secret, to be given to the client, and its digest, to be kept.
    ///
    /// # Errors
    /// [`KeyError::NoRandomness`].
    pub fn generate() -> Result<(String, Self), KeyError> {
        let mut bytes = [0; 32];
        rand::fill(&mut bytes).map_err(|_| KeyError::NoRandomness)?;
        let secret = format!("cs_{}", URL_SAFE_NO_PAD.encode(bytes));
        let digest = Self::of(&secret);
        Ok((secret, digest))
    }

    fn of(secret: &str) -> Self {
        Self(digest::digest(&digest::SHA256, secret.as_bytes()).as_ref().to_vec())
    }

    /// The digest that was written in `digits`, 64 of them.
    #[must_use]
    pub fn from_hex(digits: &str) -> Option<Self> {
        let pair = |at: usize| digits.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
        let hex = digits.len() == 64 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        hex.then(|| (0..64).step_by(2).filter_map(pair).collect()).map(Self)
    }

    /// The digest in digits.
    #[must_use]
    pub fn to_hex(&self) -> String {
        self.0.iter().fold(String::new(), |mut digits, byte| {
            // Writing to a string can't fail.
            let _ = write!(digits, "{byte:02x}");
            digits
        })
    }

    /// Whether it is that of `secret`, in the same time whichever it is.
    #[must_use]
    pub fn is_of(&self, secret: &str) -> bool {
        constant_time::verify_slices_are_equal(&self.0, &Self::of(secret).0).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_knows_its_secret_and_no_other() {
        let (secret, digest) = ClientDigest::generate().unwrap();
        let kept = ClientDigest::from_hex(&digest.to_hex()).unwrap();
        assert!(kept == digest && kept.is_of(&secret));
        let (other, _) = ClientDigest::generate().unwrap();
        assert!(!kept.is_of(&other) && !kept.is_of("") && !kept.is_of(&kept.to_hex()));
    }

    #[test]
    fn only_64_digits_are_a_digest() {
        for bad in ["", "00", &"0".repeat(63), &"g".repeat(64), &"+1".repeat(32), &"é".repeat(32)] {
            assert!(ClientDigest::from_hex(bad).is_none(), "{bad}");
        }
        assert!(ClientDigest::from_hex(&"Ab".repeat(32)).is_some());
    }
}
