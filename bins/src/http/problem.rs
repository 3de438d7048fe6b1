//! RFC 9457: every failure leaves the building through this file.
mod document;

use std::{borrow::Cow, fmt, time::Duration};

use actix_web::{
    HttpResponse, ResponseError,
    http::{
        StatusCode,
        header::{ALLOW, CACHE_CONTROL, RETRY_AFTER, WWW_AUTHENTICATE},
    },
};
use domain_shared::{Fault, Invalid, Kind, Language};
use serde_json::{Map, Value, json};

pub use document::ProblemBody;

use super::spanish;

/// A failure on its way out.
#[derive(Debug, Clone)]
pub struct Problem {
    status: StatusCode,
    code: Cow<'static, str>,
    detail: Cow<'static, str>,
    errors: Vec<Violation>,
    details: Vec<(&'static str, Value)>,
    retry_after: Option<Duration>,
    allow: Option<Cow<'static, str>>,
    challenge: Option<Cow<'static, str>>,
}

/// A field that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The field's name in the request.
    pub field: Cow<'static, str>,
    /// The rule it breaks.
    pub rule: Invalid,
}

/// How long to wait for something that is out of order.
const OUT_OF_ORDER: Duration = Duration::from_secs(5);

impl Problem {
    /// A failure that is the protocol's rather than the domain's.
    #[must_use]
    pub const fn new(status: StatusCode, code: &'static str, detail: &'static str) -> Self {
        Self {
            status,
            code: Cow::Borrowed(code),
            detail: Cow::Borrowed(detail),
            errors: Vec::new(),
            details: Vec::new(),
            retry_after: None,
            allow: None,
            challenge: None,
        }
    }

    /// 422 with every bad field.
    #[must_use]
    pub fn invalid(errors: Vec<Violation>) -> Self {
        let detail = errors.iter().map(|e| format!("{} {}", e.field, e.rule)).collect::<Vec<_>>().join("; ");
        let plain = Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", "");
        Self { errors, detail: detail.into(), ..plain }
    }

