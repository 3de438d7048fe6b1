//! Who is asking: extractors that a protected handler names as its policy.
use std::{
    future::{Future, Ready, ready},
    pin::Pin,
};

use actix_web::{FromRequest, HttpRequest, dev::Payload, web::Data};
use app_auth::queries::{Authenticate, Authenticated};
use domain_auth::{SecurityEvent, SessionId, User, UserId};
use domain_shared::{Aggregate, Caller, Claims, Handle};
use uuid::Uuid;

use super::Auth;
use crate::http::{
    bearer, context,
    idempotency::Asker,
    problem::Problem,
    routing::{Needs, Policy},
};

/// A user with a live session.
#[derive(Debug)]
pub struct SignedIn {
    /// Who it is.
    pub user: User,
    /// What their token says.
    pub claims: Claims,
    /// On whose behalf things are done.
    pub caller: Caller,
}

impl SignedIn {
    /// Their id.
    #[must_use]
    pub fn id(&self) -> UserId {
        self.user.id()
    }

    /// The answer to what only others may do, which is written down.
    pub async fn denied(&self, request: &HttpRequest) -> Problem {
        if let Some(auth) = request.app_data::<Data<Auth>>() {
            let denied = SecurityEvent::AccessDenied { user_id: self.id(), count: 1 };
            auth.note(denied, &self.caller).await;
        }
        Problem::forbidden()
    }

    /// Their session.
    #[must_use]
    pub const fn session(&self) -> SessionId {
        SessionId(self.claims.session)
    }
}

/// A superuser with a live session.
#[derive(Debug)]
pub struct Superuser(pub SignedIn);

/// Somebody with a token, which may be worth nothing.
#[derive(Debug)]
pub struct Presented(pub String);

async fn sign_in(request: HttpRequest) -> Result<SignedIn, Problem> {
    let token = bearer::token(&request)?.ok_or_else(Problem::missing_token)?;
    let auth = request.app_data::<Data<Auth>>().ok_or_else(Problem::not_found)?;
    let Authenticated { user, claims } = auth.handle(Authenticate { token }, &Caller::default()).await?;
    Ok(SignedIn { caller: context::bearer(&request, &claims), user, claims })
}

impl FromRequest for SignedIn {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        Box::pin(sign_in(request.clone()))
    }
}

impl FromRequest for Presented {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(match bearer::token(request) {
            Ok(Some(token)) => Ok(Self(token)),
            Ok(None) => Err(Problem::missing_token()),
            // What isn't even a token is worth as little as a bad one.
            Err(_) => Ok(Self(String::new())),
        })
    }
}

impl FromRequest for Superuser {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let who = sign_in(request.clone()).await?;
            if who.user.is_superuser { Ok(Self(who)) } else { Err(who.denied(&request).await) }
        })
    }
}

impl Policy for SignedIn {
    const NEEDS: Needs = Needs::Token;
}

impl Policy for Superuser {
    const NEEDS: Needs = Needs::Superuser;
}

impl Policy for Presented {
    const NEEDS: Needs = Needs::Token;
}

impl Asker for SignedIn {
    fn subject(&self) -> Option<Uuid> {
        Some(self.id().0)
    }
}

impl Asker for Superuser {
    fn subject(&self) -> Option<Uuid> {
        self.0.subject()
    }
}
