//! Routes that answer other methods with 405 and what is allowed.
use actix_web::{Resource, Route, guard, web};

use super::problem::Problem;

/// A path that answers `methods`, to be given its routes.
pub fn resource(path: &str, methods: &'static str) -> Resource {
    web::resource(path).default_service(web::to(move || async move {
        Err::<actix_web::HttpResponse, _>(Problem::method_not_allowed(methods))
    }))
}

/// A route for GET, and HEAD with it.
pub fn get() -> Route {
    web::route().guard(guard::Any(guard::Get()).or(guard::Head()))
}
