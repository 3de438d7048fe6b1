use async_trait::async_trait;
use domain_shared::{Context, StoreError};

use crate::SecurityEvent;

/// Where security-relevant acts are written down that change no user and no session: in the log, beside all that does.
#[async_trait]
pub trait SecurityLog: Send + Sync + 'static {
    /// Adds an entry, of which `context` says when, by whom and from where; its command must be its own. It is sealed with
    /// the key of whoever asked, or else of the account that it is about. A command that was noted already is refused.
    async fn note(&self, event: SecurityEvent, context: &Context) -> Result<(), StoreError>;
}
