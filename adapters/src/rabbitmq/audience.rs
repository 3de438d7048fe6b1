use std::sync::{Arc, Mutex, PoisonError};

use domain_shared::Reactor;

/// The reactors for whom a service's first event mustn't come too early: their queues are made before anything is
/// published. Clones share the list.
#[derive(Debug, Clone, Default)]
pub struct Audience(Arc<Mutex<Vec<Seat>>>);

/// A reactor's name, and the types of the events it is about.
pub(super) type Seat = (&'static str, &'static [&'static str]);

impl Audience {
    /// Adds `reactor`, for which the publisher waits whenever it connects from now on.
    pub fn admit(&self, reactor: &impl Reactor) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((reactor.name(), reactor.kinds()));
    }

    pub(super) fn seats(&self) -> Vec<Seat> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
