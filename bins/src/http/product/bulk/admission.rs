//! How many imports there may be at once, and how large they may be.
use std::time::Duration;

use actix_web::{
    Error, HttpMessage,
    body::BoxBody,
    dev::{ServiceRequest, ServiceResponse},
    middleware::{Next, from_fn},
};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::http::{body::Room, problem::Problem, routing::Entry};

/// As many bodies of imports a process holds at once.
static IMPORTS: Semaphore = Semaphore::const_new(4);

/// 16 MiB, in half a minute: their senders are known.
const ROOM: Room = Room { bytes: 16 * 1024 * 1024, drained: 20 * 1024 * 1024, wait: Duration::from_secs(30) };

/// The route of imports, with room for them.
pub fn admitted(entry: Entry) -> Entry {
    entry.around(|route| route.wrap(from_fn(admit)))
}

async fn admit(request: ServiceRequest, next: Next<BoxBody>) -> Result<ServiceResponse<BoxBody>, Error> {
    let Ok(place) = IMPORTS.try_acquire() else {
        return Ok(request.error_response(Problem::too_many_imports()));
    };
    request.extensions_mut().insert(ROOM);
    request.extensions_mut().insert(Admitted(place));
    next.call(request).await
}

/// Goes with the request, wherever that goes: what is to outlive the client keeps its place, too.
struct Admitted(
    #[expect(dead_code, reason = "all that matters is when it is dropped")] SemaphorePermit<'static>,
);
