//! A key that signs, and one that checks. Each is good for one algorithm.
use aws_lc_rs::{
    hmac,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain_auth::TokenAlgorithm;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Validation};

use super::{
    Jwk, JwtKeyError,
    pem::{self, PRIVATE},
    public::PublicKey,
};
use crate::keyed::SecretKey;

/// Signs access tokens. Never printed.
#[derive(Clone)]
pub struct SigningKey {
    pub(super) encoding: EncodingKey,
    checking: VerifyingKey,
    /// PKCS#8, or the secret itself.
    secret: Vec<u8>,
}

/// Checks access tokens.
#[derive(Clone)]
pub struct VerifyingKey {
    id: String,
    algorithm: TokenAlgorithm,
    public: Option<PublicKey>,
    pub(super) decoding: DecodingKey,
    pub(super) validation: Validation,
}

/// The library's name for it.
pub const fn algorithm(of: TokenAlgorithm) -> Algorithm {
    match of {
        TokenAlgorithm::EdDsa => Algorithm::EdDSA,
        TokenAlgorithm::Es256 => Algorithm::ES256,
        TokenAlgorithm::Hs256 => Algorithm::HS256,
    }
}

impl SigningKey {
    /// A new one.
    ///
    /// # Errors
    /// [`JwtKeyError::NotMade`].
    pub fn generate(algorithm: TokenAlgorithm) -> Result<Self, JwtKeyError> {
        let not_made = |_| JwtKeyError::NotMade;
        // Version 1 of PKCS#8, since not every OpenSSL reads version 2, which has the public key in it.
        let secret = match algorithm {
            TokenAlgorithm::EdDsa => Ed25519KeyPair::generate().and_then(|pair| pair.to_pkcs8v1()),
            TokenAlgorithm::Es256 => {
                EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).and_then(|pair| pair.to_pkcs8v1())
            }
            TokenAlgorithm::Hs256 => {
                return SecretKey::generate()
                    .map(|secret| Self::from_secret(&secret))
                    .map_err(|_| JwtKeyError::NotMade);
            }
        };
        Self::restore(algorithm, secret.map_err(not_made)?.as_ref())
    }

    /// A private key in PEM (PKCS#8), whose kind says what it is for.
    ///
    /// # Errors
    /// [`JwtKeyError::NotAKey`].
    pub fn from_pem(private_pem: &str) -> Result<Self, JwtKeyError> {
        let der = pem::read(PRIVATE, private_pem)?;
        Self::restore(TokenAlgorithm::EdDsa, &der).or_else(|_| Self::restore(TokenAlgorithm::Es256, &der))
    }

    /// A secret, for HS256.
    #[must_use]
    pub fn from_secret(secret: &SecretKey) -> Self {
        let bytes = secret.as_bytes().to_vec();
        let checking = VerifyingKey::from_secret(secret);
        Self { encoding: EncodingKey::from_secret(&bytes), checking, secret: bytes }
    }

    /// One from [`secret`](Self::secret).
    pub(super) fn restore(algorithm: TokenAlgorithm, secret: &[u8]) -> Result<Self, JwtKeyError> {
        let (encoding, public) = match algorithm {
            TokenAlgorithm::EdDsa => {
                let pair = Ed25519KeyPair::from_pkcs8(secret).map_err(|_| JwtKeyError::NotAKey)?;
                (EncodingKey::from_ed_der(secret), pair.public_key().as_ref().to_vec())
            }
            TokenAlgorithm::Es256 => {
                let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, secret);
                let pair = pair.map_err(|_| JwtKeyError::NotAKey)?;
                (EncodingKey::from_ec_der(secret), pair.public_key().as_ref().to_vec())
            }
            TokenAlgorithm::Hs256 => {
                let secret = SecretKey::new(secret.to_vec()).map_err(|_| JwtKeyError::NotAKey)?;
                return Ok(Self::from_secret(&secret));
            }
        };
        let checking = VerifyingKey::of(PublicKey::new(algorithm, public)?);
        Ok(Self { encoding, checking, secret: secret.to_vec() })
    }

    /// What tokens call it.
    #[must_use]
    pub fn id(&self) -> &str {
        self.checking.id()
    }

    /// What it signs with.
    #[must_use]
    pub const fn algorithm(&self) -> TokenAlgorithm {
        self.checking.algorithm
    }

    /// What checks the tokens that it signs.
    #[must_use]
    pub const fn verifying(&self) -> &VerifyingKey {
        &self.checking
    }

    pub(super) const fn public(&self) -> Option<&PublicKey> {
        self.checking.public.as_ref()
    }

    pub(super) fn secret(&self) -> &[u8] {
        &self.secret
    }
}

impl VerifyingKey {
    /// A public key in PEM.
    ///
    /// # Errors
    /// [`JwtKeyError::NotAKey`].
    pub fn from_pem(public_pem: &str) -> Result<Self, JwtKeyError> {
        PublicKey::from_pem(public_pem).map(Self::of)
    }

    /// A public key that somebody published, under the name that they gave it.
    ///
    /// # Errors
    /// [`JwtKeyError::NotAKey`].
    pub fn from_jwk(jwk: &Jwk) -> Result<Self, JwtKeyError> {
        let key = Self::of(PublicKey::from_jwk(jwk)?);
        Ok(Self { id: jwk.kid.clone(), ..key })
    }

    /// A secret, for HS256. Its name tells nothing about it.
    #[must_use]
    pub fn from_secret(secret: &SecretKey) -> Self {
        let name = hmac::sign(&secret.derive("key id").for_hmac(hmac::HMAC_SHA256), b"HS256");
        Self {
            id: URL_SAFE_NO_PAD.encode(name),
            algorithm: TokenAlgorithm::Hs256,
            public: None,
            decoding: DecodingKey::from_secret(secret.as_bytes()),
            validation: validation(TokenAlgorithm::Hs256),
        }
    }

    fn of(public: PublicKey) -> Self {
        let decoding = match public.algorithm {
            TokenAlgorithm::Es256 => DecodingKey::from_ec_der(&public.bytes),
            _ => DecodingKey::from_ed_der(&public.bytes),
        };
        Self {
            id: public.id(),
            algorithm: public.algorithm,
            decoding,
            validation: validation(public.algorithm),
            public: Some(public),
        }
    }

    /// What tokens call it.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What it checks; everything else it refuses.
    #[must_use]
    pub const fn algorithm(&self) -> TokenAlgorithm {
        self.algorithm
    }

    /// As it is published; `None` for a secret.
    #[must_use]
    pub fn jwk(&self) -> Option<Jwk> {
        self.public.as_ref().map(PublicKey::to_jwk)
    }
}

/// The library would go by its own clock; the verifier sees to the claims, all of them.
fn validation(of: TokenAlgorithm) -> Validation {
    let mut validation = Validation::new(algorithm(of));
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKey({})", self.id())
    }
}

impl std::fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "VerifyingKey({})", self.id)
    }
}
