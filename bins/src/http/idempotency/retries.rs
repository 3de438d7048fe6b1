use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use actix_web::{HttpResponse, body::to_bytes, dev::ServiceResponse, rt};
use adapters::{
    keyed::KeptAnswers,
    system::{SystemClock, UuidV7},
};
use chrono::TimeDelta;
use domain_shared::{Attempt, Claim, Claimed, Clock, Digest, IdGenerator, IdempotencyKeys, StoreError};
use uuid::Uuid;

use super::answer;
use crate::http::problem::Problem;

/// How long an attempt has the key to itself: longer than handlers take, but for long imports; one that takes longer does no
/// harm, since what it did is found by its command.
const LEASE: TimeDelta = TimeDelta::seconds(10);
/// How long a key and its answer are remembered.
const KEPT: TimeDelta = TimeDelta::hours(24);
/// After so many claims some expired keys are dropped, more of them than came in meanwhile.
const SWEEP_EVERY: u32 = 64;
const SWEEP_AT_MOST: usize = 256;

/// What is remembered of requests with a key.
#[derive(Clone)]
pub struct Retries {
    keys: Arc<dyn IdempotencyKeys>,
    kept: KeptAnswers,
    claims: Arc<AtomicU32>,
}

/// A request with a key.
pub struct Request<'a> {
    pub key: String,
    pub subject: Option<Uuid>,
    pub path: &'a str,
    pub query: &'a str,
}

impl Retries {
    /// Remembers in `keys`, the way `kept` says.
    #[must_use]
    pub fn new(keys: Arc<dyn IdempotencyKeys>, kept: KeptAnswers) -> Self {
        Self { keys, kept, claims: Arc::default() }
    }

    pub(super) fn claim_of(&self, request: &Request<'_>, body: &[u8]) -> Claim {
        let Request { key, subject, path, query } = request;
        let subject = subject.map_or_else(|| "anonymous".to_owned(), |subject| subject.to_string());
        let now = SystemClock.now();
        Claim {
            key: self.kept.digest(&[b"key", subject.as_bytes(), b"POST", path.as_bytes(), key.as_bytes()]),
            fingerprint: self.kept.digest(&[b"request", key.as_bytes(), query.as_bytes(), body]),
            command: UuidV7.next_id(),
            now,
            leased_until: now + LEASE,
            expires_at: now + KEPT,
        }
    }

    pub(super) async fn claim(&self, claim: &Claim) -> Result<Claimed, StoreError> {
        if self.claims.fetch_add(1, Ordering::Relaxed) % SWEEP_EVERY == SWEEP_EVERY - 1 {
            let (keys, now) = (self.keys.clone(), claim.now);
            rt::spawn(async move { report("expired keys stay", keys.sweep(now, SWEEP_AT_MOST).await) });
        }
        self.keys.claim(claim).await
    }

    pub(super) async fn forget(&self, row: &Digest) -> Result<(), StoreError> {
        self.keys.forget(row).await
    }

    pub(super) fn replay(&self, key: &str, row: &Digest, kept: Vec<u8>) -> Result<HttpResponse, Problem> {
        let answer = self.kept.open(key, row, kept).and_then(|answer| answer::from_bytes(&answer));
        answer.ok_or_else(|| StoreError::unavailable("a kept answer can't be read").into())
    }

    pub(super) fn started(&self, key: String, attempt: Attempt, is_first: bool) -> Started {
        Started { retries: self.clone(), key, attempt, is_first }
    }
}

/// An attempt that was begun.
pub struct Started {
    retries: Retries,
    key: String,
    attempt: Attempt,
    is_first: bool,
}

impl Started {
    pub const fn command(&self) -> Uuid {
        self.attempt.command
    }

    /// Remembers the answer if it is a success. After a refusal the key is free again; after anything else nobody knows
    /// what has happened, and whoever tries again tries the same command.
    pub async fn ended(self, response: ServiceResponse) -> ServiceResponse {
        let status = response.status();
        if status.is_success() {
            return self.answered(response).await;
        }
        // An attempt before this one may still be at it, so a retry that is refused doesn't free the key.
        if status.is_client_error() && self.is_first {
            report("a key stays in use", self.retries.keys.release(&self.attempt).await);
        } else {
            self.unknown().await;
        }
        response
    }

    pub async fn unknown(self) {
        report("a key stays leased", self.retries.keys.lapse(&self.attempt).await);
    }

    async fn answered(self, response: ServiceResponse) -> ServiceResponse {
        let (request, response) = response.into_parts();
        let (head, body) = response.into_parts();
        let body = match to_bytes(body).await {
            Ok(body) => body,
            Err(error) => {
                self.unknown().await;
                return ServiceResponse::from_err(error, request);
            }
        };
        let Self { retries: Retries { keys, kept, .. }, key, attempt, .. } = self;
        let answer = answer::to_bytes(head.status(), head.headers(), &body);
        // Without it a retry finds in the log what was done.
        match answer.and_then(|answer| kept.seal(&key, &attempt.key, answer)) {
            Some(sealed) => {
                let until = SystemClock.now() + KEPT;
                report("an answer isn't kept", keys.complete(&attempt, &sealed, until).await);
            }
            None => report("an answer can't be kept", keys.lapse(&attempt).await),
        }
        ServiceResponse::new(request, head.set_body(body).map_into_boxed_body())
    }
}

/// The request has its answer whatever becomes of its key, so there is nobody else to tell.
fn report<T>(what: &str, result: Result<T, StoreError>) {
    if let Err(error) = result {
        let error: &(dyn std::error::Error + 'static) = &error;
        tracing::warn!(error, "{what}");
    }
}
