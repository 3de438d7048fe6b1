//! Nothing here outlives the process, so nothing is sealed: who is forgotten is overwritten.
use async_trait::async_trait;
use domain_auth::{CodePurpose, PendingCode, PersonalData, Session, SessionState, UserId, asker, personal};
use domain_shared::{Aggregate, Client, EventEnvelope, StoreError};
use uuid::Uuid;

use super::{MemoryStore, State};

/// Whom `event` is about, if it says anything about anybody.
fn subject(event: &EventEnvelope) -> Option<Uuid> {
    personal(&event.kind)?.subject_of(event)
}

/// Takes away from where `user` asked for `event`, if it was them.
fn hide_client(event: &mut EventEnvelope, user: Uuid) {
    if asker(event) == Some(user) {
        event.origin.client = Client::default();
    }
}

/// Puts placeholders in place of what `event` says about `subject`.
fn erase(event: &mut EventEnvelope, subject: Uuid) {
    if let Some(personal) = personal(&event.kind) {
        personal.erase(subject, &mut event.data);
    }
}

impl State {
    /// Leaves out of a new event what it says about somebody who was forgotten; tells who that is.
    pub(super) fn censor(&self, event: &mut EventEnvelope) -> Option<Uuid> {
        if let Some(user) = asker(event).filter(|user| self.forgotten.contains(user)) {
            hide_client(event, user);
        }
        let subject = subject(event).filter(|subject| self.forgotten.contains(subject))?;
        erase(event, subject);
        Some(subject)
    }

    /// Clears from where the sessions of `user` were started.
    pub(super) fn clear_sessions(&mut self, user: Uuid) {
        for session in self.sessions.values_mut().filter(|session| session.user.0 == user) {
            let state = SessionState { client: Client::default(), ..(**session).clone() };
            *session = Session::restore(session.id(), state, session.version());
        }
    }

    /// Drops what couldn't be delivered about `user`: the reason often names an address.
    fn drop_dead_letters(&mut self, user: Uuid) {
        let Self { sessions, dead_letters, .. } = self;
        dead_letters.retain(|buried| {
            let about = buried.aggregate_id();
            about != user && sessions.get(&about).is_none_or(|session| session.user.0 != user)
        });
    }
}

#[async_trait]
impl PersonalData for MemoryStore {
    async fn forget(&self, user: UserId) -> Result<(), StoreError> {
        let mut state = self.state();
        state.forgotten.insert(user.0);
        for stored in &mut state.events {
            hide_client(&mut stored.event, user.0);
            if subject(&stored.event) == Some(user.0) {
                erase(&mut stored.event, user.0);
            }
        }
        state.clear_sessions(user.0);
        state.drop_dead_letters(user.0);
        Ok(())
    }

    async fn all_sessions(&self, user: UserId) -> Result<Vec<Session>, StoreError> {
        Ok(self.state().sessions.values().filter(|session| session.user == user).cloned().collect())
    }

    async fn pending_code(
        &self,
        user: UserId,
        purpose: CodePurpose,
    ) -> Result<Option<PendingCode>, StoreError> {
        Ok(self.state().codes.get(&(user, purpose)).map(Into::into))
    }
}
