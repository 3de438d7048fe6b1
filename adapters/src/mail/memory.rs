//! Letters kept in memory: for tests and for embedding.
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use domain_shared::{Letter, MailError, Mailer};

/// Keeps the letters instead of sending them. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct MemoryMailer(Arc<Mutex<Vec<Letter>>>);

impl MemoryMailer {
    /// The letters so far, oldest first.
    #[must_use]
    pub fn sent(&self) -> Vec<Letter> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[async_trait]
impl Mailer for MemoryMailer {
    async fn send(&self, letter: &Letter) -> Result<(), MailError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(letter.clone());
        Ok(())
    }
}
