use chrono::{DateTime, Utc};
use domain_shared::{Email, Language, Scopes};
use serde::Serialize;

use super::{Registration, UserEvent, UserId};
use crate::{FullName, PhoneNumber, SessionId, Username};

/// Everything about a user that follows from their events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UserState {
    /// Where codes and notices go; unique.
    pub email: Email,
    /// What they sign in with; unique.
    pub username: Username,
    /// What people call them.
    pub full_name: Option<FullName>,
    /// Where they can be called.
    pub phone_number: Option<PhoneNumber>,
    /// The language of their mail.
    pub language: Language,
    /// Whether they may sign in.
    pub is_active: bool,
    /// Whether they may manage others.
    pub is_superuser: bool,
    /// What they were granted besides what everyone may.
    pub scopes: Scopes,
    /// When they registered.
    pub created_at: DateTime<Utc>,
    /// When anything here changed last.
    pub updated_at: DateTime<Utc>,
    /// When the password was set; whatever was proved with an older one no longer counts.
    pub password_changed_at: DateTime<Utc>,
    /// Sessions started before this are over, whether or not anybody came to end them.
    pub sessions_from: DateTime<Utc>,
    /// The one that goes on nevertheless: that in which the password was changed.
    pub kept_session: Option<SessionId>,
}

impl UserState {
    pub(super) fn registered(registration: &Registration, at: DateTime<Utc>) -> Self {
        Self {
            email: registration.email.clone(),
            username: registration.username.clone(),
            full_name: registration.full_name.clone(),
            phone_number: registration.phone_number.clone(),
            language: registration.language,
            is_active: true,
            is_superuser: registration.is_superuser,
            scopes: Scopes::default(),
            created_at: at,
            updated_at: at,
            password_changed_at: at,
            sessions_from: at,
            kept_session: None,
        }
    }

    pub(super) fn apply(&mut self, id: UserId, event: &UserEvent, at: DateTime<Utc>) {
        match event {
            // Signing in leaves the account as it was, and so do asking for a code and another hash of the same password.
            UserEvent::Registered(_)
            | UserEvent::LoggedIn {}
            | UserEvent::PasswordRehashed {}
            | UserEvent::PasswordResetRequested {} => return,
            UserEvent::ProfileUpdated { full_name, phone_number } => {
                self.full_name.clone_from(full_name);
                self.phone_number.clone_from(phone_number);
            }
            UserEvent::PasswordChanged { kept_session, .. } => {
                self.password_changed_at = at;
                self.end_sessions(*kept_session, at);
            }
            UserEvent::Activated {} => self.is_active = true,
            UserEvent::Deactivated {} => {
                self.is_active = false;
                self.end_sessions(None, at);
            }
            UserEvent::SignedOutEverywhere {} => self.end_sessions(None, at),
            UserEvent::ScopesChanged { scopes } => self.scopes.clone_from(scopes),
            UserEvent::Erased {} => {
                // The same that is read of older events once the user is forgotten.
                self.email = Email::erased(id.0);
                self.username = Username::erased(id.0);
                (self.full_name, self.phone_number) = (None, None);
                self.is_active = false;
                self.end_sessions(None, at);
            }
        }
        self.updated_at = at;
    }

    /// Whether the session `id`, started at `started_at`, may go on as far as the user is concerned. It is told from the
    /// user's own state, in the transaction that changes it, so that no session outlives a change whose request was
    /// cut off before it came to the sessions.
    #[must_use]
    pub fn admits(&self, id: SessionId, started_at: DateTime<Utc>) -> bool {
        self.is_active && (started_at >= self.sessions_from || self.kept_session == Some(id))
    }

    const fn end_sessions(&mut self, kept: Option<SessionId>, at: DateTime<Utc>) {
        self.sessions_from = at;
        self.kept_session = kept;
    }
}
