//! Aggregates to try a repository with.
mod product;
mod session;
mod user;

use std::{fmt::Debug, ops::Deref};

use domain_shared::{Aggregate, Context};

pub(crate) use product::{draft, product};
pub(crate) use session::{session_from, session_of};
pub(crate) use user::{registration, user};

/// A kind of aggregate that the repository cases know how to handle.
pub trait Example: Aggregate<Event: PartialEq + Debug> + Debug + Deref<Target: PartialEq + Debug> {
    /// One with as little in it as there may be.
    fn small() -> Self;

    /// One with as much in it as there may be, after more than one event.
    fn large() -> Self;

    /// Another one with the same id.
    #[must_use]
    fn namesake(&self) -> Self;

    /// Others that can't be kept beside this one, and what of its they claim.
    fn rivals(&self) -> Vec<(&'static str, Self)>;

    /// A command that records one event, whenever it is given.
    ///
    /// # Errors
    /// None.
    fn step(&mut self, context: &Context) -> Result<(), Self::Error>;

    /// A command that records nothing, once a step was taken.
    ///
    /// # Errors
    /// None.
    fn idle(&mut self, context: &Context) -> Result<(), Self::Error>;

    /// A command that is refused.
    ///
    /// # Errors
    /// Always the same.
    fn refuse(&mut self, context: &Context) -> Result<(), Self::Error>;
}

/// That `found` is `expected` in every respect.
pub(crate) fn assert_same<A: Example>(found: &A, expected: &A, promise: &str) {
    let (found_id, expected_id): (uuid::Uuid, uuid::Uuid) = (found.id().into(), expected.id().into());
    assert_eq!(found_id, expected_id, "{promise}: the id");
    assert_eq!(**found, **expected, "{promise}: the state");
    assert_eq!(found.version(), expected.version(), "{promise}: the version");
}
