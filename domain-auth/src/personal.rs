use domain_shared::{Aggregate, DomainEvent, EventEnvelope, Personal};
use uuid::Uuid;

use crate::{SecurityEvent, Session, SessionEvent, User, UserEvent};

/// What in events of `kind` is about a person, or `None` if nothing is. Asked for every event that is stored or read.
#[must_use]
pub fn personal(kind: &str) -> Option<&'static Personal> {
    UserEvent::PERSONAL.iter().chain(SessionEvent::PERSONAL).find(|personal| personal.kind == kind)
}

/// Whom the origin of `event` is about: whoever asked for it, or else whom it happened to. `None` if nobody knows, or if it
/// isn't an event of this context.
#[must_use]
pub fn asker(event: &EventEnvelope) -> Option<Uuid> {
    let field = || Uuid::try_parse(event.data.get("user_id")?.as_str()?).ok();
    match event.aggregate_type.as_str() {
        User::TYPE => event.actor.or(Some(event.aggregate_id)),
        Session::TYPE | SecurityEvent::TYPE => event.actor.or_else(field),
        _ => None,
    }
}
