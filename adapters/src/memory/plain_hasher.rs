use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use domain_auth::{HashError, Password, PasswordAttempt, PasswordHash, PasswordHasher};

/// Keeps passwords as they are: for tests, where hashing would only take time. Never for people's passwords.
#[derive(Debug, Clone, Copy, Default)]
pub struct PlainHasher {
    /// How hard it is said to be to guess a password from a hash. What was made with less is outdated.
    pub cost: u32,
}

impl PlainHasher {
    /// The cost that a hash was made with, and the password it was made of.
    fn read(hash: &PasswordHash) -> Option<(u32, &str)> {
        let mut parts = hash.expose().strip_prefix("plain:")?.splitn(3, ':');
        let (cost, _salt, password) = (parts.next()?.parse().ok()?, parts.next()?, parts.next()?);
        Some((cost, password))
    }
}

#[async_trait]
impl PasswordHasher for PlainHasher {
    async fn hash(&self, password: &Password, _: Option<&str>) -> Result<PasswordHash, HashError> {
        // Two hashes of one password differ, as if they were salted.
        static SALT: AtomicU64 = AtomicU64::new(0);
        let salt = SALT.fetch_add(1, Ordering::Relaxed);
        Ok(PasswordHash::new(format!("plain:{}:{salt}:{}", self.cost, password.expose())))
    }

    async fn verify(
        &self,
        attempt: &PasswordAttempt,
        hash: Option<&PasswordHash>,
        _: Option<&str>,
    ) -> Result<bool, HashError> {
        Ok(hash.and_then(Self::read).is_some_and(|(_, password)| password == attempt.expose()))
    }

    fn is_outdated(&self, hash: &PasswordHash) -> bool {
        Self::read(hash).is_some_and(|(cost, _)| cost < self.cost)
    }
}
