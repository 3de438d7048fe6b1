//! What became of each row.
use actix_web::{HttpRequest, http::StatusCode};
use app_product::commands::Imported;
use domain_product::Draft;
use domain_shared::Language;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::rows::Row;
use crate::http::{
    context::RequestContext,
    problem::{Problem, ProblemBody},
};

/// What became of an import.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Bulk)]
pub struct BulkBody {
    /// How many products there are now that weren't there before.
    created: usize,
    /// How many rows couldn't be stored.
    failed: usize,
    /// What became of each row, in their order.
    results: Vec<RowBody>,
}

/// What became of a row.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BulkRow)]
pub struct RowBody {
    /// Which one, counted from 1.
    row: u32,
    /// `created` or `failed`.
    #[schema(example = "created")]
    status: &'static str,
    /// The new product's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Uuid>,
    /// Why it couldn't be stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<ProblemBody>)]
    problem: Option<Value>,
}

/// What is known so far of what became of the rows, for a reader.
pub struct Report {
    request_id: String,
    language: Language,
    created: Vec<RowBody>,
    failed: Vec<RowBody>,
}

impl Report {
    /// One for whoever sent `request`.
    pub fn to(request: &HttpRequest) -> Self {
        let RequestContext { id: request_id, language, .. } = RequestContext::of(request);
        Self { request_id, language, created: Vec::new(), failed: Vec::new() }
    }

    /// Whether nothing is known of any product that was stored.
    pub const fn is_blank(&self) -> bool {
        self.created.is_empty()
    }

    fn fail(&mut self, row: u32, problem: &Problem) {
        let problem = Some(problem.body(&self.request_id, self.language));
        self.failed.push(RowBody { row, status: "failed", id: None, problem });
    }

    /// Notes which rows aren't products, and hands on the others.
    pub fn take_in(&mut self, rows: Vec<Row>) -> Vec<(u32, Draft)> {
        let mut drafts = Vec::new();
        for Row { number, draft } in rows {
            match draft {
                Ok(draft) => drafts.push((number, draft)),
                Err(problem) => self.fail(number, &problem),
            }
        }
        drafts
    }

    /// Notes what became of products.
    pub fn note(&mut self, imported: Vec<Imported>) {
        for Imported { number: row, outcome } in imported {
            match outcome {
                Ok(id) => {
                    self.created.push(RowBody { row, status: "created", id: Some(id.0), problem: None });
                }
                Err(error) => self.fail(row, &error.into()),
            }
        }
    }

    /// Notes that all of these failed alike.
    pub fn give_up(&mut self, rows: &[u32], problem: &Problem) {
        for row in rows {
            self.fail(*row, problem);
        }
    }

    /// Whether no row failed.
    ///
    /// # Errors
    /// 422 with those that did.
    pub fn complete(&mut self) -> Result<(), Problem> {
        if self.failed.is_empty() {
            return Ok(());
        }
        self.failed.sort_by_key(|row| row.row);
        let detail = "nothing was stored, since some rows can't be";
        Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "rows_refused", detail)
            .with("created", json!(0))
            .with("failed", json!(self.failed.len()))
            .with("results", json!(self.failed)))
    }

    /// The answer.
    pub fn body(self) -> BulkBody {
        let (created, failed) = (self.created.len(), self.failed.len());
        let mut results = self.created;
        results.extend(self.failed);
        results.sort_by_key(|row| row.row);
        BulkBody { created, failed, results }
    }
}
