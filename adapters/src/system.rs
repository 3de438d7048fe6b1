//! The system's clock and ids. The only file that may ask for the time or make an id.
#![expect(clippy::disallowed_methods, reason = "this is the place they are allowed in")]
use chrono::{DateTime, SubsecRound, Utc};
use domain_shared::{Clock, IdGenerator};
use uuid::Uuid;

/// The system's clock, to the microsecond.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        Utc::now().trunc_subsecs(6)
    }
}

/// Random ids that sort by the time they were made (RFC 9562, version 7).
#[derive(Debug, Clone, Copy, Default)]
pub struct UuidV7;

impl IdGenerator for UuidV7 {
    fn next_id(&self) -> Uuid {
        Uuid::now_v7()
    }
}
