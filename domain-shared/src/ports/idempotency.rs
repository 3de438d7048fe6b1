use async_trait::async_trait;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::StoreError;

/// A SHA-256, or something as good.
pub type Digest = [u8; 32];

/// Keys that callers give to requests, so that one that is sent again takes effect once and gets the first answer.
///
/// A key belongs to one request, known by its fingerprint, from the first claim until it is released or expires. What
/// makes a repetition harmless is the command id: every attempt at a request has the same one, and the log takes the
/// events of a command once (see [`StoreError::Repeated`]). The lease only keeps attempts from running side by side.
#[async_trait]
pub trait IdempotencyKeys: Send + Sync + 'static {
    /// Takes the key for an attempt, if there is to be one: of any number of claims at once, wherever they come from,
    /// one gets it. A key that has expired is as good as new.
    async fn claim(&self, claim: &Claim) -> Result<Claimed, StoreError>;

    /// Keeps the answer to an attempt for those who send the request again, until `until`. The first one stays; if the
    /// key belongs to another command by now, nothing happens.
    async fn complete(
        &self,
        attempt: &Attempt,
        answer: &[u8],
        until: DateTime<Utc>,
    ) -> Result<(), StoreError>;

    /// Ends an attempt that came to nothing, and forgets the key. Nothing happens if the lease was taken over, or if
    /// there is an answer.
    async fn release(&self, attempt: &Attempt) -> Result<(), StoreError>;

    /// Ends an attempt of which nobody knows what came of it: the key stays, and the next claim is a
    /// [`Claimed::Retry`]. Nothing happens if the lease was taken over, or if there is an answer.
    async fn lapse(&self, attempt: &Attempt) -> Result<(), StoreError>;

    /// Forgets a key and its answer, whoever has it.
    async fn forget(&self, key: &Digest) -> Result<(), StoreError>;

    /// Drops up to `limit` keys that had expired at `now`; how many were dropped.
    async fn sweep(&self, now: DateTime<Utc>, limit: usize) -> Result<usize, StoreError>;
}

/// What somebody who is about to carry out a request wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    /// Which key, and whose.
    pub key: Digest,
    /// Which request.
    pub fingerprint: Digest,
    /// The command's id, if this is the first attempt.
    pub command: Uuid,
    /// When.
    pub now: DateTime<Utc>,
    /// Until when nobody else is to try.
    pub leased_until: DateTime<Utc>,
    /// Until when the key is remembered.
    pub expires_at: DateTime<Utc>,
}

/// What came of a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claimed {
    /// The key is new: carry the request out.
    Fresh(Attempt),
    /// An earlier attempt ended, or its lease ran out, without an answer: carry the request out with its command id.
    Retry(Attempt),
    /// Somebody else is at it.
    InFlight,
    /// This is what was answered.
    Answered(Vec<u8>),
    /// The key belongs to another request.
    OtherRequest,
}

/// An attempt at a request, as long as it has the lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt {
    /// The key.
    pub key: Digest,
    /// The command's id.
    pub command: Uuid,
    /// Until when nobody else tries. Tells one attempt at a command from the next.
    pub leased_until: DateTime<Utc>,
}
