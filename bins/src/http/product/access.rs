//! Who is asking: extractors that a handler names as its policy.
use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload, web::Data};
use domain_shared::{Caller, Claims, Clock, Scope};
use uuid::Uuid;

use super::Access;
use crate::http::{bearer, context::caller, idempotency::Asker, problem::Problem};

/// Someone who may change products.
#[derive(Debug)]
pub struct Writer {
    /// On whose behalf things are done.
    pub caller: Caller,
}

/// Anyone. Those who may change products see inactive ones too.
#[derive(Debug)]
pub struct Reader {
    /// On whose behalf things are done.
    pub caller: Caller,
    /// Whether they see inactive products.
    pub sees_inactive: bool,
}

/// The caller's token, if they gave one, and whether they may write.
fn identify(request: &HttpRequest) -> Result<(Option<Claims>, bool), Problem> {
    let access = request.app_data::<Data<Access>>().ok_or_else(Problem::not_found)?;
    let Some(token) = bearer::token(request)? else { return Ok((None, access.public_writes)) };
    let claims = access.verifier.verify(&token, adapters::system::SystemClock.now())?;
    let may_write = access.public_writes || claims.scopes.allows(&Scope::products_write());
    Ok((Some(claims), may_write))
}

impl FromRequest for Writer {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(identify(request).and_then(|(claims, may_write)| match claims {
            claims if may_write => Ok(Self { caller: caller(request, claims.map(|claims| claims.subject)) }),
            Some(_) => Err(Problem::forbidden()),
            None => Err(Problem::missing_token()),
        }))
    }
}

impl Asker for Writer {
    fn subject(&self) -> Option<Uuid> {
        self.caller.actor
    }
}

impl FromRequest for Reader {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(identify(request).map(|(claims, sees_inactive)| Self {
            caller: caller(request, claims.map(|claims| claims.subject)),
            sees_inactive,
        }))
    }
}
