use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain_shared::StoreError;
use uuid::Uuid;

use crate::{Challenge, CodePurpose, Guesser, LoginCode, UserId};

/// The challenges that wait for their code: at most one per user and purpose. Those of one purpose have nothing to do with
/// those of another.
#[async_trait]
pub trait LoginCodes: Send + Sync + 'static {
    /// Keeps `challenge`; whatever its user had before for that purpose is dead.
    async fn issue(&self, challenge: &Challenge) -> Result<(), StoreError>;

    /// The same, unless what the user has for that purpose, dead or alive, was sent after `not_since`. Of any number of
    /// concurrent callers one succeeds.
    async fn issue_unless_sent(
        &self,
        challenge: &Challenge,
        not_since: DateTime<Utc>,
    ) -> Result<bool, StoreError>;

    /// Counts an attempt against the user's challenge, before anything is compared, and hands the challenge out. Of any
    /// number of concurrent attempts no more get it than [`Guesser::counts`] says; those that are counted apart don't use
    /// up each other's.
    /// `None` if there is no live challenge: none was issued, it expired, was used, or has had all attempts of such guessers.
    async fn attempt(
        &self,
        user: UserId,
        purpose: CodePurpose,
        guesser: &Guesser,
        now: DateTime<Utc>,
    ) -> Result<Option<Challenge>, StoreError>;

    /// Takes an attempt of `guesser` back that came to nothing though it was right. Nothing happens if `challenge` is gone.
    async fn give_back(&self, challenge: &Challenge, guesser: &Guesser) -> Result<(), StoreError>;

    /// Uses the challenge up. `true` for exactly one of any number of concurrent callers, `false` for the others and
    /// for one that was replaced or never was.
    async fn consume(&self, challenge: Uuid) -> Result<bool, StoreError>;

    /// Hands out the user's live challenge, one with attempts left to whoever asked for it, to be sent again, unless it was sent after `not_since`; then notes that it
    /// was sent at `now`. Of any number of concurrent callers one gets it.
    async fn resend(
        &self,
        user: UserId,
        purpose: CodePurpose,
        max_attempts: u32,
        not_since: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<Resend, StoreError>;

    /// Drops whatever challenges the user has, of every purpose.
    async fn revoke(&self, user: UserId) -> Result<(), StoreError>;
}

/// Whether a code may be sent again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resend {
    /// Yes, this one's.
    Send(Challenge),
    /// It was sent at this time, which is too recent.
    TooSoon(DateTime<Utc>),
    /// There is no live challenge.
    Nothing,
}

/// Derives a challenge's code, so that it needn't be stored.
pub trait LoginCodeGenerator: Send + Sync + 'static {
    /// The code of `challenge`: always the same for one, unpredictable without the key, uniform over 000000–999999. What
    /// it would be for another purpose has nothing to do with it.
    fn code(&self, purpose: CodePurpose, challenge: Uuid) -> LoginCode;

    /// What stands for `place` at challenges of `user`: always the same for one, another for another user, and without the
    /// key nobody can tell which place it is.
    fn place(&self, user: UserId, place: &str) -> String;
}
