use async_trait::async_trait;
use domain_shared::StoreError;

use crate::TokenKey;

/// Keeps the keys of access tokens, so that a restart loses none and every instance learns of all.
#[async_trait]
pub trait TokenKeys: Send + Sync + 'static {
    /// Keeps `key`; `false` if one of that id, retired or not, was kept before, which stays as it is.
    async fn add(&self, key: &TokenKey) -> Result<bool, StoreError>;

    /// All there ever were, in the order of their turns, and of their ids where these come at once.
    async fn all(&self) -> Result<Vec<TokenKey>, StoreError>;

    /// Destroys what signs of the key `id`. That it was there is remembered, so that it doesn't come back as a new one.
    async fn retire(&self, id: &str) -> Result<(), StoreError>;
}
