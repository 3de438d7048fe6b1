//! How long to wait before trying again.
use std::{
    hash::{BuildHasher, RandomState},
    time::Duration,
};

/// Pauses that double up to a limit, each shortened at random by up to a half so that those who failed together don't
/// come back together.
#[derive(Debug, Clone)]
pub struct Backoff {
    first: Duration,
    most: Duration,
    next: Duration,
}

impl Backoff {
    /// Pauses from `first` up to `most`.
    #[must_use]
    pub const fn new(first: Duration, most: Duration) -> Self {
        Self { first, most, next: first }
    }

    /// Begins anew: it went well.
    pub const fn reset(&mut self) {
        self.next = self.first;
    }

    /// The next pause.
    pub fn pause(&mut self) -> Duration {
        let pause = self.next;
        self.next = (pause * 2).min(self.most);
        let share = u32::try_from(RandomState::new().hash_one(()) % 1000).unwrap_or_default();
        pause.saturating_sub(pause / 2 * share / 1000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_limit_and_are_never_more_than_halved() {
        let mut backoff = Backoff::new(Duration::from_millis(100), Duration::from_millis(350));
        for full in [100, 200, 350, 350] {
            let pause = backoff.pause();
            assert!(
                (Duration::from_millis(full / 2)..=Duration::from_millis(full)).contains(&pause),
                "{pause:?}"
            );
        }
        backoff.reset();
        assert!(backoff.pause() <= Duration::from_millis(100));
    }
}