    /// The same, and when it may have passed.
    #[must_use]
    pub const fn try_again_in(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    /// 404 for a path nobody serves.
    #[must_use]
    pub const fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "there is nothing here")
    }

    /// 405 with the methods that are allowed.
    #[must_use]
    pub fn method_not_allowed(allow: impl Into<Cow<'static, str>>) -> Self {
        let mut problem =
            Self::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "the method is not allowed here");
        problem.allow = Some(allow.into());
        problem
    }

    /// 401 for a request without a usable token.
    #[must_use]
    pub const fn missing_token() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "missing_token", "a bearer token is required")
    }

    /// 403 for a caller who may not.
    #[must_use]
    pub const fn forbidden() -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", "you are not allowed to do this")
    }

    /// The same, for want of `scope` (RFC 6750, section 3.1).
    #[must_use]
    pub fn for_want_of(mut self, scope: &str) -> Self {
        self.challenge = Some(format!("Bearer error=\"insufficient_scope\", scope=\"{scope}\"").into());
        self
    }

    /// 401 for a service without good credentials (RFC 6749, section 5.2).
    #[must_use]
    pub fn invalid_client() -> Self {
        let detail = "the credentials of a client of this service are required";
        let mut problem = Self::new(StatusCode::UNAUTHORIZED, "invalid_client", detail);
        problem.challenge = Some("Basic realm=\"panal\", charset=\"UTF-8\"".into());
        problem.details = vec![("error", "invalid_client".into())];
        problem
    }

    /// 400 for a form that lacks something, or has it twice (RFC 6749, section 5.2).
    #[must_use]
    pub fn invalid_request() -> Self {
        let detail = "the form must have each of its fields, and none twice";
        let mut problem = Self::new(StatusCode::BAD_REQUEST, "invalid_request", detail);
        problem.details = vec![("error", "invalid_request".into())];
        problem
    }

    /// 503 for one event stream too many.
    #[must_use]
    pub const fn too_many_streams() -> Self {
        let mut problem = Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "too_many_streams",
            "too many event streams are open already",
        );
        problem.retry_after = Some(OUT_OF_ORDER);
        problem
    }

    /// 503 for one import too many.
    #[must_use]
    pub const fn too_many_imports() -> Self {
        let mut problem = Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "too_many_imports",
            "too many imports are under way already",
        );
        problem.retry_after = Some(OUT_OF_ORDER);
        problem
    }

    /// The failure that a bare status, given by the framework, stands for.
    #[must_use]
    pub fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::NOT_FOUND => Self::not_found(),
            StatusCode::PAYLOAD_TOO_LARGE => Self::new(status, "body_too_large", "the body is too large"),
            StatusCode::REQUEST_TIMEOUT => {
                Self::new(status, "request_timeout", "the request took too long to arrive")
            }
            status if status.is_client_error() => {
                Self::new(status, "bad_request", "the request can't be read")
            }
            _ => Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal_error", "something went wrong here"),
        }
    }

    /// The response, in the reader's language.
    #[must_use]
    pub fn respond(&self, request_id: &str, language: Language) -> HttpResponse {
        let mut response = HttpResponse::build(self.status);
        response.insert_header((CACHE_CONTROL, "no-store"));
        if let Some(challenge) = &self.challenge {
            response.insert_header((WWW_AUTHENTICATE, &**challenge));
        } else if self.status == StatusCode::UNAUTHORIZED {
            let bad_token = !matches!(&*self.code, "missing_token" | "invalid_credentials");
            let challenge = if bad_token { "Bearer error=\"invalid_token\"" } else { "Bearer" };
            response.insert_header((WWW_AUTHENTICATE, challenge));
        }
        if matches!(self.status, StatusCode::PAYLOAD_TOO_LARGE | StatusCode::REQUEST_TIMEOUT) {
            // Whatever is still to come of the request isn't wanted.
            response.force_close();
        }
        if let Some(wait) = self.retry_after {
            response.insert_header((RETRY_AFTER, wait.as_secs().max(1)));
        }
        if let Some(methods) = &self.allow {
            response.insert_header((ALLOW, &**methods));
        }
        response.content_type("application/problem+json").body(self.body(request_id, language).to_string())
    }

    /// The same with something more in its document.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: Value) -> Self {
        self.details.push((name, value));
        self
    }

    /// The document, in the reader's language.
    #[must_use]
    pub fn body(&self, request_id: &str, language: Language) -> Value {
        let spanish = language == Language::Es;
        let title = self.status.canonical_reason().unwrap_or("Error");
        let detail = if spanish {
            spanish::detail(&self.code).map_or_else(|| self.detail.clone(), Cow::Borrowed)
        } else {
            self.detail.clone()
        };
        let mut body = Map::new();
        body.insert("type".into(), format!("urn:panal:problem:{}", self.code).into());
        body.insert("title".into(), if spanish { spanish::title(self.status, title) } else { title }.into());
        body.insert("status".into(), self.status.as_u16().into());
        body.insert("detail".into(), detail.into());
        body.insert("code".into(), (*self.code).into());
        body.insert("request_id".into(), request_id.into());
        if !self.errors.is_empty() {
            let errors = self.errors.iter().map(|Violation { field, rule }| {
                let message = if spanish { spanish::rule(*rule) } else { rule.to_string() };
                json!({ "field": field, "code": rule.code(), "message": message })
            });
            body.insert("errors".into(), errors.collect());
        }
        body.extend(self.details.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        Value::Object(body)
    }
}

impl<F: Fault + 'static> From<F> for Problem {
    fn from(fault: F) -> Self {
        if let Some((field, rule)) = fault.invalid_field() {
            return Self::invalid(vec![Violation { field: field.into(), rule }]);
        }
        let (status, retry_after) = match fault.kind() {
            Kind::Malformed => (StatusCode::BAD_REQUEST, None),
            Kind::Invalid => (StatusCode::UNPROCESSABLE_ENTITY, None),
            Kind::Unauthenticated => (StatusCode::UNAUTHORIZED, None),
            Kind::Forbidden => (StatusCode::FORBIDDEN, None),
            Kind::NotFound => (StatusCode::NOT_FOUND, None),
            Kind::Conflict => (StatusCode::CONFLICT, None),
            Kind::Stale => (StatusCode::PRECONDITION_FAILED, None),
            Kind::TooMany(wait) => (StatusCode::TOO_MANY_REQUESTS, Some(wait)),
            _ => (StatusCode::SERVICE_UNAVAILABLE, Some(OUT_OF_ORDER)),
        };
        if status == StatusCode::SERVICE_UNAVAILABLE {
            let error: &(dyn std::error::Error + 'static) = &fault;
            tracing::warn!(error, "a dependency is out of order");
        }
        let details = fault.details();
        let detail = fault.to_string().into();
        Self {
            status,
            code: fault.code(),
            detail,
            errors: Vec::new(),
            details,
            retry_after,
            allow: None,
            challenge: None,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.detail)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    /// Only outside the [middleware](super::context) that knows the request's id and language.
    fn error_response(&self) -> HttpResponse {
        self.respond("", Language::En)
    }
}
