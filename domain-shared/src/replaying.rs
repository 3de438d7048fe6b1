use uuid::Uuid;

use crate::{Aggregate, EventDecodeError, EventEnvelope, EventLog, Journal, StoreError, decode};

/// Why a history can't be replayed.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The log didn't answer.
    #[error(transparent)]
    Log(#[from] StoreError),
    /// An event can't be read.
    #[error(transparent)]
    Unreadable(#[from] EventDecodeError),
}

impl From<ReplayError> for StoreError {
    fn from(error: ReplayError) -> Self {
        match error {
            ReplayError::Log(error) => error,
            ReplayError::Unreadable(error) => Self::unavailable(error),
        }
    }
}

/// The aggregate as its history in `log` leads to it, as far as events are `wanted`; `None` if nothing is, or nothing
/// founds it. However long the history is, little of it is in memory at a time.
///
/// # Errors
/// Whatever the log answers, and if an event can't be read.
pub async fn replay_log<A: Aggregate>(
    log: &(impl EventLog + ?Sized),
    id: Uuid,
    wanted: impl Fn(&EventEnvelope) -> bool + Send,
) -> Result<Option<A>, ReplayError> {
    const PAGE: usize = 500;
    let (mut aggregate, mut version): (Option<A>, u64) = (None, 0);
    loop {
        let page = log.oldest_of(id, version, PAGE).await?;
        let is_last = page.len() < PAGE;
        for stored in &page {
            if !wanted(&stored.event) {
                return Ok(aggregate);
            }
            let (event, at) = (decode(&stored.event)?, stored.event.occurred_at);
            match &mut aggregate {
                Some(aggregate) => aggregate.apply(&event, at),
                None => aggregate = A::found(id, &event, at),
            }
            let Some(aggregate) = &mut aggregate else { return Ok(None) };
            version = stored.event.sequence;
            *aggregate.journal_mut() = Journal::at(version);
        }
        if is_last {
            return Ok(aggregate);
        }
    }
}
