//! The keys of access tokens: auth-service keeps them, product-service fetches them.
use std::{sync::Arc, time::Duration};

use adapters::{
    jwt::{FetchError, FetchedKeys, KeptKeys, KeyRing, KeyTerms},
    registry::Found,
    system::SystemClock,
};
use chrono::TimeDelta;
use domain_auth::TokenKeys;
use url::{Host, Url};

use super::{AUTH_SERVICE, AuthStore, ComposeError, Health, Log, Registry, Task};
use crate::config::{AuthSecrets, Config, JWKS, Published};

/// The keys that auth-service signs with.
pub type TokenKeyRing = KeptKeys<Arc<dyn TokenKeys>, SystemClock>;

/// Opens the keys in `store`.
pub(super) async fn open(
    config: &Config,
    secrets: &AuthSecrets,
    store: &AuthStore,
) -> Result<TokenKeyRing, ComposeError> {
    let lead = TimeDelta::seconds(config.settings.jwt_key_lead_seconds.into());
    let terms = KeyTerms { lead, lifetime: config.policy.access_ttl };
    let (kept, signing) = (store.token_keys.clone(), secrets.signing.clone());
    let keys = KeptKeys::open(kept, SystemClock, &secrets.key, signing, terms).await?;
    if let Some(concern) = keys.concern().await? {
        tracing::warn!("{concern}");
    }
    Ok(keys)
}

/// What auth-service has for another service in its process.
#[derive(Clone)]
pub struct Beside {
    /// What happened there.
    pub log: Log,
    /// The keys of its tokens.
    pub keys: KeyRing,
}

/// What product-service checks tokens with.
#[derive(Clone)]
pub struct Checked {
    /// The keys of the moment.
    pub ring: KeyRing,
    /// How it went to fetch them, if they are.
    pub health: Option<Health>,
    fetched: Option<Arc<FetchedKeys>>,
}

impl Checked {
    /// The keys of auth-service `beside`, or those that `config` names. If they are to be fetched and auth-service isn't there,
    /// that is tried again and again.
    ///
    /// # Errors
    /// If there is no way to speak https to it.
    pub(super) async fn open(
        config: &Config,
        registry: Option<&Registry>,
        beside: Option<&Beside>,
    ) -> Result<Self, ComposeError> {
        let checking = match (beside, &config.secrets.checking) {
            (Some(beside), _) => return Ok(Self { ring: beside.keys.clone(), health: None, fetched: None }),
            (None, None) => return Err("there is no key of access tokens".into()),
            (None, Some(checking)) => checking,
        };
        let ring = KeyRing::new(checking.key.iter().cloned().map(Into::into).collect());
        let fetched = match (&checking.at, registry) {
            (Some(Published::At(url)), _) => at(url.clone(), ring.clone())?,
            (Some(Published::Registered), Some(registry)) => {
                FetchedKeys::of_any(Found::of(AUTH_SERVICE, registry.port.clone()), JWKS, ring.clone())?
            }
            _ => return Ok(Self { ring, health: None, fetched: None }),
        };
        let health = Health::default();
        // So that the first requests find keys, if possible.
        health.note(fetched.fetch().await.is_ok());
        Ok(Self { ring, health: Some(health), fetched: Some(Arc::new(fetched)) })
    }

    /// What keeps them up to date.
    pub(super) fn task(&self) -> Option<Task> {
        let (fetched, health) = (self.fetched.clone()?, self.health.clone()?);
        Some(Box::pin(async move { fetched.keep_up(|went_well| health.note(went_well)).await }))
    }
}

/// The keys that are published at `url`.
fn at(url: Url, ring: KeyRing) -> Result<FetchedKeys, FetchError> {
    if is_exposed(&url) {
        tracing::warn!(%url, "token keys are fetched in the clear: whoever is on the way can put their own in place");
    }
    FetchedKeys::new(url, ring)
}

/// Whether what is fetched there goes over a network without being protected.
fn is_exposed(url: &Url) -> bool {
    let is_loopback = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    url.scheme() == "http" && !is_loopback
}

/// How long others may go without asking for keys again: half of how long a new one waits, so that they have it in time.
#[must_use]
pub fn cache_age(config: &Config) -> Duration {
    const MOST: Duration = Duration::from_mins(5);
    Duration::from_secs((config.settings.jwt_key_lead_seconds / 2).into()).min(MOST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_safe_on_their_way_within_the_machine_or_by_https() {
        for (url, exposed) in [
            ("https://auth.example/keys", false),
            ("http://127.0.0.1:8001/keys", false),
            ("http://[::1]:8001/keys", false),
            ("http://localhost:8001/keys", false),
            ("http://auth:8001/keys", true),
            ("http://10.0.0.7/keys", true),
        ] {
            assert_eq!(is_exposed(&Url::parse(url).unwrap()), exposed, "{url}");
        }
    }
}
