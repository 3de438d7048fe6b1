use std::{borrow::Cow, error::Error, time::Duration};

use domain_auth::{HashError, SessionError, UserError};
use domain_shared::{ChangeError, Fault, Invalid, Kind, MailError, StoreError, TokenError};

/// Why an auth use case didn't go through.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    /// No such user, a wrong password or an inactive account: which one stays untold.
    #[error("the username or password is wrong")]
    WrongCredentials,
    /// The code is wrong, used, expired or was tried too often.
    #[error("the code is invalid or has expired")]
    InvalidCode,
    /// The refresh token is unknown, used, expired or its session has ended.
    #[error("the refresh token is invalid or has expired")]
    InvalidRefreshToken,
    /// The code was sent just now; try again after this long.
    #[error("the code was sent just now")]
    SentJustNow(Duration),
    /// It was tried too often; try again after this long.
    #[error("this was tried too often; wait a little")]
    TooManyAttempts(Duration),
    /// There is no such user.
    #[error("there is no such user")]
    UserNotFound,
    /// There is no such session, or it is somebody else's, or it has ended.
    #[error("there is no such session")]
    SessionNotFound,
    /// A field holds a value that can't be taken.
    #[error("{field} {rule}")]
    Invalid {
        /// The field.
        field: &'static str,
        /// The rule it breaks.
        rule: Invalid,
    },
    /// The user can't do that now.
    #[error(transparent)]
    User(#[from] UserError),
    /// The access token is no good.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// The store refused or failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The hasher failed.
    #[error(transparent)]
    Hash(#[from] HashError),
    /// The mail couldn't be sent.
    #[error(transparent)]
    Mail(#[from] MailError),
    /// The signer failed.
    #[error("tokens can't be signed")]
    Sign(#[source] Box<dyn Error + Send + Sync>),
}

impl Fault for AuthError {
    fn kind(&self) -> Kind {
        match self {
            Self::WrongCredentials | Self::InvalidRefreshToken => Kind::Unauthenticated,
            Self::InvalidCode => Kind::Malformed,
            Self::SentJustNow(wait) | Self::TooManyAttempts(wait) => Kind::TooMany(*wait),
            Self::UserNotFound | Self::SessionNotFound => Kind::NotFound,
            Self::Invalid { rule, .. } => rule.kind(),
            Self::User(e) => e.kind(),
            Self::Token(e) => e.kind(),
            Self::Store(e) => e.kind(),
            Self::Hash(e) => e.kind(),
            Self::Mail(e) => e.kind(),
            Self::Sign(_) => Kind::Unavailable,
        }
    }

    fn code(&self) -> Cow<'static, str> {
        match self {
            Self::WrongCredentials => "invalid_credentials".into(),
            Self::InvalidCode => "invalid_or_expired_code".into(),
            Self::InvalidRefreshToken => "invalid_refresh_token".into(),
            Self::SentJustNow(_) => "too_many_requests".into(),
            Self::TooManyAttempts(_) => "too_many_attempts".into(),
            Self::UserNotFound => "user_not_found".into(),
            Self::SessionNotFound => "session_not_found".into(),
            Self::Invalid { rule, .. } => rule.code(),
            Self::User(e) => e.code(),
            Self::Token(e) => e.code(),
            Self::Store(e) => e.code(),
            Self::Hash(e) => e.code(),
            Self::Mail(e) => e.code(),
            Self::Sign(_) => "unavailable".into(),
        }
    }

    fn invalid_field(&self) -> Option<(&'static str, Invalid)> {
        match self {
            Self::Invalid { field, rule } => Some((field, *rule)),
            _ => None,
        }
    }
}

impl From<ChangeError<UserError>> for AuthError {
    fn from(error: ChangeError<UserError>) -> Self {
        match error {
            ChangeError::Refused(e) => Self::User(e),
            ChangeError::Store(e) => Self::Store(e),
        }
    }
}

impl From<ChangeError<SessionError>> for AuthError {
    fn from(error: ChangeError<SessionError>) -> Self {
        match error {
            ChangeError::Refused(SessionError::Ended) => Self::Token(TokenError::Ended),
            ChangeError::Store(e) => Self::Store(e),
        }
    }
}
