use actix_web::{
    Error, HttpRequest, HttpResponse,
    http::{
        Method,
        header::{ACCEPT, CONTENT_DISPOSITION, CONTENT_TYPE, VARY},
    },
    web::{Bytes, Data},
};
use app_product::queries::{ListProducts, ProductPage};
use csv::{Terminator, WriterBuilder};
use domain_product::{Filter, Start};
use domain_shared::{Caller, Handle, Invalid, Limit, ValueObject};
use futures_util::{Stream, stream::try_unfold};

use super::{Products, Reader, bulk::csv::guarded, list::matching, shown::ProductBody};
use crate::http::{
    failures::{BadQuery, NotSignedIn, OutOfOrder},
    problem::Problem,
    query::Query,
};

/// How products are written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Csv,
    Ndjson,
    Json,
}

impl Format {
    fn parse(raw: &str) -> Result<Self, Invalid> {
        match raw {
            "csv" => Ok(Self::Csv),
            "ndjson" => Ok(Self::Ndjson),
            "json" => Ok(Self::Json),
            _ => Err(Invalid::Malformed("one of csv, ndjson, json")),
        }
    }

    /// The one of ours that `accept` names first; CSV if it names none.
    fn accepted(accept: &str) -> Self {
        let named = accept.split(',').find_map(|range| match range.split(';').next()?.trim() {
            "text/csv" => Some(Self::Csv),
            "application/x-ndjson" | "application/jsonl" => Some(Self::Ndjson),
            "application/json" => Some(Self::Json),
            _ => None,
        });
        named.unwrap_or(Self::Csv)
    }

    const fn describe(self) -> (&'static str, &'static str) {
        match self {
            Self::Csv => ("text/csv; charset=utf-8; header=present", "attachment; filename=\"products.csv\""),
            Self::Ndjson => ("application/x-ndjson", "attachment; filename=\"products.ndjson\""),
            Self::Json => ("application/json", "attachment; filename=\"products.json\""),
        }
    }
}

/// The columns, named like the fields of a product.
const HEADER: [&str; 13] = [
    "id",
    "name",
    "description",
    "price",
    "currency",
    "stock",
    "sku",
    "category",
    "low_stock_threshold",
    "is_active",
    "version",
    "created_at",
    "updated_at",
];

/// Export products
///
/// All products that match, as a file that `/bulk` takes as it is. CSV unless `format` or `Accept` says otherwise; in it, a text
/// that a spreadsheet might take for a formula has an apostrophe before it. The list is read page by page while it is sent: in
/// the order of `created_at`, every product that is there all the while is in it once, whatever happens meanwhile. A file that
/// isn't complete has no end: the connection breaks.
#[utoipa::path(
    get,
    path = "/api/v1/products/export",
    tag = "products",
    security(("bearer" = []), ()),
    params(
        ("format" = Option<String>, Query, description = "csv, ndjson or json; goes before `Accept`"),
        ("active_only" = Option<bool>, Query, description = "Only products for sale; true unless told"),
        ("search" = Option<String>, Query, max_length = 200, description = "Part of a name, a description or a SKU, as it stands"),
        ("category" = Option<String>, Query, min_length = 1, max_length = 100, description = "The shelf"),
        ("low_stock" = Option<bool>, Query, description = "Only products whose stock is low, or isn't"),
        ("min_price" = Option<f64>, Query, description = "Only products that cost as much or more"),
        ("max_price" = Option<f64>, Query, description = "Only products that cost as much or less"),
        ("sort" = Option<String>, Query, description = "name, price, stock or created_at; with - for descending"),
    ),
    responses(
        (
            status = 200,
            description = "The products",
            content(
                (
                    String = "text/csv",
                    example = "id,name,description,price,currency,stock,sku,category,low_stock_threshold,is_active,version,created_at,updated_at\r\n01a20d0b-9d43-7259-b1b6-06c17c0cb178,Laptop HP,,899.99,USD,12,,laptops,10,true,1,2026-11-24T10:13:14.691226Z,2026-11-24T10:13:14.691226Z\r\n",
                ),
                (Vec<ProductBody> = "application/json"),
                (String = "application/x-ndjson"),
            ),
            headers(("Content-Disposition" = String, description = "The file's name")),
        ),
        BadQuery,
        NotSignedIn,
        OutOfOrder,
    ),
)]
pub async fn export(
    products: Data<Products>,
    request: HttpRequest,
    who: Reader,
    mut query: Query,
) -> Result<HttpResponse, Problem> {
    let accept = request.headers().get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let format = query.get("format", Format::parse).unwrap_or_else(|| Format::accepted(accept));
    let filter = matching(&mut query, who.sees_inactive);
    query.result()?;
    let most = Limit::parse(200).unwrap_or_default();
    let export = Export { products, caller: who.caller, filter: Filter { limit: most, ..filter }, format };
    // Before it says 200.
    let first = export.page().await?;
    let (content_type, disposition) = format.describe();
    let mut response = HttpResponse::Ok();
    response
        .insert_header((CONTENT_TYPE, content_type))
        .insert_header((CONTENT_DISPOSITION, disposition))
        .insert_header((VARY, "Accept, Authorization"));
    if request.method() == Method::HEAD {
        return Ok(response.finish());
    }
    Ok(response.streaming(export.from(first)))
}

