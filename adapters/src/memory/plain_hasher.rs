use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use domain_auth::{HashError, Password, PasswordAttempt, PasswordHash, PasswordHasher};

/// Keeps passwords as they are: for tests, where hashing would only take time. Never for people's passwords.
#[derive(Debug, Clone, Copy, Default)]
pub struct PlainHasher;

#[async_trait]
impl PasswordHasher for PlainHasher {
    async fn hash(&self, password: &Password) -> Result<PasswordHash, HashError> {
        // Two hashes of one password differ, as if they were salted.
        static SALT: AtomicU64 = AtomicU64::new(0);
        let salt = SALT.fetch_add(1, Ordering::Relaxed);
        Ok(PasswordHash::new(format!("plain:{salt}:{}", password.expose())))
    }

    async fn verify(
        &self,
        attempt: &PasswordAttempt,
        hash: Option<&PasswordHash>,
    ) -> Result<bool, HashError> {
        let kept = hash.and_then(|hash| hash.expose().strip_prefix("plain:")?.split_once(':'));
        Ok(kept.is_some_and(|(_, password)| password == attempt.expose()))
    }
}
