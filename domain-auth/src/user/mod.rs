//! The user: an account, its profile, its password and what it may do.
mod commands;
mod error;
mod event;
mod state;
#[cfg(test)]
mod tests;

use chrono::{DateTime, Utc};
use domain_shared::{Aggregate, Email, Journal, Shown};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use commands::Profile;
pub use error::UserError;
pub use event::{PasswordRenewal, Registration, UserEvent};
pub use state::UserState;

use crate::PasswordHash;

/// A user's identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct UserId(pub Uuid);

impl From<UserId> for Uuid {
    fn from(id: UserId) -> Self {
        id.0
    }
}

/// An account. Reads like its [`UserState`]; the password hash lives beside it, never in an event.
#[derive(Debug, Clone)]
pub struct User {
    id: UserId,
    state: UserState,
    password: PasswordHash,
    journal: Journal<UserEvent>,
}

impl User {
    /// A user as a store remembers them.
    #[must_use]
    pub const fn restore(id: UserId, state: UserState, password: PasswordHash, version: u64) -> Self {
        Self { id, state, password, journal: Journal::at(version) }
    }

    /// What is kept of their password.
    #[must_use]
    pub const fn password(&self) -> &PasswordHash {
        &self.password
    }

    /// Whether this is what is left of somebody who was erased.
    #[must_use]
    pub fn is_erased(&self) -> bool {
        // Nobody registers with such an address.
        self.email == Email::erased(self.id.0)
    }
}

impl std::ops::Deref for User {
    type Target = UserState;

    fn deref(&self) -> &UserState {
        &self.state
    }
}

impl Aggregate for User {
    const TYPE: &'static str = "user";
    type Id = UserId;
    type Event = UserEvent;
    type Error = UserError;

    fn id(&self) -> UserId {
        self.id
    }

    fn journal(&self) -> &Journal<UserEvent> {
        &self.journal
    }

    fn journal_mut(&mut self) -> &mut Journal<UserEvent> {
        &mut self.journal
    }

    fn found(id: Uuid, event: &UserEvent, at: DateTime<Utc>) -> Option<Self> {
        let UserEvent::Registered(registration) = event else { return None };
        Some(Self::restore(UserId(id), UserState::registered(registration, at), PasswordHash::unusable(), 0))
    }

    fn apply(&mut self, event: &UserEvent, at: DateTime<Utc>) {
        self.state.apply(self.id, event, at);
    }
}

/// Without the password hash, of which the log knows nothing.
impl Shown for User {
    type State = UserState;

    fn state(&self) -> &UserState {
        &self.state
    }
}
