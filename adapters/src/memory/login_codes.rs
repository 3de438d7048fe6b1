use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain_auth::{Challenge, CodePurpose, LoginCodes, PendingCode, Resend, UserId};
use domain_shared::StoreError;
use uuid::Uuid;

use super::MemoryStore;

/// A challenge that waits for its code.
#[derive(Debug)]
pub(super) struct Pending {
    challenge: Challenge,
    attempts: u32,
    sent_at: DateTime<Utc>,
}

impl Pending {
    /// As it is issued, and sent.
    fn new(challenge: &Challenge) -> Self {
        Self { challenge: challenge.clone(), attempts: 0, sent_at: challenge.issued_at }
    }

    fn is_live(&self, max_attempts: u32, now: DateTime<Utc>) -> bool {
        now < self.challenge.expires_at && self.attempts < max_attempts
    }
}

impl From<&Pending> for PendingCode {
    fn from(pending: &Pending) -> Self {
        Self {
            issued_at: pending.challenge.issued_at,
            expires_at: pending.challenge.expires_at,
            attempts: pending.attempts,
            sent_at: pending.sent_at,
        }
    }
}

#[async_trait]
impl LoginCodes for MemoryStore {
    async fn issue(&self, challenge: &Challenge) -> Result<(), StoreError> {
        self.state().codes.insert((challenge.user, challenge.purpose), Pending::new(challenge));
        Ok(())
    }

    async fn issue_unless_sent(
        &self,
        challenge: &Challenge,
        not_since: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let (mut state, key) = (self.state(), (challenge.user, challenge.purpose));
        let is_free = state.codes.get(&key).is_none_or(|pending| pending.sent_at <= not_since);
        if is_free {
            state.codes.insert(key, Pending::new(challenge));
        }
        Ok(is_free)
    }

    async fn attempt(
        &self,
        user: UserId,
        purpose: CodePurpose,
        max_attempts: u32,
        now: DateTime<Utc>,
    ) -> Result<Option<Challenge>, StoreError> {
        let mut state = self.state();
        let live = |pending: &&mut Pending| pending.is_live(max_attempts, now);
        Ok(state.codes.get_mut(&(user, purpose)).filter(live).map(|pending| {
            pending.attempts += 1;
            pending.challenge.clone()
        }))
    }

    async fn consume(&self, challenge: Uuid) -> Result<bool, StoreError> {
        let mut state = self.state();
        let before = state.codes.len();
        state.codes.retain(|_, pending| pending.challenge.id != challenge);
        Ok(state.codes.len() < before)
    }

    async fn resend(
        &self,
        user: UserId,
        purpose: CodePurpose,
        max_attempts: u32,
        not_since: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<Resend, StoreError> {
        let mut state = self.state();
        let live = |pending: &&mut Pending| pending.is_live(max_attempts, now);
        let Some(pending) = state.codes.get_mut(&(user, purpose)).filter(live) else {
            return Ok(Resend::Nothing);
        };
        if pending.sent_at > not_since {
            return Ok(Resend::TooSoon(pending.sent_at));
        }
        pending.sent_at = now;
        Ok(Resend::Send(pending.challenge.clone()))
    }

    async fn revoke(&self, user: UserId) -> Result<(), StoreError> {
        self.state().codes.retain(|(of, _), _| *of != user);
        Ok(())
    }
}
