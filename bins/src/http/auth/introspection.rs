//! Tokens, for services that can't or won't check them themselves: what one is worth (RFC 7662), and the end of it (RFC
//! 7009).
use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{CACHE_CONTROL, PRAGMA},
    web::Data,
};
use app_auth::{
    commands::RevokeToken,
    queries::{Introspect, Introspected, TokenKind},
};
use domain_shared::{Aggregate, Handle};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Auth, service_client::ServiceClient};
use crate::{
    compose::TOKEN_REALM,
    http::{
        body::Body,
        context::visitor,
        failures::{BadForm, NoCredentials, OutOfOrder},
        problem::Problem,
    },
};

/// A token, and what it is said to be.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documentation of what `Form` reads")]
pub struct TokenForm {
    /// The token.
    token: String,
    /// What it is said to be: `access_token` or `refresh_token`.
    #[schema(example = "access_token")]
    token_type_hint: Option<String>,
}

/// What a token is worth. Of one that is worth nothing only that is told.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub enum IntrospectionBody {
    /// It is in force.
    Active(ActiveToken),
    /// It opens nothing.
    Inactive(InactiveToken),
}

/// A token that opens nothing.
#[derive(Serialize, ToSchema)]
pub struct InactiveToken {
    /// Always false.
    #[schema(example = false)]
    active: bool,
}

/// A token in force.
#[derive(Serialize, ToSchema)]
pub struct ActiveToken {
    /// Always true.
    #[schema(example = true)]
    active: bool,
    /// What its bearer may do, with blanks between.
    #[schema(example = "products:write")]
    scope: String,
    /// `Bearer` for an access token; a refresh token has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    token_type: Option<&'static str>,
    /// Whose it is, by name.
    username: String,
    /// Whose it is.
    sub: Uuid,
    /// The session it belongs to.
    sid: Uuid,
    /// When it was issued, in seconds since 1970.
    iat: i64,
    /// When it expires, in seconds since 1970.
    exp: i64,
    /// Who issued it.
    iss: &'static str,
    /// For whom.
    aud: &'static str,
    /// Its own id, if it is an access token.
    #[serde(skip_serializing_if = "Option::is_none")]
    jti: Option<Uuid>,
}

impl From<Introspected> for ActiveToken {
    fn from(seen: Introspected) -> Self {
        Self {
            active: true,
            scope: seen.scopes.to_string(),
            token_type: (seen.kind == TokenKind::Access).then_some("Bearer"),
            username: seen.user.username.to_string(),
            sub: seen.user.id().0,
            sid: seen.session.0,
            iat: seen.issued_at.timestamp(),
            exp: seen.expires_at.timestamp(),
            iss: TOKEN_REALM,
            aud: TOKEN_REALM,
            jti: seen.id,
        }
    }
}

/// Introspect a token
///
/// Tells a service of ours what a token is worth at the moment (RFC 7662), by its session and its user too. A refresh token
/// is active only with `token_type_hint=refresh_token`, and only if it is the one in force: a service that looks at nothing but
/// `active` can't be given one in place of an access token.
#[utoipa::path(
    post,
    path = "/api/v1/auth/introspect",
    tag = "services",
    security(("basic" = [])),
    request_body(content = TokenForm, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "What it is worth", body = IntrospectionBody),
        BadForm,
        NoCredentials,
        OutOfOrder,
    ),
)]
pub async fn introspect(
    auth: Data<Auth>,
    request: HttpRequest,
    client: ServiceClient,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let form = body.form()?;
    let said_to_be = match form.field("token_type_hint")? {
        Some("refresh_token") => TokenKind::Refresh,
        _ => TokenKind::Access,
    };
    let token = form.field("token")?.ok_or_else(Problem::invalid_request)?.to_owned();
    let seen = auth.handle(Introspect { token, said_to_be }, &visitor(&request)).await?;
    tracing::debug!(client = client.name, active = seen.is_some(), "a token was introspected");
    let nothing = IntrospectionBody::Inactive(InactiveToken { active: false });
    let body = seen.map_or(nothing, |seen| IntrospectionBody::Active(seen.into()));
    Ok(not_kept().json(body))
}

/// Revoke a token
///
/// Ends the session that an access or a refresh token belongs to (RFC 7009). A token that is unknown or dead is fine, too.
#[utoipa::path(
    post,
    path = "/api/v1/auth/revoke",
    tag = "services",
    security(("basic" = [])),
    request_body(content = TokenForm, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "The token is dead"),
        BadForm,
        NoCredentials,
        OutOfOrder,
    ),
)]
pub async fn revoke(
    auth: Data<Auth>,
    request: HttpRequest,
    client: ServiceClient,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let form = body.form()?;
    // It is only to find the token faster, and ours tell by themselves what they are.
    form.field("token_type_hint")?;
    let token = form.field("token")?.ok_or_else(Problem::invalid_request)?.to_owned();
    auth.handle(RevokeToken { token }, &visitor(&request)).await?;
    tracing::info!(client = client.name, "a token was revoked");
    Ok(not_kept().finish())
}

fn not_kept() -> actix_web::HttpResponseBuilder {
    let mut response = HttpResponse::Ok();
    response.insert_header((CACHE_CONTROL, "no-store")).insert_header((PRAGMA, "no-cache"));
    response
}
