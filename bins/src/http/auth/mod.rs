//! auth-service over HTTP, under `/api/v1/auth`. One file per thing people do; routes and their policies are listed here.
mod activity;
mod change_password;
mod jwks;
mod login;
mod profile;
mod register;
mod reset;
mod session;
mod sessions;
mod shown;
mod signed_in;
mod user_events;
mod users;

use actix_web::web;
use utoipa::OpenApi;

pub use jwks::Published;
pub use signed_in::{SignedIn, Superuser};

use super::{
    idempotency::{Anyone, post},
    routing::{get, resource},
};
use crate::compose::AuthPorts;

/// What the handlers call.
pub type Auth = app_auth::Auth<AuthPorts>;

/// The routes of auth-service.
pub fn routes(config: &mut web::ServiceConfig) {
    let at = |path: &str| format!("/api/v1/auth{path}");
    config
        .service(resource(&at("/register"), "POST").route(post::<Anyone, _, _>(register::register)))
        .service(resource(&at("/login"), "POST").route(post::<Anyone, _, _>(login::login)))
        .service(resource(&at("/verify-code"), "POST").route(post::<Anyone, _, _>(login::verify_code)))
        .service(resource(&at("/resend-code"), "POST").route(post::<Anyone, _, _>(login::resend_code)))
        .service(
            resource(&at("/forgot-password"), "POST").route(post::<Anyone, _, _>(reset::forgot_password)),
        )
        .service(resource(&at("/reset-password"), "POST").route(post::<Anyone, _, _>(reset::reset_password)))
        .service(resource(&at("/refresh"), "POST").route(post::<Anyone, _, _>(session::refresh)))
        .service(resource(&at("/logout"), "POST").route(post::<SignedIn, _, _>(session::logout)))
        .service(resource(&at("/sessions"), "GET, HEAD").route(get().to(sessions::list)))
        .service(resource(&at("/sessions/{id}"), "DELETE").route(web::delete().to(sessions::end)))
        .service(resource(&at("/me"), "GET, HEAD").route(get().to(profile::me)))
        .service(resource(&at("/verify"), "GET, HEAD").route(get().to(session::verify)))
        .service(resource(&at("/forward"), "GET, HEAD").route(get().to(session::forward)))
        .service(resource(&at("/profile"), "PUT").route(web::put().to(profile::update_profile)))
        .service(
            resource(&at("/change-password"), "PUT").route(web::put().to(change_password::change_password)),
        )
        .service(resource("/.well-known/jwks.json", "GET, HEAD").route(get().to(jwks::published)))
        .service(resource(&at("/users"), "GET, HEAD").route(get().to(users::list)))
        .service(resource(&at("/users/{id}"), "GET, HEAD").route(get().to(users::get)))
        .service(resource(&at("/users/{id}/activity"), "GET, HEAD").route(get().to(activity::get)))
        .service(resource(&at("/users/{id}/events"), "GET, HEAD").route(get().to(user_events::list)))
        .service(resource(&at("/users/{id}/sessions"), "GET, HEAD").route(get().to(sessions::list_of_user)))
        .service(
            resource(&at("/users/{id}/activate"), "POST").route(post::<Superuser, _, _>(users::activate)),
        )
        .service(
            resource(&at("/users/{id}/deactivate"), "POST").route(post::<Superuser, _, _>(users::deactivate)),
        )
        .service(resource(&at("/users/{id}/scopes"), "PUT").route(web::put().to(users::set_scopes)));
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
