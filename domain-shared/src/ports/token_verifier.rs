use chrono::{DateTime, Utc};

use crate::{Claims, TokenError};

/// Tells our own access tokens from everything else.
pub trait TokenVerifier: Send + Sync + 'static {
    /// What `token` says, if we signed it as an access token and it is alive at `now`.
    ///
    /// # Errors
    /// [`TokenError::Expired`] for one that was valid once, [`TokenError::Invalid`] for anything else;
    /// [`TokenError::Unchecked`] if there is no way to tell.
    fn verify(&self, token: &str, now: DateTime<Utc>) -> Result<Claims, TokenError>;
}
