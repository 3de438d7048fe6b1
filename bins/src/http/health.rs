//! Liveness and readiness: the first says that the process runs, the second that it can serve.
use std::{collections::BTreeMap, sync::Arc, time::Duration};

use actix_web::{HttpResponse, http::header::RETRY_AFTER, web::Data};
use serde::Serialize;
use utoipa::ToSchema;

use super::service::Identity;
use crate::{
    compose::{Audit, Events, Health, Log, Outbox, Probe},
    door::Closing,
    meters::Shelves,
};

/// What the service depends on.
#[derive(Clone)]
pub struct Dependencies {
    /// Its store; without it nothing works.
    pub store: Arc<dyn Probe>,
    /// Its way out for letters; without it some things don't.
    pub outbox: Outbox,
    /// What it has told, and to whom.
    pub log: Log,
    /// How that goes on, and how the broker is, if there is one; without it others hear of things later.
    pub events: Events,
    /// How it went to fetch the keys of access tokens, if they are; without any, no token can be checked.
    pub keys: Option<Health>,
    /// Whether the registry of services knows that this one is there, if there is one; without it others find it later.
    pub registry: Option<Health>,
    /// What follows from that.
    pub audit: Audit,
    /// What product-service has for sale.
    pub shelves: Option<Shelves>,
    /// Whether the process has been told to stop.
    pub closing: Closing,
}

/// That the service is there.
#[derive(Serialize, ToSchema)]
pub struct HealthBody {
    /// Always `healthy`.
    #[schema(example = "healthy")]
    status: &'static str,
    /// Which service it is.
    #[schema(example = "auth-service")]
    service: &'static str,
    /// What kind of place this is.
    #[schema(example = "development")]
    environment: &'static str,
}

/// How each dependency is.
#[derive(Serialize, ToSchema)]
pub struct ReadyBody {
    /// `ready`, `degraded` when only mail, the broker, the token keys or the registry are down, `stopping`, or `unavailable`.
    #[schema(example = "ready")]
    status: &'static str,
    /// Each dependency: `up`, `down`, or `unknown` if it wasn't needed lately.
    dependencies: BTreeMap<&'static str, &'static str>,
    /// How many rows aren't as the event log says, as far as the background check has seen; null if another instance
    /// does that check just now, and tells.
    #[schema(example = 0)]
    differences: Option<u64>,
    /// Which instance compares what is kept with the event log: `here` or `elsewhere`.
    #[schema(example = "here")]
    drift_check: &'static str,
}

/// Health
///
/// That the service is there.
#[utoipa::path(get, path = "/health", tag = "housekeeping", responses((status = 200, description = "It is", body = HealthBody)))]
pub async fn health(identity: Data<Identity>) -> HttpResponse {
    let Identity { service, environment, .. } = **identity;
    HttpResponse::Ok().json(HealthBody { status: "healthy", service, environment })
}

/// Liveness
///
/// That the process runs, whatever it depends on.
#[utoipa::path(get, path = "/health/live", tag = "housekeeping", responses((status = 200, description = "It does", body = HealthBody)))]
pub async fn live(identity: Data<Identity>) -> HttpResponse {
    health(identity).await
}

/// Readiness
///
/// Whether it can serve: 503 when the database is down, 200 with `degraded` when only mail, the broker or the registry of services is,
/// or the token keys are out of reach.
#[utoipa::path(
    get,
    path = "/health/ready",
    tag = "housekeeping",
    responses(
        (status = 200, description = "It can", body = ReadyBody),
        (status = 503, description = "It can't", body = ReadyBody),
    ),
)]
pub async fn ready(dependencies: Data<Dependencies>) -> HttpResponse {
    let answer = tokio::time::timeout(Duration::from_secs(2), dependencies.store.ping()).await;
    let database = matches!(answer, Ok(Ok(())));
    let differences = dependencies.audit.differences();
    let (mail, closing) = (dependencies.outbox.health.last(), dependencies.closing.has_begun());
    let broker = dependencies.events.broker.as_ref().map(Health::last);
    let keys = dependencies.keys.as_ref().map(Health::last);
    let registry = dependencies.registry.as_ref().map(Health::last);
    let state = |up| if up { "up" } else { "down" };
    let mut dependencies =
        BTreeMap::from([("database", state(database)), ("mail", mail.map_or("unknown", state))]);
    if let Some(broker) = broker {
        dependencies.insert("broker", broker.map_or("unknown", state));
    }
    if let Some(keys) = keys {
        dependencies.insert("token_keys", keys.map_or("unknown", state));
    }
    if let Some(registry) = registry {
        dependencies.insert("registry", registry.map_or("unknown", state));
    }
    let is_down = |of: Option<Option<bool>>| of == Some(Some(false));
    let all_well = mail != Some(false) && !is_down(broker) && !is_down(keys) && !is_down(registry);
    let (mut response, status) = match (database, all_well) {
        _ if closing => (HttpResponse::ServiceUnavailable(), "stopping"),
        (false, _) => (HttpResponse::ServiceUnavailable(), "unavailable"),
        (true, false) => (HttpResponse::Ok(), "degraded"),
        (true, true) => (HttpResponse::Ok(), "ready"),
    };
    if closing || !database {
        response.insert_header((RETRY_AFTER, 5));
    }
    let drift_check = if differences.is_some() { "here" } else { "elsewhere" };
    response.json(ReadyBody { status, dependencies, differences, drift_check })
}
