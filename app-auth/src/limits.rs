use chrono::TimeDelta;
use domain_shared::Quota;

/// How often things may be done. What a stranger can use up at somebody else's cost has a second quota of the same size
/// for each client that is known to be theirs. No wait is longer than a quarter of an hour.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Registrations, by address.
    pub registrations: Quota,
    /// Codes tried, and codes asked for, by address, right ones included.
    pub sign_ins: Quota,
    /// Passwords tried, by address, right ones included. Each takes the hasher's time, which is everybody's.
    pub logins: Quota,
    /// Wrong passwords, by what was typed as a name, whether or not somebody has it; also old passwords, by user.
    pub passwords: Quota,
    /// Wrong codes, by user, whichever codes they were meant for.
    pub codes: Quota,
    /// Mails with codes, by user.
    pub code_mails: Quota,
    /// Refreshes, by session; and refresh tokens that are none, by address.
    pub refreshes: Quota,
}

impl Limits {
    /// The longest that anybody is made to wait.
    pub const LONGEST_WAIT: TimeDelta = TimeDelta::minutes(15);

    /// `count` times an hour. Fewer than four would make somebody wait for too long.
    #[must_use]
    pub fn per_hour(count: u32) -> Quota {
        Quota::per(count.max(4), TimeDelta::hours(1))
    }

    /// `count` times a minute.
    #[must_use]
    pub fn per_minute(count: u32) -> Quota {
        Quota::per(count, TimeDelta::minutes(1))
    }

    /// Wrong guesses: `free` of them, then a second, and twice as long after each; one is forgotten in each quarter.
    #[must_use]
    pub fn guesses(free: u32) -> Quota {
        Quota::growing(free, Self::LONGEST_WAIT, TimeDelta::seconds(1), Self::LONGEST_WAIT)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            registrations: Self::per_hour(300),
            sign_ins: Self::per_minute(120),
            logins: Self::per_minute(40),
            passwords: Self::guesses(5),
            codes: Self::guesses(10),
            code_mails: Self::per_hour(5),
            refreshes: Self::per_minute(300),
        }
    }
}
