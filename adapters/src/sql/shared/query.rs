use super::Conn;
use crate::sql::failure::Failure;

/// A question or order to the database. It borrows nothing, so that a store may ask it on another thread, or again.
pub trait Query: Send + Sync {
    /// What comes back.
    type Answer: Send + 'static;

    /// Asks.
    fn run(&self, conn: Conn<'_>) -> impl Future<Output = Result<Self::Answer, Failure>> + Send;
}
