use domain_shared::{DomainEvent, Personal};

use crate::{SessionEvent, UserEvent};

/// What in events of `kind` is about a person, or `None` if nothing is. Asked for every event that is stored or read.
#[must_use]
pub fn personal(kind: &str) -> Option<&'static Personal> {
    UserEvent::PERSONAL.iter().chain(SessionEvent::PERSONAL).find(|personal| personal.kind == kind)
}
