use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use uuid::Uuid;

use crate::http::{
    problem::Problem,
    routing::{Anywhere, Names, Needs, Policy},
};

/// A policy that tells whose keys are used.
pub trait Asker: Policy {
    /// Whether they may be guessing at a secret in the body. Then a second body makes the key worthless: otherwise who
    /// knows the key would know by the answer, without an attempt being counted, whether a guess is what was sent first.
    const MAY_GUESS: bool = false;

    /// Whose keys: everybody has their own, and those who aren't signed in have theirs together.
    fn subject(&self) -> Option<Uuid>;
}

/// The policy of what anybody may do who isn't signed in yet.
#[derive(Debug, Clone, Copy)]
pub struct Anyone;

impl FromRequest for Anyone {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(_: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self))
    }
}

impl Policy for Anyone {
    const NEEDS: Needs = Needs::Nothing;
}

impl<Args> Names<Anyone, Anywhere> for Args {}

impl Asker for Anyone {
    const MAY_GUESS: bool = true;

    fn subject(&self) -> Option<Uuid> {
        None
    }
}
