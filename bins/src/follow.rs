//! Subscribers follow the log for as long as the process lives.
use std::{error::Error, sync::Arc, time::Duration};

use domain_shared::{Checkpoints, Delivery, EventLog, Subscriber, deliver};

/// Hands the log to `subscriber` for as long as the process lives.
pub async fn follow(
    log: Arc<dyn EventLog>,
    checkpoints: Arc<dyn Checkpoints>,
    subscriber: Arc<dyn Subscriber>,
) {
    const PAUSE: Duration = Duration::from_millis(500);
    const LONGEST_PAUSE: Duration = Duration::from_secs(30);
    let mut pause = PAUSE;
    loop {
        let failure: Box<dyn Error + Send + Sync> = match deliver(&log, &checkpoints, &*subscriber).await {
            Ok(Delivery::Progress(_)) => {
                pause = PAUSE;
                continue;
            }
            Ok(Delivery::Idle) => {
                pause = PAUSE;
                tokio::time::sleep(pause).await;
                continue;
            }
            Ok(Delivery::Retry(error)) => error,
            Err(error) => error.into(),
        };
        report(&*failure, subscriber.name());
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

fn report(failure: &(dyn Error + Send + Sync + 'static), subscriber: &str) {
    let error: &(dyn Error + 'static) = failure;
    tracing::warn!(error, subscriber, "delivery failed");
}
