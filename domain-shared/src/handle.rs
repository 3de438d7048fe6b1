use async_trait::async_trait;

use crate::{Caller, Fault};

/// A driving port: whatever can carry out the message `M`, a command or a query.
#[async_trait]
pub trait Handle<M: Send + 'static> {
    /// What comes of it.
    type Output;
    /// Why it may not.
    type Error: Fault;

    /// Carries out `message` on behalf of `caller`.
    async fn handle(&self, message: M, caller: &Caller) -> Result<Self::Output, Self::Error>;
}
