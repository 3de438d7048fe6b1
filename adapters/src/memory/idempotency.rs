use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain_shared::{Attempt, Claim, Claimed, Digest, IdempotencyKeys, StoreError};

use super::{MemoryStore, State};

/// What is kept of a key.
#[derive(Debug)]
pub(super) struct Kept {
    /// How it was claimed first, and until when it is leased now.
    claim: Claim,
    answer: Option<Vec<u8>>,
}

const fn attempt(claim: &Claim) -> Attempt {
    Attempt { key: claim.key, command: claim.command, leased_until: claim.leased_until }
}

/// The key of `attempt`, unless it has an answer, or another attempt has the lease.
fn leased<'a>(state: &'a mut State, of: &Attempt) -> Option<&'a mut Kept> {
    state.keys.get_mut(&of.key).filter(|kept| kept.answer.is_none() && attempt(&kept.claim) == *of)
}

#[async_trait]
impl IdempotencyKeys for MemoryStore {
    async fn claim(&self, claim: &Claim) -> Result<Claimed, StoreError> {
        let mut state = self.state();
        let kept = state.keys.get_mut(&claim.key).filter(|kept| kept.claim.expires_at > claim.now);
        let Some(Kept { claim: first, answer }) = kept else {
            state.keys.insert(claim.key, Kept { claim: *claim, answer: None });
            return Ok(Claimed::Fresh(attempt(claim)));
        };
        if first.fingerprint != claim.fingerprint {
            return Ok(Claimed::OtherRequest);
        }
        if let Some(answer) = answer {
            return Ok(Claimed::Answered(answer.clone()));
        }
        if first.leased_until > claim.now {
            return Ok(Claimed::InFlight);
        }
        first.leased_until = claim.leased_until;
        Ok(Claimed::Retry(attempt(first)))
    }

    async fn complete(
        &self,
        attempt: &Attempt,
        answer: &[u8],
        until: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let mut state = self.state();
        let kept = state.keys.get_mut(&attempt.key).filter(|kept| kept.claim.command == attempt.command);
        if let Some(kept) = kept.filter(|kept| kept.answer.is_none()) {
            (kept.answer, kept.claim.expires_at) = (Some(answer.to_owned()), until);
        }
        Ok(())
    }

    async fn release(&self, attempt: &Attempt) -> Result<(), StoreError> {
        let mut state = self.state();
        if leased(&mut state, attempt).is_some() {
            state.keys.remove(&attempt.key);
        }
        Ok(())
    }

    async fn lapse(&self, attempt: &Attempt) -> Result<(), StoreError> {
        if let Some(kept) = leased(&mut self.state(), attempt) {
            kept.claim.leased_until = DateTime::UNIX_EPOCH;
        }
        Ok(())
    }

    async fn forget(&self, key: &Digest) -> Result<(), StoreError> {
        self.state().keys.remove(key);
        Ok(())
    }

    async fn sweep(&self, now: DateTime<Utc>, limit: usize) -> Result<usize, StoreError> {
        let mut state = self.state();
        let expired = state.keys.iter().filter(|(_, kept)| kept.claim.expires_at <= now);
        let expired: Vec<Digest> = expired.map(|(key, _)| *key).take(limit).collect();
        for key in &expired {
            state.keys.remove(key);
        }
        Ok(expired.len())
    }
}
