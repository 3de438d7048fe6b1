use actix_web::{HttpRequest, HttpResponse, web::Data};
use app_auth::queries::GetActivity;
use chrono::{DateTime, Utc};
use domain_auth::{ActivityRow, UserId};
use domain_shared::Handle;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Auth, SignedIn};
use crate::http::{
    failures::{NotAllowed, NotSignedIn, NotThere, OutOfOrder},
    path::Id,
    problem::Problem,
};

/// What a user has done lately.
#[derive(Serialize, ToSchema)]
#[schema(as = UserActivity)]
pub struct ActivityBody {
    /// Who.
    user_id: Uuid,
    /// When they registered.
    registered_at: DateTime<Utc>,
    /// How often they signed in.
    #[schema(example = 12)]
    logins: u64,
    /// When they signed in last.
    last_login_at: Option<DateTime<Utc>>,
    /// When they set another password last.
    password_changed_at: Option<DateTime<Utc>>,
    /// When anything happened to their account last.
    last_event_at: DateTime<Utc>,
}

impl From<ActivityRow> for ActivityBody {
    fn from(row: ActivityRow) -> Self {
        Self {
            user_id: row.user.0,
            registered_at: row.registered_at,
            logins: row.logins,
            last_login_at: row.last_login_at,
            password_changed_at: row.password_changed_at,
            last_event_at: row.last_event_at,
        }
    }
}

/// Get a user's activity
///
/// When they signed in and changed their password, a moment behind. For superusers, and for oneself.
#[utoipa::path(
    get,
    path = "/api/v1/auth/users/{id}/activity",
    operation_id = "get_user_activity",
    tag = "users",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The user's id")),
    responses(
        (status = 200, description = "Their activity", body = ActivityBody),
        NotSignedIn,
        NotAllowed,
        NotThere,
        OutOfOrder,
    ),
)]
pub async fn get(
    auth: Data<Auth>,
    request: HttpRequest,
    who: SignedIn,
    id: Id,
) -> Result<HttpResponse, Problem> {
    if !who.user.is_superuser && who.id().0 != id.0 {
        return Err(who.denied(&request).await);
    }
    let activity = auth.handle(GetActivity { user: UserId(id.0) }, &who.caller).await?;
    Ok(HttpResponse::Ok().json(ActivityBody::from(activity)))
}
