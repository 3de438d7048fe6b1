//! What is derived from a secret key instead of being stored, login codes and refresh tokens; and what is stored sealed.
mod answers;
mod client_secret;
mod codes;
mod refresh_tokens;
mod seal;
mod secret_key;
mod throttle;

pub use answers::KeptAnswers;
pub use client_secret::ClientDigest;
pub use codes::KeyedCodes;
pub use refresh_tokens::KeyedRefreshTokens;
pub use seal::Seal;
pub use secret_key::{KeyError, SecretKey};
pub use throttle::KeyedThrottle;
