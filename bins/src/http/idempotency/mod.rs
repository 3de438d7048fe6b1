//! `Idempotency-Key` (IETF draft-ietf-httpapi-idempotency-key-header): a request that is sent again takes effect once and
//! gets the first answer. What it rests on is in `docs/adr/0012-idempotency.md`.
mod answer;
mod asker;
pub mod docs;
mod header;
mod retries;

use actix_web::{
    Error, FromRequest, Handler, HttpMessage, HttpResponse, Responder, Route,
    body::BoxBody,
    dev::{ServiceRequest, ServiceResponse},
    http::StatusCode,
    middleware::{Next, from_fn},
    rt,
    web::{self, Data},
};
use domain_shared::Claimed;
use uuid::Uuid;

use super::{body::Body, problem::Problem};
pub use asker::{Anyone, Asker};
pub use header::{IDEMPOTENCY_KEY, IDEMPOTENT_REPLAYED};
pub use retries::Retries;
use retries::{Request, Started};

/// The command that a request is an attempt at.
#[derive(Debug, Clone, Copy)]
pub struct Command(pub Uuid);

/// A route for POST that changes something: with an `Idempotency-Key`, once for each key of each `W`.
pub fn post<W: Asker, F, Args>(handler: F) -> Route
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    web::post().to(handler).wrap(from_fn(once::<W>))
}

async fn once<W: Asker>(mut request: ServiceRequest, next: Next<BoxBody>) -> Result<ServiceResponse, Error> {
    let begun = match header::key(request.headers()) {
        Ok(None) => return next.call(request).await,
        Ok(Some(key)) => begin::<W>(&mut request, key).await,
        Err(problem) => Err(problem),
    };
    let started = match begun {
        Ok(Begun::Carry(started)) => started,
        Ok(Begun::Replay(response)) => return Ok(request.into_response(response)),
        Err(problem) => return Ok(request.error_response(problem)),
    };
    request.extensions_mut().insert(Command(started.command()));
    // Goes on even if the client has gone: whoever comes again then finds the answer.
    let carried = rt::spawn(async move {
        match next.call(request).await {
            Ok(response) => Ok(started.ended(response).await),
            Err(error) => {
                started.unknown().await;
                Err(error)
            }
        }
    });
    carried.await.map_err(actix_web::error::ErrorInternalServerError)?
}

enum Begun {
    /// It is to be carried out.
    Carry(Started),
    /// This is what was answered.
    Replay(HttpResponse),
}

/// What is to be done with a request that has a key. Whether the caller may send it at all comes first, so that no answer
/// is given to somebody who may not, or no longer, see it.
async fn begin<W: Asker>(request: &mut ServiceRequest, key: String) -> Result<Begun, Problem> {
    let retries = request.app_data::<Data<Retries>>().cloned().ok_or_else(Problem::not_found)?;
    let who = request.extract::<W>().await?;
    let body = request.extract::<Body>().await?;
    // The handler reads it once more.
    request.extensions_mut().insert(body.clone());
    let asked = Request { key, subject: who.subject(), path: request.path(), query: request.query_string() };
    let claim = retries.claim_of(&asked, body.bytes());
    match retries.claim(&claim).await? {
        Claimed::Fresh(attempt) => Ok(Begun::Carry(retries.started(asked.key, attempt, true))),
        Claimed::Retry(attempt) => Ok(Begun::Carry(retries.started(asked.key, attempt, false))),
        Claimed::Answered(kept) => Ok(Begun::Replay(retries.replay(&asked.key, &claim.key, kept)?)),
        Claimed::InFlight => {
            let detail = "an earlier request with this key is still being answered";
            let problem = Problem::new(StatusCode::CONFLICT, "request_in_progress", detail);
            Err(problem.try_again_in(std::time::Duration::from_secs(1)))
        }
        Claimed::OtherRequest => {
            if W::MAY_GUESS {
                retries.forget(&claim.key).await?;
            }
            let detail = "this key was used for another request";
            Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "idempotency_key_reused", detail))
        }
    }
}
