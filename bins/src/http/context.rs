//! What every request has: an id, a language, a trace; and what every response gets.
use actix_web::{
    Error, HttpMessage, HttpRequest,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::ConnectionType,
    http::header::{ACCEPT_LANGUAGE, CACHE_CONTROL, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue},
    middleware::Next,
    web::Data,
};
use domain_shared::{Caller, Claims, Client, IdGenerator, Language};

use super::{
    admission, client, cors, health::Dependencies, idempotency::Command, problem::Problem, safety,
    service::Identity, trace, unread,
};
use crate::config::Environment;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What is known of a request before anybody looks into it.
#[derive(Debug, Clone, Default)]
pub struct RequestContext {
    /// The caller's `X-Request-Id`, or one of ours.
    pub id: String,
    /// What the caller reads.
    pub language: Language,
    /// The W3C trace context: of the span that this request is, or else the caller's, if they gave one.
    pub traceparent: Option<String>,
    /// From where the request comes.
    pub client: Client,
}

impl RequestContext {
    /// The context of `request`.
    #[must_use]
    pub fn of(request: &HttpRequest) -> Self {
        request.extensions().get::<Self>().cloned().unwrap_or_default()
    }

    fn read(headers: &HeaderMap, client: Client) -> Self {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        Self {
            id: header("x-request-id")
                .filter(|id| is_request_id(id))
                .map_or_else(|| adapters::system::UuidV7.next_id().to_string(), str::to_owned),
            language: header(ACCEPT_LANGUAGE.as_str()).map_or(Language::En, preferred_language),
            traceparent: header("traceparent").filter(|trace| is_traceparent(trace)).map(str::to_owned),
            client,
        }
    }
}

/// On whose behalf `request` is handled: somebody unknown's.
#[must_use]
pub fn visitor(request: &HttpRequest) -> Caller {
    let RequestContext { language, traceparent, client, .. } = RequestContext::of(request);
    let command = request.extensions().get::<Command>().map(|Command(id)| *id);
    Caller { language, traceparent, command, client, ..Caller::default() }
}

/// On whose behalf `request` is handled: that of the user whose token says `claims`.
#[must_use]
pub fn bearer(request: &HttpRequest, claims: &Claims) -> Caller {
    Caller { actor: Some(claims.subject), session: Some(claims.session), ..visitor(request) }
}

fn preferred_language(header: &str) -> Language {
    let spoken = |tag: &String| tag.starts_with("es") || tag.starts_with("en");
    let first = accept_language::parse(header).into_iter().find(spoken);
    first.map_or(Language::En, |tag| Language::from_code(tag.split('-').next().unwrap_or_default()))
}

/// A token of ours, which somebody sends in the wrong place, is none: it would be told to everybody.
fn is_request_id(id: &str) -> bool {
    let is_token = id.starts_with("rt_") || id.starts_with("eyJ");
    !is_token
        && (1..=128).contains(&id.len())
        && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
}

/// Version 00 of W3C Trace Context: `00-<32 hex>-<16 hex>-<2 hex>`.
fn is_traceparent(trace: &str) -> bool {
    let parts: Vec<_> = trace.split('-').collect();
    let hex = |part: &str| part.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    matches!(parts.iter().map(|part| part.len()).collect::<Vec<_>>()[..], [2, 32, 16, 2])
        && parts.iter().all(|part| hex(part))
        && parts.first() == Some(&"00")
}

/// Gives each request its context, and each response its id, its headers and, if it failed, its problem document.
///
/// # Errors
/// Those of the layers inside, which answer failures with responses.
pub async fn middleware(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let mut context = RequestContext::read(request.headers(), client::of(&request));
    let span = trace::begin(&request, &context.id);
    if let Some(span) = &span {
        context.traceparent = span.traceparent();
    }
    request.extensions_mut().insert(context.clone());
    let path = request.path().to_owned();
    let identity = request.app_data::<Data<Identity>>();
    let production = identity.is_some_and(|identity| identity.environment == Environment::Production.name());
    let response = match admission::admit(&request) {
        Ok(()) => trace::around(span.as_ref(), next.call(request)).await?.map_into_boxed_body(),
        Err(problem) => request.error_response(problem),
    };
    let mut response = unread::tie(explain(response, &context));
    if let Some(span) = &span {
        trace::answered(span, &response);
    }
    let closing = response.request().app_data::<Data<Dependencies>>().is_some_and(|d| d.closing.has_begun());
    if closing {
        // Whoever comes again finds another instance.
        response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
    }
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&context.id) {
        headers.insert(REQUEST_ID, id);
    }
    cors::expose(headers);
    safety::protect(headers, &path, production);
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    Ok(response)
}

/// Puts a problem document where a failure has another body.
fn explain(response: ServiceResponse<BoxBody>, context: &RequestContext) -> ServiceResponse<BoxBody> {
    let status = response.status();
    let content_type = || response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let is_json = || content_type().is_some_and(|value| value.ends_with("json"));
    let told = |error: &Error| error.as_error::<Problem>().cloned().or_else(|| cors::refusal(error));
    let problem = match response.response().error().and_then(told) {
        Some(problem) => problem,
        None if (status.is_client_error() || status.is_server_error()) && !is_json() => {
            Problem::of_status(status)
        }
        None => return response,
    };
    let mut explained = problem.respond(&context.id, context.language);
    cors::hand_on(&response, &mut explained);
    response.into_response(explained)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spanish_is_spoken_where_it_is_preferred() {
        for (header, language) in [
            ("es", Language::Es),
            ("es-MX,es;q=0.9,en;q=0.5", Language::Es),
            ("en-US,en;q=0.9,es;q=0.8", Language::En),
            ("fr, es;q=0.4, en;q=0.2", Language::Es),
            ("fr", Language::En),
            ("*", Language::En),
            ("", Language::En),
            ("é;;q=x", Language::En),
        ] {
            assert_eq!(preferred_language(header), language, "{header:?}");
        }
    }

    #[test]
    fn a_request_id_that_could_break_a_log_is_not_taken() {
        assert!(is_request_id("abc-123_X.y"));
        for id in ["", "a b", "a\nb", "{x}", "rt_abc", "eyJabc", &"a".repeat(129)] {
            assert!(!is_request_id(id), "{id:?}");
        }
    }

    #[test]
    fn a_traceparent_has_its_form() {
        assert!(is_traceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"));
        assert!(!is_traceparent("00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01"));
        assert!(!is_traceparent("nonsense"));
    }
}
