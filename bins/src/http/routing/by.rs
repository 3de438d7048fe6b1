use std::marker::PhantomData;

use actix_web::{FromRequest, Handler, Responder, Route, guard, http::Method, middleware::from_fn, web};

use super::{Entry, Names, Policy, unharmed::unharmed};
use crate::http::idempotency::{self, Asker};

/// Makes entries of the table for whom the policy `P` lets in.
pub struct By<P>(PhantomData<P>);

/// Entries for whom the policy `P` lets in, whose handlers must take it.
///
/// ```
/// # use bins::http::{auth::SignedIn, routing::by};
/// async fn handler(_: SignedIn) -> &'static str { "hello" }
/// by::<SignedIn>().get("/hello", handler);
/// ```
///
/// ```compile_fail
/// # use bins::http::{auth::SignedIn, routing::by};
/// async fn handler() -> &'static str { "hello" }
/// by::<SignedIn>().get("/hello", handler);
/// ```
#[must_use]
pub const fn by<P: Policy>() -> By<P> {
    By(PhantomData)
}

impl<P: Policy> By<P> {
    /// GET, and HEAD with it.
    #[must_use]
    pub fn get<F, Args, Where>(&self, path: &str, handler: F) -> Entry
    where
        F: Handler<Args>,
        Args: FromRequest + Names<P, Where> + 'static,
        F::Output: Responder + 'static,
    {
        let route = web::route().guard(guard::Any(guard::Get()).or(guard::Head()));
        Self::entry(Method::GET, path, route.to(handler))
    }

    /// PUT.
    #[must_use]
    pub fn put<F, Args, Where>(&self, path: &str, handler: F) -> Entry
    where
        F: Handler<Args>,
        Args: FromRequest + Names<P, Where> + 'static,
        F::Output: Responder + 'static,
    {
        Self::entry(Method::PUT, path, web::put().to(handler))
    }

    /// DELETE.
    #[must_use]
    pub fn delete<F, Args, Where>(&self, path: &str, handler: F) -> Entry
    where
        F: Handler<Args>,
        Args: FromRequest + Names<P, Where> + 'static,
        F::Output: Responder + 'static,
    {
        Self::entry(Method::DELETE, path, web::delete().to(handler))
    }

    /// POST of what does no harm when it is sent twice, and so takes no `Idempotency-Key`.
    #[must_use]
    pub fn ask<F, Args, Where>(&self, path: &str, handler: F) -> Entry
    where
        F: Handler<Args>,
        Args: FromRequest + Names<P, Where> + 'static,
        F::Output: Responder + 'static,
    {
        Self::entry(Method::POST, path, web::post().to(handler))
    }

    fn entry(method: Method, path: &str, route: Route) -> Entry {
        let route = route.wrap(from_fn(unharmed));
        Entry { method, path: path.to_owned(), needs: P::NEEDS, takes_key: false, route }
    }
}

impl<P: Policy + Asker> By<P> {
    /// POST of what changes something: with an `Idempotency-Key`, once.
    #[must_use]
    pub fn post<F, Args, Where>(&self, path: &str, handler: F) -> Entry
    where
        F: Handler<Args>,
        Args: FromRequest + Names<P, Where> + 'static,
        F::Output: Responder + 'static,
    {
        Entry { takes_key: true, ..Self::entry(Method::POST, path, idempotency::post::<P, F, Args>(handler)) }
    }
}
