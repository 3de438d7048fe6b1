//! The sessions that a user has.
use actix_web::{HttpRequest, HttpResponse, web::Data};
use app_auth::{commands::EndSession, queries::ListSessions};
use chrono::{DateTime, Utc};
use domain_auth::{Session, SessionId, UserId};
use domain_shared::{Aggregate, Handle};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Auth, SignedIn};
use crate::http::{
    failures::{NotAllowed, NotSignedIn, NotThere, OutOfOrder},
    message::{MessageBody, say},
    path::Id,
    problem::Problem,
};

/// A session that can be used.
#[derive(Serialize, ToSchema)]
#[schema(as = Session)]
pub struct SessionBody {
    /// The session's id.
    id: Uuid,
    /// When the user signed in.
    created_at: DateTime<Utc>,
    /// When it was refreshed last.
    last_used_at: DateTime<Utc>,
    /// When it ends at the latest.
    expires_at: DateTime<Utc>,
    /// The IP address it was started from.
    #[schema(example = "192.0.2.1")]
    ip: Option<String>,
    /// The client it was started with, as it calls itself.
    #[schema(example = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")]
    user_agent: Option<String>,
    /// Whether it is the one that asks.
    current: bool,
}

impl SessionBody {
    fn of(session: &Session, current: SessionId) -> Self {
        Self {
            id: session.id().0,
            created_at: session.started_at,
            last_used_at: session.refreshed_at,
            expires_at: session.expires_at,
            ip: session.client.address.clone(),
            user_agent: session.client.user_agent.clone(),
            current: session.id() == current,
        }
    }
}

async fn listed(auth: &Auth, who: &SignedIn, user: UserId) -> Result<HttpResponse, Problem> {
    let sessions = auth.handle(ListSessions { user }, &who.caller).await?;
    let sessions = sessions.iter().map(|session| SessionBody::of(session, who.session()));
    Ok(HttpResponse::Ok().json(sessions.collect::<Vec<_>>()))
}

/// List your sessions
///
/// Those that can be used, the oldest first.
#[utoipa::path(
    get,
    path = "/api/v1/auth/sessions",
    operation_id = "list_sessions",
    tag = "sessions",
    security(("bearer" = [])),
    responses(
        (status = 200, description = "Your sessions", body = [SessionBody]),
        NotSignedIn,
        OutOfOrder,
    ),
)]
pub async fn list(auth: Data<Auth>, who: SignedIn) -> Result<HttpResponse, Problem> {
    listed(&auth, &who, who.id()).await
}

/// List a user's sessions
///
/// Those that can be used, the oldest first. For superusers, and for oneself.
#[utoipa::path(
    get,
    path = "/api/v1/auth/users/{id}/sessions",
    tag = "users",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The user's id")),
    responses(
        (status = 200, description = "Their sessions", body = [SessionBody]),
        NotSignedIn,
        NotAllowed,
        NotThere,
        OutOfOrder,
    ),
)]
pub async fn list_of_user(
    auth: Data<Auth>,
    request: HttpRequest,
    who: SignedIn,
    id: Id,
) -> Result<HttpResponse, Problem> {
    if !who.user.is_superuser && who.id().0 != id.0 {
        return Err(who.denied(&request).await);
    }
    listed(&auth, &who, UserId(id.0)).await
}

/// End one of your sessions
///
/// It is dead at once, with its access and its refresh token; your own may be the one.
#[utoipa::path(
    delete,
    path = "/api/v1/auth/sessions/{id}",
    tag = "sessions",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The session's id")),
    responses(
        (status = 200, description = "The session has ended", body = MessageBody),
        NotSignedIn,
        NotThere,
        OutOfOrder,
    ),
)]
pub async fn end(auth: Data<Auth>, who: SignedIn, id: Id) -> Result<HttpResponse, Problem> {
    auth.handle(EndSession { user: who.id(), session: SessionId(id.0) }, &who.caller).await?;
    let message = say(who.caller.language, "The session has ended", "La sesión ha terminado");
    Ok(HttpResponse::Ok().json(MessageBody { message }))
}
