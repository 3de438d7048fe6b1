use chrono::{DateTime, Utc};
use uuid::Uuid;

/// What time it is.
pub trait Clock: Send + Sync + 'static {
    /// Now, to the microsecond, which is what every store keeps.
    fn now(&self) -> DateTime<Utc>;
}

/// Where identities come from.
pub trait IdGenerator: Send + Sync + 'static {
    /// An id never handed out before; later ids sort after earlier ones (`UUIDv7`, RFC 9562).
    fn next_id(&self) -> Uuid;
}
