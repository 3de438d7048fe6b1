use domain_shared::{Context, DomainEvent, EventEnvelope, Recorded, StoreError, envelope};
use serde::{Deserialize, Serialize};

use crate::UserId;

/// Why a password didn't let anybody in. Whoever tried isn't told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(transform = domain_shared::schema::extensible))]
#[serde(rename_all = "snake_case")]
pub enum LoginFailure {
    /// Nobody is called so.
    NoSuchUser,
    /// It was another password.
    WrongPassword,
    /// The password was right, but the account is out of use.
    Inactive,
}

/// What somebody tried too often.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(transform = domain_shared::schema::extensible))]
#[serde(rename_all = "snake_case")]
pub enum Throttled {
    /// To register.
    Register,
    /// To sign in by password.
    Login,
    /// To complete a login by code.
    Code,
    /// To have a code sent again.
    Resend,
    /// To refresh a session.
    Refresh,
    /// To have a forgotten password reset.
    PasswordReset,
}

/// What is done about security without changing a user or a session. Each is an entry of its own in the log, about an
/// account if one is known to exist; nothing that somebody typed is in it. Acts that are alike may share an entry: see
/// [`SecurityLog`](crate::SecurityLog).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", content = "data")]
pub enum SecurityEvent {
    /// A password let nobody in.
    #[serde(rename = "security.login_failed.v1")]
    LoginFailed {
        /// Whose account it was tried on.
        user_id: Option<UserId>,
        /// Why.
        reason: LoginFailure,
        /// How often.
        count: u64,
    },
    /// A code completed no login and reset no password: it was wrong, used, too old or tried too often.
    #[serde(rename = "security.code_rejected.v1")]
    CodeRejected {
        /// Whose it was meant to be.
        user_id: Option<UserId>,
        /// How often.
        count: u64,
    },
    /// A refresh token was refused: it was unknown, used, or its session had ended.
    #[serde(rename = "security.refresh_refused.v1")]
    RefreshRefused {
        /// How often.
        count: u64,
    },
    /// Somebody tried something too often.
    #[serde(rename = "security.throttled.v1")]
    Throttled {
        /// Whose account it was tried on.
        user_id: Option<UserId>,
        /// What.
        act: Throttled,
        /// How often it was refused.
        count: u64,
    },
    /// Somebody who is signed in asked for what only others may do.
    #[serde(rename = "security.access_denied.v1")]
    AccessDenied {
        /// Who. The id of nobody, all zeros, stands for several who share an entry since there were too many of them.
        user_id: UserId,
        /// How often.
        count: u64,
    },
    /// Somebody asked in vain for a forgotten password to be reset.
    #[serde(rename = "security.password_reset_requested.v1")]
    PasswordResetRequested {
        /// Whose, if there is such an account and it is out of use.
        user_id: Option<UserId>,
        /// How often.
        count: u64,
    },
    /// Somebody on the command line took out everything that is held about a user.
    #[serde(rename = "security.user_exported.v1")]
    UserExported {
        /// Whom it is about.
        user_id: UserId,
    },
    /// Somebody on the command line threw away deliveries that were given up.
    #[serde(rename = "security.dead_letters_dropped.v1")]
    DeadLettersDropped {
        /// How many.
        count: u64,
    },
    /// Access tokens are signed with another key from now on.
    #[serde(rename = "security.keys_rotated.v1")]
    KeysRotated {},
}

impl SecurityEvent {
    /// The name of these entries in the log, where aggregates have theirs.
    pub const TYPE: &'static str = "security";

    /// The same, that often. What happens one by one stays as it is.
    #[must_use]
    pub fn times(mut self, times: u64) -> Self {
        match &mut self {
            Self::LoginFailed { count, .. }
            | Self::CodeRejected { count, .. }
            | Self::RefreshRefused { count }
            | Self::Throttled { count, .. }
            | Self::AccessDenied { count, .. }
            | Self::PasswordResetRequested { count, .. } => *count = times,
            Self::UserExported { .. } | Self::DeadLettersDropped { .. } | Self::KeysRotated {} => {}
        }
        self
    }

    /// The entry, the first and last event of a subject of its own.
    ///
    /// # Errors
    /// None at present.
    pub fn envelope(self, context: &Context) -> Result<EventEnvelope, StoreError> {
        let id = context.command_id;
        envelope(Self::TYPE, id, &Recorded { id, sequence: 1, event: self, context: context.clone() })
    }
}

impl DomainEvent for SecurityEvent {}
