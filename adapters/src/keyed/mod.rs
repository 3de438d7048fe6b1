//! What is derived from a secret key instead of being stored: login codes and refresh tokens.
mod codes;
mod refresh_tokens;
mod secret_key;

pub use codes::KeyedCodes;
pub use refresh_tokens::KeyedRefreshTokens;
pub use secret_key::{KeyError, SecretKey};
