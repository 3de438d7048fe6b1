//! How often something may be done: arithmetic that every [`Throttle`](crate::Throttle) goes by.
use chrono::{DateTime, TimeDelta, Utc};

/// How often something may be done, and how long to wait after too often.
///
/// Every time leaves a debt of `refill`, which is paid off as time passes. Debts of less than `free` times cost nothing;
/// from then on there is a wait of `first_wait`, which doubles with each further time, up to `longest_wait`. With
/// `longest_wait` no longer than `refill` that is no more than `(time passed) / refill + free + log2(longest_wait /
/// first_wait) + 1` times, however many try it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    free: u32,
    refill: TimeDelta,
    first_wait: TimeDelta,
    doublings: u32,
    longest_wait: TimeDelta,
}

/// What is known of something that was done: until when its debt lasts, and when it may be done again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Debt {
    /// When all is paid off.
    pub until: DateTime<Utc>,
    /// When it may be done again; [`Debt::LONG_AGO`] if there is nothing to wait for.
    pub free_at: DateTime<Utc>,
}

impl Debt {
    /// Before any clock of ours.
    pub const LONG_AGO: DateTime<Utc> = DateTime::UNIX_EPOCH;
}

impl Quota {
    /// `free` times at once, then once in each `refill` (a token bucket).
    #[must_use]
    pub fn steady(free: u32, refill: TimeDelta) -> Self {
        Self::growing(free, refill, refill, refill)
    }

    /// `count` times in each `time`, all at once if need be.
    #[must_use]
    pub fn per(count: u32, time: TimeDelta) -> Self {
        Self::steady(count, time.checked_div(i32::try_from(count.max(1)).unwrap_or(i32::MAX)).unwrap_or(time))
    }

    /// `free` times at once, then with a wait that doubles from `first_wait` to `longest_wait`. One time is forgotten in
    /// each `refill`.
    #[must_use]
    pub fn growing(free: u32, refill: TimeDelta, first_wait: TimeDelta, longest_wait: TimeDelta) -> Self {
        /// As many as any wait of ours needs; the time stays within what can be counted.
        const MOST: u32 = 20;
        let least = TimeDelta::microseconds(1);
        let first_wait = first_wait.max(least);
        let fits = |doublings: &u32| first_wait * (1 << *doublings) <= longest_wait;
        Self {
            free: free.max(1),
            refill: refill.max(least),
            first_wait,
            doublings: (0..=MOST).take_while(fits).last().unwrap_or(0),
            longest_wait: longest_wait.max(first_wait),
        }
    }

    /// How often it may be done before there is a wait.
    #[must_use]
    pub const fn free(&self) -> u32 {
        self.free
    }

    /// How long it takes until one time is forgotten.
    #[must_use]
    pub const fn refill(&self) -> TimeDelta {
        self.refill
    }

    /// The first wait.
    #[must_use]
    pub const fn first_wait(&self) -> TimeDelta {
        self.first_wait
    }

    /// How often the first wait doubles without becoming longer than the longest.
    #[must_use]
    pub const fn doublings(&self) -> u32 {
        self.doublings
    }

    /// The longest wait.
    #[must_use]
    pub const fn longest_wait(&self) -> TimeDelta {
        self.longest_wait
    }

    /// The debt after doing it at `now`, or how long to wait. Counts to the microsecond.
    ///
    /// # Errors
    /// How long to wait.
    pub fn take(&self, before: Option<Debt>, now: DateTime<Utc>) -> Result<Debt, TimeDelta> {
        if let Some(debt) = before.filter(|debt| debt.free_at > now) {
            return Err(debt.free_at - now);
        }
        let until = before.map_or(now, |debt| debt.until.max(now)) + self.refill;
        let wait = self.wait(until - now);
        // While there is nothing to wait for, somebody whose clock is a little behind waits for nothing either.
        let free_at = if wait.is_zero() { Debt::LONG_AGO } else { now + wait };
        Ok(Debt { until, free_at })
    }

    /// How long to wait after a time that led to a debt of `owed`.
    fn wait(&self, owed: TimeDelta) -> TimeDelta {
        let micros = |time: TimeDelta| time.num_microseconds().unwrap_or(i64::MAX);
        let refill = micros(self.refill);
        let times = micros(owed).saturating_add(refill - 1) / refill;
        match u32::try_from(times - i64::from(self.free)) {
            Err(_) if times < i64::from(self.free) => TimeDelta::zero(),
            Ok(over) if over <= self.doublings => self.first_wait * (1 << over),
            _ => self.longest_wait,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: TimeDelta = TimeDelta::seconds(1);
    const QUARTER: TimeDelta = TimeDelta::minutes(15);

    fn start() -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(20_000)
    }

    /// How long to wait after each of `count` times, each as soon as it may be.
    fn waits(quota: Quota, count: usize) -> Vec<i64> {
        let (mut debt, mut now) = (None, start());
        let mut next = || {
            let taken = quota.take(debt, now).unwrap();
            let wait = (taken.free_at - now).max(TimeDelta::zero());
            (debt, now) = (Some(taken), taken.free_at.max(now));
            wait.num_seconds()
        };
        (0..count).map(|_| next()).collect()
    }

    #[test]
    fn a_wait_doubles_up_to_the_longest() {
        let quota = Quota::growing(5, QUARTER, SECOND, QUARTER);
        let expected = [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900];
        assert_eq!(waits(quota, 17)[..10], expected[..10]);
        assert_eq!(waits(quota, 40).iter().max(), Some(&900));
    }

    #[test]
    fn a_bucket_fills_up_steadily() {
        assert_eq!(waits(Quota::steady(3, SECOND * 10), 6), [0, 0, 10, 10, 10, 10]);
        assert_eq!(waits(Quota::per(4, SECOND * 60), 6), [0, 0, 0, 15, 15, 15]);
    }

    #[test]
    fn however_many_try_the_bound_holds() {
        let quota = Quota::growing(5, QUARTER, SECOND, QUARTER);
        let (mut debt, mut times) = (None, 0);
        for second in 0..86_400 {
            while let Ok(taken) = quota.take(debt, start() + SECOND * second) {
                (debt, times) = (Some(taken), times + 1);
            }
        }
        assert!((96..=96 + 5 + 10).contains(&times), "{times} times in a day");
    }

    #[test]
    fn what_was_done_is_forgotten() {
        let quota = Quota::growing(2, QUARTER, SECOND, QUARTER);
        let first = quota.take(None, start()).unwrap();
        let second = quota.take(Some(first), start()).unwrap();
        assert_eq!(quota.take(Some(second), start()), Err(SECOND));
        let later = start() + QUARTER * 2;
        assert_eq!(quota.take(Some(second), later), quota.take(None, later));
    }

    #[test]
    fn no_quota_is_nonsense() {
        let strange = Quota::growing(0, TimeDelta::zero(), TimeDelta::zero(), TimeDelta::minutes(-1));
        let taken = strange.take(None, start()).unwrap();
        assert!(taken.free_at > start() && strange.take(Some(taken), start()).is_err());
    }
}
