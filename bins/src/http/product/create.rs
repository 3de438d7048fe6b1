use actix_web::{HttpResponse, http::header::LOCATION, web::Data};
use app_product::commands::CreateProduct;
use domain_product::{Category, Currency, Description, Draft, Money, ProductName, Sku, Stock, Threshold};
use domain_shared::{Aggregate, Decimal, Handle};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Products, Writer, shown::ProductBody};
use crate::http::{
    body::Body,
    conditional::with_tag,
    failures::{BadBody, InTheWay, NotAllowed, NotSignedIn, OutOfOrder},
    field::{Field, Violations, text_or_blank},
    problem::Problem,
};

/// A new product.
#[derive(Deserialize, ToSchema)]
pub struct CreateBody {
    /// What it is called: one line.
    #[serde(default)]
    #[schema(required = true, value_type = String, min_length = 1, max_length = 255, example = "Laptop HP")]
    name: Field<ProductName>,
    /// What there is to say about it.
    #[serde(default, deserialize_with = "text_or_blank")]
    #[schema(value_type = Option<String>, max_length = 1000, example = "Laptop HP 15 pulgadas")]
    description: Field<Description>,
    /// What one costs, with at most the currency's decimals.
    #[serde(default)]
    #[schema(required = true, value_type = f64, exclusive_minimum = 0, maximum = 999_999_999.99, example = 899.99)]
    price: Field<Decimal>,
    /// The price's currency (ISO 4217); USD unless told.
    #[serde(default)]
    #[schema(value_type = String, min_length = 3, max_length = 3, example = "USD")]
    currency: Field<Currency>,
    /// How many there are; none unless told.
    #[serde(default)]
    #[schema(value_type = i64, minimum = 0, maximum = 1_000_000_000_000_i64, example = 10)]
    stock: Field<Stock>,
    /// Its stock keeping unit; unique.
    #[serde(default, deserialize_with = "text_or_blank")]
    #[schema(value_type = Option<String>, max_length = 64, example = "LAP-HP-15")]
    sku: Field<Sku>,
    /// The shelf it is found on.
    #[serde(default, deserialize_with = "text_or_blank")]
    #[schema(value_type = Option<String>, max_length = 100, example = "laptops")]
    category: Field<Category>,
    /// From which stock downwards it counts as low; 10 unless told.
    #[serde(default)]
    #[schema(value_type = i64, minimum = 0, maximum = 1_000_000_000, example = 10)]
    low_stock_threshold: Field<Threshold>,
    /// Whether it is for sale; yes unless told.
    #[serde(default)]
    #[schema(value_type = bool, example = true)]
    is_active: Field<bool>,
}

impl CreateBody {
    /// The product it describes.
    ///
    /// # Errors
    /// 422 with all of its faults.
    pub fn check(self) -> Result<Draft, Problem> {
        let mut bad = Violations::default();
        let (name, amount) = (bad.required("name", self.name), bad.required("price", self.price));
        let description = bad.optional("description", self.description);
        let currency = bad.given("currency", self.currency).unwrap_or(Currency::USD);
        let stock = bad.given("stock", self.stock).unwrap_or(Stock::NONE);
        let sku = bad.optional("sku", self.sku);
        let category = bad.optional("category", self.category);
        let threshold = bad.given("low_stock_threshold", self.low_stock_threshold);
        let is_active = bad.given("is_active", self.is_active).unwrap_or(true);
        let price = amount.and_then(|a| Money::new(a, currency).map_err(|rule| bad.add("price", rule)).ok());
        let (Some(name), Some(price)) = (name, price) else { return Err(bad.into()) };
        bad.result()?;
        let low_stock_threshold = threshold.unwrap_or(Threshold::DEFAULT);
        Ok(Draft { name, description, price, stock, sku, category, low_stock_threshold, is_active })
    }
}

/// Create a product
///
/// Puts a new product into the catalogue.
#[utoipa::path(
    post,
    path = "/api/v1/products",
    tag = "products",
    security(("bearer" = ["products:write"])),
    request_body = CreateBody,
    responses(
        (
        status = 201,
        description = "The new product",
        body = ProductBody,
        headers(("Location" = String), ("ETag" = String)),
    ),
        BadBody,
        NotSignedIn,
        NotAllowed,
        InTheWay,
        OutOfOrder,
    ),
)]
pub async fn create(products: Data<Products>, who: Writer, body: Body) -> Result<HttpResponse, Problem> {
    let draft = body.json::<CreateBody>()?.check()?;
    let product = products.handle(CreateProduct { draft }, &who.caller).await?;
    let mut response = HttpResponse::Created();
    with_tag(&mut response, product.version());
    Ok(response
        .insert_header((LOCATION, format!("/api/v1/products/{}", product.id().0)))
        .json(ProductBody::from(&product)))
}
