//! What `/openapi.json` says about sending a request again.
use utoipa::openapi::{
    ContentBuilder, Object, ObjectBuilder, Ref, RefOr, Required, Response, ResponseBuilder, Type,
    path::{Operation, Parameter, ParameterBuilder, ParameterIn},
};

use super::header::LONGEST;

/// Describes the header, and what it may lead to, on an operation that takes it.
pub fn describe(operation: &mut Operation) {
    operation.parameters.get_or_insert_default().push(RefOr::T(parameter()));
    for (status, what) in [
        ("400", "It is malformed; `code` says how"),
        ("409", "The current state doesn't allow it; or an earlier request with this key is still in flight"),
        ("422", "A value is invalid; or this key was used for another request"),
    ] {
        let responses = &mut operation.responses.responses;
        responses.entry(status.to_owned()).or_insert_with(|| RefOr::T(problem(what)));
    }
}

fn parameter() -> Parameter {
    let key: Object = ObjectBuilder::new()
        .schema_type(Type::String)
        .pattern(Some(r"^[!#-\[\]-~]+$"))
        .min_length(Some(1))
        .max_length(Some(LONGEST))
        .build();
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(
            "A key of your own, best a UUID. The same request with the same key takes effect once and for 24 hours \
             gets the first answer, with `Idempotent-Replayed: true`.",
        ))
        .schema(Some(key))
        .build()
}

fn problem(what: &str) -> Response {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    ResponseBuilder::new().description(what).content("application/problem+json", content).build()
}
