//! Access tokens, as the services that accept them see them.
use std::borrow::Cow;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{Fault, Kind, Scopes};

/// What a valid access token says (RFC 9068). No personal data: whoever needs a name asks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// The user.
    pub subject: Uuid,
    /// The session the token belongs to.
    pub session: Uuid,
    /// The token's own id.
    pub id: Uuid,
    /// What its bearer may do.
    pub scopes: Scopes,
    /// When it was signed.
    pub issued_at: DateTime<Utc>,
    /// From when on it is dead.
    pub expires_at: DateTime<Utc>,
}

/// Why a token is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// It was valid once.
    #[error("the token has expired")]
    Expired,
    /// It isn't one of ours, or was changed.
    #[error("the token is not valid")]
    Invalid,
    /// The session it belongs to has ended.
    #[error("the session has ended")]
    Ended,
    /// Nobody knows: no key to check it with could be had yet.
    #[error("tokens can't be checked at the moment")]
    Unchecked,
}

impl Fault for TokenError {
    fn kind(&self) -> Kind {
        match self {
            Self::Unchecked => Kind::Unavailable,
            Self::Expired | Self::Invalid | Self::Ended => Kind::Unauthenticated,
        }
    }

    fn code(&self) -> Cow<'static, str> {
        match self {
            Self::Expired => "token_expired",
            Self::Invalid => "invalid_token",
            Self::Ended => "session_ended",
            Self::Unchecked => "tokens_unchecked",
        }
        .into()
    }
}
