//! What can go wrong, in terms a caller can act on.
use std::{borrow::Cow, error::Error, time::Duration};

use serde_json::Value;

use crate::Invalid;

/// The kinds of failure; the HTTP layer maps each to one status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// The request itself makes no sense.
    Malformed,
    /// A value breaks a rule about values.
    Invalid,
    /// The caller isn't known.
    Unauthenticated,
    /// The caller is known and may not.
    Forbidden,
    /// There is no such thing.
    NotFound,
    /// The current state doesn't allow it.
    Conflict,
    /// The caller's picture of the current state is out of date.
    Stale,
    /// Too often; try again after this long.
    TooMany(Duration),
    /// Something we depend on is out of order; try again.
    Unavailable,
}

/// A typed failure: what kind it is, a stable code for machines, and `Display` for people.
pub trait Fault: Error {
    /// What kind of failure.
    fn kind(&self) -> Kind;
    /// A stable, machine-readable name in `snake_case`.
    fn code(&self) -> Cow<'static, str>;
    /// Facts a program may want, such as `available` and `requested` stock.
    fn details(&self) -> Vec<(&'static str, Value)> {
        Vec::new()
    }
    /// The field to blame and the rule its value breaks, where it is one field's fault.
    fn invalid_field(&self) -> Option<(&'static str, Invalid)> {
        None
    }
}

type BoxError = Box<dyn Error + Send + Sync>;

/// What a store can answer instead of agreeing.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A value that must be unique has another owner; says which one.
    #[error("this {0} is already taken")]
    Taken(&'static str),
    /// Someone else changed it since it was read.
    #[error("someone else changed it first")]
    Stale,
    /// The command was carried out before: the log has its events, and takes no others of it.
    #[error("this was done already")]
    Repeated,
    /// The store can't answer.
    #[error("the store is unavailable")]
    Unavailable(#[source] BoxError),
}

impl StoreError {
    /// Wraps whatever the driver said.
    pub fn unavailable(source: impl Into<BoxError>) -> Self {
        Self::Unavailable(source.into())
    }
}

impl Fault for StoreError {
    fn kind(&self) -> Kind {
        match self {
            Self::Taken(_) | Self::Stale | Self::Repeated => Kind::Conflict,
            Self::Unavailable(_) => Kind::Unavailable,
        }
    }

    fn code(&self) -> Cow<'static, str> {
        match self {
            Self::Taken(what) => format!("{what}_taken").into(),
            Self::Stale => "stale".into(),
            Self::Repeated => "repeated".into(),
            Self::Unavailable(_) => "unavailable".into(),
        }
    }
}

/// Why a change didn't happen: the aggregate refused it, or the store did.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError<E: Error + 'static> {
    /// The aggregate refused; nothing was stored.
    #[error(transparent)]
    Refused(E),
    /// The store refused or failed; nothing was stored.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl<E: Fault + 'static> Fault for ChangeError<E> {
    fn kind(&self) -> Kind {
        match self {
            Self::Refused(e) => e.kind(),
            Self::Store(e) => e.kind(),
        }
    }

    fn code(&self) -> Cow<'static, str> {
        match self {
            Self::Refused(e) => e.code(),
            Self::Store(e) => e.code(),
        }
    }

    fn details(&self) -> Vec<(&'static str, Value)> {
        match self {
            Self::Refused(e) => e.details(),
            Self::Store(e) => e.details(),
        }
    }
}
