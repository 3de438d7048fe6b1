//! `/openapi.json`, and `/docs` to read and try it, served from the binary.
use actix_web::web;
use utoipa::{
    OpenApi,
    openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
};
use utoipa_swagger_ui::{Config, SwaggerUi};

use super::{health, idempotency, problem::ProblemBody, service};

#[derive(OpenApi)]
#[openapi(
    paths(service::root, health::health, health::live, health::ready),
    components(schemas(ProblemBody))
)]
struct Housekeeping;

/// The document of a service: its own paths and the housekeeping ones.
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
        // Each POST changes something, and its route takes the key.
        item.post.iter_mut().for_each(idempotency::docs::describe);
    }
    document
}

/// The routes of the documentation.
pub fn routes(config: &mut web::ServiceConfig, document: utoipa::openapi::OpenApi) {
    let page = Config::new(["/openapi.json"]).persist_authorization(true).try_it_out_enabled(true);
    config
        .service(web::redirect("/docs", "/docs/"))
        .service(SwaggerUi::new("/docs/{_:.*}").url("/openapi.json", document).config(page));
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::http::{auth, product};

    #[test]
    fn every_operation_names_the_failures_that_its_parts_lead_to() {
        for api in [auth::Api::openapi(), product::Api::openapi()] {
            let document = serde_json::to_value(document(api)).unwrap();
            let paths = document["paths"].as_object().unwrap().iter();
            for (path, method, operation) in paths
                .flat_map(|(path, item)| item.as_object().unwrap().iter().map(move |(m, o)| (path, m, o)))
            {
                let named = |status: &str| operation["responses"].get(status).is_some();
                let parameters = operation["parameters"].to_string();
                let has_body = operation["requestBody"] != Value::Null;
                let conditional = parameters.contains("If-Match");
                let repeatable = parameters.contains("Idempotency-Key");
                let knows_callers = operation["security"] != Value::Null
                    || ["/login", "/refresh"].iter().any(|end| path.ends_with(end));
                for (status, expected) in [
                    ("400", has_body || conditional || repeatable),
                    ("401", knows_callers),
                    ("404", path.contains("{id}")),
                    ("412", conditional),
                    ("413", has_body),
                    ("415", has_body),
                    ("422", has_body || repeatable || parameters.contains(r#""in":"query""#)),
                    ("503", path.starts_with("/api/") || path.ends_with("/ready")),
                ] {
                    assert_eq!(named(status), expected, "{method} {path}: {status}");
                }
                assert!(!named("default") && !named("500"), "{method} {path}");
            }
        }
    }
}
