//! A page of products: many want the same one, the first of all most of the time.
use domain_product::{Filter, Product};
use domain_shared::StoreError;

use super::{Answer, PgStore, Waiting, Wanted};

impl Wanted for Filter {
    type Answer = Vec<Product>;

    fn goes_with(&self, other: &Self) -> bool {
        self == other
    }

    async fn alone(self, store: &PgStore) -> Answer<Self> {
        store.read(self).await
    }

    /// It fails for all or for none: it is the same statement.
    async fn together(store: &PgStore, waiting: Vec<Waiting<Self>>) {
        let Some(filter) = waiting.first().map(|waiting| waiting.wanted.clone()) else { return };
        let page = store.read(filter).await.map_err(|error| error.to_string());
        for waiting in waiting {
            waiting.tell(page.clone().map_err(StoreError::unavailable));
        }
    }
}
