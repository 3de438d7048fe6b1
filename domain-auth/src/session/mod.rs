//! The session: what a user has after signing in, kept alive by refresh tokens that are used once.
mod event;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use chrono::{DateTime, TimeDelta, Utc};
use domain_shared::{Aggregate, Client, Context, Fault, Journal, Kind, Shown};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use event::{EndReason, SessionEvent};

use crate::UserId;

/// A session's identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct SessionId(pub Uuid);

impl From<SessionId> for Uuid {
    fn from(id: SessionId) -> Self {
        id.0
    }
}

/// Why a session can't go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SessionError {
    /// It was ended, or its time is up.
    #[error("the session has ended")]
    Ended,
}

impl Fault for SessionError {
    fn kind(&self) -> Kind {
        Kind::Unauthenticated
    }

    fn code(&self) -> Cow<'static, str> {
        "session_ended".into()
    }
}

/// How long sessions may do what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionRules {
    /// How long a session that isn't refreshed lives.
    pub idle: TimeDelta,
    /// How long a refresh token that was just replaced still leads to its successor; not at all if it is zero.
    pub grace: TimeDelta,
}

/// Everything about a session that follows from its events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SessionState {
    /// Whose it is.
    pub user: UserId,
    /// From where it was started.
    pub client: Client,
    /// When the user signed in.
    pub started_at: DateTime<Utc>,
    /// When it was refreshed last.
    pub refreshed_at: DateTime<Utc>,
    /// When it ends at the latest, however often it is refreshed.
    pub expires_at: DateTime<Utc>,
    /// How often it was refreshed: the refresh token in force is the one of this generation.
    pub generation: u64,
    /// Why it ended, if it has.
    pub ended: Option<EndReason>,
}

/// A session. Reads like its [`SessionState`].
#[derive(Debug, Clone)]
pub struct Session {
    id: SessionId,
    state: SessionState,
    journal: Journal<SessionEvent>,
}

impl Session {
    /// A session as a store remembers it.
    #[must_use]
    pub const fn restore(id: SessionId, state: SessionState, version: u64) -> Self {
        Self { id, state, journal: Journal::at(version) }
    }

    /// Opens a session that ends at `expires_at` at the latest.
    #[must_use]
    pub fn start(
        id: SessionId,
        user: UserId,
        client: Client,
        expires_at: DateTime<Utc>,
        context: &Context,
    ) -> Self {
        let state = started(user, client.clone(), expires_at, context.at);
        let mut session = Self::restore(id, state, 0);
        session.record(SessionEvent::Started { user_id: user, client, expires_at }, context);
        session
    }

    /// When it ends if nobody refreshes it, which they must within `idle`.
    #[must_use]
    pub fn lapses_at(&self, idle: TimeDelta) -> DateTime<Utc> {
        self.expires_at.min(self.refreshed_at + idle)
    }

    /// Whether it can be used at `now`: it hasn't ended, and was refreshed within `idle`.
    #[must_use]
    pub fn is_alive(&self, now: DateTime<Utc>, idle: TimeDelta) -> bool {
        self.ended.is_none() && now < self.lapses_at(idle)
    }

    /// Continues with the refresh token of `generation`. Afterwards the token in force is that of
    /// [`SessionState::generation`], unless the session has ended.
    ///
    /// The token in force is replaced by its successor. The one before it, presented within the grace and before its
    /// successor was used, leads to that same successor: the reply was lost (RFC 9700, section 4.14.2, allows for it).
    /// A successor is used when it is refreshed with; what its access token is used for doesn't count.
    /// Any other was used twice, so one of its holders is a thief: the session ends.
    ///
    /// # Errors
    /// [`SessionError::Ended`] if it had ended before.
    pub fn refresh(
        &mut self,
        generation: u64,
        rules: &SessionRules,
        context: &Context,
    ) -> Result<(), SessionError> {
        if !self.is_alive(context.at, rules.idle) {
            return Err(SessionError::Ended);
        }
        let in_grace = !rules.grace.is_zero() && context.at - self.refreshed_at <= rules.grace;
        if generation == self.generation {
            self.record(SessionEvent::Refreshed { generation: generation + 1 }, context);
        } else if generation + 1 != self.generation || !in_grace {
            self.record(SessionEvent::ReuseDetected { user_id: self.user, generation }, context);
        }
        Ok(())
    }

    /// Ends it. Records nothing if it has ended already.
    ///
    /// # Errors
    /// None at present.
    pub fn end(&mut self, reason: EndReason, context: &Context) -> Result<(), SessionError> {
        if self.ended.is_none() {
            self.record(SessionEvent::Ended { user_id: self.user, reason }, context);
        }
        Ok(())
    }
}

const fn started(user: UserId, client: Client, expires_at: DateTime<Utc>, at: DateTime<Utc>) -> SessionState {
    SessionState { user, client, started_at: at, refreshed_at: at, expires_at, generation: 0, ended: None }
}

impl std::ops::Deref for Session {
    type Target = SessionState;

    fn deref(&self) -> &SessionState {
        &self.state
    }
}

impl Aggregate for Session {
    const TYPE: &'static str = "session";
    type Id = SessionId;
    type Event = SessionEvent;
    type Error = SessionError;

    fn id(&self) -> SessionId {
        self.id
    }

    fn journal(&self) -> &Journal<SessionEvent> {
        &self.journal
    }

    fn journal_mut(&mut self) -> &mut Journal<SessionEvent> {
        &mut self.journal
    }

    fn found(id: Uuid, event: &SessionEvent, at: DateTime<Utc>) -> Option<Self> {
        let SessionEvent::Started { user_id, client, expires_at } = event else { return None };
        Some(Self::restore(SessionId(id), started(*user_id, client.clone(), *expires_at, at), 0))
    }

    fn apply(&mut self, event: &SessionEvent, at: DateTime<Utc>) {
        match event {
            SessionEvent::Started { .. } => {}
            SessionEvent::Refreshed { generation } => {
                self.state.generation = *generation;
                self.state.refreshed_at = at;
            }
            SessionEvent::Ended { reason, .. } => self.state.ended = Some(*reason),
            SessionEvent::ReuseDetected { .. } => self.state.ended = Some(EndReason::TokenReuse),
        }
    }
}

impl Shown for Session {
    type State = SessionState;

    fn state(&self) -> &SessionState {
        &self.state
    }
}
