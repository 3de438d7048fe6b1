use domain_shared::{Invalid, ValueObject};

use crate::password::redacted;

/// An opaque token that continues a session. Never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct RefreshToken(String);

impl RefreshToken {
    /// Wraps what a [`RefreshTokens`](crate::RefreshTokens) made.
    #[must_use]
    pub const fn new(token: String) -> Self {
        Self(token)
    }

    /// The token, for its owner.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

redacted! { RefreshToken }

impl ValueObject for RefreshToken {
    type Raw = String;
    const EXPECTED: &'static str = "a string";

    fn parse(raw: String) -> Result<Self, Invalid> {
        Ok(Self(raw))
    }
}
