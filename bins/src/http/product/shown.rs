use chrono::{DateTime, Utc};
use domain_product::{Category, Description, Money, Product, Sku};
use domain_shared::Aggregate;
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;
use uuid::Uuid;

/// A product, as the API shows it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Product)]
pub struct ProductBody<'a> {
    /// The product's id.
    pub id: Uuid,
    /// What it is called.
    #[schema(example = "Laptop HP")]
    pub name: &'a str,
    /// What there is to say about it.
    #[schema(example = "Laptop HP 15 pulgadas")]
    pub description: Option<&'a str>,
    /// What one costs: an exact decimal number with all of the currency's decimals.
    #[schema(value_type = f64, example = 899.99)]
    pub price: Box<RawValue>,
    /// The price's currency (ISO 4217).
    #[schema(example = "USD")]
    pub currency: &'static str,
    /// How many there are.
    #[schema(example = 10)]
    pub stock: i64,
    /// Its stock keeping unit.
    pub sku: Option<&'a str>,
    /// The shelf it is found on.
    pub category: Option<&'a str>,
    /// From which stock downwards it counts as low.
    #[schema(example = 10)]
    pub low_stock_threshold: i64,
    /// Whether it is for sale.
    pub is_active: bool,
    /// How many events have happened to it; its entity tag.
    pub version: u64,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// When anything here changed last.
    pub updated_at: DateTime<Utc>,
}

impl<'a> From<&'a Product> for ProductBody<'a> {
    fn from(product: &'a Product) -> Self {
        let sheet = &product.sheet;
        Self {
            id: product.id().0,
            name: sheet.name.as_str(),
            description: sheet.description.as_ref().map(Description::as_str),
            price: exact(sheet.price),
            currency: sheet.price.currency().code(),
            stock: product.stock.get(),
            sku: sheet.sku.as_ref().map(Sku::as_str),
            category: sheet.category.as_ref().map(Category::as_str),
            low_stock_threshold: sheet.low_stock_threshold.get(),
            is_active: product.is_active,
            version: product.version(),
            created_at: product.created_at,
            updated_at: product.updated_at,
        }
    }
}

/// The price as JSON text, which no float has touched.
fn exact(price: Money) -> Box<RawValue> {
    RawValue::from_string(price.to_decimal_text()).unwrap_or_else(|_| RawValue::NULL.to_owned())
}
