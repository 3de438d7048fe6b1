use domain_shared::{DomainEvent, Email, Invalid, Language, Personal, PersonalField, Scopes, Subject};
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

impl Registration {
    /// Refuses what could be taken for somebody who was erased.
    ///
    /// # Errors
    /// The field, and [`Invalid::Reserved`].
    pub fn must_not_look_erased(&self) -> Result<(), (&'static str, Invalid)> {
        if self.email.is_placeholder() {
            Err(("email", Invalid::Reserved))
        } else if self.username.is_placeholder() {
            Err(("username", Invalid::Reserved))
        } else {
            Ok(())
        }
    }
}

/// How somebody came to set another password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(transform = domain_shared::schema::extensible))]
#[serde(rename_all = "snake_case")]
pub enum PasswordRenewal {
    /// They gave the old one.
    Change,
    /// They gave a code that was sent to their address.
    Reset,
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
        /// How they came to set it; older events don't say.
        how: Option<PasswordRenewal>,
    },
    /// The user signed in with the same password as before, and what is kept of it was made anew, at more work.
    #[serde(rename = "user.password_rehashed.v1")]
    PasswordRehashed {},
    /// Somebody asked for a code to set another password with; it goes to the user's address.
    #[serde(rename = "user.password_reset_requested.v1")]
    PasswordResetRequested {},
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
    /// All that is known about the user was made unreadable; the account is over.
    #[serde(rename = "user.erased.v1")]
    Erased {},
}

impl DomainEvent for UserEvent {
    const PERSONAL: &'static [Personal] = &[
        Personal {
            kind: "user.registered.v1",
            subject: Subject::Aggregate,
            fields: &[
                PersonalField { pointer: "/email", placeholder: |id| Some(Email::erased(id).to_string()) },
                PersonalField {
                    pointer: "/username",
                    placeholder: |id| Some(Username::erased(id).to_string()),
                },
                PersonalField { pointer: "/full_name", placeholder: |_| None },
                PersonalField { pointer: "/phone_number", placeholder: |_| None },
            ],
        },
        Personal {
            kind: "user.profile_updated.v1",
            subject: Subject::Aggregate,
            fields: &[
                PersonalField { pointer: "/full_name", placeholder: |_| None },
                PersonalField { pointer: "/phone_number", placeholder: |_| None },
            ],
        },
    ];
}
