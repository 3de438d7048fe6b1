use chrono::{DateTime, Utc};
use domain_shared::{DomainEvent, Personal, PersonalField, Subject};
use serde::{Deserialize, Serialize};

use crate::UserId;

/// From where a session was started.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Client {
    /// The client's IP address.
    pub address: Option<String>,
    /// The client's `User-Agent`, at most 200 characters of it.
    pub user_agent: Option<String>,
}

/// Why a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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
}

impl EndReason {
    const ALL: [(Self, &'static str); 6] = [
        (Self::Logout, "logout"),
        (Self::PasswordChange, "password_change"),
        (Self::Deactivation, "deactivation"),
        (Self::TokenReuse, "token_reuse"),
        (Self::LoginRefused, "login_refused"),
        (Self::Erasure, "erasure"),
    ];

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
#[serde(tag = "type", content = "data")]
#[expect(missing_docs, reason = "the names say it; the fields are documented where they are decided")]
pub enum SessionEvent {
    #[serde(rename = "session.started.v1")]
    Started { user_id: UserId, client: Client, expires_at: DateTime<Utc> },
    #[serde(rename = "session.refreshed.v1")]
    Refreshed { generation: u64 },
    #[serde(rename = "session.ended.v1")]
    Ended { user_id: UserId, reason: EndReason },
    #[serde(rename = "session.reuse_detected.v1")]
    ReuseDetected { user_id: UserId, generation: u64 },
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
