//! `/openapi.json`, and `/docs` to read and try it, served from the binary.
use actix_web::web;
use utoipa::{
    OpenApi,
    openapi::{
        ContentBuilder, RefOr, ResponseBuilder,
        path::Operation,
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};
use utoipa_swagger_ui::{Config, SwaggerUi};

use super::{health, idempotency, problem::ProblemBody, service};

#[derive(OpenApi)]
#[openapi(
    paths(service::root, health::health, health::live, health::ready),
    components(schemas(ProblemBody))
)]
struct Housekeeping;

/// The document of a service: its own paths, the housekeeping ones, and what every operation may answer besides.
#[must_use]
pub fn document(api: utoipa::openapi::OpenApi) -> utoipa::openapi::OpenApi {
    let mut document = api;
    document.merge(Housekeeping::openapi());
    env!("CARGO_PKG_VERSION").clone_into(&mut document.info.version);
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
    if let Some(components) = &mut document.components {
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    }
    for item in document.paths.paths.values_mut() {
        let operations = [&mut item.get, &mut item.post, &mut item.put, &mut item.delete];
        operations.into_iter().flatten().for_each(may_fail);
        // Each POST changes something, and its route takes the key.
        item.post.iter_mut().for_each(idempotency::docs::describe);
    }
    document
}

/// Any operation may fail, with a problem document.
fn may_fail(operation: &mut Operation) {
    let content =
        ContentBuilder::new().schema(Some(utoipa::openapi::Ref::from_schema_name("Problem"))).build();
    let problem = ResponseBuilder::new()
        .description("A problem (RFC 9457); `code` says which")
        .content("application/problem+json", content)
        .build();
    operation.responses.responses.insert("default".to_owned(), RefOr::T(problem));
}

/// The routes of the documentation.
pub fn routes(config: &mut web::ServiceConfig, document: utoipa::openapi::OpenApi) {
    let page = Config::new(["/openapi.json"]).persist_authorization(true).try_it_out_enabled(true);
    config
        .service(web::redirect("/docs", "/docs/"))
        .service(SwaggerUi::new("/docs/{_:.*}").url("/openapi.json", document).config(page));
}
