use pem::{EncodeConfig, LineEnding, Pem};

use super::JwtKeyError;

pub const PRIVATE: &str = "PRIVATE KEY";
pub const PUBLIC: &str = "PUBLIC KEY";

pub fn write(tag: &str, der: &[u8]) -> String {
    pem::encode_config(&Pem::new(tag, der), EncodeConfig::new().set_line_ending(LineEnding::LF))
}

/// The DER in `text`, which must say that it is a `tag`.
pub fn read(tag: &str, text: &str) -> Result<Vec<u8>, JwtKeyError> {
    let pem = pem::parse(text).map_err(|_| JwtKeyError::NotAKey)?;
    if pem.tag() == tag { Ok(pem.into_contents()) } else { Err(JwtKeyError::NotAKey) }
}
