use std::{
    sync::atomic::{AtomicU64, AtomicUsize, Ordering},
    time::Instant,
};

use crate::durations::{Durations, Noted};

/// How much a hasher has to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hashing {
    /// How many threads hash.
    pub threads: usize,
    /// How many of them are at it.
    pub busy: usize,
    /// How many passwords wait.
    pub waiting: usize,
    /// How many were turned away since there was no room to wait.
    pub refused: u64,
    /// How long those whose turn it was had waited for it.
    pub waited: Noted,
    /// How long their hashing took.
    pub took: Noted,
}

/// What of that is counted as it happens.
#[derive(Debug, Default)]
pub(super) struct Load {
    pub(super) threads: usize,
    busy: AtomicUsize,
    refused: AtomicU64,
    waited: Durations,
    took: Durations,
}

impl Load {
    pub(super) fn of(threads: usize) -> Self {
        Self { threads, ..Self::default() }
    }

    /// Does the work of whoever has waited since `asked`.
    pub(super) fn measure<T>(&self, asked: Instant, work: impl FnOnce() -> T) -> T {
        let began = Instant::now();
        self.waited.note(began - asked);
        let done = work();
        self.took.note(began.elapsed());
        done
    }

    /// Somebody is turned away.
    pub(super) fn refuse(&self) {
        self.refused.fetch_add(1, Ordering::Relaxed);
    }

    /// A thread is busy until the work is done.
    pub(super) fn busy(&self, work: impl FnOnce()) {
        self.busy.fetch_add(1, Ordering::Relaxed);
        work();
        self.busy.fetch_sub(1, Ordering::Relaxed);
    }

    pub(super) fn with(&self, waiting: usize) -> Hashing {
        Hashing {
            threads: self.threads,
            busy: self.busy.load(Ordering::Relaxed),
            waiting,
            refused: self.refused.load(Ordering::Relaxed),
            waited: self.waited.noted(),
            took: self.took.noted(),
        }
    }
}
