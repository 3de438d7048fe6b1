use diesel::result::Error;
use domain_shared::StoreError;

/// What a query can fail with. Each store's `error.rs` reads what its driver meant by it.
#[derive(Debug)]
pub enum Failure {
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

/// Why a change didn't happen.
#[derive(Debug)]
pub enum Undone<E> {
    /// The aggregate refused.
    Refused(E),
    /// The store failed.
    Failed(Failure),
}

impl<E, F: Into<Failure>> From<F> for Undone<E> {
    fn from(failure: F) -> Self {
        Self::Failed(failure.into())
    }
}
