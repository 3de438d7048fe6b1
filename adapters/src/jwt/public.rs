//! Public keys, as bytes, in PEM and as JSON Web Keys.
use aws_lc_rs::{
    digest,
    signature::{ECDSA_P256_SHA256_FIXED, ED25519, ParsedPublicKey},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain_auth::TokenAlgorithm;
use serde::{Deserialize, Serialize};

use super::{
    JwtKeyError,
    pem::{self, PUBLIC},
};

/// A public key: the 32 bytes of an Ed25519 key, or the 65 of an uncompressed point of P-256.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    pub algorithm: TokenAlgorithm,
    pub bytes: Vec<u8>,
}

/// What stands before the bytes of a key in DER: RFC 8410, section 4, and RFC 5480, section 2.
const ED25519_PREFIX: &[u8] = &[0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
const P256_PREFIX: &[u8] = &[
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86,
    0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

/// What stands before the coordinates of an uncompressed point (SEC 1, section 2.3.3).
const UNCOMPRESSED: u8 = 4;

impl PublicKey {
    /// # Errors
    /// [`JwtKeyError::NotAKey`], also if it is no point of its curve.
    pub fn new(algorithm: TokenAlgorithm, bytes: Vec<u8>) -> Result<Self, JwtKeyError> {
        let parsed = match (algorithm, bytes.len()) {
            (TokenAlgorithm::EdDsa, 32) => ParsedPublicKey::new(&ED25519, &bytes),
            (TokenAlgorithm::Es256, 65) => ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &bytes),
            _ => return Err(JwtKeyError::NotAKey),
        };
        parsed.map(|_| Self { algorithm, bytes }).map_err(|_| JwtKeyError::NotAKey)
    }

    /// # Errors
    /// [`JwtKeyError::NotAKey`].
    pub fn from_pem(text: &str) -> Result<Self, JwtKeyError> {
        let der = pem::read(PUBLIC, text)?;
        let (algorithm, bytes) = match (der.strip_prefix(ED25519_PREFIX), der.strip_prefix(P256_PREFIX)) {
            (Some(bytes), _) => (TokenAlgorithm::EdDsa, bytes),
            (_, Some(bytes)) => (TokenAlgorithm::Es256, bytes),
            _ => return Err(JwtKeyError::NotAKey),
        };
        Self::new(algorithm, bytes.to_vec())
    }

    pub fn to_pem(&self) -> String {
        let prefix = if self.algorithm == TokenAlgorithm::EdDsa { ED25519_PREFIX } else { P256_PREFIX };
        pem::write(PUBLIC, &[prefix, &self.bytes].concat())
    }

    /// # Errors
    /// [`JwtKeyError::NotAKey`] for anything but a key that checks signatures of ours.
    pub fn from_jwk(jwk: &Jwk) -> Result<Self, JwtKeyError> {
        let is_for = |algorithm: TokenAlgorithm| {
            jwk.alg.as_deref().is_none_or(|name| name == algorithm.name())
                && jwk.usage.as_deref().is_none_or(|usage| usage == "sig")
        };
        let decoded = |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(|_| JwtKeyError::NotAKey);
        match (jwk.kty.as_str(), jwk.crv.as_str(), &jwk.y) {
            ("OKP", "Ed25519", None) if is_for(TokenAlgorithm::EdDsa) => {
                Self::new(TokenAlgorithm::EdDsa, decoded(&jwk.x)?)
            }
            ("EC", "P-256", Some(y)) if is_for(TokenAlgorithm::Es256) => {
                let (x, y) = (decoded(&jwk.x)?, decoded(y)?);
                if x.len() != y.len() {
                    return Err(JwtKeyError::NotAKey);
                }
                Self::new(TokenAlgorithm::Es256, [&[UNCOMPRESSED], &x[..], &y].concat())
            }
            _ => Err(JwtKeyError::NotAKey),
        }
    }

    pub fn to_jwk(&self) -> Jwk {
        let (kty, crv, x, y) = match self.bytes.split_first() {
            Some((&UNCOMPRESSED, point)) if self.algorithm == TokenAlgorithm::Es256 => {
                let (x, y) = point.split_at(point.len() / 2);
                ("EC", "P-256", x, Some(y))
            }
            _ => ("OKP", "Ed25519", &self.bytes[..], None),
        };
        Jwk {
            kty: kty.to_owned(),
            crv: crv.to_owned(),
            x: URL_SAFE_NO_PAD.encode(x),
            y: y.map(|y| URL_SAFE_NO_PAD.encode(y)),
            kid: self.id(),
            alg: Some(self.algorithm.name().to_owned()),
            usage: Some("sig".to_owned()),
        }
    }

    /// Its name: its thumbprint (RFC 7638, and RFC 8037, section 2, for Ed25519).
    pub fn id(&self) -> String {
        let members = match self.bytes.split_first() {
            Some((&UNCOMPRESSED, point)) if self.algorithm == TokenAlgorithm::Es256 => {
                let (x, y) = point.split_at(point.len() / 2);
                let (x, y) = (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y));
                format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#)
            }
            _ => {
                let x = URL_SAFE_NO_PAD.encode(&self.bytes);
                format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#)
            }
        };
        URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, members.as_bytes()))
    }
}

/// A public key as a JSON Web Key (RFC 7517). There is no place in it for a private one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Jwk {
    /// What kind of key it is.
    pub kty: String,
    /// On which curve.
    pub crv: String,
    /// The key, or the first coordinate of its point, in base64url.
    pub x: String,
    /// The second coordinate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub y: Option<String>,
    /// What tokens call it.
    pub kid: String,
    /// What it is good for, and nothing else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alg: Option<String>,
    /// `sig`: it checks signatures.
    #[serde(default, rename = "use", skip_serializing_if = "Option::is_none")]
    pub usage: Option<String>,
}
