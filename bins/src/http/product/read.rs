use actix_web::{HttpRequest, HttpResponse, web::Data};
use app_product::queries::{GetProduct, ProductAsOf};
use chrono::{DateTime, Utc};
use domain_product::ProductId;
use domain_shared::{Aggregate, Handle, Invalid};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Products, Reader, shown::ProductBody};
use crate::http::{
    conditional::versioned,
    failures::{BadQuery, NotSignedIn, NotThere, OutOfOrder},
    path::Id,
    problem::Problem,
    query::Query,
};

/// Get a product
///
/// An inactive one is there only for those who may change products. With `as_of`, the product as it stood then: others see
/// what it was like while it was active, as long as it is active now.
#[utoipa::path(
    get,
    path = "/api/v1/products/{id}",
    operation_id = "get_product",
    tag = "products",
    security(("bearer" = []), ()),
    params(
        ("id" = Uuid, Path, description = "The product's id"),
        ("as_of" = Option<DateTime<Utc>>, Query, description = "The time to look at (RFC 3339); one in the future is now"),
        ("If-None-Match" = Option<String>, Header, description = "The version you have"),
    ),
    responses(
        (status = 200, description = "The product", body = ProductBody, headers(("ETag" = String))),
        (status = 304, description = "You have this version"),
        BadQuery,
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
    mut query: Query,
) -> Result<HttpResponse, Problem> {
    let as_of = query.get("as_of", timestamp);
    query.result()?;
    let (product, inactive_too) = (ProductId(id.0), who.sees_inactive);
    let product = match as_of {
        None => products.handle(GetProduct { product, inactive_too }, &who.caller).await?,
        Some(at) => products.handle(ProductAsOf { product, at, inactive_too }, &who.caller).await?,
    };
    Ok(versioned(&request, product.version(), || ProductBody::from(&product)))
}

/// A time, in RFC 3339. The `+` of its offset, which in a query string means a space unless it is escaped, may be one.
fn timestamp(raw: &str) -> Result<DateTime<Utc>, Invalid> {
    let offset = raw.rsplit_once(' ').filter(|(_, offset)| offset.len() == "01:00".len());
    let mended = offset.map(|(time, offset)| format!("{time}+{offset}"));
    let time = DateTime::parse_from_rfc3339(mended.as_deref().unwrap_or(raw));
    time.map(|time| time.to_utc()).map_err(|_| Invalid::Malformed("a timestamp like 2026-01-31T12:00:00Z"))
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
    let body = || StockBody { product_id: product.id().0, stock: product.stock.get() };
    Ok(versioned(&request, product.version(), body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timestamp_says_where_it_is_meant() {
        let noon = Ok(DateTime::UNIX_EPOCH + chrono::TimeDelta::hours(12));
        for raw in [
            "1970-01-01T12:00:00Z",
            "1970-01-01T12:00:00.000000Z",
            "1970-01-01t13:00:00+01:00",
            "1970-01-01T13:00:00 01:00",
            "1970-01-01 13:00:00 01:00",
            "1970-01-01T07:30:00-04:30",
        ] {
            assert_eq!(timestamp(raw), noon, "{raw}");
        }
        for raw in
            ["", "yesterday", "1970-01-01", "1970-01-01T12:00:00", "1970-01-01T25:00:00Z", "0", "🍯 01:00"]
        {
            assert!(timestamp(raw).is_err(), "{raw:?}");
        }
    }
}
