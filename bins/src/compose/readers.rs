//! Who follows a log, and how far behind each of them is.
use std::sync::{Arc, Mutex, PoisonError};

use domain_shared::{Backlog, Checkpoints, EventLog, StoreError};

use super::Log;

/// Everybody in this service who follows a log with a checkpoint. Clones share the list.
#[derive(Clone, Default)]
pub struct Readers(Arc<Mutex<Vec<Reader>>>);

#[derive(Clone)]
struct Reader {
    name: &'static str,
    log: Arc<dyn EventLog>,
    checkpoints: Arc<dyn Checkpoints>,
}

impl Readers {
    /// The same, and `name`.
    pub(super) fn and(self, name: &'static str, log: &Log, place: &Log) -> Self {
        self.add(name, log, place);
        self
    }

    /// Adds whoever follows `log` under that name and keeps their checkpoint in `place`.
    pub(super) fn add(&self, name: &'static str, log: &Log, place: &Log) {
        let reader = Reader { name, log: log.events.clone(), checkpoints: place.checkpoints.clone() };
        let mut readers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        readers.retain(|known| known.name != name);
        readers.push(reader);
    }

    /// What each of them has still before it.
    ///
    /// # Errors
    /// Whatever a store answers.
    pub async fn backlogs(&self) -> Result<Vec<(&'static str, Backlog)>, StoreError> {
        let readers = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut backlogs = Vec::with_capacity(readers.len());
        for Reader { name, log, checkpoints } in readers {
            backlogs.push((name, log.backlog(checkpoints.load(name).await?).await?));
        }
        Ok(backlogs)
    }
}
