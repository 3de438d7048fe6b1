//! How often something may be tried again.
use std::sync::atomic::{AtomicU32, Ordering};

/// What tries again may cost: a tenth of what succeeds, and a reserve. When most fails, trying again would only add to the
/// load of whoever is overloaded already.
#[derive(Debug)]
pub(crate) struct Budget {
    /// In tenths of a try.
    left: AtomicU32,
    most: u32,
}

impl Budget {
    /// One with a reserve of `tries`.
    pub(crate) const fn of(tries: u32) -> Self {
        Self { left: AtomicU32::new(tries * TENTHS), most: tries * TENTHS }
    }

    /// Something succeeded.
    pub(crate) fn earn(&self) {
        let earned = |left: u32| (left < self.most).then(|| left + 1);
        // Where there is as much as there may be already, nothing is earned.
        let _ = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, earned);
    }

    /// Whether there may be another try, which is then paid for.
    pub(crate) fn spend(&self) -> bool {
        let spent = |left: u32| left.checked_sub(TENTHS);
        self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, spent).is_ok()
    }
}

const TENTHS: u32 = 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenth_of_what_succeeds_may_be_tried_again() {
        let budget = Budget::of(3);
        let tries = |budget: &Budget| std::iter::from_fn(|| budget.spend().then_some(())).count();
        assert_eq!(tries(&budget), 3, "the reserve");
        (0..19).for_each(|_| budget.earn());
        assert_eq!(tries(&budget), 1);
        (0..1000).for_each(|_| budget.earn());
        assert_eq!(tries(&budget), 3, "no more is laid by than the reserve");
    }
}
