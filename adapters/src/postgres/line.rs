//! One connection per thread, shared by everything that the thread reads.
use std::{
    any::{Any, TypeId},
    cell::RefCell,
    sync::{Arc, Weak},
};

use tokio::{
    runtime::{Handle, Id},
    sync::OnceCell,
};

use super::{
    config::Settings,
    connection::Connection,
    crowd::{Crowd, Wanted},
};

/// A connection that is made when somebody needs it, once for all who wait for it.
pub(super) type Line = Arc<OnceCell<Connection>>;

struct Entry {
    /// Which store it is of.
    settings: Weak<Settings>,
    /// Which runtime it lives on; a thread may run one after the other.
    runtime: Id,
    line: Line,
    /// Those who wait for it, by what they want.
    crowds: Vec<(TypeId, Arc<dyn Any + Send + Sync>)>,
}

thread_local! {
    static LINES: RefCell<Vec<Entry>> = const { RefCell::new(Vec::new()) };
}

/// What this thread has for the store with these `settings`.
fn with<T>(settings: &Arc<Settings>, work: impl FnOnce(&mut Entry) -> T) -> T {
    let runtime = Handle::current().id();
    LINES.with_borrow_mut(|lines| {
        if let Some(known) = lines.iter_mut().find(|entry| entry.is_of(settings, runtime)) {
            return work(known);
        }
        lines.retain(|entry| entry.settings.strong_count() > 0);
        let (settings, line) = (Arc::downgrade(settings), Line::default());
        let mut new = Entry { settings, runtime, line, crowds: Vec::new() };
        let answer = work(&mut new);
        lines.push(new);
        answer
    })
}

/// This thread's line for the store with these `settings`: the one there is, or a new one if that has failed.
pub(super) fn line(settings: &Arc<Settings>) -> Line {
    with(settings, |entry| {
        if entry.line.get().is_some_and(|connection| !connection.is_usable()) {
            entry.line = Line::default();
        }
        Arc::clone(&entry.line)
    })
}

/// Those who wait on this thread for a `W` from the store with these `settings`.
pub(super) fn crowd<W: Wanted>(settings: &Arc<Settings>) -> Arc<Crowd<W>> {
    with(settings, |entry| {
        let mut crowds = entry.crowds.iter().filter(|(kind, _)| *kind == TypeId::of::<W>());
        let known = crowds.find_map(|(_, crowd)| Arc::clone(crowd).downcast().ok());
        known.unwrap_or_else(|| {
            let new = Arc::<Crowd<W>>::default();
            entry.crowds.push((TypeId::of::<W>(), new.clone()));
            new
        })
    })
}

/// Has the next one who asks get a new line.
pub(super) fn retire(settings: &Arc<Settings>) {
    if let Some(connection) = line(settings).get() {
        connection.retire();
    }
}

impl Entry {
    fn is_of(&self, settings: &Arc<Settings>, runtime: Id) -> bool {
        std::ptr::eq(self.settings.as_ptr(), Arc::as_ptr(settings)) && self.runtime == runtime
    }
}
