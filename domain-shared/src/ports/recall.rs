//! What came of a command that was carried out before.
use uuid::Uuid;

use super::{Changed, EventLog};
use crate::{Aggregate, Context, Recorded, StoreError, StoredEvent, decode, replay};

/// What the command `command` led to, read back from the log as if it had just been stored; `None` if it changed no
/// aggregate of this kind. What isn't in events, such as a password's hash, isn't in the aggregate either.
///
/// # Errors
/// Whatever the log answers; [`StoreError::Unavailable`] if it holds what this version can't read.
pub async fn recall<A: Aggregate>(
    log: &(impl EventLog + ?Sized),
    command: Uuid,
) -> Result<Option<Changed<A>>, StoreError> {
    let found = log.of_command(command).await?;
    let events: Vec<_> = found.into_iter().filter(|stored| stored.event.aggregate_type == A::TYPE).collect();
    let Some(last) = events.last() else { return Ok(None) };
    let (id, version) = (last.event.aggregate_id, last.event.sequence);
    let history = log.history(&[id]).await?;
    let up_to_then = history.iter().take_while(|stored| stored.event.sequence <= version);
    let past: Vec<_> = up_to_then
        .map(|stored| decode(&stored.event).map(|event| (event, stored.event.occurred_at)))
        .collect::<Result<_, _>>()
        .map_err(StoreError::unavailable)?;
    let aggregate =
        replay(id, past).ok_or_else(|| StoreError::unavailable("a history without a beginning"))?;
    let events = events.iter().map(recorded).collect::<Result<_, _>>()?;
    Ok(Some(Changed { aggregate, events }))
}

fn recorded<E: crate::DomainEvent>(stored: &StoredEvent) -> Result<Recorded<E>, StoreError> {
    let event = &stored.event;
    Ok(Recorded {
        id: event.id,
        sequence: event.sequence,
        event: decode(event).map_err(StoreError::unavailable)?,
        context: Context {
            command_id: event.command_id,
            at: event.occurred_at,
            actor: event.actor,
            traceparent: event.traceparent.clone(),
            origin: event.origin.clone(),
        },
    })
}
