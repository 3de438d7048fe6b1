use async_trait::async_trait;
use domain_auth::{HashError, Password, PasswordAttempt, PasswordHash, PasswordHasher};

/// Keeps passwords as they are: for tests, where hashing would only take time. Never for people's passwords.
#[derive(Debug, Clone, Copy, Default)]
pub struct PlainHasher;

#[async_trait]
impl PasswordHasher for PlainHasher {
    async fn hash(&self, password: &Password) -> Result<PasswordHash, HashError> {
        Ok(PasswordHash::new(format!("plain:{}", password.expose())))
    }

    async fn verify(
        &self,
        attempt: &PasswordAttempt,
        hash: Option<&PasswordHash>,
    ) -> Result<bool, HashError> {
        Ok(hash.and_then(|hash| hash.expose().strip_prefix("plain:")) == Some(attempt.expose()))
    }
}
