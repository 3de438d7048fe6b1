//! Users, for superusers.
use actix_web::{HttpRequest, HttpResponse, http::header::LINK, web::Data};
use app_auth::{
    commands::{ActivateUser, DeactivateUser, SetScopes},
    queries::{GetUser, ListUsers},
};
use domain_auth::{User, UserFilter, UserId};
use domain_shared::{Aggregate, Handle, Invalid, Scopes};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Auth, SignedIn, Superuser, shown::UserBody};
use crate::http::{
    body::Body,
    conditional::{expected_version, versioned, with_tag},
    failures::{BadBody, BadCondition, BadQuery, InTheWay, NotAllowed, NotSignedIn, NotThere, OutOfOrder},
    field::{Field, Violations},
    path::Id,
    problem::Problem,
    query::Query,
};

/// List users
///
/// In the order they registered; superusers only.
#[utoipa::path(
    get,
    path = "/api/v1/auth/users",
    operation_id = "list_users",
    tag = "users",
    security(("bearer" = [])),
    params(
        ("search" = Option<String>, Query, max_length = 200, description = "Part of a username, an e-mail or a full name"),
        ("active" = Option<bool>, Query, description = "Only active users, or only inactive ones"),
        ("limit" = Option<u8>, Query, minimum = 1, maximum = 200, description = "How many at most; 50 unless told"),
        ("cursor" = Option<Uuid>, Query, description = "Where to go on, from the Link header"),
    ),
    responses(
        (
        status = 200,
        description = "A page of users",
        body = [UserBody],
        headers(("Link" = Option<String>, description = "The next page (RFC 8288)")),
    ),
        BadQuery,
        NotSignedIn,
        NotAllowed,
        OutOfOrder,
    ),
)]
pub async fn list(
    auth: Data<Auth>,
    request: HttpRequest,
    who: Superuser,
    mut query: Query,
) -> Result<HttpResponse, Problem> {
    let cursor = |raw: &str| Uuid::try_parse(raw).map(UserId).map_err(|_| Invalid::Malformed("a cursor"));
    let filter = UserFilter {
        search: query.search(),
        active: query.flag("active"),
        after: query.get("cursor", cursor),
        limit: query.limit(),
    };
    query.result()?;
    let limit = filter.limit.get();
    let users = auth.handle(ListUsers { filter }, &who.0.caller).await?;
    let mut response = HttpResponse::Ok();
    if let Some(last) = users.last().filter(|_| users.len() == limit) {
        response.insert_header((LINK, query.with_cursor(request.path(), &last.id().0.to_string())));
    }
    Ok(response.json(users.iter().map(UserBody::from).collect::<Vec<_>>()))
}

/// Get a user
///
/// For superusers, and for oneself.
#[utoipa::path(
    get,
    path = "/api/v1/auth/users/{id}",
    operation_id = "get_user",
    tag = "users",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The user's id")),
    responses(
        (status = 200, description = "The user", body = UserBody, headers(("ETag" = String))),
        (status = 304, description = "You have this version"),
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
    let user = auth.handle(GetUser { user: UserId(id.0) }, &who.caller).await?;
    Ok(versioned(&request, user.version(), || UserBody::from(&user)))
}

/// Activate a user
///
/// Lets them sign in again; superusers only.
#[utoipa::path(
    post,
    path = "/api/v1/auth/users/{id}/activate",
    tag = "users",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The user's id")),
    responses(
        (status = 200, description = "The user", body = UserBody, headers(("ETag" = String))),
        NotSignedIn,
        NotAllowed,
        NotThere,
        InTheWay,
        OutOfOrder,
    ),
)]
pub async fn activate(auth: Data<Auth>, who: Superuser, id: Id) -> Result<HttpResponse, Problem> {
    let user = auth.handle(ActivateUser { user: UserId(id.0) }, &who.0.caller).await?;
    Ok(shown(&user))
}

/// Deactivate a user
///
/// Keeps them out and ends all their sessions; superusers only.
#[utoipa::path(
    post,
    path = "/api/v1/auth/users/{id}/deactivate",
    tag = "users",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The user's id")),
    responses(
        (status = 200, description = "The user", body = UserBody, headers(("ETag" = String))),
        NotSignedIn,
        NotAllowed,
        NotThere,
        InTheWay,
        OutOfOrder,
    ),
)]
pub async fn deactivate(auth: Data<Auth>, who: Superuser, id: Id) -> Result<HttpResponse, Problem> {
    let user = auth.handle(DeactivateUser { user: UserId(id.0) }, &who.0.caller).await?;
    Ok(shown(&user))
}

/// What a user may do.
#[derive(Deserialize, ToSchema)]
pub struct ScopesBody {
    /// All of it, besides what everyone may.
    #[serde(default)]
    #[schema(required = true, value_type = Vec<String>, max_items = 32, example = json!(["products:write"]))]
    scopes: Field<Scopes>,
}

/// Set a user's scopes
///
/// Takes effect at the user's next refresh; superusers only.
#[utoipa::path(
    put,
    path = "/api/v1/auth/users/{id}/scopes",
    tag = "users",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The user's id"),
        ("If-Match" = Option<String>, Header, description = "The version you looked at"),
    ),
    request_body = ScopesBody,
    responses(
        (status = 200, description = "The user", body = UserBody, headers(("ETag" = String))),
        BadBody,
        BadCondition,
        NotSignedIn,
        NotAllowed,
        NotThere,
        OutOfOrder,
    ),
)]
pub async fn set_scopes(
    auth: Data<Auth>,
    request: HttpRequest,
    who: Superuser,
    id: Id,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let (expected, body) = (expected_version(&request)?, body.json::<ScopesBody>()?);
    let mut bad = Violations::default();
    let Some(scopes) = bad.required("scopes", body.scopes) else { return Err(bad.into()) };
    let user = auth.handle(SetScopes { user: UserId(id.0), expected, scopes }, &who.0.caller).await?;
    Ok(shown(&user))
}

fn shown(user: &User) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    with_tag(&mut response, user.version()).json(UserBody::from(user))
}
