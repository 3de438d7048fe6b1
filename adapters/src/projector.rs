//! Keeps read models up with the log. Any number may run on one: whoever has the rows folds the next events.
use std::{error::Error, time::Duration};

use domain_shared::{EventLog, Generation, Projection, ProjectionStore, StoreError};
use tokio::time::{Instant, sleep, timeout};

use crate::backoff::Backoff;

/// How many events are folded in one transaction.
const BATCH: usize = 500;

/// Keeps the live rows of `P` up for as long as this is polled.
pub async fn run<P: Projection>(log: &impl EventLog, store: &impl ProjectionStore<P>) {
    /// How often to look for events that nobody told of.
    const POLL: Duration = Duration::from_millis(250);
    let mut backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(10));
    let mut news = log.watch();
    loop {
        match store.fold(Generation::Live, BATCH).await {
            Ok(Some(_)) => backoff.reset(),
            Ok(None) => {
                backoff.reset();
                // Whether told or not, it is time to look.
                let _ = timeout(POLL, news.changed()).await;
            }
            Err(error) => {
                report(&error, P::NAME);
                sleep(backoff.pause()).await;
            }
        }
    }
}

fn report(error: &(dyn Error + 'static), projection: &str) {
    tracing::warn!(error, projection, "a read model stays behind");
}

/// Builds the rows of `P` again beside the live ones, then has them take their place. Tells `progress` how far it is.
///
/// # Errors
/// Whatever the store answers; the live rows are as they were.
pub async fn rebuild<P: Projection>(
    store: &(impl ProjectionStore<P> + ?Sized),
    mut progress: impl FnMut(u64),
) -> Result<(), StoreError> {
    /// Events keep coming, and somebody else may be folding them.
    const BREATH: Duration = Duration::from_millis(5);
    const PATIENCE: Duration = Duration::from_secs(10);
    store.begin_shadow().await?;
    let mut moved = Instant::now();
    loop {
        match store.fold(Generation::Shadow, BATCH * 4).await? {
            Some(position) => {
                moved = Instant::now();
                progress(position);
            }
            None if store.swap().await? => return Ok(()),
            None if moved.elapsed() > PATIENCE => {
                return Err(StoreError::unavailable("another rebuild has taken over"));
            }
            None => sleep(BREATH).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use chrono::{DateTime, Utc};
    use domain_product::{Ledger, Quantity, StockLedger};
    use domain_shared::{Clock, Context, IdGenerator, Repository, ValueObject};

    use super::*;
    use crate::{
        memory::MemoryStore,
        system::{SystemClock, UuidV7},
    };

    fn context(at: DateTime<Utc>) -> Context {
        Context {
            command_id: UuidV7.next_id(),
            at,
            actor: None,
            traceparent: None,
            origin: domain_shared::Origin::default(),
        }
    }

    /// A product with `movements` movements.
    async fn product(store: &MemoryStore, movements: u32) -> domain_product::ProductId {
        use domain_product::{Currency, Draft, Money, Product, ProductId, ProductName, Stock, Threshold};
        let draft = Draft {
            name: ProductName::parse("thing".into()).unwrap(),
            description: None,
            price: Money::restore(100, Currency::USD),
            stock: Stock::NONE,
            sku: None,
            category: None,
            low_stock_threshold: Threshold::DEFAULT,
            is_active: true,
        };
        let id = ProductId(UuidV7.next_id());
        store.save(&mut Product::create(id, draft, &context(SystemClock.now()))).await.unwrap();
        for _ in 0..movements {
            let context = context(SystemClock.now());
            let add = move |p: &mut Product| p.add_stock(Quantity::parse(1).unwrap(), None, None, &context);
            store.change(id, Arc::new(add)).await.unwrap().unwrap();
        }
        id
    }

    #[tokio::test]
    async fn the_rows_keep_up_and_are_built_again_meanwhile() {
        let store = MemoryStore::default();
        let running = tokio::spawn({
            let store = store.clone();
            async move { run::<StockLedger>(&store, &store).await }
        });
        let id = product(&store, 20).await;
        let seen = store.backlog(0).await.unwrap().events;
        assert_eq!(store.of_product(id, None, 100, seen).await.unwrap().len(), 20);
        let told = Mutex::new(Vec::new());
        rebuild::<StockLedger>(&store, |position| told.lock().unwrap().push(position)).await.unwrap();
        assert_eq!(told.into_inner().unwrap().last(), Some(&seen));
        assert_eq!(store.of_product(id, None, 100, seen).await.unwrap().len(), 20);
        running.abort();
    }
}
