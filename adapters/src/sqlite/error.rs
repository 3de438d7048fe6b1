//! The one place that knows what `SQLite`'s errors mean.
use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind, Error};
use domain_shared::StoreError;

use crate::sql::failure::Failure;

/// What a failed query means to whoever asked the store.
pub(super) fn store_error(failure: Failure) -> StoreError {
    match failure {
        Failure::Known(known) => known,
        Failure::Driver(Error::DatabaseError(DatabaseErrorKind::UniqueViolation, info)) => violated(&*info),
        Failure::Driver(other) => StoreError::unavailable(other),
    }
}

/// `SQLite` names the columns of the constraint at the end of its message: `UNIQUE constraint failed: users.email`.
fn violated(info: &(dyn DatabaseErrorInformation + Send + Sync)) -> StoreError {
    match info.message().rsplit(": ").next().unwrap_or_default() {
        "users.email" => StoreError::Taken("email"),
        "users.username_key" => StoreError::Taken("username"),
        "products.sku" => StoreError::Taken("sku"),
        "events.id" => StoreError::Repeated,
        // the id of an aggregate
        _ => StoreError::Stale,
    }
}
