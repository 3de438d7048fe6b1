//! Many new products at once. Which rows there are is known before the first is stored; then they are read and stored batch by
//! batch. See `docs/adr/0023-bulk.md`.
mod admission;
pub mod csv;
mod report;
mod rows;

use actix_web::{
    HttpRequest, HttpResponse,
    http::StatusCode,
    web::{Data, block},
};
use app_product::commands::ImportProducts;
use domain_product::Draft;
use domain_shared::{Caller, Handle, Together};

use super::{Products, Writer, create::CreateBody};
use crate::http::{
    body::Body,
    failures::{BadBatch, InTheWay, NotAllowed, NotSignedIn, OutOfOrder},
    problem::Problem,
    query::Query,
};
pub use admission::admitted;
use report::{BulkBody, Report};
use rows::Rows;

/// How many products are stored in one transaction, so that others get their turn in between.
const BATCH: usize = 500;

/// Create many products
///
/// Up to 10,000 at once, 16 MiB at most: a JSON array of products, one product per line, or CSV in UTF-8 whose header names
/// the fields in any order. In CSV an empty cell is a field that is left out, columns that are no fields don't matter, and an
/// apostrophe before `=`, `+`, `-` or `@` at the start of a cell, which keeps spreadsheets from taking it for a formula, is no
/// part of the value. What `/export` gives can be imported as it is.
///
/// `results` tells what became of each row, counted from 1 without the header. A row that can't be stored has the problem that
/// creating its product alone would have had, and doesn't keep the others from being stored; with `atomic=true` it does.
///
/// Four imports are carried out at once; one more is answered 503 `too_many_imports`. With an `Idempotency-Key` an import that
/// was cut short can be sent again: what was stored isn't stored twice.
#[utoipa::path(
    post,
    path = "/api/v1/products/bulk",
    tag = "products",
    security(("bearer" = ["products:write"])),
    params(("atomic" = Option<bool>, Query, description = "Whether all are stored or none; false unless told")),
    request_body(
        description = "The products",
        content(
            (
                Vec<CreateBody> = "application/json",
                example = json!([{ "name": "Laptop HP", "price": 899.99, "sku": "LAP-HP-15" }, { "name": "Mouse", "price": 9.5 }]),
            ),
            (
                String = "text/csv",
                example = "name,price,sku,stock\r\nLaptop HP,899.99,LAP-HP-15,10\r\nMouse,9.5,,\r\n",
            ),
            (String = "application/x-ndjson", example = "{\"name\": \"Laptop HP\", \"price\": 899.99}\n"),
        ),
    ),
    responses(
        (
            status = 200,
            description = "What became of each row",
            body = BulkBody,
            example = json!({
                "created": 1,
                "failed": 1,
                "results": [
                    { "row": 1, "status": "created", "id": "01a20d0b-9d43-7259-b1b6-06c17c0cb178" },
                    {
                        "row": 2,
                        "status": "failed",
                        "problem": {
                            "type": "urn:panal:problem:sku_taken",
                            "title": "Conflict",
                            "status": 409,
                            "detail": "this sku is taken",
                            "code": "sku_taken",
                            "request_id": "01a20d0b-9d9c-7066-ac1d-a5b3998782b1"
                        }
                    }
                ]
            }),
        ),
        BadBatch,
        NotSignedIn,
        NotAllowed,
        InTheWay,
        OutOfOrder,
    ),
)]
pub async fn import(
    products: Data<Products>,
    request: HttpRequest,
    who: Writer,
    mut query: Query,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let atomic = query.flag("atomic").unwrap_or(false);
    query.result()?;
    let rows = block(move || Rows::of(&body)).await;
    let rows = rows.map_err(|_| Problem::of_status(StatusCode::INTERNAL_SERVER_ERROR))??;
    let report = Report::to(&request);
    let report = if atomic {
        together(&products, &who.caller, rows, report).await?
    } else {
        one_by_one(&products, &who.caller, rows, report).await?
    };
    Ok(HttpResponse::Ok().json(report.body()))
}

/// Stores all rows, or none.
async fn together(
    products: &Products,
    caller: &Caller,
    mut rows: Rows,
    mut report: Report,
) -> Result<Report, Problem> {
    let mut all = Vec::new();
    loop {
        let batch = rows.next(BATCH).await;
        if batch.is_empty() {
            break;
        }
        all.extend(report.take_in(batch));
    }
    report.complete()?;
    let import = ImportProducts { drafts: all, together: Together::AllOrNone };
    report.note(products.handle(import, caller).await?);
    report.complete()?;
    Ok(report)
}

/// Stores the rows that can be stored.
async fn one_by_one(
    products: &Products,
    caller: &Caller,
    mut rows: Rows,
    mut report: Report,
) -> Result<Report, Problem> {
    let mut broken: Option<Problem> = None;
    loop {
        let batch = rows.next(BATCH).await;
        if batch.is_empty() {
            return Ok(report);
        }
        let drafts: Vec<(u32, Draft)> = report.take_in(batch);
        let numbers: Vec<u32> = drafts.iter().map(|(number, _)| *number).collect();
        if broken.is_none() {
            let import = ImportProducts { drafts, together: Together::AllThatCan };
            match products.handle(import, caller).await {
                Ok(imported) => {
                    report.note(imported);
                    continue;
                }
                // Nothing is lost: whoever has a key sends it all again, and nothing was done for the others.
                Err(error) if caller.command.is_some() || report.is_blank() => return Err(error.into()),
                // Who has none must be told what was stored, and that these may have been.
                Err(error) => broken = Some(error.into()),
            }
        }
        if let Some(problem) = &broken {
            report.give_up(&numbers, problem);
        }
    }
}
