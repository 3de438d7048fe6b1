use actix_web::{HttpRequest, HttpResponse, web::Data};
use app_product::commands::{ActivateProduct, DeactivateProduct, DeleteProduct, UpdateProduct};
use domain_product::{
    Category, Currency, Description, Edit, Product, ProductId, ProductName, Sku, Threshold,
};
use domain_shared::{Aggregate, Decimal, Handle};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Products, Writer, shown::ProductBody};
use crate::http::{
    body::Body,
    conditional::{expected_version, with_tag},
    failures::{BadBody, BadCondition, InTheWay, NotAllowed, NotSignedIn, NotThere, OutOfOrder},
    field::{Field, Violations, text_or_blank},
    message::{MessageBody, say},
    path::Id,
    problem::Problem,
};

/// What to change: what is left out stays, `null` or a blank text clears a description, SKU or category.
#[derive(Deserialize, ToSchema)]
pub struct UpdateBody {
    /// What it is called: one line.
    #[serde(default)]
    #[schema(value_type = String, min_length = 1, max_length = 255, example = "Laptop HP")]
    name: Field<ProductName>,
    /// What there is to say about it.
    #[serde(default, deserialize_with = "text_or_blank")]
    #[schema(value_type = Option<String>, max_length = 1000, example = "Laptop HP 15 pulgadas")]
    description: Field<Description>,
    /// What one costs, in the product's currency.
    #[serde(default)]
    #[schema(value_type = f64, exclusive_minimum = 0, maximum = 999_999_999.99, example = 799.99)]
    price: Field<Decimal>,
    /// The product's currency; another is 409.
    #[serde(default)]
    #[schema(value_type = String, example = "USD")]
    currency: Field<Currency>,
    /// Its stock keeping unit; unique.
    #[serde(default, deserialize_with = "text_or_blank")]
    #[schema(value_type = Option<String>, max_length = 64, example = "LAP-HP-15")]
    sku: Field<Sku>,
    /// The shelf it is found on.
    #[serde(default, deserialize_with = "text_or_blank")]
    #[schema(value_type = Option<String>, max_length = 100, example = "laptops")]
    category: Field<Category>,
    /// From which stock downwards it counts as low.
    #[serde(default)]
    #[schema(value_type = i64, minimum = 0, maximum = 1_000_000_000, example = 10)]
    low_stock_threshold: Field<Threshold>,
}

impl UpdateBody {
    fn check(self) -> Result<Edit, Problem> {
        let mut bad = Violations::default();
        let edit = Edit {
            name: bad.given("name", self.name),
            description: bad.clearable("description", self.description),
            price: bad.given("price", self.price),
            currency: bad.given("currency", self.currency),
            sku: bad.clearable("sku", self.sku),
            category: bad.clearable("category", self.category),
            low_stock_threshold: bad.given("low_stock_threshold", self.low_stock_threshold),
        };
        bad.result().map(|()| edit)
    }
}

/// Update a product
///
/// Changes what describes it. With `If-Match`, only if it is still the version you looked at.
#[utoipa::path(
    put,
    path = "/api/v1/products/{id}",
    tag = "products",
    security(("bearer" = ["products:write"])),
    params(
        ("id" = Uuid, Path, description = "The product's id"),
        ("If-Match" = Option<String>, Header, description = "The version you looked at"),
    ),
    request_body = UpdateBody,
    responses(
        (status = 200, description = "The product", body = ProductBody, headers(("ETag" = String))),
        BadBody,
        BadCondition,
        NotSignedIn,
        NotAllowed,
        NotThere,
        InTheWay,
        OutOfOrder,
    ),
)]
pub async fn update(
    products: Data<Products>,
    request: HttpRequest,
    who: Writer,
    id: Id,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let expected = expected_version(&request)?;
    let edit = body.json::<UpdateBody>()?.check()?;
    let command = UpdateProduct { product: ProductId(id.0), expected, edit };
    let product = products.handle(command, &who.caller).await?;
    let mut response = HttpResponse::Ok();
    Ok(with_tag(&mut response, product.version()).json(ProductBody::from(&product)))
}

/// Delete a product
///
/// It is gone from reads; its history stays.
#[utoipa::path(
    delete,
    path = "/api/v1/products/{id}",
    tag = "products",
    security(("bearer" = ["products:write"])),
    params(
        ("id" = Uuid, Path, description = "The product's id"),
        ("If-Match" = Option<String>, Header, description = "The version you looked at"),
    ),
    responses(
        (status = 200, description = "It is gone", body = MessageBody),
        BadCondition,
        NotSignedIn,
        NotAllowed,
        NotThere,
        OutOfOrder,
    ),
)]
pub async fn delete(
    products: Data<Products>,
    request: HttpRequest,
    who: Writer,
    id: Id,
) -> Result<HttpResponse, Problem> {
    let expected = expected_version(&request)?;
    products.handle(DeleteProduct { product: ProductId(id.0), expected }, &who.caller).await?;
    let message = say(who.caller.language, "The product is deleted", "El producto se ha eliminado");
    Ok(HttpResponse::Ok().json(MessageBody { message }))
}

/// Activate a product
///
/// Puts it up for sale.
#[utoipa::path(
    post,
    path = "/api/v1/products/{id}/activate",
    tag = "products",
    security(("bearer" = ["products:write"])),
    params(("id" = Uuid, Path, description = "The product's id")),
    responses(
        (status = 200, description = "It is for sale", body = MessageBody, headers(("ETag" = String))),
        NotSignedIn,
        NotAllowed,
        NotThere,
        InTheWay,
        OutOfOrder,
    ),
)]
pub async fn activate(products: Data<Products>, who: Writer, id: Id) -> Result<HttpResponse, Problem> {
    let product = products.handle(ActivateProduct { product: ProductId(id.0) }, &who.caller).await?;
    Ok(told(&product, say(who.caller.language, "The product is active", "El producto está activo")))
}

/// Deactivate a product
///
/// Takes it off sale; its stock no longer moves.
#[utoipa::path(
    post,
    path = "/api/v1/products/{id}/deactivate",
    tag = "products",
    security(("bearer" = ["products:write"])),
    params(("id" = Uuid, Path, description = "The product's id")),
    responses(
        (status = 200, description = "It is off sale", body = MessageBody, headers(("ETag" = String))),
        NotSignedIn,
        NotAllowed,
        NotThere,
        InTheWay,
        OutOfOrder,
    ),
)]
pub async fn deactivate(products: Data<Products>, who: Writer, id: Id) -> Result<HttpResponse, Problem> {
    let product = products.handle(DeactivateProduct { product: ProductId(id.0) }, &who.caller).await?;
    Ok(told(&product, say(who.caller.language, "The product is inactive", "El producto está inactivo")))
}

fn told(product: &Product, message: &'static str) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    with_tag(&mut response, product.version()).json(MessageBody { message })
}
