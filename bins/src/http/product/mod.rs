//! product-service over HTTP, under `/api/v1/products`. One file per thing people do; routes and their policies are listed
//! here.
mod access;
mod bulk;
mod create;
mod cursor;
mod edit;
mod events;
mod export;
mod list;
mod movements;
mod read;
mod shown;
mod stock;
mod stream;
mod summary;

use domain_shared::TokenVerifier;
use std::sync::Arc;
use utoipa::OpenApi;

pub use access::{Reader, Writer};

use super::routing::{Routes, by};
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
#[must_use]
pub fn routes() -> Routes {
    let (reader, writer) = (by::<Reader>(), by::<Writer>());
    Routes::below(
        "/api/v1/products",
        [
            reader.get("", list::list),
            writer.post("", create::create),
            // The Python system had it with a slash.
            reader.get("/", list::list),
            writer.post("/", create::create),
            reader.get("/summary", summary::summary),
            bulk::admitted(writer.post("/bulk", bulk::import)),
            reader.get("/export", export::export),
            reader.get("/{id}", read::get),
            writer.put("/{id}", edit::update),
            writer.delete("/{id}", edit::delete),
            writer.post("/{id}/activate", edit::activate),
            writer.post("/{id}/deactivate", edit::deactivate),
            reader.get("/{id}/stock", read::stock),
            writer.post("/{id}/stock/add", stock::add),
            writer.post("/{id}/stock/remove", stock::remove),
            reader.get("/{id}/movements", movements::list),
            reader.get("/{id}/events", events::list),
        ],
    )
    .and(Routes::below("/api/v1/events", [writer.get("/stream", stream::stream)]))
}

/// What `/openapi.json` says about them.
#[derive(OpenApi)]
#[openapi(
    info(title = "Panal product-service", description = "Products, their stock and their price."),
    paths(
        create::create,
        bulk::import,
        export::export,
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
