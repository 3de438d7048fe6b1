//! Compares what is kept with what follows from the log, and names each difference.
mod projections;
mod snapshots;

pub use projections::{verify_long_projection, verify_projection};
pub use snapshots::{Shown, Verified, verify_snapshots};

use uuid::Uuid;

use crate::EventDecodeError;

/// Something that isn't kept as the log says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Where: a kind of aggregate or a projection.
    pub of: &'static str,
    /// The aggregate or row.
    pub id: Uuid,
    /// Which field, or which event; empty if it is about the whole.
    pub field: String,
    /// What is kept.
    pub kept: String,
    /// What follows from the log.
    pub expected: String,
}

const MISSING: &str = "nothing";

/// That an event of `id` can't be read, so nobody can say what should be kept.
fn unreadable(of: &'static str, id: Uuid, error: &EventDecodeError) -> Difference {
    Difference {
        of,
        id,
        field: format!("event {}", error.id),
        kept: format!("one that can't be read ({})", error.source),
        expected: "nobody knows what".to_owned(),
    }
}
