//! The types of events, out of the enums that the code itself uses: a new variant is in here without being listed.
use domain_auth::{SecurityEvent, Session, SessionEvent, User, UserEvent};
use domain_product::{Product, ProductEvent};
use domain_shared::Aggregate;
use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::{Map, Value};

/// A type of event, and what those who read it can count on.
pub struct Contract {
    /// Its name, with its version: `product.created.v1`.
    pub kind: String,
    /// The aggregate it happens to.
    pub aggregate: &'static str,
    /// Who sends it.
    pub service: &'static str,
    /// When.
    pub when: String,
    /// The JSON Schema of its data.
    pub data: Value,
}

/// Every type of event that the code can emit.
#[must_use]
pub fn contracts() -> Vec<Contract> {
    let mut contracts = of::<UserEvent>(User::TYPE, "auth-service");
    contracts.extend(of::<SessionEvent>(Session::TYPE, "auth-service"));
    contracts.extend(of::<SecurityEvent>(SecurityEvent::TYPE, "auth-service"));
    contracts.extend(of::<ProductEvent>(Product::TYPE, "product-service"));
    contracts
}

fn of<E: JsonSchema>(aggregate: &'static str, service: &'static str) -> Vec<Contract> {
    let settings = SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    let schema = settings.into_generator().into_root_schema_for::<E>();
    let variants =
        schema.get("oneOf").and_then(Value::as_array).expect("events are an adjacently tagged enum");
    let contract = |variant: &Value| Contract {
        kind: text(&variant["properties"]["type"]["const"]),
        aggregate,
        service,
        when: text(&variant["description"]),
        data: tidy(variant["properties"]["data"].clone()),
    };
    variants.iter().map(contract).collect()
}

fn text(value: &Value) -> String {
    value.as_str().expect("every variant has a name and a doc comment").to_owned()
}

/// Without what Rust has and JSON hasn't: formats of integers, links in doc comments.
fn tidy(mut schema: Value) -> Value {
    if let Some(object) = schema.as_object_mut() {
        clean(object);
    }
    schema
}

fn clean(schema: &mut Map<String, Value>) {
    let format = schema.get("format").and_then(Value::as_str);
    if format.is_some_and(|format| format.starts_with("int") || format.starts_with("uint")) {
        schema.remove("format");
    }
    for (name, value) in schema.iter_mut() {
        if let (true, Value::String(text)) = (name == "description", &mut *value) {
            *text = text.replace("[`", "`").replace("`]", "`");
        }
        if let Some(object) = value.as_object_mut() {
            clean(object);
        }
    }
}
