use actix_web::{
    HttpRequest, HttpResponse, HttpResponseBuilder,
    http::{
        Method,
        header::{CACHE_CONTROL, CONTENT_TYPE},
    },
    web::Data,
};
use domain_product::ProductEvent;
use domain_shared::Invalid;
use futures_util::StreamExt;

use super::{Access, Writer};
use crate::http::{
    bearer,
    events::{Order, Streams, Wanted, event_id},
    failures::{BadQuery, NotAllowed, NotSignedIn, OutOfOrder},
    health::Dependencies,
    problem::{Problem, Violation},
    query::Query,
};

const LAST_EVENT_ID: &str = "Last-Event-ID";

/// Follow events
///
/// A stream of everything that happens, as server-sent events: `id` is a position in the log, `event` the type, `data` the
/// event as it is published (`CloudEvents` 1.0). For those who may change products, since inactive products are in it; it ends
/// when their token does. A browser's `EventSource` sends no token: read it with `fetch` there.
///
/// A stream begins now, or right after the event with the id `Last-Event-ID`, so whoever comes back with the last id they
/// saw misses nothing and gets nothing twice; 0 begins with the first event ever. Every 15 seconds without an event there is
/// a comment, with an id of its own that says how far the stream has come. It ends when the service stops: come back
/// then. A process serves 100 of them; one more is answered 503 `too_many_streams`.
#[utoipa::path(
    get,
    path = "/api/v1/events/stream",
    tag = "history",
    security(("bearer" = ["products:write"])),
    params(
        ("types" = Option<String>, Query, description = "Only events of these types, with commas between; all unless told",
            example = "product.stock_removed.v1,product.low_stock.v1"),
        ("Last-Event-ID" = Option<u64>, Header, description = "After which event to go on"),
        ("last_event_id" = Option<u64>, Query, description = "The same, where that header can't be sent, which goes before it"),
    ),
    responses(
        (status = 200, description = "Events, without end", content_type = "text/event-stream", body = String),
        BadQuery,
        NotSignedIn,
        NotAllowed,
        OutOfOrder,
    ),
)]
pub async fn stream(
    streams: Data<Streams>,
    dependencies: Data<Dependencies>,
    access: Data<Access>,
    request: HttpRequest,
    _: Writer,
    mut query: Query,
) -> Result<HttpResponse, Problem> {
    let wanted = query.get("types", |raw| Wanted::parse(raw, &ProductEvent::KINDS)).unwrap_or_default();
    let after = query.get("last_event_id", event_id);
    query.result()?;
    let after = last_event_id(&request)?.or(after);
    let mut response = HttpResponse::Ok();
    if request.method() == Method::HEAD {
        return Ok(headers(&mut response).finish());
    }
    let place = streams.place().ok_or_else(Problem::too_many_streams)?;
    let token = bearer::token(&request)?;
    let is_welcome = move || access.may_write(token.as_deref());
    let order = Order { after, wanted, is_welcome: Box::new(is_welcome) };
    let events = streams.open(place, order, dependencies.closing.clone()).await?;
    Ok(headers(&mut response).streaming(events.map(Ok::<_, actix_web::Error>)))
}

/// Nobody on the way keeps any of it back, or anything for later; and when it ends, so does the connection.
fn headers(response: &mut HttpResponseBuilder) -> &mut HttpResponseBuilder {
    response
        .insert_header((CONTENT_TYPE, "text/event-stream; charset=utf-8"))
        .insert_header((CACHE_CONTROL, "no-cache"))
        .insert_header(("X-Accel-Buffering", "no"))
        .force_close()
}

/// What the header says; nothing if it is empty, which is how a browser says that.
fn last_event_id(request: &HttpRequest) -> Result<Option<u64>, Problem> {
    let Some(header) = request.headers().get(LAST_EVENT_ID).filter(|value| !value.is_empty()) else {
        return Ok(None);
    };
    let read = header.to_str().map_err(|_| Invalid::ForbiddenCharacter).and_then(event_id);
    read.map(Some).map_err(|rule| Problem::invalid(vec![Violation { field: LAST_EVENT_ID.into(), rule }]))
}
