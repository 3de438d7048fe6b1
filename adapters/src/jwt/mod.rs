//! Access tokens as JSON Web Tokens (RFC 9068), signed with Ed25519.
mod keys;
mod payload;
mod signer;
#[cfg(test)]
mod tests;
mod verifier;

pub use keys::{JwtKeyError, JwtKeys};
pub use signer::JwtSigner;
pub use verifier::JwtVerifier;

/// What the header calls an access token, so that no other kind of token passes for one (RFC 9068, section 2.1).
const TYPE: &str = "at+jwt";
