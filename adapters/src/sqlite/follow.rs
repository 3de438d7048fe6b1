//! What those who read the log need beside it. Only within this process: nobody else serves from this file.
use std::sync::PoisonError;

use async_trait::async_trait;
use domain_shared::{Checkpoint, LogWatch, StoreError};

use super::{
    SqliteStore,
    shared::{Advance, Load},
};
use crate::crash_point::crash_point;

impl SqliteStore {
    pub(super) fn watch_log(&self) -> Box<dyn LogWatch> {
        self.grown.watch()
    }

    pub(super) async fn take_checkpoint(
        &self,
        reader: &str,
    ) -> Result<Option<Box<dyn Checkpoint>>, StoreError> {
        if !self.taken.lock().unwrap_or_else(PoisonError::into_inner).insert(reader.to_owned()) {
            return Ok(None);
        }
        // From here on it is given back, whatever happens.
        let mut taken = Taken { store: self.clone(), reader: reader.to_owned(), position: 0 };
        taken.position = self.read(Load(reader.to_owned())).await?.unwrap_or_default();
        Ok(Some(Box::new(taken)))
    }
}

struct Taken {
    store: SqliteStore,
    reader: String,
    position: u64,
}

#[async_trait]
impl Checkpoint for Taken {
    fn position(&self) -> u64 {
        self.position
    }

    async fn advance(self: Box<Self>, position: u64) -> Result<(), StoreError> {
        if position > self.position {
            crash_point("checkpoint.before_commit");
            self.store.write(Advance(self.reader.clone(), position)).await?;
            crash_point("checkpoint.after_commit");
        }
        Ok(())
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        self.store.taken.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.reader);
    }
}
