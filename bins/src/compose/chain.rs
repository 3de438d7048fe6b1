//! What shows whether somebody has changed a log by hand.
use std::sync::Arc;

use adapters::{
    audit_chain::{self, Anchor, Chainer, Finding, Verdict},
    keyed::SecretKey,
};
use domain_shared::{AuditChain, StoreError};

use super::Log;

/// The audit chain of a log: see `docs/adr/0020-audit-chain.md`.
#[derive(Clone)]
pub struct Chain {
    links: Arc<dyn AuditChain>,
    log: Log,
    chainer: Chainer,
}

impl Chain {
    /// That of `log`, with a key that follows from `secret`.
    #[must_use]
    pub fn new(links: Arc<dyn AuditChain>, log: &Log, secret: &SecretKey) -> Self {
        Self { links, log: log.clone(), chainer: Chainer::new(secret) }
    }

    /// Chains what comes.
    pub async fn keep_up(self) {
        audit_chain::run(&self.log.events, &self.log.checkpoints, &*self.links, &self.chainer).await;
    }

    /// Compares the log with the chain and hands what was changed to `found`.
    ///
    /// # Errors
    /// Whatever the store answers.
    pub async fn verify(
        &self,
        expected: Option<Anchor>,
        found: &mut (dyn FnMut(Finding) + Send),
    ) -> Result<Verdict, StoreError> {
        audit_chain::verify(&*self.log.checkpoints, &*self.links, &self.chainer, expected, found).await
    }
}
