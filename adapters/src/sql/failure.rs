use diesel::result::Error;
use domain_shared::StoreError;

/// What a query can fail with. Each store's `error.rs` reads what its driver meant by it.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The driver or the database failed.
    Driver(Error),
    /// The answer is known.
    Known(StoreError),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Driver(error)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Known(error)
    }
}
