//! Following the log without a broker.
use super::{Checkpoints, EventLog, Reactor, Setback};
use crate::StoreError;

/// How one round of [`deliver`] went.
#[derive(Debug)]
pub enum Delivery {
    /// Nothing new was there, or somebody else is at it.
    Idle,
    /// The log was read up to here; there may be more.
    Progress(u64),
    /// The event at this position, and those after it, stay undelivered.
    Retry(u64, Setback),
}

/// Hands the next events after the reactor's checkpoint to it, at least once and in order. The event at the position
/// `given_up` is left out, if it is the next.
///
/// # Errors
/// Whatever the log or the checkpoints answer.
pub async fn deliver(
    log: &(impl EventLog + ?Sized),
    checkpoints: &(impl Checkpoints + ?Sized),
    reactor: &(impl Reactor + ?Sized),
    given_up: Option<u64>,
) -> Result<Delivery, StoreError> {
    deliver_while(log, checkpoints, reactor, given_up, || true).await
}

/// The same, except that after each event it is asked whether `there_is_time` for another. Who reacts slowly then gets the
/// checkpoint moved on before it has been held for too long, and who is to stop needn't deal with all that was read.
///
/// # Errors
/// Whatever the log or the checkpoints answer.
pub async fn deliver_while(
    log: &(impl EventLog + ?Sized),
    checkpoints: &(impl Checkpoints + ?Sized),
    reactor: &(impl Reactor + ?Sized),
    given_up: Option<u64>,
    there_is_time: impl Fn() -> bool + Send,
) -> Result<Delivery, StoreError> {
    const BATCH: usize = 100;
    let Some(checkpoint) = checkpoints.take(reactor.name()).await? else { return Ok(Delivery::Idle) };
    let (start, kinds) = (checkpoint.position(), reactor.kinds());
    let (mut reached, mut failure) = (start, None);
    for event in log.after(start, BATCH).await? {
        let concerns = kinds.contains(&event.event.kind.as_str()) && given_up != Some(event.position);
        if concerns && let Err(setback) = reactor.on(&event).await {
            failure = Some(Delivery::Retry(event.position, setback));
            break;
        }
        reached = event.position;
        if !there_is_time() {
            break;
        }
    }
    checkpoint.advance(reached).await?;
    Ok(match failure {
        Some(retry) => retry,
        None if reached == start => Delivery::Idle,
        None => Delivery::Progress(reached),
    })
}
