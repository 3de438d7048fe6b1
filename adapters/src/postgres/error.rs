//! The one place that knows what `PostgreSQL`'s errors mean.
use diesel::result::{
    DatabaseErrorKind::{
        self, ClosedConnection, ReadOnlyTransaction, UnableToSendCommand, UniqueViolation, Unknown,
    },
    Error,
};
use domain_shared::StoreError;

use crate::sql::failure::Failure;

/// What a failed query means to whoever asked the store.
pub(super) fn store_error(failure: Failure) -> StoreError {
    match failure {
        Failure::Known(known) => known,
        Failure::Driver(Error::DatabaseError(UniqueViolation, info)) => match info.constraint_name() {
            Some("users_email_key") => StoreError::Taken("email"),
            Some("users_username_key") => StoreError::Taken("username"),
            Some("products_sku_key") => StoreError::Taken("sku"),
            Some("events_id_key") => StoreError::Repeated,
            // the id of an aggregate
            _ => StoreError::Stale,
        },
        Failure::Driver(other) => StoreError::unavailable(other),
    }
}

/// Whether the connection may be to blame. A server that shuts down says so in an error that Diesel has no name for.
pub(super) fn is_suspect(failure: &Failure) -> bool {
    matches!(kind(failure), Some(UnableToSendCommand | ClosedConnection | Unknown))
}

/// Whether every connection is to blame: the server is gone, or has become another, such as a standby.
pub(super) fn concerns_all(failure: &Failure) -> bool {
    matches!(kind(failure), Some(UnableToSendCommand | ClosedConnection | ReadOnlyTransaction))
}

/// Whether it is an answer, after which the connection is as good as before.
pub(super) fn is_answer(failure: &Failure) -> bool {
    match failure {
        Failure::Known(_) => true,
        Failure::Driver(error) => matches!(error, Error::DatabaseError(UniqueViolation, _)),
    }
}

/// Whether the server has refused what no waiting will make it grant: the user, their password, the database or a right.
#[must_use]
pub fn is_hopeless(error: &StoreError) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        let code = error.downcast_ref::<tokio_postgres::Error>().and_then(tokio_postgres::Error::code);
        let is_denied = match error.downcast_ref() {
            Some(Error::DatabaseError(Unknown, info)) => info.message().starts_with("permission denied"),
            _ => false,
        };
        if is_denied || code.is_some_and(|code| REFUSALS.contains(&code.code())) {
            return true;
        }
        cause = error.source();
    }
    false
}

/// Class 28 is about who asks; 3D000, that there is no such database; 42501, that they have no right to.
/// <https://www.postgresql.org/docs/current/errcodes-appendix.html>
const REFUSALS: [&str; 4] = ["28000", "28P01", "3D000", "42501"];

fn kind(failure: &Failure) -> Option<&DatabaseErrorKind> {
    match failure {
        Failure::Driver(Error::DatabaseError(kind, _)) => Some(kind),
        _ => None,
    }
}
