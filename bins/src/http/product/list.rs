use actix_web::{HttpRequest, HttpResponse, http::header::LINK, web::Data};
use app_product::queries::ListProducts;
use domain_product::{Category, Filter, Sort, SortKey, Start};
use domain_shared::{Decimal, Handle, Invalid, ValueObject};

use super::{Products, Reader, cursor, shown::ProductBody};
use crate::http::{
    failures::{BadQuery, NotSignedIn, OutOfOrder},
    problem::Problem,
    query::Query,
};

fn filter(query: &mut Query, sees_inactive: bool) -> Filter {
    let matching = matching(query, sees_inactive);
    let sort = matching.sort;
    let (cursor, page, limit) =
        (query.get("cursor", |raw| cursor::decode(raw, sort)), query.get("page", page), query.limit());
    let start = match (cursor, page) {
        (Some(cursor), _) => Start::After(cursor),
        (None, Some(page)) => {
            Start::Skip((page - 1).saturating_mul(u32::try_from(limit.get()).unwrap_or(u32::MAX)))
        }
        (None, None) => Start::Beginning,
    };
    Filter { start, limit, ..matching }
}

/// Which products, and in which order.
pub fn matching(query: &mut Query, sees_inactive: bool) -> Filter {
    Filter {
        active_only: query.flag("active_only").unwrap_or(true) || !sees_inactive,
        search: query.search(),
        category: query.get("category", |raw| Category::parse(raw.to_owned())),
        low_stock: query.flag("low_stock"),
        min_price: query.get("min_price", amount),
        max_price: query.get("max_price", amount),
        sort: query.get("sort", sort).unwrap_or_default(),
        ..Filter::default()
    }
}

fn sort(raw: &str) -> Result<Sort, Invalid> {
    let (descending, name) = raw.strip_prefix('-').map_or((false, raw), |name| (true, name));
    let key = match name {
        "created_at" => SortKey::CreatedAt,
        "name" => SortKey::Name,
        "price" => SortKey::Price,
        "stock" => SortKey::Stock,
        _ => {
            return Err(Invalid::Malformed(
                "one of name, price, stock, created_at, each with - for descending",
            ));
        }
    };
    Ok(Sort { key, descending })
}

fn page(raw: &str) -> Result<u32, Invalid> {
    match raw.parse::<i64>() {
        Ok(..1) => Err(Invalid::TooSmall("1")),
        Ok(page) => u32::try_from(page).ok().filter(|page| *page <= 10_000).ok_or(Invalid::TooLarge("10000")),
        Err(_) => Err(Invalid::Type("a whole number")),
    }
}

fn amount(raw: &str) -> Result<Decimal, Invalid> {
    Decimal::from_json_number(raw).ok_or(Invalid::Type("a number"))
}

/// List products
///
/// A page of the catalogue. Inactive products are listed only for those who may change products.
#[utoipa::path(
    get,
    path = "/api/v1/products",
    operation_id = "list_products",
    tag = "products",
    security(("bearer" = []), ()),
    params(
        ("active_only" = Option<bool>, Query, description = "Only products for sale; true unless told"),
        ("search" = Option<String>, Query, max_length = 200, description = "Part of a name, a description or a SKU, as it stands"),
        ("category" = Option<String>, Query, min_length = 1, max_length = 100, description = "The shelf"),
        ("low_stock" = Option<bool>, Query, description = "Only products whose stock is low, or isn't"),
        ("min_price" = Option<f64>, Query, description = "Only products that cost as much or more"),
        ("max_price" = Option<f64>, Query, description = "Only products that cost as much or less"),
        ("sort" = Option<String>, Query, description = "name, price, stock or created_at; with - for descending"),
        ("limit" = Option<u8>, Query, minimum = 1, maximum = 200, description = "How many at most; 50 unless told"),
        ("cursor" = Option<String>, Query, description = "Where to go on, from the Link header"),
        ("page" = Option<u32>, Query, minimum = 1, maximum = 10_000, description = "Counted from 1; for old clients"),
    ),
    responses(
        (
        status = 200,
        description = "A page of products",
        body = [ProductBody],
        headers(("Link" = Option<String>, description = "The next page (RFC 8288)")),
    ),
        BadQuery,
        NotSignedIn,
        OutOfOrder,
    ),
)]
pub async fn list(
    products: Data<Products>,
    request: HttpRequest,
    who: Reader,
    mut query: Query,
) -> Result<HttpResponse, Problem> {
    let filter = filter(&mut query, who.sees_inactive);
    query.result()?;
    let page = products.handle(ListProducts { filter }, &who.caller).await?;
    let mut response = HttpResponse::Ok();
    if let Some(next) = page.next {
        response.insert_header((LINK, query.with_cursor(request.path(), &cursor::encode(next))));
    }
    Ok(response.json(page.products.iter().map(ProductBody::from).collect::<Vec<_>>()))
}
