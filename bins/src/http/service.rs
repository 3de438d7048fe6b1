//! What every service answers besides its own routes, and the layers around them.
use actix_web::{
    HttpResponse,
    web::{self, Data},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    docs,
    health::{self, Dependencies},
    idempotency::Anyone,
    metrics::{self, Metrics},
    problem::Problem,
    routing::{Routes, by},
};

/// Which service this is.
#[derive(Debug, Clone, Copy)]
pub struct Identity {
    /// Its name.
    pub service: &'static str,
    /// What kind of place this is.
    pub environment: &'static str,
    /// Whether requests are shown in traces.
    pub is_traced: bool,
}

/// What is served at `/`.
#[derive(Serialize, ToSchema)]
pub struct RootBody {
    /// Which service this is.
    #[schema(example = "auth-service")]
    service: &'static str,
    /// Its version.
    #[schema(example = "0.1.0")]
    version: &'static str,
    /// Where its documentation is.
    #[schema(example = "/docs")]
    docs: &'static str,
}

/// Root
///
/// Which service this is and where to read on.
#[utoipa::path(get, path = "/", tag = "housekeeping", responses((status = 200, description = "The service", body = RootBody)))]
pub async fn root(identity: Data<Identity>) -> HttpResponse {
    let service = identity.service;
    HttpResponse::Ok().json(RootBody { service, version: env!("CARGO_PKG_VERSION"), docs: "/docs" })
}

/// The routes that every service has, besides the page of its documentation.
#[must_use]
pub fn housekeeping() -> Routes {
    let anyone = by::<Anyone>();
    Routes::below(
        "",
        [
            anyone.get("/", root),
            anyone.get("/health", health::health),
            anyone.get("/health/live", health::live),
            anyone.get("/health/ready", health::ready),
            anyone.get("/openapi.json", docs::openapi),
        ],
    )
}

/// What every service has; `/metrics` among it, unless it is told somewhere else.
pub fn routes(
    config: &mut web::ServiceConfig,
    identity: Identity,
    dependencies: Dependencies,
    (metrics, told_here): (Metrics, bool),
    document: docs::Document,
    documents: &'static [(String, String)],
) {
    config
        .app_data(Data::new(identity))
        .app_data(Data::new(dependencies))
        .app_data(Data::new(metrics))
        .app_data(Data::new(document));
    housekeeping().serve(config);
    if told_here {
        metrics::route().serve(config);
    }
    docs::page(config, documents);
    config.default_service(web::to(nothing_here));
}

async fn nothing_here() -> Result<HttpResponse, Problem> {
    Err(Problem::not_found())
}
