use async_trait::async_trait;

use crate::StoreError;

/// How far each reader of the log has come. Of all instances that read under one name, one has the checkpoint at a
/// time, so they share the work and keep its order.
#[async_trait]
pub trait Checkpoints: Send + Sync + 'static {
    /// The position that `reader` has come to, or 0.
    async fn load(&self, reader: &str) -> Result<u64, StoreError>;

    /// Takes the checkpoint of `reader` until it is advanced or dropped; `None` while somebody else has it. If its
    /// holder's process dies, it is free again.
    async fn take(&self, reader: &str) -> Result<Option<Box<dyn Checkpoint>>, StoreError>;
}

/// A checkpoint that nobody else has.
#[async_trait]
pub trait Checkpoint: Send {
    /// The position its reader has come to.
    fn position(&self) -> u64;

    /// Remembers that everything up to `position` is done, and lets others have the checkpoint. Never moves back.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]: it may or may not be remembered.
    async fn advance(self: Box<Self>, position: u64) -> Result<(), StoreError>;
}
