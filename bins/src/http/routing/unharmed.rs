use std::panic::AssertUnwindSafe;

use actix_web::{
    Error,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::StatusCode,
    middleware::Next,
};
use futures_util::FutureExt;

use crate::http::problem::Problem;

/// A handler that panics costs its own request, which is answered with 500, and nobody else's: without this the
/// connection would be closed without an answer.
///
/// # Errors
/// Those of the route.
pub async fn unharmed(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let asked = request.request().clone();
    // What the handler shares with others is behind locks that tell when they are poisoned, or in a store.
    let Ok(answer) = AssertUnwindSafe(next.call(request)).catch_unwind().await else {
        tracing::error!(method = %asked.method(), path = asked.path(), "a handler panicked");
        let problem = Problem::of_status(StatusCode::INTERNAL_SERVER_ERROR);
        return Ok(ServiceResponse::from_err(problem, asked));
    };
    answer.map(ServiceResponse::map_into_boxed_body)
}
