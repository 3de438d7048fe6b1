//! The ring of a service that only checks: fetched from the one that signs.
use std::time::Duration;

use recloser::{AsyncRecloser, Error as Broken, Recloser};
use reqwest::{Client, Response, Url, header::CACHE_CONTROL, redirect::Policy};
use serde::Deserialize;
use serde_json::Value;
use tokio::time::{Instant, sleep_until};

use super::{Jwk, KeyRing, VerifyingKey};

/// Keeps a ring as its publisher has it. What was fetched once goes on counting while the publisher is away.
pub struct FetchedKeys {
    url: Url,
    client: Client,
    ring: KeyRing,
    breaker: AsyncRecloser,
}

/// How often to ask at most, whatever tokens say, and how soon again after a failure.
const LEAST: Duration = Duration::from_secs(1);

/// How often to ask if the publisher doesn't say, and at least if it does.
const USUAL: Duration = Duration::from_mins(5);

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(3);

/// How long nobody asks once several answers in a row were none.
const PAUSE: Duration = Duration::from_secs(5);

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
    /// What it answered is too much.
    #[error("the answer is too long to be keys of access tokens")]
    TooLong,
    /// There is none that could be used.
    #[error("the answer has no key of access tokens")]
    NoKeys,
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
        let client = Client::builder().timeout(PATIENCE).redirect(Policy::none()).no_proxy();
        // Without https no certificate is needed, and a small image may have none.
        let client = if url.scheme() == "https" { client } else { client.tls_certs_only([]) };
        let breaker =
            Recloser::custom().error_rate(0.5).closed_len(3).half_open_len(1).open_wait(PAUSE).build();
        Ok(Self {
            url,
            client: client.build().map_err(FetchError::Unanswered)?,
            ring,
            breaker: breaker.into(),
        })
    }

    /// Asks once, and replaces the ring; how long the answer is good for.
    ///
    /// # Errors
    /// What kept the keys from being had; the ring is then as it was.
    pub async fn fetch(&self) -> Result<Duration, FetchError> {
        let answer = self.client.get(self.url.clone()).send().await.and_then(Response::error_for_status);
        let mut answer = answer.map_err(FetchError::Unanswered)?;
        let told =
            answer.headers().get(CACHE_CONTROL).and_then(|value| value.to_str().ok()).and_then(max_age);
        let mut body = Vec::new();
        while let Some(part) = answer.chunk().await.map_err(FetchError::Unanswered)? {
            body.extend_from_slice(&part);
            if body.len() > MOST_BYTES {
                return Err(FetchError::TooLong);
            }
        }
        let keys = usable(&body);
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

/// How long an answer may be kept (RFC 9111, section 5.2.2.1).
fn max_age(cache_control: &str) -> Option<Duration> {
    let seconds = cache_control.split(',').find_map(|part| part.trim().strip_prefix("max-age="))?;
    Some(Duration::from_secs(seconds.parse().ok()?))
}
