use std::collections::HashMap;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain_auth::{Challenge, CodePurpose, Guesser, LoginCodes, PendingCode, Resend, Tries, UserId};
use domain_shared::StoreError;
use uuid::Uuid;

use super::MemoryStore;

/// A challenge that waits for its code.
#[derive(Debug)]
pub(super) struct Pending {
    challenge: Challenge,
    attempts: HashMap<Tries, u32>,
    sent_at: DateTime<Utc>,
}

impl Pending {
    /// As it is issued, and sent.
    fn new(challenge: &Challenge) -> Self {
        Self { challenge: challenge.clone(), attempts: HashMap::new(), sent_at: challenge.issued_at }
    }

    fn is_live(&self, tries: Tries, most: u32, now: DateTime<Utc>) -> bool {
        now < self.challenge.expires_at && self.attempts.get(&tries).copied().unwrap_or_default() < most
    }
}

impl From<&Pending> for PendingCode {
    fn from(pending: &Pending) -> Self {
        Self {
            issued_at: pending.challenge.issued_at,
            expires_at: pending.challenge.expires_at,
            attempts: pending.attempts.values().sum(),
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
        guesser: &Guesser,
        now: DateTime<Utc>,
    ) -> Result<Option<Challenge>, StoreError> {
        let mut state = self.state();
        let Some(pending) = state.codes.get_mut(&(user, purpose)) else { return Ok(None) };
        let (tries, most) = guesser.counts(pending.challenge.place.as_deref());
        Ok(pending.is_live(tries, most, now).then(|| {
            *pending.attempts.entry(tries).or_default() += 1;
            pending.challenge.clone()
        }))
    }

    async fn give_back(&self, challenge: &Challenge, guesser: &Guesser) -> Result<(), StoreError> {
        let mut state = self.state();
        let pending = state.codes.get_mut(&(challenge.user, challenge.purpose));
        if let Some(pending) = pending.filter(|pending| pending.challenge.id == challenge.id) {
            let (tries, _) = guesser.counts(challenge.place.as_deref());
            pending.attempts.entry(tries).and_modify(|tried| *tried = tried.saturating_sub(1));
        }
        Ok(())
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
        let live = |pending: &&mut Pending| pending.is_live(Tries::Askers, max_attempts, now);
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
