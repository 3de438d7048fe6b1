use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use uuid::Uuid;

use super::problem::Problem;

/// The `{id}` of a path. Something that is no UUID is nobody's id: 404.
#[derive(Debug, Clone, Copy)]
pub struct Id(pub Uuid);

impl FromRequest for Id {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let raw = request.match_info().get("id").unwrap_or_default();
        let hyphenated = raw.len() == 36;
        ready(Uuid::try_parse(raw).ok().filter(|_| hyphenated).map(Self).ok_or_else(Problem::not_found))
    }
}
