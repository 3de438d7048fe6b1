//! Publishes a log: at least once, each aggregate's events in order. Any number of relays may run on one log: the one that
//! has the checkpoint publishes the next batch, and has it until the broker has confirmed.
use std::{error::Error, time::Duration};

use domain_shared::{Checkpoints, EventLog, EventPublisher};
use tokio::time::{sleep, timeout};

use crate::backoff::Backoff;

/// The name of the relays' checkpoint.
pub const READER: &str = "relay";

/// How many events are handed over at once.
const BATCH: usize = 200;

/// Publishes for as long as this is polled.
pub async fn run(log: &impl EventLog, checkpoints: &impl Checkpoints, publisher: &impl EventPublisher) {
    /// How often to look for events that nobody told of.
    const POLL: Duration = Duration::from_millis(250);
    let mut backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(10));
    let mut news = log.watch();
    loop {
        match round(log, checkpoints, publisher).await {
            Ok(0) => {
                backoff.reset();
                // Whether told or not, it is time to look.
                let _ = timeout(POLL, news.changed()).await;
            }
            Ok(_) => backoff.reset(),
            Err(error) => {
                report(&*error);
                sleep(backoff.pause()).await;
            }
        }
    }
}

fn report(error: &(dyn Error + 'static)) {
    tracing::warn!(error, "events wait to be published");
}

/// Publishes the next batch; how many events that were.
async fn round(
    log: &impl EventLog,
    checkpoints: &impl Checkpoints,
    publisher: &impl EventPublisher,
) -> Result<usize, Box<dyn Error + Send + Sync>> {
    let Some(checkpoint) = checkpoints.take(READER).await? else { return Ok(0) };
    let events = log.after(checkpoint.position(), BATCH).await?;
    let reached = events.last().map_or(checkpoint.position(), |last| last.position);
    if !events.is_empty() {
        publisher.publish(&events).await?;
    }
    checkpoint.advance(reached).await?;
    Ok(events.len())
}
