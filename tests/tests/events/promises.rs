//! No schema breaks what a released one promised, and the check that says so notices everything.
use serde_json::{Value, json};

use crate::contracts::{breaks, broken_promises, released};

/// A type that has one of everything.
fn released_schema() -> Value {
    json!({
        "type": "object",
        "properties": {
            "name": { "type": "string", "minLength": 1, "maxLength": 255, "description": "What it is called." },
            "sku": { "type": ["string", "null"], "pattern": "^[A-Z]+$" },
            "stock": { "type": "integer", "minimum": 0, "maximum": 1000 },
            "user_id": { "type": "string", "format": "uuid" },
            "state": { "type": "string", "enum": ["new", "old"] },
            "reason": { "type": "string", "x-extensible-enum": ["logout", "theft"] },
            "scopes": { "type": "array", "items": { "type": "string", "maxLength": 64 }, "maxItems": 32 },
            "price": {
                "type": "object",
                "properties": { "minor_units": { "type": "integer" }, "currency": { "type": "string" } },
                "required": ["minor_units", "currency"],
            },
        },
        "required": ["name", "stock", "user_id", "state", "reason", "scopes", "price"],
    })
}

/// What the check says when `change` is made to the released schema.
fn verdict(change: impl FnOnce(&mut Value)) -> Vec<String> {
    let mut changed = released_schema();
    change(&mut changed);
    breaks(&released_schema(), &changed)
}

fn set(pointer: &str, value: Value) -> Vec<String> {
    verdict(|schema| {
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        let parent = schema.pointer_mut(parent).unwrap().as_object_mut().unwrap();
        if value.is_null() {
            parent.remove(name)
        } else {
            parent.insert(name.to_owned(), value)
        };
    })
}

#[test]
fn no_released_promise_is_broken() {
    let broken = broken_promises(&released());
    assert!(broken.is_empty(), "{}", broken.join("\n\n"));
}

#[test]
fn prose_optional_fields_and_longer_vocabularies_may_change() {
    assert_eq!(set("/properties/name/description", json!("Another description.")), [""; 0]);
    assert_eq!(set("/properties/added", json!({ "type": ["string", "null"], "maxLength": 9 })), [""; 0]);
    assert_eq!(set("/properties/price/properties/added", json!({ "type": "integer" })), [""; 0]);
    assert_eq!(set("/properties/reason/x-extensible-enum", json!(["logout", "boredom", "theft"])), [""; 0]);
    assert_eq!(
        set("/required", json!(["price", "scopes", "reason", "state", "user_id", "stock", "name"])),
        [""; 0]
    );
}

#[test]
fn what_events_in_the_log_do_not_keep_to_is_noticed() {
    for (pointer, value, complaint) in [
        (
            "/required",
            json!(["name", "stock", "user_id", "state", "reason", "scopes", "price", "sku"]),
            "data.sku: became required",
        ),
        (
            "/properties/name/maxLength",
            json!(254),
            "data.name: maxLength was 255 and is 254; events in the log",
        ),
        ("/properties/name/minLength", json!(2), "data.name: minLength was 1 and is 2; events in the log"),
        ("/properties/stock/minimum", json!(1), "data.stock: minimum was 0 and is 1; events in the log"),
        (
            "/properties/stock/maximum",
            json!(999),
            "data.stock: maximum was 1000 and is 999; events in the log",
        ),
        (
            "/properties/user_id/maxLength",
            json!(36),
            "data.user_id: maxLength was absent and is 36; events in the log",
        ),
        ("/properties/sku/type", json!("string"), "data.sku: its type lost null"),
        ("/properties/state/enum", json!(["new"]), "data.state: its values lost \"old\""),
        (
            "/properties/reason/x-extensible-enum",
            json!(["logout"]),
            "data.reason: its vocabulary lost \"theft\"",
        ),
        (
            "/properties/scopes/maxItems",
            json!(31),
            "data.scopes: maxItems was 32 and is 31; events in the log",
        ),
        (
            "/properties/scopes/items/maxLength",
            json!(63),
            "data.scopes[]: maxLength was 64 and is 63; events in the log",
        ),
        ("/properties/name/pattern", json!("^a"), "data.name: pattern was absent and is \"^a\""),
        ("/additionalProperties", json!(false), "data: additionalProperties was absent and is false"),
    ] {
        let found = set(pointer, value);
        assert!(found.len() == 1 && found[0].starts_with(complaint), "{complaint}: {found:?}");
    }
}

