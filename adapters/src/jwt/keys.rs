use domain_auth::TokenAlgorithm;

use super::{
    SigningKey,
    pem::{self, PRIVATE},
    public::PublicKey,
};

/// A key pair in PEM, as `openssl genpkey -algorithm ed25519` (or `-algorithm EC -pkeyopt ec_paramgen_curve:P-256`) and
/// `openssl pkey -pubout` write it.
#[derive(Clone)]
pub struct JwtKeys {
    /// Signs: PKCS#8. Never printed.
    pub private_pem: String,
    /// Checks: `SubjectPublicKeyInfo`.
    pub public_pem: String,
}

/// Why a key is of no use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JwtKeyError {
    /// It isn't one, or not of a kind that is used here.
    #[error("not an Ed25519 or P-256 key")]
    NotAKey,
    /// The system has no random numbers to give.
    #[error("no key could be made")]
    NotMade,
}

impl JwtKeys {
    /// A new key pair, for `EdDSA`.
    ///
    /// # Errors
    /// [`JwtKeyError::NotMade`].
    pub fn generate() -> Result<Self, JwtKeyError> {
        Self::generate_for(TokenAlgorithm::EdDsa)
    }

    /// A new key pair.
    ///
    /// # Errors
    /// [`JwtKeyError::NotMade`]; [`JwtKeyError::NotAKey`] for an `algorithm` that has no pairs.
    pub fn generate_for(algorithm: TokenAlgorithm) -> Result<Self, JwtKeyError> {
        let key = SigningKey::generate(algorithm)?;
        let public = key.public().ok_or(JwtKeyError::NotAKey)?;
        Ok(Self { private_pem: pem::write(PRIVATE, key.secret()), public_pem: public.to_pem() })
    }

    /// The public key that goes with a private one.
    ///
    /// # Errors
    /// [`JwtKeyError::NotAKey`].
    pub fn public_of(private_pem: &str) -> Result<String, JwtKeyError> {
        SigningKey::from_pem(private_pem)?.public().map(PublicKey::to_pem).ok_or(JwtKeyError::NotAKey)
    }

    /// Whether what one key signs, the other accepts.
    #[must_use]
    pub fn are_a_pair(private_pem: &str, public_pem: &str) -> bool {
        let own = SigningKey::from_pem(private_pem);
        own.is_ok_and(|own| own.public() == PublicKey::from_pem(public_pem).ok().as_ref())
    }
}

impl std::fmt::Debug for JwtKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("JwtKeys").field("public_pem", &self.public_pem).finish_non_exhaustive()
    }
}
