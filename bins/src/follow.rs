//! Reactors follow the log for as long as the process lives.
use std::{error::Error, sync::Arc, time::Duration};

use domain_shared::{Checkpoints, Delivery, EventLog, Reactor, Setback, deliver};

/// Hands the log to `reactor` for as long as the process lives.
pub async fn follow(log: Arc<dyn EventLog>, checkpoints: Arc<dyn Checkpoints>, reactor: Arc<dyn Reactor>) {
    const PAUSE: Duration = Duration::from_millis(500);
    const LONGEST_PAUSE: Duration = Duration::from_secs(30);
    /// How often an event that is itself at fault is tried.
    const MOST_TRIES: u32 = 3;
    let (mut pause, mut given_up, mut tries) = (PAUSE, None, (0, 0));
    let mut news = log.watch();
    loop {
        match deliver(&log, &checkpoints, &*reactor, given_up).await {
            Ok(Delivery::Progress(_)) => {
                pause = PAUSE;
                continue;
            }
            Ok(Delivery::Idle) => {
                pause = PAUSE;
                drop(tokio::time::timeout(pause, news.changed()).await);
                continue;
            }
            Ok(Delivery::Retry(position, setback)) => {
                if let Setback::ThisEvent(_) = setback {
                    tries = if tries.0 == position { (position, tries.1 + 1) } else { (position, 1) };
                    given_up = (tries.1 >= MOST_TRIES).then_some(position);
                }
                report(&setback, reactor.name(), given_up);
            }
            Err(error) => report(&error, reactor.name(), None),
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

fn report(error: &(dyn Error + 'static), reactor: &str, given_up: Option<u64>) {
    tracing::warn!(error, reactor, given_up, "delivery failed");
}
