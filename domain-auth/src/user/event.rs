use domain_shared::{DomainEvent, Email, Language, Scopes};
use serde::{Deserialize, Serialize};

use crate::{FullName, PhoneNumber, SessionId, Username};

/// What a new user says about themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registration {
    /// Where codes and notices go.
    pub email: Email,
    /// What they will sign in with.
    pub username: Username,
    /// What people call them.
    pub full_name: Option<FullName>,
    /// Where they can be called.
    pub phone_number: Option<PhoneNumber>,
    /// The language of their mail.
    pub language: Language,
    /// Whether they may manage others. Only the command line says so.
    pub is_superuser: bool,
}

/// What can happen to a user. No event holds a secret.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
#[expect(missing_docs, reason = "the names say it; the fields are documented where they are decided")]
pub enum UserEvent {
    #[serde(rename = "user.registered.v1")]
    Registered(Registration),
    #[serde(rename = "user.logged_in.v1")]
    LoggedIn {},
    #[serde(rename = "user.profile_updated.v1")]
    ProfileUpdated { full_name: Option<FullName>, phone_number: Option<PhoneNumber> },
    #[serde(rename = "user.password_changed.v1")]
    PasswordChanged { kept_session: Option<SessionId> },
    #[serde(rename = "user.activated.v1")]
    Activated {},
    #[serde(rename = "user.deactivated.v1")]
    Deactivated {},
    #[serde(rename = "user.signed_out_everywhere.v1")]
    SignedOutEverywhere {},
    #[serde(rename = "user.scopes_changed.v1")]
    ScopesChanged { scopes: Scopes },
}

impl DomainEvent for UserEvent {}
