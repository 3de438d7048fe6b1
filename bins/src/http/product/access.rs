//! Who is asking: extractors that a handler names as its policy.
use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload, web::Data};
use domain_shared::{Caller, Claims, Clock, Scope, TokenError};
use uuid::Uuid;

use super::Access;
use crate::http::{
    bearer,
    context::{self, visitor},
    idempotency::Asker,
    problem::Problem,
    routing::{Needs, Policy},
};

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

impl Access {
    /// What `token` says at the moment, if one was given, and whether its bearer may write.
    fn judge(&self, token: Option<&str>) -> Result<(Option<Claims>, bool), TokenError> {
        let Some(token) = token else { return Ok((None, self.public_writes)) };
        let claims = self.verifier.verify(token, adapters::system::SystemClock.now())?;
        let may_write = self.public_writes || claims.scopes.allows(&Scope::products_write());
        Ok((Some(claims), may_write))
    }

    /// Whether a bearer of `token` may write at the moment.
    #[must_use]
    pub fn may_write(&self, token: Option<&str>) -> bool {
        self.judge(token).is_ok_and(|(_, may_write)| may_write)
    }
}

/// On whose behalf `request` is handled.
fn caller(request: &HttpRequest, claims: Option<Claims>) -> Caller {
    claims.map_or_else(|| visitor(request), |claims| context::bearer(request, &claims))
}

/// The caller's token, if they gave one, and whether they may write.
fn identify(request: &HttpRequest) -> Result<(Option<Claims>, bool), Problem> {
    let access = request.app_data::<Data<Access>>().ok_or_else(Problem::not_found)?;
    Ok(access.judge(bearer::token(request)?.as_deref())?)
}

impl FromRequest for Writer {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(identify(request).and_then(|(claims, may_write)| match claims {
            claims if may_write => Ok(Self { caller: caller(request, claims) }),
            Some(_) => Err(Problem::forbidden().for_want_of(Scope::PRODUCTS_WRITE)),
            None => Err(Problem::missing_token()),
        }))
    }
}

impl Policy for Writer {
    const NEEDS: Needs = Needs::Scope(Scope::PRODUCTS_WRITE);
}

impl Policy for Reader {
    const NEEDS: Needs = Needs::TokenIfAny;
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
        ready(
            identify(request)
                .map(|(claims, sees_inactive)| Self { caller: caller(request, claims), sees_inactive }),
        )
    }
}