/// An export under way.
struct Export {
    products: Data<Products>,
    caller: Caller,
    filter: Filter,
    format: Format,
}

/// What comes next of it.
enum Next {
    First(ProductPage),
    Page,
    End,
}

impl Export {
    async fn page(&self) -> Result<ProductPage, Problem> {
        Ok(self.products.handle(ListProducts { filter: self.filter.clone() }, &self.caller).await?)
    }

    /// The file, a page at a time.
    fn from(self, first: ProductPage) -> impl Stream<Item = Result<Bytes, Error>> {
        try_unfold((self, Next::First(first)), |(mut export, next)| async move {
            let (page, is_first) = match next {
                Next::First(page) => (page, true),
                Next::Page => (export.page().await?, false),
                Next::End => return Ok(None),
            };
            let bytes = export.write(&page, is_first);
            let next = page.next.map_or(Next::End, |cursor| {
                export.filter.start = Start::After(cursor);
                Next::Page
            });
            Ok(Some((bytes.into(), (export, next))))
        })
    }

    fn write(&self, page: &ProductPage, is_first: bool) -> Vec<u8> {
        let products = page.products.iter().map(ProductBody::from);
        match self.format {
            Format::Csv => sheet(products, is_first),
            Format::Ndjson => lines(products),
            Format::Json => items(products, is_first, page.next.is_none()),
        }
    }
}

fn sheet<'a>(products: impl Iterator<Item = ProductBody<'a>>, is_first: bool) -> Vec<u8> {
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new());
    // To a vector everything can be written.
    if is_first {
        let _ = writer.write_record(HEADER);
    }
    for product in products {
        let text = |text: Option<&str>| text.map_or_else(String::new, |text| guarded(text).into_owned());
        let _ = writer.write_record([
            product.id.to_string(),
            text(Some(product.name)),
            text(product.description),
            product.price.get().to_owned(),
            product.currency.to_owned(),
            product.stock.to_string(),
            text(product.sku),
            text(product.category),
            product.low_stock_threshold.to_string(),
            product.is_active.to_string(),
            product.version.to_string(),
            time(product.created_at),
            time(product.updated_at),
        ]);
    }
    writer.into_inner().unwrap_or_default()
}

fn time(time: chrono::DateTime<chrono::Utc>) -> String {
    time.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)
}

fn json(product: &ProductBody<'_>) -> Vec<u8> {
    serde_json::to_vec(product).unwrap_or_default()
}

fn lines<'a>(products: impl Iterator<Item = ProductBody<'a>>) -> Vec<u8> {
    products.flat_map(|product| [json(&product), b"\n".to_vec()].concat()).collect()
}

fn items<'a>(products: impl Iterator<Item = ProductBody<'a>>, is_first: bool, is_last: bool) -> Vec<u8> {
    let mut bytes = if is_first { b"[".to_vec() } else { Vec::new() };
    for (place, product) in products.enumerate() {
        if place > 0 || !is_first {
            bytes.extend(b",\n");
        }
        bytes.extend(json(&product));
    }
    if is_last {
        bytes.push(b']');
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_format_named_first_is_taken_and_csv_if_there_is_none() {
        for (accept, format) in [
            ("", Format::Csv),
            ("*/*", Format::Csv),
            ("text/html, application/json;q=0.9, text/csv;q=0.1", Format::Json),
            ("application/x-ndjson", Format::Ndjson),
        ] {
            assert_eq!(Format::accepted(accept), format, "{accept}");
        }
    }
}
