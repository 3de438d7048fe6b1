//! One connection per thread, shared by everything that the thread reads.
use std::{
    cell::RefCell,
    sync::{Arc, Weak},
};

use tokio::{
    runtime::{Handle, Id},
    sync::OnceCell,
};

use super::{config::Settings, connection::Connection};

/// A connection that is made when somebody needs it, once for all who wait for it.
pub(super) type Line = Arc<OnceCell<Connection>>;

struct Entry {
    /// Which store it is of.
    settings: Weak<Settings>,
    /// Which runtime it lives on; a thread may run one after the other.
    runtime: Id,
    line: Line,
}

thread_local! {
    static LINES: RefCell<Vec<Entry>> = const { RefCell::new(Vec::new()) };
}

/// This thread's line for the store with these `settings`: the one there is, or a new one if that has failed.
pub(super) fn line(settings: &Arc<Settings>) -> Line {
    let runtime = Handle::current().id();
    LINES.with_borrow_mut(|lines| {
        let known = lines.iter_mut().find(|entry| entry.is_of(settings, runtime));
        if let Some(entry) = known {
            if entry.line.get().is_some_and(|connection| !connection.is_usable()) {
                entry.line = Line::default();
            }
            return Arc::clone(&entry.line);
        }
        lines.retain(|entry| entry.settings.strong_count() > 0);
        let line = Line::default();
        lines.push(Entry { settings: Arc::downgrade(settings), runtime, line: Arc::clone(&line) });
        line
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
