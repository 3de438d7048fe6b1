//! Access tokens as JSON Web Tokens (RFC 9068), signed with a key of a ring that changes while services run: see
//! `docs/adr/0017-token-keys.md`.
#[cfg(feature = "jwks")]
mod fetched;
mod kept;
mod key;
mod keys;
mod payload;
mod pem;
mod public;
mod ring;
mod seen;
mod signer;
#[cfg(test)]
mod tests;
mod verifier;

#[cfg(feature = "jwks")]
pub use fetched::{FetchError, FetchedKeys};
pub use kept::{KeptKeys, KeyConcern, KeyState, KeyStatus, KeyTerms, RotateError};
pub use key::{SigningKey, VerifyingKey};
pub use keys::{JwtKeyError, JwtKeys};
pub use public::Jwk;
pub use ring::{KeyRing, RingKey};
pub use signer::JwtSigner;
pub use verifier::JwtVerifier;

/// What the header calls an access token, so that no other kind of token passes for one (RFC 9068, section 2.1).
const TYPE: &str = "at+jwt";
