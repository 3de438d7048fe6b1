use actix_web::{HttpResponse, web::Data};
use app_product::commands::{AddStock, RemoveStock, StockMoved};
use domain_product::{ProductId, Quantity, Reason, Reference};
use domain_shared::{Aggregate, Handle};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Products, Writer};
use crate::http::{
    body::Body,
    conditional::with_tag,
    failures::{BadBody, InTheWay, NotAllowed, NotSignedIn, NotThere, OutOfOrder},
    field::{Field, Violations, text_or_blank},
    path::Id,
    problem::Problem,
};

/// A movement of stock.
#[derive(Deserialize, ToSchema)]
pub struct MoveBody {
    /// How many; `quantity` will do as well.
    #[serde(default, alias = "quantity")]
    #[schema(required = true, value_type = i64, minimum = 1, maximum = 1_000_000_000, example = 3)]
    amount: Field<Quantity>,
    /// Why.
    #[serde(default, deserialize_with = "text_or_blank")]
    #[schema(value_type = Option<String>, max_length = 200, example = "sold")]
    reason: Field<Reason>,
    /// The document behind it.
    #[serde(default, deserialize_with = "text_or_blank")]
    #[schema(value_type = Option<String>, max_length = 100, example = "order 4711")]
    reference: Field<Reference>,
}

impl MoveBody {
    fn check(self) -> Result<(Quantity, Option<Reason>, Option<Reference>), Problem> {
        let mut bad = Violations::default();
        let quantity = bad.required("amount", self.amount);
        let (reason, reference) =
            (bad.optional("reason", self.reason), bad.optional("reference", self.reference));
        let Some(quantity) = quantity else { return Err(bad.into()) };
        bad.result().map(|()| (quantity, reason, reference))
    }
}

/// What a movement led to.
#[derive(Serialize, ToSchema)]
pub struct MovedBody {
    /// The product's id.
    product_id: Uuid,
    /// How many there are now.
    #[schema(example = 7)]
    stock: i64,
    /// The movement's id in the ledger.
    movement_id: Uuid,
}

fn moved(moved: &StockMoved) -> HttpResponse {
    let body =
        MovedBody { product_id: moved.product.id().0, stock: moved.stock.get(), movement_id: moved.movement };
    let mut response = HttpResponse::Ok();
    with_tag(&mut response, moved.product.version()).json(body)
}

/// Add stock
///
/// Takes more of a product in.
#[utoipa::path(
    post,
    path = "/api/v1/products/{id}/stock/add",
    tag = "stock",
    security(("bearer" = ["products:write"])),
    params(("id" = Uuid, Path, description = "The product's id")),
    request_body = MoveBody,
    responses(
        (status = 200, description = "The stock now", body = MovedBody, headers(("ETag" = String))),
        BadBody,
        NotSignedIn,
        NotAllowed,
        NotThere,
        InTheWay,
        OutOfOrder,
    ),
)]
pub async fn add(products: Data<Products>, who: Writer, id: Id, body: Body) -> Result<HttpResponse, Problem> {
    let (quantity, reason, reference) = body.json::<MoveBody>()?.check()?;
    let command = AddStock { product: ProductId(id.0), quantity, reason, reference };
    Ok(moved(&products.handle(command, &who.caller).await?))
}

/// Remove stock
///
/// Takes some of a product out: all of what is asked for, or nothing and 409 with `available` and `requested`.
#[utoipa::path(
    post,
    path = "/api/v1/products/{id}/stock/remove",
    tag = "stock",
    security(("bearer" = ["products:write"])),
    params(("id" = Uuid, Path, description = "The product's id")),
    request_body = MoveBody,
    responses(
        (status = 200, description = "The stock now", body = MovedBody, headers(("ETag" = String))),
        BadBody,
        NotSignedIn,
        NotAllowed,
        NotThere,
        InTheWay,
        OutOfOrder,
    ),
)]
pub async fn remove(
    products: Data<Products>,
    who: Writer,
    id: Id,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let (quantity, reason, reference) = body.json::<MoveBody>()?.check()?;
    let command = RemoveStock { product: ProductId(id.0), quantity, reason, reference };
    Ok(moved(&products.handle(command, &who.caller).await?))
}
