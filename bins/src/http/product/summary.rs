use actix_web::{HttpResponse, http::StatusCode, web::Data};
use app_product::queries::SummarizeInventory;
use domain_product::{Category, CategoryLine};
use domain_shared::Handle;
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::{Products, Reader};
use crate::http::{
    failures::{BadQuery, NotSignedIn, OutOfOrder},
    problem::Problem,
    query::Query,
};

/// The products of one category.
#[derive(Serialize, ToSchema)]
#[schema(as = CategorySummary)]
pub struct SummaryBody {
    /// The category; `null` for products without one.
    #[schema(example = "laptops")]
    category: Option<String>,
    /// How many products there are.
    #[schema(example = 12)]
    items: u64,
    /// How many units of them are in stock.
    #[schema(example = 340)]
    units: i64,
    /// How many products are low on stock.
    #[schema(example = 2)]
    low_stock: u64,
    /// What the stock is worth, by currency.
    value: Vec<ValueBody>,
}

/// A sum of money.
#[derive(Serialize, ToSchema)]
#[schema(as = StockValue)]
pub struct ValueBody {
    /// ISO 4217.
    #[schema(example = "USD")]
    currency: &'static str,
    /// Exact, with all of the currency's decimals.
    #[schema(value_type = f64, example = 10_799.88)]
    amount: Box<RawValue>,
}

impl SummaryBody {
    /// Puts the lines of one category, which come one after the other, together.
    fn put_together(lines: Vec<CategoryLine>) -> Result<Vec<Self>, Problem> {
        let mut summaries: Vec<Self> = Vec::new();
        for line in lines {
            let category = line.category.as_ref().map(Category::as_str).map(str::to_owned);
            if summaries.last().is_none_or(|last| last.category != category) {
                summaries.push(Self { category, items: 0, units: 0, low_stock: 0, value: Vec::new() });
            }
            let Some(summary) = summaries.last_mut() else { continue };
            let text = line.currency.decimal_text(line.value_minor);
            let amount = RawValue::from_string(text)
                .map_err(|_| Problem::of_status(StatusCode::INTERNAL_SERVER_ERROR))?;
            summary.items += line.items;
            summary.units = summary.units.saturating_add(line.units);
            summary.low_stock += line.low;
            summary.value.push(ValueBody { currency: line.currency.code(), amount });
        }
        Ok(summaries)
    }
}

/// Summarize the inventory
///
/// What is in stock, by category, a moment behind the last change. Inactive products count only on demand
/// (`active_only=false`), and only for those who may change products.
#[utoipa::path(
    get,
    path = "/api/v1/products/summary",
    tag = "stock",
    security(("bearer" = []), ()),
    params(("active_only" = Option<bool>, Query, description = "Only products for sale; true unless told")),
    responses(
        (status = 200, description = "One entry per category", body = [SummaryBody]),
        BadQuery,
        NotSignedIn,
        OutOfOrder,
    ),
)]
pub async fn summary(
    products: Data<Products>,
    who: Reader,
    mut query: Query,
) -> Result<HttpResponse, Problem> {
    let active_only = query.flag("active_only").unwrap_or(true);
    query.result()?;
    let inactive_too = !active_only && who.sees_inactive;
    let lines = products.handle(SummarizeInventory { inactive_too }, &who.caller).await?;
    Ok(HttpResponse::Ok().json(SummaryBody::put_together(lines)?))
}
