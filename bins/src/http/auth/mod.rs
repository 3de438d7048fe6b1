//! auth-service over HTTP, under `/api/v1/auth`. One file per thing people do; routes and their policies are listed here.
mod activity;
mod change_password;
mod introspection;
mod jwks;
mod login;
mod profile;
mod register;
mod reset;
mod service_client;
mod session;
mod sessions;
mod shown;
mod signed_in;
mod user_events;
mod users;

use utoipa::OpenApi;

pub use jwks::Published;
pub use service_client::{ServiceClient, ServiceClients};
use signed_in::Presented;
pub use signed_in::{SignedIn, Superuser};

use super::{
    idempotency::Anyone,
    routing::{Routes, by},
};
use crate::compose::AuthPorts;

/// What the handlers call.
pub type Auth = app_auth::Auth<AuthPorts>;

/// The routes of auth-service.
#[must_use]
pub fn routes() -> Routes {
    let (anyone, signed_in, superuser) = (by::<Anyone>(), by::<SignedIn>(), by::<Superuser>());
    let service = by::<ServiceClient>();
    Routes::below(
        "/api/v1/auth",
        [
            anyone.post("/register", register::register),
            anyone.post("/login", login::login),
            anyone.post("/verify-code", login::verify_code),
            anyone.post("/resend-code", login::resend_code),
            anyone.post("/forgot-password", reset::forgot_password),
            anyone.post("/reset-password", reset::reset_password),
            anyone.post("/refresh", session::refresh),
            signed_in.post("/logout", session::logout),
            signed_in.get("/sessions", sessions::list),
            signed_in.delete("/sessions/{id}", sessions::end),
            signed_in.get("/me", profile::me),
            by::<Presented>().get("/verify", session::verify),
            signed_in.get("/forward", session::forward),
            signed_in.put("/profile", profile::update_profile),
            signed_in.put("/change-password", change_password::change_password),
            service.ask("/introspect", introspection::introspect),
            service.ask("/revoke", introspection::revoke),
            superuser.get("/users", users::list),
            // Superusers, and everybody about themselves.
            signed_in.get("/users/{id}", users::get),
            signed_in.get("/users/{id}/activity", activity::get),
            superuser.get("/users/{id}/events", user_events::list),
            signed_in.get("/users/{id}/sessions", sessions::list_of_user),
            superuser.post("/users/{id}/activate", users::activate),
            superuser.post("/users/{id}/deactivate", users::deactivate),
            superuser.put("/users/{id}/scopes", users::set_scopes),
        ],
    )
    .and(Routes::below("", [anyone.get("/.well-known/jwks.json", jwks::published)]))
}

/// What `/openapi.json` says about them.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Panal auth-service",
        description = "Accounts, sign-in by password and e-mailed code, tokens."
    ),
    paths(
        register::register,
        login::login,
        login::verify_code,
        login::resend_code,
        reset::forgot_password,
        reset::reset_password,
        session::refresh,
        session::logout,
        sessions::list,
        sessions::end,
        profile::me,
        session::verify,
        session::forward,
        jwks::published,
        introspection::introspect,
        introspection::revoke,
        profile::update_profile,
        change_password::change_password,
        users::list,
        users::get,
        activity::get,
        user_events::list,
        sessions::list_of_user,
        users::activate,
        users::deactivate,
        users::set_scopes
    ),
    components(schemas(session::LogoutBody))
)]
pub struct Api;
