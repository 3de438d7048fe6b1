use std::sync::{
    Mutex,
    atomic::{AtomicU32, Ordering},
};

use domain_product::{Ledger, LedgerEntry, StockLedger};
use domain_shared::verify_projection;
use uuid::Uuid;

use super::*;
use crate::{memory::MemoryStore, testing::product};

#[tokio::test]
async fn the_rows_keep_up_and_are_built_again_meanwhile() {
    let store = MemoryStore::default();
    let until = CancellationToken::new();
    let running = tokio::spawn({
        let (store, until) = (store.clone(), until.clone());
        async move { run::<StockLedger>(&store, &store, &until).await }
    });
    let id = product(&store, 20).await;
    let seen = store.backlog(0).await.unwrap().events;
    assert_eq!(store.of_product(id, None, 100, seen).await.unwrap().len(), 20);
    let told = Mutex::new(Vec::new());
    rebuild::<StockLedger>(&store, |position| told.lock().unwrap().push(position)).await.unwrap();
    assert_eq!(told.into_inner().unwrap().last(), Some(&seen));
    assert_eq!(store.of_product(id, None, 100, seen).await.unwrap().len(), 20);
    until.cancel();
    running.await.unwrap();
}

#[tokio::test]
async fn of_two_who_build_the_rows_again_at_once_both_come_to_a_good_end() {
    let store = MemoryStore::default();
    let id = product(&store, 3000).await;
    let ends = tokio::join!(rebuild::<StockLedger>(&store, |_| ()), rebuild::<StockLedger>(&store, |_| ()));
    assert!(matches!(ends, (Ok(()), Ok(()))), "{ends:?}");
    assert_eq!(verify_projection::<StockLedger>(&store, &store, &[id.0]).await.unwrap(), []);
    assert_eq!(ProjectionStore::<StockLedger>::rows_of(&store, &[id.0]).await.unwrap().len(), 3000);
}

/// A store that fails the first time it is asked to do each thing, once it has done it, as if the answer had got lost.
struct Shaky {
    store: MemoryStore,
    begun: AtomicU32,
    folded: AtomicU32,
    swapped: AtomicU32,
}

fn shaken<T>(times: &AtomicU32, answer: T) -> Result<T, StoreError> {
    match times.fetch_add(1, Ordering::Relaxed) {
        0 => Err(StoreError::unavailable("the line is cut")),
        _ => Ok(answer),
    }
}

#[async_trait]
impl ProjectionStore<StockLedger> for Shaky {
    async fn position(&self) -> Result<u64, StoreError> {
        ProjectionStore::<StockLedger>::position(&self.store).await
    }
    async fn fold(&self, generation: Generation, limit: usize) -> Result<Option<u64>, StoreError> {
        shaken(&self.folded, ProjectionStore::<StockLedger>::fold(&self.store, generation, limit).await?)
    }
    async fn begin_shadow(&self) -> Result<u64, StoreError> {
        shaken(&self.begun, ProjectionStore::<StockLedger>::begin_shadow(&self.store).await?)
    }
    async fn swap(&self, awaited: u64) -> Result<bool, StoreError> {
        shaken(&self.swapped, ProjectionStore::<StockLedger>::swap(&self.store, awaited).await?)
    }
    async fn rows_of(&self, aggregates: &[Uuid]) -> Result<Vec<LedgerEntry>, StoreError> {
        ProjectionStore::<StockLedger>::rows_of(&self.store, aggregates).await
    }
    async fn aggregates_after(&self, after: Option<Uuid>, limit: usize) -> Result<Vec<Uuid>, StoreError> {
        ProjectionStore::<StockLedger>::aggregates_after(&self.store, after, limit).await
    }
}

#[tokio::test]
async fn what_passes_does_not_end_a_rebuild() {
    let store = MemoryStore::default();
    let id = product(&store, 5).await;
    let [begun, folded, swapped] = [0; 3].map(AtomicU32::new);
    let shaky = Shaky { store: store.clone(), begun, folded, swapped };
    rebuild::<StockLedger>(&shaky, |_| ()).await.unwrap();
    assert_eq!(shaky.begun.into_inner(), 2, "it was begun anew");
    assert_eq!(ProjectionStore::<StockLedger>::rows_of(&store, &[id.0]).await.unwrap().len(), 5);
    assert_eq!(verify_projection::<StockLedger>(&store, &store, &[id.0]).await.unwrap(), []);
}
