use std::borrow::Cow;

use domain_shared::{Fault, Kind};

/// Why a user can't do what was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UserError {
    /// The account is active already.
    #[error("the account is already active")]
    AlreadyActive,
    /// The account is inactive already.
    #[error("the account is already inactive")]
    AlreadyInactive,
    /// The user was erased; that can't be undone.
    #[error("the user was erased")]
    Erased,
    /// The account is inactive.
    #[error("the account is inactive")]
    Inactive,
    /// Somebody changed the password since the old one was checked.
    #[error("the password was changed meanwhile")]
    PasswordChangedMeanwhile,
    /// It was changed since the caller looked at it.
    #[error("the user was changed meanwhile")]
    VersionMismatch,
}

impl Fault for UserError {
    fn kind(&self) -> Kind {
        match self {
            Self::AlreadyActive | Self::AlreadyInactive | Self::Erased | Self::PasswordChangedMeanwhile => {
                Kind::Conflict
            }
            Self::Inactive => Kind::Unauthenticated,
            Self::VersionMismatch => Kind::Stale,
        }
    }

    fn code(&self) -> Cow<'static, str> {
        match self {
            Self::AlreadyActive => "already_active",
            Self::AlreadyInactive => "already_inactive",
            Self::Erased => "user_erased",
            Self::Inactive => "user_inactive",
            Self::PasswordChangedMeanwhile => "password_changed_meanwhile",
            Self::VersionMismatch => "version_mismatch",
        }
        .into()
    }
}
