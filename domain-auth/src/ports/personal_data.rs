use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain_shared::StoreError;

use crate::{CodePurpose, Session, UserId};

/// What is kept about one person beside their account: to be handed out to them, and to be forgotten.
#[async_trait]
pub trait PersonalData: Send + Sync + 'static {
    /// Makes what is personal in events about `user` unreadable for good, and clears it from the rows of their sessions.
    /// From then on the log, which is otherwise as it was, gives placeholders in its place: see
    /// [`Personal`](domain_shared::Personal). The same goes for what is added about them later. Whoever was forgotten
    /// already, or never was known, may be forgotten, too. What couldn't be delivered of events about them is dropped, since
    /// the reasons may name them.
    ///
    /// The account itself is left to [`User::erase`](crate::User::erase).
    async fn forget(&self, user: UserId) -> Result<(), StoreError>;

    /// The sessions of `user`, the oldest first, those that have ended included.
    async fn all_sessions(&self, user: UserId) -> Result<Vec<Session>, StoreError>;

    /// The challenge of that purpose that waits for its code from `user`, dead or alive; `None` if there is none.
    async fn pending_code(
        &self,
        user: UserId,
        purpose: CodePurpose,
    ) -> Result<Option<PendingCode>, StoreError>;
}

/// What is kept of a challenge that waits for its code. The code itself isn't.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingCode {
    /// When the password was given, or was said to be forgotten.
    pub issued_at: DateTime<Utc>,
    /// From when on the code is dead.
    pub expires_at: DateTime<Utc>,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was sent last.
    pub sent_at: DateTime<Utc>,
}
