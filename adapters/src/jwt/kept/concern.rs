use domain_auth::TokenKeys;
use domain_shared::{Clock, StoreError};

use super::{KeptKeys, KeyState};

/// What whoever looks after the keys should know when a service starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyConcern {
    /// No token can be signed.
    #[error("no key can sign: the configured one was retired; `auth-service keys rotate` makes another")]
    NothingSigns,
    /// The configured key is there for nothing.
    #[error(
        "the configured key signs nothing: the turn of another one came later; `auth-service keys list` shows them"
    )]
    ConfiguredIsOver,
}

impl<K: TokenKeys, T: Clock> KeptKeys<K, T> {
    /// What there is to worry about at the moment.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn concern(&self) -> Result<Option<KeyConcern>, StoreError> {
        if self.ring.signer(self.clock.now()).is_none() {
            return Ok(Some(KeyConcern::NothingSigns));
        }
        let keys = self.list().await?;
        let configured = keys.into_iter().find(|key| key.id == self.configured.id());
        let is_over =
            configured.is_some_and(|key| matches!(key.state, KeyState::Checks(_) | KeyState::Retired));
        Ok(is_over.then_some(KeyConcern::ConfiguredIsOver))
    }
}
