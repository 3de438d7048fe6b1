//! How a hashing thread leaves the cores to those who wait for them.
use std::{thread, time::Duration};

use rustix::time::{ClockId, clock_gettime};

/// How long a thread computes before it pauses. A request that needs its core waits no longer than this, while the
/// scheduler of Linux would let it wait for up to 4 ms, and that several times on a request's way.
const STINT: Duration = Duration::from_micros(300);
/// A pause while nobody else wants the core: long enough for whoever waits to get it, so short that hashing loses
/// less than 5 %.
const SHORT: Duration = Duration::from_micros(5);
/// The longest pause, while others want the core. A thread still has a third of it at least, so hashing never starves.
const LONG: Duration = Duration::from_micros(600);
/// How much later than it could have run a thread runs if others had the core.
const LATE: Duration = Duration::from_micros(20);

/// Computes in stints, and pauses for longer while the core is in demand. A low priority wouldn't do: it counts only
/// among threads of the same session where Linux groups threads by session, and doesn't shorten turns.
pub struct Manners {
    resumed: Moment,
    pause: Duration,
}

impl Manners {
    /// Of the thread that calls.
    pub fn new() -> Self {
        // Or else pauses last 50 µs longer than they should.
        #[cfg(target_os = "linux")]
        let _ = rustix::thread::set_current_timer_slack(Some(std::num::NonZeroU64::MIN));
        Self { resumed: Moment::now(), pause: SHORT }
    }

    /// Begins a stint.
    pub fn begin(&mut self) {
        self.resumed = Moment::now();
    }

    /// Pauses, if the stint has been long enough.
    pub fn mind(&mut self) {
        if clock(ClockId::Monotonic).saturating_sub(self.resumed.time) < STINT {
            return;
        }
        let paused = Moment::now();
        let computed = paused.computed.saturating_sub(self.resumed.computed);
        if computed < STINT {
            // Others had the core meanwhile, so they needn't be let in yet.
            return;
        }
        thread::sleep(self.pause);
        let elapsed = paused.time.saturating_sub(self.resumed.time);
        self.resumed = Moment::now();
        let slept = self.resumed.time.saturating_sub(paused.time);
        self.pause = next(self.pause, elapsed.saturating_sub(computed), slept.saturating_sub(self.pause));
    }
}

/// The pause after one of `pause`, before which others had the core for `lost`, and after which for `late`. Others are left
/// as much as they have just taken, and less by and by when they take nothing.
fn next(pause: Duration, lost: Duration, late: Duration) -> Duration {
    let (taken, less) = (lost.max(late), (pause / 2).max(SHORT));
    if taken > LATE { taken.max(less).min(LONG) } else { less }
}

/// The time, and how much of it this thread has had.
struct Moment {
    time: Duration,
    computed: Duration,
}

impl Moment {
    fn now() -> Self {
        Self { time: clock(ClockId::Monotonic), computed: computed() }
    }
}

/// How long this thread has had a core so far.
pub fn computed() -> Duration {
    clock(ClockId::ThreadCPUTime)
}

fn clock(id: ClockId) -> Duration {
    Duration::try_from(clock_gettime(id)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: Duration = Duration::ZERO;

    #[test]
    fn whoever_has_the_core_to_themselves_hardly_pauses() {
        assert_eq!(next(SHORT, NONE, NONE), SHORT);
        assert!(SHORT * 20 < STINT, "less than 5 %");
    }

    #[test]
    fn others_are_left_as_much_as_they_took_until_they_have_been_gone_for_a_while() {
        assert_eq!((next(SHORT, LATE * 2, NONE), next(SHORT, NONE, LATE * 2)), (LATE * 2, LATE * 2));
        assert_eq!(next(SHORT, LONG * 9, NONE), LONG);
        let mut pauses = std::iter::successors(Some(LONG), |pause| Some(next(*pause, NONE, NONE)));
        assert_eq!(pauses.nth(2), Some(LONG / 4), "not at once");
        assert_eq!(pauses.nth(20), Some(SHORT), "but soon");
    }

    #[test]
    fn hashing_never_starves() {
        assert!((0..100).map(|n| next(SHORT * n, LONG * n, LONG * n)).all(|pause| pause <= STINT * 2));
    }

    #[test]
    fn a_thread_pauses_only_after_a_stint() {
        let mut manners = Manners::new();
        manners.begin();
        let mut stints = 0;
        while stints < 3 {
            let resumed = manners.resumed.time;
            manners.mind();
            if manners.resumed.time > resumed {
                assert!(manners.resumed.time >= resumed + STINT + SHORT, "it computed, and slept");
                stints += 1;
            }
        }
    }
}
