//! The events as an `AsyncAPI` 3.0 document: where they are found on the broker.
use serde_json::{Map, Value, json};

use super::{Contract, ENVELOPE, envelope};

/// The document for all `contracts`.
#[must_use]
pub fn asyncapi(contracts: &[Contract]) -> Value {
    let each = |entry: fn(&Contract) -> Vec<(String, Value)>| -> Map<String, Value> {
        contracts.iter().flat_map(entry).collect()
    };
    let mut schemas = each(|contract| vec![(contract.kind.clone(), contract.data.clone())]);
    schemas.insert(ENVELOPE.to_owned(), envelope());
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "Panal's events",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "What the services tell each other, and whoever else listens. At least once, in order for \
                            each aggregate. What may change and what may not is in README.md beside this file.",
            "license": { "name": "MIT" },
        },
        "defaultContentType": "application/cloudevents+json",
        "servers": {
            "broker": {
                "host": "localhost:5672",
                "protocol": "amqp",
                "protocolVersion": "0.9.1",
                "description": "RabbitMQ, wherever AMQP_URL says.",
            },
        },
        "channels": each(|contract| vec![(contract.kind.clone(), channel(contract))]),
        "operations": each(operations),
        "components": {
            "messages": each(|contract| vec![(contract.kind.clone(), message(contract))]),
            "schemas": schemas,
        },
    })
}

fn channel(Contract { kind, when, .. }: &Contract) -> Value {
    json!({
        "address": kind,
        "description": when,
        "messages": { kind: { "$ref": format!("#/components/messages/{kind}") } },
        "bindings": {
            "amqp": {
                "is": "routingKey",
                "exchange": {
                    "name": "panal.events", "type": "topic", "durable": true, "autoDelete": false, "vhost": "/",
                },
                "bindingVersion": "0.3.0",
            },
        },
    })
}

fn operations(Contract { kind, service, when, .. }: &Contract) -> Vec<(String, Value)> {
    let operation = |action: &str, summary: String, bindings: Value| {
        let operation = json!({
            "action": action,
            "channel": { "$ref": format!("#/channels/{kind}") },
            "messages": [{ "$ref": format!("#/channels/{kind}/messages/{kind}") }],
            "summary": summary,
            "tags": [{ "name": service }],
            "bindings": { "amqp": bindings },
        });
        (format!("{action}.{kind}"), operation)
    };
    vec![
        // 2: it survives a restart of the broker
        operation(
            "send",
            format!("{service} says: {when}"),
            json!({ "deliveryMode": 2, "bindingVersion": "0.3.0" }),
        ),
        operation(
            "receive",
            format!("Anybody hears from {service}: {when}"),
            json!({ "ack": true, "bindingVersion": "0.3.0" }),
        ),
    ]
}

fn message(Contract { kind, aggregate, service, when, .. }: &Contract) -> Value {
    json!({
        "name": kind,
        "title": kind,
        "summary": when,
        "contentType": "application/cloudevents+json",
        "payload": {
            "allOf": [
                { "$ref": format!("#/components/schemas/{ENVELOPE}") },
                {
                    "type": "object",
                    "properties": {
                        "source": { "const": format!("/{service}") },
                        "type": { "const": kind },
                        "aggregatetype": { "const": aggregate },
                        "data": {
                            "allOf": [
                                { "$ref": format!("#/components/schemas/{kind}") },
                                {
                                    "properties": { format!("{aggregate}_id"): { "type": "string", "format": "uuid" } },
                                    "required": [format!("{aggregate}_id")],
                                },
                            ],
                        },
                    },
                },
            ],
        },
    })
}
