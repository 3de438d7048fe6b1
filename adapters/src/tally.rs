//! How often something happened, and to whom: plain numbers, for whoever wants to show them.
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

/// Counts by name; of names there are few, and they are known when the program is built. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct Tally(Arc<Mutex<BTreeMap<&'static str, u64>>>);

impl Tally {
    /// Has `name` among them with 0, so that its first time shows as a rise.
    pub fn begin(&self, name: &'static str) {
        self.add(name, 0);
    }

    pub(crate) fn count(&self, name: &'static str) {
        self.add(name, 1);
    }

    fn add(&self, name: &'static str, times: u64) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(name).or_default() += times;
    }

    /// Each name, and how often it was counted.
    #[must_use]
    pub fn counts(&self) -> Vec<(&'static str, u64)> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .map(|(name, times)| (*name, *times))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_begins_is_there_before_anything_happens() {
        let tally = Tally::default();
        let seen = tally.clone();
        tally.begin("welcome-mail");
        tally.count("low-stock-mail");
        tally.count("low-stock-mail");
        tally.begin("low-stock-mail");
        assert_eq!(seen.counts(), [("low-stock-mail", 2), ("welcome-mail", 0)]);
    }
}
