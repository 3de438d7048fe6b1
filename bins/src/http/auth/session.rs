//! What becomes of a session: refreshed, verified, ended.
use actix_web::{HttpRequest, HttpResponse, web::Data};
use app_auth::{
    Tokens,
    commands::{LogOut, RefreshSession},
    queries::Authenticate,
};
use chrono::{DateTime, Utc};
use domain_auth::RefreshToken;
use domain_shared::{Aggregate, Fault, Handle, Kind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Auth, SignedIn, signed_in::Presented};
use crate::{
    http::{
        body::Body,
        context::visitor,
        failures::{BadBody, NotSignedIn, OutOfOrder, TooOften},
        field::{Field, Violations},
        message::{MessageBody, say},
        problem::Problem,
    },
    meters::{Logins, Step},
};

/// Tokens.
#[derive(Serialize, ToSchema)]
pub struct TokensBody {
    /// Goes into the Authorization header of every protected request.
    access_token: String,
    /// Gets the next pair of tokens; works once.
    refresh_token: String,
    /// Always `bearer`.
    #[schema(example = "bearer")]
    token_type: &'static str,
    /// How many seconds the access token lives.
    #[schema(example = 900)]
    expires_in: i64,
}

impl From<Tokens> for TokensBody {
    fn from(tokens: Tokens) -> Self {
        Self {
            access_token: tokens.access,
            refresh_token: tokens.refresh.expose().to_owned(),
            token_type: "bearer",
            expires_in: tokens.expires_in,
        }
    }
}

/// A refresh token.
#[derive(Deserialize, ToSchema)]
pub struct RefreshBody {
    /// The one that came with the last pair.
    #[serde(default)]
    #[schema(required = true, value_type = String)]
    refresh_token: Field<RefreshToken>,
}

/// Refresh
///
/// Exchanges a refresh token for the next pair of tokens. Used twice it ends the session, unless the first reply was lost:
/// within a minute, and before its successor was used, it leads to the same successor.
#[utoipa::path(
    post,
    path = "/api/v1/auth/refresh",
    tag = "sessions",
    request_body = RefreshBody,
    responses(
        (status = 200, description = "The next pair of tokens", body = TokensBody),
        BadBody,
        NotSignedIn,
        TooOften,
        OutOfOrder,
    ),
)]
pub async fn refresh(
    auth: Data<Auth>,
    logins: Data<Logins>,
    request: HttpRequest,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let body: RefreshBody = body.json()?;
    let mut bad = Violations::default();
    let Some(token) = bad.required("refresh_token", body.refresh_token) else { return Err(bad.into()) };
    let tokens =
        logins.note(Step::Refresh, auth.handle(RefreshSession { token }, &visitor(&request)).await)?;
    Ok(HttpResponse::Ok().json(TokensBody::from(tokens)))
}

/// Which sessions to end.
#[derive(Deserialize, ToSchema, Default)]
pub struct LogoutBody {
    /// Whether to end all of the user's sessions; only this one unless told.
    #[serde(default)]
    #[schema(value_type = bool, example = false)]
    everywhere: Field<bool>,
}

/// Sign out
///
/// The session is dead at once, with its access and its refresh token.
#[utoipa::path(
    post,
    path = "/api/v1/auth/logout",
    tag = "sessions",
    security(("bearer" = [])),
    // An `Option` would allow `null`, too; a reference only leaves it open whether there is a body.
    request_body(content = ref("#/components/schemas/LogoutBody"), content_type = "application/json"),
    responses(
        (status = 200, description = "Signed out", body = MessageBody),
        BadBody,
        NotSignedIn,
        OutOfOrder,
    ),
)]
pub async fn logout(auth: Data<Auth>, who: SignedIn, body: Body) -> Result<HttpResponse, Problem> {
    let body: LogoutBody = body.json_or_default()?;
    let mut bad = Violations::default();
    let everywhere = bad.given("everywhere", body.everywhere).unwrap_or(false);
    bad.result()?;
    auth.handle(LogOut { user: who.id(), session: who.session(), everywhere }, &who.caller).await?;
    let message = say(who.caller.language, "You are signed out", "Has cerrado la sesión");
    Ok(HttpResponse::Ok().json(MessageBody { message }))
}

/// What a token is worth.
#[derive(Serialize, ToSchema)]
pub struct VerifyBody {
    /// Whether it opens anything.
    valid: bool,
    /// Whose it is, if it is valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<VerifiedUser>,
    /// When it expires, if it is valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<DateTime<Utc>>,
    /// Why it isn't valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// Whose token it is.
#[derive(Serialize, ToSchema)]
pub struct VerifiedUser {
    /// The user.
    user_id: Uuid,
    /// Their name.
    username: String,
    /// What the token's bearer may do.
    scopes: Vec<String>,
}

/// Verify a token
///
/// Tells whose the bearer token is. A bad token is a fine answer (`valid: false`); no token is 401.
#[utoipa::path(
    get,
    path = "/api/v1/auth/verify",
    tag = "sessions",
    security(("bearer" = [])),
    responses(
        (status = 200, description = "What the token is worth", body = VerifyBody),
        NotSignedIn,
        OutOfOrder,
    ),
)]
pub async fn verify(
    auth: Data<Auth>,
    request: HttpRequest,
    Presented(token): Presented,
) -> Result<HttpResponse, Problem> {
    let seen = match auth.handle(Authenticate { token }, &visitor(&request)).await {
        Ok(seen) => seen,
        Err(error) if error.kind() == Kind::Unauthenticated => {
            let error = Some(error.code().into_owned());
            return Ok(HttpResponse::Ok().json(VerifyBody {
                valid: false,
                user: None,
                expires_at: None,
                error,
            }));
        }
        Err(error) => return Err(error.into()),
    };
    let user = VerifiedUser {
        user_id: seen.user.id().0,
        username: seen.user.username.to_string(),
        scopes: seen.claims.scopes.iter().map(|scope| scope.as_str().to_owned()).collect(),
    };
    let expires_at = Some(seen.claims.expires_at);
    Ok(HttpResponse::Ok().json(VerifyBody { valid: true, user: Some(user), expires_at, error: None }))
}

/// Forward authentication
///
/// For a gateway: 204 and who it is in `X-User-Id`, `X-Username` (percent-encoded UTF-8, RFC 3986) and `X-Scopes`, or 401. All
/// three are always there, so that a gateway which copies them leaves nothing of what its client sent by these names; and
/// nothing but the token counts, whatever else the gateway hands on (`X-Forwarded-Method`, `X-Forwarded-Uri`, …).
#[utoipa::path(
    get,
    path = "/api/v1/auth/forward",
    tag = "sessions",
    security(("bearer" = [])),
    responses(
        (
        status = 204,
        description = "The token is good",
        headers(("X-User-Id" = String), ("X-Username" = String), ("X-Scopes" = String)),
    ),
        NotSignedIn,
        OutOfOrder,
    ),
)]
pub async fn forward(who: SignedIn) -> HttpResponse {
    // A header's value is ASCII (RFC 9110, section 5.5), a name is not.
    let username: String =
        url::form_urlencoded::byte_serialize(who.user.username.as_str().as_bytes()).collect();
    let username = username.replace('+', "%20");
    HttpResponse::NoContent()
        .insert_header(("X-User-Id", who.id().0.to_string()))
        .insert_header(("X-Username", username))
        .insert_header(("X-Scopes", who.claims.scopes.to_string()))
        .finish()
}
