//! `/openapi.json`, and `/docs` to read and try it, served from the binary.
use std::collections::BTreeSet;

use actix_web::{
    HttpResponse,
    http::Method,
    web::{self, Bytes, Data},
};
use utoipa::{
    OpenApi,
    openapi::{
        Tag,
        path::Operation,
        security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
    },
};
use utoipa_swagger_ui::{Config, SwaggerUi, Url};

use super::{
    health, idempotency,
    problem::ProblemBody,
    routing::{Needs, Routes},
    service,
};

#[derive(OpenApi)]
#[openapi(
    paths(service::root, health::health, health::live, health::ready),
    components(schemas(ProblemBody))
)]
struct Housekeeping;

/// The document of a service: its own paths and the housekeeping ones, with what the table of its `routes` knows of them.
/// Where writes are public no token is needed for what takes a scope elsewhere.
#[must_use]
pub fn document(
    api: utoipa::openapi::OpenApi,
    routes: &Routes,
    public_writes: bool,
) -> utoipa::openapi::OpenApi {
    let mut document = api;
    document.merge(Housekeeping::openapi());
    env!("CARGO_PKG_VERSION").clone_into(&mut document.info.version);
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
    if let Some(components) = &mut document.components {
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    }
    let basic = HttpBuilder::new().scheme(HttpAuthScheme::Basic).build();
    for entry in routes.entries() {
        let Some(item) = document.paths.paths.get_mut(&entry.path) else { continue };
        if entry.takes_key {
            item.post.iter_mut().for_each(idempotency::docs::describe);
        }
        match (entry.needs, &mut document.components) {
            (Needs::Credentials, Some(components)) => {
                components.add_security_scheme("basic", SecurityScheme::Http(basic.clone()));
            }
            (Needs::Scope(_), _) if public_writes => {
                let operation = match entry.method {
                    Method::GET => &mut item.get,
                    Method::PUT => &mut item.put,
                    Method::DELETE => &mut item.delete,
                    _ => &mut item.post,
                };
                operation.iter_mut().for_each(open);
            }
            _ => {}
        }
    }
    document.tags = Some(tags(&document));
    document
}

/// What the operations are filed under, each once: the page shows them in this order.
fn tags(document: &utoipa::openapi::OpenApi) -> Vec<Tag> {
    let items = document.paths.paths.values();
    let operations = items.flat_map(|item| [&item.get, &item.post, &item.put, &item.delete]).flatten();
    let names: BTreeSet<_> = operations.flat_map(|operation| operation.tags.iter().flatten()).collect();
    names.into_iter().map(Tag::new).collect()
}

/// No token is needed, though one is looked at.
fn open(operation: &mut Operation) {
    if let Some(security) = &mut operation.security {
        security.push(SecurityRequirement::default());
    }
}

/// A service's document as it is sent: written once, since as a tree it takes megabytes, and each thread would have its own.
#[derive(Debug, Clone)]
pub struct Document(Bytes);

impl Document {
    /// `document`, written.
    ///
    /// # Errors
    /// If it can't be written as JSON.
    pub fn of(document: &utoipa::openapi::OpenApi) -> Result<Self, serde_json::Error> {
        Ok(Self(serde_json::to_vec(document)?.into()))
    }
}

/// `/openapi.json`.
pub async fn openapi(document: Data<Document>) -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(document.0.clone())
}

/// The page to read it; or whatever `documents` there are, by name and address, where a gateway has one page for all.
pub fn page(config: &mut web::ServiceConfig, documents: &'static [(String, String)]) {
    let own = [Url::from("/openapi.json")];
    let page = match documents {
        [] => Config::new(own),
        named => Config::new(named.iter().map(|(name, address)| Url::new(name, address))),
    };
    let page = page.persist_authorization(true).try_it_out_enabled(true);
    config.service(web::redirect("/docs", "/docs/")).service(SwaggerUi::new("/docs/{_:.*}").config(page));
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use actix_web::{App, test as asking};
    use serde_json::Value;

    use super::*;
    use crate::http::{auth, product};

    #[actix_web::test]
    async fn the_page_shows_the_service_itself_unless_told_of_others() {
        let script = async |documents| {
            let app = App::new().configure(|config| page(config, documents));
            let app = asking::init_service(app).await;
            let asked = asking::TestRequest::get().uri("/docs/swagger-initializer.js").to_request();
            String::from_utf8(asking::call_and_read_body(&app, asked).await.to_vec()).unwrap()
        };
        assert!(script(&[]).await.contains(r#""/openapi.json""#));
        let named = vec![("auth".to_owned(), "/openapi/auth.json".to_owned())].leak();
        let shown = script(named).await;
        assert!(
            shown.contains(r#""/openapi/auth.json""#) && !shown.contains(r#""/openapi.json""#),
            "{shown}"
        );
    }

    #[test]
    fn every_operation_has_a_name_of_its_own_and_is_filed_under_a_known_tag() {
        for (api, routes) in
            [(auth::Api::openapi(), auth::routes()), (product::Api::openapi(), product::routes())]
        {
            let document = serde_json::to_value(document(api, &routes, false)).unwrap();
            let known: HashSet<_> =
                document["tags"].as_array().unwrap().iter().map(|tag| tag["name"].as_str()).collect();
            let mut names = HashSet::new();
            for operation in document["paths"]
                .as_object()
                .unwrap()
                .values()
                .flat_map(|item| item.as_object().unwrap().values())
            {
                assert!(
                    names.insert(operation["operationId"].as_str().unwrap()),
                    "{}",
                    operation["operationId"]
                );
                assert!(
                    operation["tags"].as_array().unwrap().iter().all(|tag| known.contains(&tag.as_str()))
                );
            }
        }
    }

    #[test]
    fn every_operation_names_the_failures_that_its_parts_lead_to() {
        for (api, routes) in
            [(auth::Api::openapi(), auth::routes()), (product::Api::openapi(), product::routes())]
        {
            let document = serde_json::to_value(document(api, &routes, false)).unwrap();
            let paths = document["paths"].as_object().unwrap().iter();
            for (path, method, operation) in paths
                .flat_map(|(path, item)| item.as_object().unwrap().iter().map(move |(m, o)| (path, m, o)))
            {
                let named = |status: &str| operation["responses"].get(status).is_some();
                let parameters = operation["parameters"].to_string();
                let has_body = operation["requestBody"] != Value::Null;
                let is_form = operation["requestBody"].to_string().contains("x-www-form-urlencoded");
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
                    ("422", (has_body && !is_form) || repeatable || parameters.contains(r#""in":"query""#)),
                    ("503", path.starts_with("/api/") || path.ends_with("/ready")),
                ] {
                    assert_eq!(named(status), expected, "{method} {path}: {status}");
                }
                assert!(!named("default") && !named("500"), "{method} {path}");
            }
        }
    }
}
