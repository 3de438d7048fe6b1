//! Pauses that get longer, up to a point, and of which no two are alike: many who wait for one thing don't all come back
//! at once.
use std::{
    hash::{BuildHasher, RandomState},
    time::Duration,
};

pub(super) struct Backoff {
    first: Duration,
    longest: Duration,
    next: Duration,
}

impl Backoff {
    pub(super) const fn new(first: Duration, longest: Duration) -> Self {
        Self { first, longest, next: first }
    }

    /// Begins anew with the next pause.
    pub(super) fn reset(&mut self) {
        self.next = self.first;
    }

    /// Waits, each time about twice as long as before.
    pub(super) async fn pause(&mut self) {
        tokio::time::sleep(self.advance()).await;
    }

    fn advance(&mut self) -> Duration {
        let pause = self.next.min(self.longest);
        self.next = (pause * 2).min(self.longest);
        // Its keys are random, and that is all we need.
        let [dice, ..] = RandomState::new().hash_one(()).to_le_bytes();
        pause / 2 + pause / 2 * u32::from(dice) / u32::from(u8::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest_and_never_fall_below_half_of_it() {
        let mut backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(1));
        for expected in [100, 200, 400, 800, 1000, 1000] {
            let (pause, full) = (backoff.advance(), Duration::from_millis(expected));
            assert!((full / 2..=full).contains(&pause), "{pause:?} instead of {full:?}");
        }
        backoff.reset();
        assert!(backoff.advance() <= Duration::from_millis(100));
    }
}
