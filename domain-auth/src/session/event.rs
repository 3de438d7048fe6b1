use chrono::{DateTime, Utc};
use domain_shared::{Client, DomainEvent, Personal, PersonalField, Subject};
use serde::{Deserialize, Serialize};

use crate::UserId;

/// Why a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(transform = domain_shared::schema::extensible))]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// The user signed out.
    Logout,
    /// The user set another password.
    PasswordChange,
    /// The account was deactivated.
    Deactivation,
    /// A refresh token was used twice.
    TokenReuse,
    /// The password changed, or the account was deactivated, while the user was signing in.
    LoginRefused,
    /// The user was erased.
    Erasure,
    /// It was ended by itself: from the list of the user's sessions, or since one of its tokens was revoked.
    Revoked,
    /// The user set another password with a code that was sent to their address.
    PasswordReset,
}

impl EndReason {
    /// Each of them with its name.
    pub const ALL: [(Self, &'static str); 8] = [
        (Self::Logout, "logout"),
        (Self::PasswordChange, "password_change"),
        (Self::Deactivation, "deactivation"),
        (Self::TokenReuse, "token_reuse"),
        (Self::LoginRefused, "login_refused"),
        (Self::Erasure, "erasure"),
        (Self::Revoked, "revoked"),
        (Self::PasswordReset, "password_reset"),
    ];

    /// Those of sessions that may not have been the user's own: somebody else had a token of theirs, or knew a password
    /// that was no longer right.
    pub const DOUBTFUL: [Self; 2] = [Self::TokenReuse, Self::LoginRefused];

    /// The reason's name in events and stores.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(reason, _)| *reason == self).map_or("", |(_, name)| name)
    }

    /// The reason with that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(reason, _)| *reason)
    }
}

/// What can happen to a session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", content = "data")]
pub enum SessionEvent {
    /// A user signed in.
    #[serde(rename = "session.started.v1")]
    Started {
        /// Whose session it is.
        user_id: UserId,
        /// From where it was started.
        client: Client,
        /// When it ends at the latest, however often it is refreshed.
        expires_at: DateTime<Utc>,
    },
    /// The session goes on with the next refresh token.
    #[serde(rename = "session.refreshed.v1")]
    Refreshed {
        /// How often it has been refreshed.
        generation: u64,
    },
    /// The session is over.
    #[serde(rename = "session.ended.v1")]
    Ended {
        /// Whose session it was.
        user_id: UserId,
        /// Why it ended.
        reason: EndReason,
    },
    /// A refresh token came a second time, so one of its holders is a thief; the session is over.
    #[serde(rename = "session.reuse_detected.v1")]
    ReuseDetected {
        /// Whose session it was.
        user_id: UserId,
        /// Which refresh token it was, counted from 0.
        generation: u64,
    },
}

impl SessionEvent {
    /// The type of the event that happens all the time.
    pub const REFRESHED: &'static str = "session.refreshed.v1";
}

impl DomainEvent for SessionEvent {
    const PERSONAL: &'static [Personal] = &[Personal {
        kind: "session.started.v1",
        subject: Subject::Field("user_id"),
        fields: &[
            PersonalField { pointer: "/client/address", placeholder: |_| None },
            PersonalField { pointer: "/client/user_agent", placeholder: |_| None },
        ],
    }];
}
