//! What every service answers besides its own routes, and the layers around them.
use std::sync::Arc;

use actix_cors::Cors;
use actix_web::{
    HttpResponse,
    http::header::{
        AUTHORIZATION, CONTENT_TYPE, ETAG, HeaderName, IF_MATCH, IF_NONE_MATCH, LINK, LOCATION, RETRY_AFTER,
    },
    web::{self, Data},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    docs,
    health::{self, Dependencies},
    idempotency::{IDEMPOTENCY_KEY, IDEMPOTENT_REPLAYED},
    metrics::{self, Metrics},
    problem::Problem,
    routing::{get, resource},
};

/// Which service this is.
#[derive(Debug, Clone, Copy)]
pub struct Identity {
    /// Its name.
    pub service: &'static str,
    /// What kind of place this is.
    pub environment: &'static str,
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

/// The routes that every service has.
pub fn routes(
    config: &mut web::ServiceConfig,
    identity: Identity,
    dependencies: Dependencies,
    metrics: Metrics,
    document: utoipa::openapi::OpenApi,
) {
    config
        .app_data(Data::new(identity))
        .app_data(Data::new(dependencies))
        .app_data(Data::new(metrics))
        .service(resource("/", "GET, HEAD").route(get().to(root)))
        .service(resource("/health", "GET, HEAD").route(get().to(health::health)))
        .service(resource("/health/live", "GET, HEAD").route(get().to(health::live)))
        .service(resource("/health/ready", "GET, HEAD").route(get().to(health::ready)))
        .service(resource("/metrics", "GET, HEAD").route(get().to(metrics::metrics)));
    docs::routes(config, document);
    config.default_service(web::to(nothing_here));
}

async fn nothing_here() -> Result<HttpResponse, Problem> {
    Err(Problem::not_found())
}

/// Browsers may call from the origins listed, and from nowhere else.
pub fn cors(origins: &Arc<[String]>) -> Cors {
    let headers = [
        AUTHORIZATION,
        CONTENT_TYPE,
        IF_MATCH,
        IF_NONE_MATCH,
        IDEMPOTENCY_KEY,
        HeaderName::from_static("x-request-id"),
    ];
    let exposed =
        [ETAG, LINK, LOCATION, RETRY_AFTER, IDEMPOTENT_REPLAYED, HeaderName::from_static("x-request-id")];
    let cors = Cors::default()
        .allowed_methods(["GET", "POST", "PUT", "DELETE"])
        .allowed_headers(headers)
        .expose_headers(exposed)
        .max_age(3600)
        .block_on_origin_mismatch(false);
    origins.iter().fold(cors, |cors, origin| cors.allowed_origin(origin))
}
