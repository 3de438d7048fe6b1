//! Every port is also implemented for `Arc<T>`, so that dynamic dispatch stays the embedder's choice.
use std::{error::Error, sync::Arc};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use domain_shared::{Claims, Context, Email, StoreError, StoredEvent};
use uuid::Uuid;

use super::{
    Activity, HashError, LoginCodeGenerator, LoginCodes, PasswordHasher, PendingCode, PersonalData,
    RefreshTokens, Resend, SecurityLog, SessionRepository, TokenKeys, TokenSigner, UserDirectory, UserFilter,
    UserHistory, UserRepository,
};
use crate::{
    ActivityRow, Challenge, CodePurpose, Guesser, LoginCode, Password, PasswordAttempt, PasswordHash,
    RefreshToken, SecurityEvent, Session, SessionId, TokenKey, User, UserId, Username,
};

#[async_trait]
impl<T: UserRepository + ?Sized> UserRepository for Arc<T> {
    async fn by_email(&self, email: &Email) -> Result<Option<User>, StoreError> {
        (**self).by_email(email).await
    }
    async fn by_username(&self, username: &Username) -> Result<Option<User>, StoreError> {
        (**self).by_username(username).await
    }
}

#[async_trait]
impl<T: UserDirectory + ?Sized> UserDirectory for Arc<T> {
    async fn list(&self, filter: &UserFilter) -> Result<Vec<User>, StoreError> {
        (**self).list(filter).await
    }
}

#[async_trait]
impl<T: UserHistory + ?Sized> UserHistory for Arc<T> {
    async fn newest_of_user(
        &self,
        user: UserId,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        (**self).newest_of_user(user, before, limit).await
    }
}

#[async_trait]
impl<T: SessionRepository + ?Sized> SessionRepository for Arc<T> {
    async fn of_user(
        &self,
        user: UserId,
        at: DateTime<Utc>,
        idle: TimeDelta,
    ) -> Result<Vec<Session>, StoreError> {
        (**self).of_user(user, at, idle).await
    }
    async fn addresses_of(&self, user: UserId, since: DateTime<Utc>) -> Result<Vec<String>, StoreError> {
        (**self).addresses_of(user, since).await
    }
}

#[async_trait]
impl<T: LoginCodes + ?Sized> LoginCodes for Arc<T> {
    async fn issue(&self, challenge: &Challenge) -> Result<(), StoreError> {
        (**self).issue(challenge).await
    }
    async fn issue_unless_sent(
        &self,
        challenge: &Challenge,
        not_since: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        (**self).issue_unless_sent(challenge, not_since).await
    }
    async fn attempt(
        &self,
        user: UserId,
        purpose: CodePurpose,
        guesser: &Guesser,
        now: DateTime<Utc>,
    ) -> Result<Option<Challenge>, StoreError> {
        (**self).attempt(user, purpose, guesser, now).await
    }
    async fn give_back(&self, challenge: &Challenge, guesser: &Guesser) -> Result<(), StoreError> {
        (**self).give_back(challenge, guesser).await
    }
    async fn consume(&self, challenge: Uuid) -> Result<bool, StoreError> {
        (**self).consume(challenge).await
    }
    async fn resend(
        &self,
        user: UserId,
        purpose: CodePurpose,
        max_attempts: u32,
        not_since: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<Resend, StoreError> {
        (**self).resend(user, purpose, max_attempts, not_since, now).await
    }
    async fn revoke(&self, user: UserId) -> Result<(), StoreError> {
        (**self).revoke(user).await
    }
}

impl<T: LoginCodeGenerator + ?Sized> LoginCodeGenerator for Arc<T> {
    fn code(&self, purpose: CodePurpose, challenge: Uuid) -> LoginCode {
        (**self).code(purpose, challenge)
    }
    fn place(&self, user: UserId, place: &str) -> String {
        (**self).place(user, place)
    }
}

#[async_trait]
impl<T: PasswordHasher + ?Sized> PasswordHasher for Arc<T> {
    async fn hash(&self, password: &Password, place: Option<&str>) -> Result<PasswordHash, HashError> {
        (**self).hash(password, place).await
    }
    async fn verify(
        &self,
        attempt: &PasswordAttempt,
        hash: Option<&PasswordHash>,
        place: Option<&str>,
    ) -> Result<bool, HashError> {
        (**self).verify(attempt, hash, place).await
    }
    fn is_outdated(&self, hash: &PasswordHash) -> bool {
        (**self).is_outdated(hash)
    }
}

#[async_trait]
impl<T: PersonalData + ?Sized> PersonalData for Arc<T> {
    async fn forget(&self, user: UserId) -> Result<(), StoreError> {
        (**self).forget(user).await
    }
    async fn all_sessions(&self, user: UserId) -> Result<Vec<Session>, StoreError> {
        (**self).all_sessions(user).await
    }
    async fn pending_code(
        &self,
        user: UserId,
        purpose: CodePurpose,
    ) -> Result<Option<PendingCode>, StoreError> {
        (**self).pending_code(user, purpose).await
    }
}

#[async_trait]
impl<T: TokenKeys + ?Sized> TokenKeys for Arc<T> {
    async fn add(&self, key: &TokenKey) -> Result<bool, StoreError> {
        (**self).add(key).await
    }
    async fn all(&self) -> Result<Vec<TokenKey>, StoreError> {
        (**self).all().await
    }
    async fn retire(&self, id: &str) -> Result<(), StoreError> {
        (**self).retire(id).await
    }
}

impl<T: TokenSigner + ?Sized> TokenSigner for Arc<T> {
    fn sign(&self, claims: &Claims) -> Result<String, Box<dyn Error + Send + Sync>> {
        (**self).sign(claims)
    }
}

impl<T: RefreshTokens + ?Sized> RefreshTokens for Arc<T> {
    fn mint(&self, session: SessionId, generation: u64) -> RefreshToken {
        (**self).mint(session, generation)
    }
    fn read(&self, token: &RefreshToken) -> Option<(SessionId, u64)> {
        (**self).read(token)
    }
}

#[async_trait]
impl<T: Activity + ?Sized> Activity for Arc<T> {
    async fn of(&self, user: UserId) -> Result<Option<ActivityRow>, StoreError> {
        (**self).of(user).await
    }
}

#[async_trait]
impl<T: SecurityLog + ?Sized> SecurityLog for Arc<T> {
    async fn note(&self, event: SecurityEvent, context: &Context) -> Result<(), StoreError> {
        (**self).note(event, context).await
    }
}
