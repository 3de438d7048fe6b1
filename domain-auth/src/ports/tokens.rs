use domain_shared::Claims;

use crate::{RefreshToken, SessionId};

/// Signs access tokens that a [`TokenVerifier`](domain_shared::TokenVerifier) of the same key accepts.
pub trait TokenSigner: Send + Sync + 'static {
    /// A signed token that says `claims`.
    ///
    /// # Errors
    /// If the key can't sign.
    fn sign(&self, claims: &Claims) -> Result<String, Box<dyn std::error::Error + Send + Sync>>;
}

/// Derives refresh tokens, so that none needs to be stored.
pub trait RefreshTokens: Send + Sync + 'static {
    /// The refresh token of a session's `generation`: always the same, and not to be made without the key.
    fn mint(&self, session: SessionId, generation: u64) -> RefreshToken;

    /// The session and generation that `token` is of, or `None` if we never made it. Compares in constant time.
    fn read(&self, token: &RefreshToken) -> Option<(SessionId, u64)>;
}
