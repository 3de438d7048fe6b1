//! Rows that nothing accounts for. The subject is a pair of fresh stores of products, which share nothing.
use domain_product::{Product, StockLedger};
use domain_shared::{ProjectionStore, Snapshots, verify_long_projection, verify_projection};

use crate::projections::{LIVE, Store, add, fold_ledger, small};

/// Rows that nothing accounts for are, to whoever compares, like those of another log: here one in which nothing happened.
pub async fn rows_that_nothing_accounts_for_are_found((store, empty): (impl Store, impl Store)) {
    let product = small(&store).await;
    add(&store, product, 1).await;
    fold_ledger(&store, LIVE).await;
    let known = Snapshots::<Product>::ids_after(&empty, None, 9).await.unwrap();
    assert!(known.is_empty(), "there is neither row nor history");
    let orphans = ProjectionStore::<StockLedger>::aggregates_after(&store, None, 9).await.unwrap();
    assert_eq!(orphans, [product.0]);
    let differences = verify_projection::<StockLedger>(&store, &empty, &orphans).await.unwrap();
    let [difference] = &differences[..] else { panic!("{differences:?}") };
    assert_eq!((difference.of, difference.expected.as_str()), ("stock-ledger", "nothing"));
    assert!(difference.kept.contains(&product.0.to_string()), "{}", difference.kept);
    assert_eq!(
        verify_long_projection::<StockLedger>(&store, &empty, product.0).await.unwrap(),
        differences,
        "the same if it is looked at alone"
    );
}
