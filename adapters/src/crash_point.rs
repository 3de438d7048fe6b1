//! Places before and after each write at which a test can have the process die, as if the machine had failed there.
//!
//! Only builds with debug assertions have them: in a release nothing of this is left. `docs/reliability.md` tells what was
//! found at each of them.

/// Dies here, without a word to anybody, if `PANAL_CRASH_AT` is `name:n` and somebody comes by for the `n`th time.
#[cfg(debug_assertions)]
pub(crate) fn crash_point(name: &str) {
    if plan::PLAN.as_ref().is_some_and(|plan| plan.is_due(name)) {
        std::process::abort();
    }
}

/// Nothing.
#[cfg(not(debug_assertions))]
pub(crate) const fn crash_point(_: &str) {}

#[cfg(debug_assertions)]
mod plan {
    use std::sync::{
        LazyLock,
        atomic::{AtomicU32, Ordering},
    };

    #[expect(clippy::disallowed_methods, reason = "it is no setting: a release knows nothing of it")]
    pub(super) static PLAN: LazyLock<Option<Plan>> =
        LazyLock::new(|| Plan::parse(&std::env::var("PANAL_CRASH_AT").ok()?));

    /// Where to die, and when.
    pub(super) struct Plan {
        name: String,
        nth: u32,
        passed: AtomicU32,
    }

    impl Plan {
        pub(super) fn parse(text: &str) -> Option<Self> {
            let (name, nth) = text.split_once(':')?;
            Some(Self { name: name.to_owned(), nth: nth.parse().ok()?, passed: AtomicU32::new(0) })
        }

        /// Whether this is the time; counts that somebody came by.
        pub(super) fn is_due(&self, name: &str) -> bool {
            self.name == name && self.passed.fetch_add(1, Ordering::Relaxed) + 1 == self.nth
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn only_the_nth_time_at_that_place_is_the_last() {
            let plan = Plan::parse("store.before_commit:2").unwrap();
            let passed =
                ["store.before_commit", "store.after_commit", "store.before_commit", "store.before_commit"];
            assert_eq!(passed.map(|name| plan.is_due(name)), [false, false, true, false]);
        }

        #[test]
        fn what_makes_no_sense_is_no_plan() {
            for text in ["", "store.before_commit", "store.before_commit:", "store.before_commit:soon"] {
                assert!(Plan::parse(text).is_none(), "{text}");
            }
        }
    }
}
