//! How problem documents are described.
use utoipa::ToSchema;

/// A problem document, as `/openapi.json` describes it.
#[derive(ToSchema)]
#[schema(as = Problem)]
#[expect(dead_code, reason = "documentation of what `Problem::respond` writes")]
pub struct ProblemBody {
    /// Which problem, as a URN.
    #[schema(rename = "type", example = "urn:panal:problem:insufficient_stock")]
    kind: String,
    /// The status in words.
    #[schema(example = "Conflict")]
    title: String,
    /// The status.
    #[schema(example = 409)]
    status: u16,
    /// What went wrong, for people.
    detail: String,
    /// Which problem, for machines.
    #[schema(example = "insufficient_stock")]
    code: String,
    /// The request's id, to quote when asking for help.
    request_id: String,
    /// Every bad field, for 422.
    errors: Option<Vec<ViolationBody>>,
}

/// A bad field.
#[derive(ToSchema)]
#[schema(as = Violation)]
#[expect(dead_code, reason = "documentation of what `Problem::respond` writes")]
pub struct ViolationBody {
    /// The field.
    #[schema(example = "email")]
    field: String,
    /// The rule it breaks, for machines.
    #[schema(example = "malformed")]
    code: String,
    /// The rule it breaks, for people.
    message: String,
}
