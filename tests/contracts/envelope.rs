//! The envelope events are published in: `CloudEvents` 1.0 in JSON.
//!
//! The specification's integers have 32 bits, so numbers of 64 are texts; `sequence` is an extension of its own making.
use serde_json::{Value, json};

/// The name of the envelope's schema.
pub const ENVELOPE: &str = "cloudevent";

/// The schema of the envelope, whatever is in it.
#[must_use]
pub fn envelope() -> Value {
    let uuid = |what: &str| json!({ "type": "string", "format": "uuid", "description": what });
    let text = |what: &str| json!({ "type": "string", "minLength": 1, "description": what });
    let digits =
        |pattern: &str, what: &str| json!({ "type": "string", "pattern": pattern, "description": what });
    json!({
        "type": "object",
        "properties": {
            "specversion": { "type": "string", "const": "1.0", "description": "The version of CloudEvents." },
            "id": uuid("The event's own id. It may be delivered more than once, always with this id."),
            "source": {
                "type": "string",
                "x-extensible-enum": ["/auth-service", "/product-service"],
                "description": "The service it comes from.",
            },
            "type": text("What kind of event, with its version, such as `product.stock_removed.v1`."),
            "subject": uuid("The aggregate it happened to."),
            "time": { "type": "string", "format": "date-time", "description": "When it happened." },
            "datacontenttype": {
                "type": "string",
                "const": "application/json",
                "description": "What `data` is, which is JSON anyway.",
            },
            "sequence": digits(
                "^[0-9]{20}$",
                "The aggregate's version once it had happened, 1, 2, 3 and so on, with zeros in front so that it sorts as \
                 text.",
            ),
            "position": digits(
                "^[0-9]{1,20}$",
                "The place in the log of the service; later events have higher ones, with gaps.",
            ),
            "aggregatetype": text("The kind of aggregate, such as `product`."),
            "commandid": uuid("The command it came from; events of one command have it in common."),
            "actor": uuid("The user who asked for it; absent if none was signed in."),
            "traceparent": {
                "type": "string",
                "pattern": "^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$",
                "description": "The W3C trace context of the request it came from, if there was one.",
            },
            "data": {
                "type": "object",
                "description": "What happened; see the schema of the type. The id of the aggregate stands here, too, as \
                                `user_id`, `session_id` or `product_id`.",
            },
        },
        "required": [
            "specversion", "id", "source", "type", "subject", "time", "sequence", "position", "aggregatetype",
            "commandid", "data",
        ],
    })
}
