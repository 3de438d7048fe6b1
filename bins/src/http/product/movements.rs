use actix_web::{HttpRequest, HttpResponse, web::Data};
use app_product::queries::ListMovements;
use chrono::{DateTime, Utc};
use domain_product::{LedgerEntry, ProductId};
use domain_shared::Handle;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Products, Reader};
use crate::http::{
    events::{cursor, page},
    failures::{BadQuery, NotSignedIn, NotThere, OutOfOrder},
    path::Id,
    problem::Problem,
    query::Query,
};

/// A line of the stock ledger.
#[derive(Serialize, ToSchema)]
#[schema(as = Movement)]
pub struct MovementBody {
    /// The movement's id.
    id: Uuid,
    /// How many came in; negative for those that went out.
    #[schema(example = -3)]
    delta: i64,
    /// How many there were afterwards.
    #[schema(example = 7)]
    stock_after: i64,
    /// Why.
    reason: Option<String>,
    /// The document behind it.
    reference: Option<String>,
    /// Who did it, if they were signed in.
    actor: Option<Uuid>,
    /// When.
    occurred_at: DateTime<Utc>,
}

impl From<LedgerEntry> for MovementBody {
    fn from(entry: LedgerEntry) -> Self {
        Self {
            id: entry.id,
            delta: entry.delta,
            stock_after: entry.stock_after.get(),
            reason: entry.reason.map(|reason| reason.as_str().to_owned()),
            reference: entry.reference.map(|reference| reference.as_str().to_owned()),
            actor: entry.actor,
            occurred_at: entry.occurred_at,
        }
    }
}

/// List stock movements
///
/// A page of the product's stock ledger, newest first.
#[utoipa::path(
    get,
    path = "/api/v1/products/{id}/movements",
    operation_id = "list_movements",
    tag = "stock",
    security(("bearer" = []), ()),
    params(
        ("id" = Uuid, Path, description = "The product's id"),
        ("limit" = Option<u8>, Query, minimum = 1, maximum = 200, description = "How many at most; 50 unless told"),
        ("cursor" = Option<u64>, Query, description = "Where to go on, from the Link header"),
    ),
    responses(
        (
        status = 200,
        description = "A page of the ledger",
        body = [MovementBody],
        headers(("Link" = Option<String>, description = "The next page (RFC 8288)")),
    ),
        BadQuery,
        NotSignedIn,
        NotThere,
        OutOfOrder,
    ),
)]
pub async fn list(
    products: Data<Products>,
    request: HttpRequest,
    who: Reader,
    id: Id,
    mut query: Query,
) -> Result<HttpResponse, Problem> {
    let (before, limit) = (query.get("cursor", cursor), query.limit().get());
    query.result()?;
    let command = ListMovements { product: ProductId(id.0), inactive_too: who.sees_inactive, before, limit };
    let entries = products.handle(command, &who.caller).await?;
    Ok(page::<MovementBody, _>(&request, &query, limit, entries, |entry| entry.version))
}
