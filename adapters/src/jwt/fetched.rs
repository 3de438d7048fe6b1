//! The ring of a service that only checks: fetched from the one that signs.
use std::{
    hash::{BuildHasher, RandomState},
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use domain_shared::RegistryError;
use recloser::{AsyncRecloser, Error as Broken};
use reqwest::{Client, Response, Url, header::CACHE_CONTROL};
use serde::Deserialize;
use serde_json::Value;
use tokio::time::{Instant, sleep_until};

use super::{Jwk, KeyRing, VerifyingKey};
use crate::{
    breaker::breaker,
    budget::Budget,
    http::{Unread, body, client},
    registry::Found,
    traces::{KeyValue, Span, SpanKind},
};

/// Keeps a ring as its publisher has it. What was fetched once goes on counting while the publisher is away.
pub struct FetchedKeys {
    publisher: Publisher,
    client: Client,
    ring: KeyRing,
    breaker: AsyncRecloser,
}

/// Who publishes the keys.
enum Publisher {
    /// Whoever is at an address.
    At(Url),
    /// Any instance that a registry tells of.
    Any(Instances),
}

/// The instances of whoever publishes, and which of them is asked first.
struct Instances {
    found: Found,
    path: &'static str,
    turn: AtomicUsize,
    further: Budget,
}

/// How often to ask at most, whatever tokens say, and how soon again after a failure.
const LEAST: Duration = Duration::from_secs(1);

/// How often to ask if the publisher doesn't say, and at least if it does.
const USUAL: Duration = Duration::from_mins(5);

/// Ours has a few hundred bytes per key.
const MOST_BYTES: usize = 64 * 1024;

/// More keys than that are nobody's.
const MOST_KEYS: usize = 32;

/// Why no keys were had.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The publisher didn't answer, or otherwise than with keys.
    #[error("the keys of access tokens can't be had")]
    Unanswered(#[source] reqwest::Error),
    /// What it answered can't be read.
    #[error("the keys of access tokens can't be had")]
    Unread(#[from] Unread),
    /// There is none that could be used.
    #[error("the answer has no key of access tokens")]
    NoKeys,
    /// Nobody knows where the publisher is.
    #[error("who publishes the keys of access tokens can't be found")]
    Unfound(#[source] RegistryError),
    /// Nobody publishes any.
    #[error("the registry knows nobody who publishes the keys of access tokens")]
    Nobody,
}

/// A JSON Web Key Set. Keys of other kinds are no concern of ours (RFC 7517, section 5).
#[derive(Deserialize)]
struct KeySet {
    keys: Vec<Value>,
}

impl FetchedKeys {
    /// The keys at `url`, http or https, into `ring`. Nothing is fetched from anywhere else, and no redirection is followed.
    ///
    /// # Errors
    /// If this machine has no certificates for https.
    pub fn new(url: Url, ring: KeyRing) -> Result<Self, FetchError> {
        let client = client(url.scheme()).map_err(FetchError::Unanswered)?;
        Ok(Self { publisher: Publisher::At(url), client, ring, breaker: breaker() })
    }

    /// The keys that any of the instances has at `path`, into `ring`. Whichever answered last is asked first, and another
    /// one when it doesn't.
    ///
    /// # Errors
    /// If nothing can be asked by HTTP here.
    pub fn of_any(found: Found, path: &'static str, ring: KeyRing) -> Result<Self, FetchError> {
        // Those who ask begin with different ones.
        let turn = usize::try_from(RandomState::new().hash_one(()) >> 32).unwrap_or_default().into();
        let publisher = Publisher::Any(Instances { found, path, turn, further: Budget::of(10) });
        let client = client("http").map_err(FetchError::Unanswered)?;
        Ok(Self { publisher, client, ring, breaker: breaker() })
    }

    /// Asks once, and replaces the ring; how long the answer is good for.
    ///
    /// # Errors
    /// What kept the keys from being had; the ring is then as it was.
    pub async fn fetch(&self) -> Result<Duration, FetchError> {
        match &self.publisher {
            Publisher::At(url) => self.fetch_from(url.clone()).await,
            Publisher::Any(instances) => self.fetch_from_any(instances).await,
        }
    }

    async fn fetch_from_any(&self, instances: &Instances) -> Result<Duration, FetchError> {
        let found = instances.found.now().await.map_err(FetchError::Unfound)?;
        let addresses: Vec<Url> = found
            .iter()
            .filter_map(|instance| format!("{}{}", instance.address(), instances.path).parse().ok())
            .collect();
        let mut failed = FetchError::Nobody;
        for nth in 0..addresses.len() {
            if nth > 0 && !instances.further.spend() {
                break;
            }
            let turn = instances.turn.load(Ordering::Relaxed) % addresses.len();
            let Some(address) = addresses.get(turn) else { break };
            match self.fetch_from(address.clone()).await {
                Ok(good_for) => {
                    instances.further.earn();
                    return Ok(good_for);
                }
                Err(error) => failed = error,
            }
            instances.turn.fetch_add(1, Ordering::Relaxed);
        }
        Err(failed)
    }

    async fn fetch_from(&self, url: Url) -> Result<Duration, FetchError> {
        let span = begin(&url);
        let fetched = span.around(self.fetch_within(&span, url)).await;
        if fetched.is_err() {
            span.failed("no_keys");
        }
        fetched
    }

    async fn fetch_within(&self, span: &Span, url: Url) -> Result<Duration, FetchError> {
        let mut request = self.client.get(url);
        if let Some(traceparent) = span.traceparent() {
            request = request.header("traceparent", traceparent);
        }
        let answer = request.send().await;
        if let Ok(answer) = &answer {
            span.say(KeyValue::new("http.response.status_code", i64::from(answer.status().as_u16())));
        }
        let answer = answer.and_then(Response::error_for_status).map_err(FetchError::Unanswered)?;
        let told =
            answer.headers().get(CACHE_CONTROL).and_then(|value| value.to_str().ok()).and_then(max_age);
        let keys = usable(&body(answer, MOST_BYTES).await?);
        if keys.is_empty() {
            return Err(FetchError::NoKeys);
        }
        self.ring.replace(keys.into_iter().map(Into::into).collect());
        Ok(told.unwrap_or(USUAL).clamp(LEAST, USUAL))
    }

    /// Keeps the ring up to date, for as long as this is polled; `told` hears how each try went. Whoever shows a token of an
    /// unknown key makes it ask earlier, but not more often than once a second, and not at all while the publisher is away.
    pub async fn keep_up(&self, told: impl Fn(bool) + Send + Sync) {
        let mut is_well = true;
        loop {
            let asked = Instant::now();
            let next = match self.breaker.call(self.fetch()).await {
                Ok(good_for) => {
                    told(true);
                    is_well = true;
                    good_for
                }
                Err(Broken::Inner(error)) => {
                    if is_well {
                        let error: &(dyn std::error::Error + 'static) = &error;
                        tracing::warn!(error, "those that are known go on");
                    }
                    told(false);
                    is_well = false;
                    LEAST
                }
                Err(Broken::Rejected) => LEAST,
            };
            sleep_until(asked + LEAST).await;
            tokio::select! {
                () = sleep_until(asked + next) => {}
                () = self.ring.missed() => {}
            }
        }
    }
}

impl std::fmt::Debug for FetchedKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FetchedKeys").field("ring", &self.ring).finish_non_exhaustive()
    }
}

/// The keys in a document that can check tokens of ours, each name once.
fn usable(document: &[u8]) -> Vec<VerifyingKey> {
    let Ok(KeySet { keys }) = serde_json::from_slice(document) else { return Vec::new() };
    let mut found: Vec<VerifyingKey> = Vec::new();
    for key in keys.into_iter().take(MOST_KEYS) {
        let key = serde_json::from_value::<Jwk>(key).ok().and_then(|jwk| VerifyingKey::from_jwk(&jwk).ok());
        found.extend(key.filter(|key| found.iter().all(|known| known.id() != key.id())));
    }
    found
}

/// What a trace shows of asking `url`.
fn begin(url: &Url) -> Span {
    let attributes = [
        KeyValue::new("http.request.method", "GET"),
        KeyValue::new("server.address", url.host_str().unwrap_or_default().to_owned()),
        KeyValue::new("server.port", i64::from(url.port_or_known_default().unwrap_or_default())),
    ];
    Span::begin("GET", SpanKind::Client, attributes)
}

/// How long an answer may be kept (RFC 9111, section 5.2.2.1).
fn max_age(cache_control: &str) -> Option<Duration> {
    let seconds = cache_control.split(',').find_map(|part| part.trim().strip_prefix("max-age="))?;
    Some(Duration::from_secs(seconds.parse().ok()?))
}
