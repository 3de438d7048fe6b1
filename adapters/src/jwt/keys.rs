use aws_lc_rs::{
    digest,
    encoding::AsDer,
    signature::{Ed25519KeyPair, KeyPair},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use pem::{EncodeConfig, LineEnding, Pem};

/// A key pair in PEM, as `openssl genpkey -algorithm ed25519` and `openssl pkey -pubout` write it.
#[derive(Clone)]
pub struct JwtKeys {
    /// Signs: PKCS#8 (RFC 8410). Never printed.
    pub private_pem: String,
    /// Checks: `SubjectPublicKeyInfo`.
    pub public_pem: String,
}

/// Why a key is of no use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JwtKeyError {
    /// It isn't one, or not of this kind.
    #[error("not an Ed25519 key in PEM")]
    NotEd25519,
    /// The system has no random numbers to give.
    #[error("no key could be made")]
    NotMade,
}

const PRIVATE: &str = "PRIVATE KEY";
const PUBLIC: &str = "PUBLIC KEY";
/// What stands before the 32 bytes of an Ed25519 public key in DER (RFC 8410, section 4).
const PUBLIC_DER_PREFIX: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

impl JwtKeys {
    /// A new key pair.
    ///
    /// # Errors
    /// [`JwtKeyError::NotMade`].
    pub fn generate() -> Result<Self, JwtKeyError> {
        let keys = Ed25519KeyPair::generate().map_err(|_| JwtKeyError::NotMade)?;
        // Version 1, since not every OpenSSL reads version 2, which has the public key in it.
        let private = keys.to_pkcs8v1().map_err(|_| JwtKeyError::NotMade)?;
        Ok(Self { private_pem: to_pem(PRIVATE, private.as_ref()), public_pem: public_pem(&keys)? })
    }

    /// The public key that goes with a private one.
    ///
    /// # Errors
    /// [`JwtKeyError::NotEd25519`].
    pub fn public_of(private_pem: &str) -> Result<String, JwtKeyError> {
        public_pem(&read_private(private_pem)?.pair)
    }

    /// Whether what one key signs, the other accepts.
    #[must_use]
    pub fn are_a_pair(private_pem: &str, public_pem: &str) -> bool {
        let own = Self::public_of(private_pem).and_then(|own| read_public(&own));
        own.is_ok_and(|own| read_public(public_pem) == Ok(own))
    }
}

impl std::fmt::Debug for JwtKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("JwtKeys").field("public_pem", &self.public_pem).finish_non_exhaustive()
    }
}

fn public_pem(keys: &Ed25519KeyPair) -> Result<String, JwtKeyError> {
    let der = keys.public_key().as_der().map_err(|_| JwtKeyError::NotMade)?;
    Ok(to_pem(PUBLIC, der.as_ref()))
}

fn to_pem(tag: &str, der: &[u8]) -> String {
    pem::encode_config(&Pem::new(tag, der), EncodeConfig::new().set_line_ending(LineEnding::LF))
}

fn from_pem(tag: &str, text: &str) -> Result<Vec<u8>, JwtKeyError> {
    let pem = pem::parse(text).map_err(|_| JwtKeyError::NotEd25519)?;
    if pem.tag() == tag { Ok(pem.into_contents()) } else { Err(JwtKeyError::NotEd25519) }
}

/// A private key, and the same in DER.
pub struct PrivateKey {
    pub pair: Ed25519KeyPair,
    pub der: Vec<u8>,
}

pub fn read_private(text: &str) -> Result<PrivateKey, JwtKeyError> {
    let der = from_pem(PRIVATE, text)?;
    let pair = Ed25519KeyPair::from_pkcs8(&der).map_err(|_| JwtKeyError::NotEd25519)?;
    Ok(PrivateKey { pair, der })
}

/// The 32 bytes of a public key.
pub fn read_public(text: &str) -> Result<Vec<u8>, JwtKeyError> {
    match from_pem(PUBLIC, text)?.strip_prefix(&PUBLIC_DER_PREFIX) {
        Some(key) if key.len() == 32 => Ok(key.to_vec()),
        _ => Err(JwtKeyError::NotEd25519),
    }
}

/// The name of a public key: its thumbprint (RFC 7638, and RFC 8037, section 2, for this kind of key).
pub fn key_id(public: &[u8]) -> String {
    let x = URL_SAFE_NO_PAD.encode(public);
    let jwk = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#);
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, jwk.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_named_by_its_thumbprint() {
        // RFC 8037, appendix A.3
        let public = URL_SAFE_NO_PAD.decode("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo").unwrap();
        assert_eq!(key_id(&public), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }

    #[test]
    fn a_public_key_follows_from_its_private_key() {
        let keys = JwtKeys::generate().unwrap();
        assert_eq!(JwtKeys::public_of(&keys.private_pem), Ok(keys.public_pem.clone()));
        assert!(JwtKeys::are_a_pair(&keys.private_pem, &keys.public_pem));
        assert!(!JwtKeys::are_a_pair(&keys.private_pem, &JwtKeys::generate().unwrap().public_pem));
        assert_eq!(
            read_public(&keys.public_pem).unwrap(),
            read_private(&keys.private_pem).unwrap().pair.public_key().as_ref()
        );
    }

    #[test]
    fn a_key_of_openssl_is_read() {
        let private = "-----BEGIN PRIVATE KEY-----\n\
                       MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n-----END PRIVATE KEY-----\n";
        let public = JwtKeys::public_of(private).unwrap();
        // The key of RFC 8037, appendix A.1
        assert_eq!(
            URL_SAFE_NO_PAD.encode(read_public(&public).unwrap()),
            "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
        );
    }

    #[test]
    fn anything_else_is_no_key() {
        let keys = JwtKeys::generate().unwrap();
        for text in
            ["", "secret", &keys.public_pem, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"]
        {
            assert_eq!(read_private(text).err(), Some(JwtKeyError::NotEd25519), "{text}");
        }
        for text in ["", &keys.private_pem, "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"] {
            assert_eq!(read_public(text).err(), Some(JwtKeyError::NotEd25519));
        }
    }

    #[test]
    fn a_private_key_is_not_printed() {
        let keys = JwtKeys::generate().unwrap();
        let secret = keys.private_pem.lines().nth(1).unwrap();
        assert!(!format!("{keys:?}").contains(secret));
    }
}
