//! Cursors on the wire: opaque to clients, checked when they come back.
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain_product::{Cursor, CursorValue, Sort, SortKey};
use domain_shared::Invalid;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The value sorted by, and the id among equals.
#[derive(Serialize, Deserialize)]
struct Wire(Value, Uuid);

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Value {
    Number(i64),
    Text(String),
    None(()),
}

/// The cursor as text.
pub fn encode(cursor: Cursor) -> String {
    let value = match cursor.value {
        CursorValue::None => Value::None(()),
        CursorValue::Text(text) => Value::Text(text),
        CursorValue::Number(number) => Value::Number(number),
    };
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(&Wire(value, cursor.id)).unwrap_or_default())
}

/// The cursor that `text` is, if it is one of the order `sort`.
pub fn decode(text: &str, sort: Sort) -> Result<Cursor, Invalid> {
    let wire: Option<Wire> =
        URL_SAFE_NO_PAD.decode(text).ok().and_then(|json| serde_json::from_slice(&json).ok());
    let value = wire.and_then(|Wire(value, id)| {
        let value = match (sort.key, value) {
            (SortKey::CreatedAt, Value::None(())) => CursorValue::None,
            // No cursor of ours holds a NUL, and none is taken anywhere in a request.
            (SortKey::Name, Value::Text(text)) if !text.contains('\0') => CursorValue::Text(text),
            (SortKey::Price | SortKey::Stock, Value::Number(number)) => CursorValue::Number(number),
            _ => return None,
        };
        Some(Cursor { value, id })
    });
    value.ok_or(Invalid::Malformed("a cursor of this order"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_as_it_went_out_in_its_own_order_only() {
        for (key, value) in [
            (SortKey::CreatedAt, CursorValue::None),
            (SortKey::Name, CursorValue::Text("ñ".into())),
            (SortKey::Stock, CursorValue::Number(-1)),
        ] {
            let cursor = Cursor { value, id: Uuid::max() };
            let text = encode(cursor.clone());
            assert_eq!(decode(&text, Sort { key, descending: true }), Ok(cursor));
            let other = if key == SortKey::Name { SortKey::Price } else { SortKey::Name };
            assert!(decode(&text, Sort { key: other, descending: false }).is_err());
        }
    }

    #[test]
    fn nonsense_is_no_cursor() {
        for text in ["", "x", "bnVsbA", "%00", "🍯"] {
            assert!(decode(text, Sort::default()).is_err(), "{text:?}");
        }
    }
}
