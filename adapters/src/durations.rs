//! How long something took, each time it was done: plain numbers, for whoever wants to show them.
use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

/// The limits that durations are sorted by, in milliseconds.
const LIMITS: [u64; 12] = [5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000];

/// Durations, sorted by length and added up. Noting one costs three additions.
#[derive(Debug, Default)]
pub struct Durations {
    /// How many were no longer than each limit, and longer than the one before.
    sorted: [AtomicU64; LIMITS.len()],
    count: AtomicU64,
    micros: AtomicU64,
}

/// What durations there were.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Noted {
    /// For each limit, how many were no longer.
    pub up_to: Vec<(Duration, u64)>,
    /// How many there were.
    pub count: u64,
    /// How long they were together.
    pub sum: Duration,
}

impl Durations {
    /// Adds one.
    pub fn note(&self, took: Duration) {
        let fitting =
            LIMITS.iter().zip(&self.sorted).find(|(limit, _)| took <= Duration::from_millis(**limit));
        if let Some((_, bucket)) = fitting {
            bucket.fetch_add(1, Ordering::Relaxed);
        }
        self.count.fetch_add(1, Ordering::Relaxed);
        self.micros.fetch_add(u64::try_from(took.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// All there were until now.
    #[must_use]
    pub fn noted(&self) -> Noted {
        // Read before what it is the sum of, so that none that comes meanwhile is in a part and not in the whole.
        let mut up_to_here = 0;
        let up_to: Vec<_> = LIMITS
            .iter()
            .zip(&self.sorted)
            .map(|(limit, bucket)| {
                up_to_here += bucket.load(Ordering::Relaxed);
                (Duration::from_millis(*limit), up_to_here)
            })
            .collect();
        let count = self.count.load(Ordering::Relaxed).max(up_to_here);
        Noted { up_to, count, sum: Duration::from_micros(self.micros.load(Ordering::Relaxed)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_counted_at_every_limit_that_it_does_not_exceed() {
        let durations = Durations::default();
        for millis in [5, 6, 300, 31_000] {
            durations.note(Duration::from_millis(millis));
        }
        let Noted { up_to, count, sum } = durations.noted();
        let at = |millis| up_to.iter().find(|(limit, _)| *limit == Duration::from_millis(millis)).unwrap().1;
        assert_eq!((at(5), at(10), at(250), at(500), at(30_000)), (1, 2, 2, 3, 3));
        assert_eq!((count, sum), (4, Duration::from_millis(31_311)));
    }
}
