use actix_web::{HttpRequest, HttpResponse, web::Data};
use app_auth::queries::UserEvents;
use domain_auth::UserId;
use domain_shared::{Handle, Origin, StoredEvent};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Auth, Superuser};
use crate::http::{
    events::{TracedEventBody, cursor, page},
    failures::{BadQuery, NotAllowed, NotSignedIn, NotThere, OutOfOrder},
    path::Id,
    problem::Problem,
    query::Query,
};

/// Something that happened to a user or a session of theirs, and from where it was asked for.
#[derive(Serialize, ToSchema)]
#[schema(as = UserEvent)]
pub struct UserEventBody {
    #[serde(flatten)]
    event: TracedEventBody,
    /// The address it was asked for from, if it is known.
    #[schema(example = "203.0.113.7")]
    address: Option<String>,
    /// What asked for it, if it said so.
    user_agent: Option<String>,
    /// The session in which it was asked for.
    session: Option<Uuid>,
}

impl From<StoredEvent> for UserEventBody {
    fn from(mut stored: StoredEvent) -> Self {
        let Origin { client, session } = std::mem::take(&mut stored.event.origin);
        Self { event: stored.into(), address: client.address, user_agent: client.user_agent, session }
    }
}

/// List a user's events
///
/// A page of what happened to the user and to their sessions, newest first; that a session was refreshed is left out. No
/// password, code or token is in it. Superusers only.
#[utoipa::path(
    get,
    path = "/api/v1/auth/users/{id}/events",
    operation_id = "list_user_events",
    tag = "users",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The user's id"),
        ("limit" = Option<u8>, Query, minimum = 1, maximum = 200, description = "How many at most; 50 unless told"),
        ("cursor" = Option<u64>, Query, description = "Where to go on, from the Link header"),
    ),
    responses(
        (
            status = 200,
            description = "A page of their history",
            body = [UserEventBody],
            headers(("Link" = Option<String>, description = "The next page (RFC 8288)")),
        ),
        BadQuery,
        NotSignedIn,
        NotAllowed,
        NotThere,
        OutOfOrder,
    ),
)]
pub async fn list(
    auth: Data<Auth>,
    request: HttpRequest,
    who: Superuser,
    id: Id,
    mut query: Query,
) -> Result<HttpResponse, Problem> {
    let (before, limit) = (query.get("cursor", cursor), query.limit().get());
    query.result()?;
    let events = auth.handle(UserEvents { user: UserId(id.0), before, limit }, &who.0.caller).await?;
    Ok(page::<UserEventBody, _>(&request, &query, limit, events, |stored| stored.position))
}