#[test]
fn what_readers_of_events_do_not_expect_is_noticed() {
    for (pointer, value, complaint) in [
        ("/properties/sku", Value::Null, "data.sku: is gone, and those who read events count on it"),
        ("/properties/price/properties/currency", Value::Null, "data.price.currency: is gone, and those who"),
        (
            "/required",
            json!(["name", "stock", "user_id", "state", "reason", "scopes"]),
            "data.price: became optional",
        ),
        ("/properties/name/maxLength", json!(256), "data.name: maxLength was 255 and is 256; those who read"),
        (
            "/properties/name/maxLength",
            Value::Null,
            "data.name: maxLength was 255 and is absent; those who read",
        ),
        ("/properties/stock/minimum", json!(-1), "data.stock: minimum was 0 and is -1; those who read"),
        ("/properties/name/type", json!(["string", "null"]), "data.name: its type gained null"),
        ("/properties/state/enum", json!(["new", "old", "lost"]), "data.state: its values gained \"lost\""),
        ("/properties/user_id/format", Value::Null, "data.user_id: format was \"uuid\" and is absent"),
        ("/properties/sku/pattern", json!("^[A-Z ]+$"), "data.sku: pattern was \"^[A-Z]+$\" and is"),
        ("/properties/reason/x-extensible-enum", Value::Null, "data.reason: x-extensible-enum was"),
    ] {
        let found = set(pointer, value);
        assert!(found.len() == 1 && found[0].starts_with(complaint), "{complaint}: {found:?}");
    }
}

#[test]
fn another_type_is_noticed_whichever_way_it_is_wrong() {
    assert_eq!(
        set("/properties/stock/type", json!("string")),
        ["data.stock: its type lost integer, which events in the log have"]
    );
    assert_eq!(
        set("/properties/stock/type", json!("number")),
        ["data.stock: its type lost integer, which events in the log have"]
    );
    assert!(!set("/properties/price", json!({ "type": "integer" })).is_empty());
}

#[test]
fn a_renamed_field_is_noticed_and_named() {
    let renamed = verdict(|schema| {
        let properties = schema["properties"].as_object_mut().unwrap();
        let name = properties.remove("name").unwrap();
        properties.insert("title".to_owned(), name);
        schema["required"][0] = json!("title");
    });
    assert_eq!(
        renamed,
        [
            "data.name: is gone (is it called title now?), and those who read events count on it",
            "data.title: became required, and events in the log lack it",
        ]
    );
}

#[test]
fn what_the_check_does_not_understand_is_no_promise_kept() {
    assert!(!set("/properties/name/not", json!({ "const": "x" })).is_empty());
    assert!(!set("/properties/price", json!(true)).is_empty());
    assert!(!set("/oneOf", json!([{ "required": ["sku"] }])).is_empty());
}

#[test]
fn a_broken_promise_says_what_to_do() {
    let mut released = released();
    let name = &mut released.get_mut("product.created.v1").unwrap()["properties"]["name"];
    name["maxLength"] = json!(1000);
    let broken = broken_promises(&released);
    let message = broken.iter().find(|message| message.starts_with("product.created.v1")).unwrap();
    for part in ["data.name: maxLength was 1000 and is 255", "a new version", "an upcast", "CONTRIBUTING.md"]
    {
        assert!(message.contains(part), "{part} is missing in: {message}");
    }
}
