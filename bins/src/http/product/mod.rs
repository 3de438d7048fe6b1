//! product-service over HTTP, under `/api/v1/products`. One file per thing people do; routes and their policies are listed
//! here.
mod access;
mod create;
mod cursor;
mod edit;
mod events;
mod list;
mod movements;
mod read;
mod shown;
mod stock;
mod stream;
mod summary;

use actix_web::web;
use domain_shared::TokenVerifier;
use std::sync::Arc;
use utoipa::OpenApi;

pub use access::{Reader, Writer};

use super::{
    idempotency::post,
    routing::{get, resource},
};
use crate::compose::ProductPorts;

/// What the handlers call.
pub type Products = app_product::Products<ProductPorts>;

/// Who may do what.
#[derive(Clone)]
pub struct Access {
    /// Tells our tokens from others.
    pub verifier: Arc<dyn TokenVerifier>,
    /// Whether anyone may write; in development, on a loopback address, only.
    pub public_writes: bool,
}

/// The routes of product-service.
pub fn routes(config: &mut web::ServiceConfig) {
    let at = |path: &str| format!("/api/v1/products{path}");
    for root in [at(""), at("/")] {
        config.service(resource(&root, "GET, HEAD, POST").route(get().to(list::list)).route(post::<
            Writer,
            _,
            _,
        >(
            create::create,
        )));
    }
    config
        .service(resource(&at("/summary"), "GET, HEAD").route(get().to(summary::summary)))
        .service(
            resource(&at("/{id}"), "GET, HEAD, PUT, DELETE")
                .route(get().to(read::get))
                .route(web::put().to(edit::update))
                .route(web::delete().to(edit::delete)),
        )
        .service(resource(&at("/{id}/activate"), "POST").route(post::<Writer, _, _>(edit::activate)))
        .service(resource(&at("/{id}/deactivate"), "POST").route(post::<Writer, _, _>(edit::deactivate)))
        .service(resource(&at("/{id}/stock"), "GET, HEAD").route(get().to(read::stock)))
        .service(resource(&at("/{id}/stock/add"), "POST").route(post::<Writer, _, _>(stock::add)))
        .service(resource(&at("/{id}/stock/remove"), "POST").route(post::<Writer, _, _>(stock::remove)))
        .service(resource(&at("/{id}/movements"), "GET, HEAD").route(get().to(movements::list)))
        .service(resource(&at("/{id}/events"), "GET, HEAD").route(get().to(events::list)))
        .service(resource("/api/v1/events/stream", "GET, HEAD").route(get().to(stream::stream)));
}

/// What `/openapi.json` says about them.
#[derive(OpenApi)]
#[openapi(
    info(title = "Panal product-service", description = "Products, their stock and their price."),
    paths(
        create::create,
        list::list,
        read::get,
        edit::update,
        edit::delete,
        edit::activate,
        edit::deactivate,
        read::stock,
        stock::add,
        stock::remove,
        movements::list,
        events::list,
        stream::stream,
        summary::summary
    )
)]
pub struct Api;
