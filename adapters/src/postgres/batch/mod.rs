//! Commands that wait at the same time go together, in one transaction: see `docs/adr/0022-group-commit.md`.
//!
//! A command that finds nothing on its way goes at once, by itself. Those that come meanwhile go next, as many as there
//! are, so nobody waits for a batch to fill.
mod addition;
mod change;
mod queue;
mod waiting;

use std::{panic::resume_unwind, sync::Arc};

use domain_product::{Product, ProductError, ProductId};
use domain_shared::{Aggregate, ChangeError, Changed, Decision, StoreError, seal};

use self::{addition::Addition, change::Change, queue::Queue};
use super::store::PgStore;

/// Where commands wait.
#[derive(Clone, Default)]
pub(super) struct Batches {
    additions: Arc<Queue<Addition>>,
    changes: Arc<Queue<Change>>,
}

impl PgStore {
    /// Adds a new product, together with others that come at the same time.
    pub(super) async fn add_in_batch(&self, product: &mut Product) -> Result<(), StoreError> {
        let addition = Addition { events: seal(product)?, new: product.clone() };
        self.patiently(async { self.batches.additions.ask(self, addition).await? }).await?;
        product.journal_mut().commit();
        Ok(())
    }

    /// Changes a product, together with whatever else waits to be changed. Of those who wait for the same product each
    /// finds it as the one before has left it.
    pub(super) async fn decide_in_batch(
        &self,
        id: ProductId,
        decide: Decision<Product>,
    ) -> Result<Option<Changed<Product>>, ChangeError<ProductError>> {
        let answer = async {
            match self.batches.changes.ask(self, Change { id, decide }).await? {
                Ok(verdict) => verdict,
                Err(panic) => resume_unwind(panic),
            }
        };
        self.patiently(answer).await
    }
}
