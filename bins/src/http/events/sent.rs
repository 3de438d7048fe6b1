use adapters::cloud_event;
use domain_shared::StoredEvent;

/// The event of the service `source`, as it is published, as a server-sent event whose id is its position in the log. JSON
/// without line breaks is one line of data.
pub fn server_sent(stored: &StoredEvent, source: &str) -> String {
    let (position, kind) = (stored.position, &stored.event.kind);
    match cloud_event::encode(stored, source) {
        Ok(json) => format!("id: {position}\nevent: {kind}\ndata: {}\n\n", String::from_utf8_lossy(&json)),
        Err(error) => {
            let error: &(dyn std::error::Error + 'static) = &error;
            tracing::error!(error, position, "an event can't be told");
            format!("id: {position}\n\n")
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use domain_shared::EventEnvelope;
    use serde_json::{Value, json};
    use uuid::Uuid;

    use super::*;

    #[test]
    fn an_event_is_told_in_three_lines_whatever_is_in_it() {
        let event = EventEnvelope {
            id: Uuid::from_u128(1),
            aggregate_type: "product".to_owned(),
            aggregate_id: Uuid::from_u128(2),
            sequence: 3,
            kind: "product.updated.v1".to_owned(),
            occurred_at: DateTime::UNIX_EPOCH,
            actor: None,
            command_id: Uuid::from_u128(5),
            traceparent: None,
            origin: domain_shared::Origin::default(),
            data: json!({ "name": "two\nlines\r\nor more" }),
        };
        let text = server_sent(&StoredEvent { position: 42, event }, "/product-service");
        let lines: Vec<_> = text.split(['\n', '\r']).collect();
        assert_eq!(
            (lines[..2].join("; ").as_str(), &lines[3..]),
            ("id: 42; event: product.updated.v1", &["", ""][..])
        );
        let told: Value = serde_json::from_str(lines[2].strip_prefix("data: ").unwrap()).unwrap();
        assert_eq!(
            (&told["data"]["name"], &told["source"]),
            (&json!("two\nlines\r\nor more"), &json!("/product-service"))
        );
    }
}
