use actix_web::{HttpRequest, HttpResponse, web::Data};
use app_product::queries::ListEvents;
use domain_product::ProductId;
use domain_shared::Handle;

use super::{Products, Reader};
use crate::http::{
    events::{EventBody, cursor, page},
    failures::{BadQuery, NotSignedIn, NotThere, OutOfOrder},
    path::Id,
    problem::Problem,
    query::Query,
};

/// List a product's events
///
/// A page of everything that happened to the product, newest first. Of an inactive or a deleted one only for those who may
/// change products.
#[utoipa::path(
    get,
    path = "/api/v1/products/{id}/events",
    operation_id = "list_product_events",
    tag = "history",
    security(("bearer" = []), ()),
    params(
        ("id" = Uuid, Path, description = "The product's id"),
        ("limit" = Option<u8>, Query, minimum = 1, maximum = 200, description = "How many at most; 50 unless told"),
        ("cursor" = Option<u64>, Query, description = "Where to go on, from the Link header"),
    ),
    responses(
        (
            status = 200,
            description = "A page of its history",
            body = [EventBody],
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
    let command = ListEvents { product: ProductId(id.0), hidden_too: who.sees_inactive, before, limit };
    let events = products.handle(command, &who.caller).await?;
    Ok(page::<EventBody, _>(&request, &query, limit, events, |stored| stored.event.sequence))
}
