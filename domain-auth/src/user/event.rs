use domain_shared::{DomainEvent, Email, Language, Scopes};
use serde::{Deserialize, Serialize};

use crate::{FullName, PhoneNumber, SessionId, Username};

/// What a new user says about themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", content = "data")]
pub enum UserEvent {
    /// An account was opened.
    #[serde(rename = "user.registered.v1")]
    Registered(Registration),
    /// Somebody proved the password and then the code, and got a session.
    #[serde(rename = "user.logged_in.v1")]
    LoggedIn {},
    /// The user changed how people see them.
    #[serde(rename = "user.profile_updated.v1")]
    ProfileUpdated {
        /// What people call them from now on.
        full_name: Option<FullName>,
        /// Where they can be called from now on.
        phone_number: Option<PhoneNumber>,
    },
    /// The user has another password.
    #[serde(rename = "user.password_changed.v1")]
    PasswordChanged {
        /// The only session that goes on: the one in which it was changed.
        kept_session: Option<SessionId>,
    },
    /// A superuser let the user in again.
    #[serde(rename = "user.activated.v1")]
    Activated {},
    /// A superuser shut the user out; every session is over.
    #[serde(rename = "user.deactivated.v1")]
    Deactivated {},
    /// The user ended every session they had.
    #[serde(rename = "user.signed_out_everywhere.v1")]
    SignedOutEverywhere {},
    /// A superuser decided what the user may do besides what everyone may.
    #[serde(rename = "user.scopes_changed.v1")]
    ScopesChanged {
        /// All of it, from now on.
        scopes: Scopes,
    },
}

impl DomainEvent for UserEvent {}
