use actix_web::{HttpRequest, HttpResponse, web::Data};
use app_product::queries::GetProduct;
use domain_product::ProductId;
use domain_shared::{Aggregate, Handle};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Products, Reader, shown::ProductBody};
use crate::http::{
    conditional::versioned,
    failures::{NotSignedIn, NotThere, OutOfOrder},
    path::Id,
    problem::Problem,
};

/// Get a product
///
/// An inactive one is there only for those who may change products.
#[utoipa::path(
    get,
    path = "/api/v1/products/{id}",
    tag = "products",
    security(("bearer" = []), ()),
    params(
        ("id" = Uuid, Path, description = "The product's id"),
        ("If-None-Match" = Option<String>, Header, description = "The version you have"),
    ),
    responses(
        (status = 200, description = "The product", body = ProductBody, headers(("ETag" = String))),
        (status = 304, description = "You have this version"),
        NotSignedIn,
        NotThere,
        OutOfOrder,
    ),
)]
pub async fn get(
    products: Data<Products>,
    request: HttpRequest,
    who: Reader,
    id: Id,
) -> Result<HttpResponse, Problem> {
    let query = GetProduct { product: ProductId(id.0), inactive_too: who.sees_inactive };
    let product = products.handle(query, &who.caller).await?;
    Ok(versioned(&request, product.version(), &ProductBody::from(&product)))
}

/// A product's stock.
#[derive(Serialize, ToSchema)]
pub struct StockBody {
    /// The product's id.
    product_id: Uuid,
    /// How many there are.
    #[schema(example = 10)]
    stock: i64,
}

/// Get the stock
///
/// How many of a product there are.
#[utoipa::path(
    get,
    path = "/api/v1/products/{id}/stock",
    tag = "stock",
    security(("bearer" = []), ()),
    params(("id" = Uuid, Path, description = "The product's id")),
    responses(
        (status = 200, description = "The stock", body = StockBody, headers(("ETag" = String))),
        (status = 304, description = "You have this version"),
        NotSignedIn,
        NotThere,
        OutOfOrder,
    ),
)]
pub async fn stock(
    products: Data<Products>,
    request: HttpRequest,
    who: Reader,
    id: Id,
) -> Result<HttpResponse, Problem> {
    let query = GetProduct { product: ProductId(id.0), inactive_too: who.sees_inactive };
    let product = products.handle(query, &who.caller).await?;
    let body = StockBody { product_id: product.id().0, stock: product.stock.get() };
    Ok(versioned(&request, product.version(), &body))
}
