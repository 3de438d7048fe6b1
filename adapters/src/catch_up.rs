//! Waiting for a read model that follows the log.
use std::time::Duration;

use domain_shared::{Projection, ProjectionStore, StoreError};
use tokio::time::{Instant, sleep};

/// Waits until the rows of `P` have come to `seen`, a second at most: then what is there has to do.
pub(crate) async fn catch_up<P: Projection>(
    store: &impl ProjectionStore<P>,
    seen: u64,
) -> Result<(), StoreError> {
    const PATIENCE: Duration = Duration::from_secs(1);
    const PAUSE: Duration = Duration::from_millis(5);
    let started = Instant::now();
    while store.position().await? < seen && started.elapsed() < PATIENCE {
        sleep(PAUSE).await;
    }
    Ok(())
}
