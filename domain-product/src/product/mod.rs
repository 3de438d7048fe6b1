//! The product: what it is, what it costs and how many there are.
mod commands;
mod error;
mod event;
mod state;
#[cfg(test)]
mod tests;

use chrono::{DateTime, Utc};
use domain_shared::{Aggregate, Journal, Shown};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use commands::Edit;
pub use error::ProductError;
pub use event::{Draft, Movement, ProductEvent, Sheet};
pub use state::ProductState;

/// A product's identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProductId(pub Uuid);

impl From<ProductId> for Uuid {
    fn from(id: ProductId) -> Self {
        id.0
    }
}

/// A product. Reads like its [`ProductState`].
#[derive(Debug, Clone)]
pub struct Product {
    id: ProductId,
    state: ProductState,
    journal: Journal<ProductEvent>,
}

impl Product {
    /// A product as a store remembers it.
    #[must_use]
    pub const fn restore(id: ProductId, state: ProductState, version: u64) -> Self {
        Self { id, state, journal: Journal::at(version) }
    }
}

impl std::ops::Deref for Product {
    type Target = ProductState;

    fn deref(&self) -> &ProductState {
        &self.state
    }
}

impl Aggregate for Product {
    const TYPE: &'static str = "product";
    type Id = ProductId;
    type Event = ProductEvent;
    type Error = ProductError;

    fn id(&self) -> ProductId {
        self.id
    }

    fn journal(&self) -> &Journal<ProductEvent> {
        &self.journal
    }

    fn journal_mut(&mut self) -> &mut Journal<ProductEvent> {
        &mut self.journal
    }

    fn found(id: Uuid, event: &ProductEvent, at: DateTime<Utc>) -> Option<Self> {
        let ProductEvent::Created(draft) = event else { return None };
        Some(Self::restore(ProductId(id), ProductState::created(draft, at), 0))
    }

    fn apply(&mut self, event: &ProductEvent, at: DateTime<Utc>) {
        self.state.apply(event, at);
    }
}

impl Shown for Product {
    type State = ProductState;

    fn state(&self) -> &ProductState {
        &self.state
    }
}
