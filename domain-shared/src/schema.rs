//! How values look in a JSON Schema, where that doesn't follow from their type alone.
use schemars::{Schema, json_schema};
use serde_json::Value;

/// A word out of `words`, a vocabulary that grows: those who read it must be ready for words they don't know.
///
/// The words are an annotation, `x-extensible-enum`, rather than an `enum`, so that a new one isn't refused by those who
/// check against an older schema.
#[must_use]
pub fn vocabulary<'a>(words: impl IntoIterator<Item = &'a str>) -> Schema {
    let words: Vec<&str> = words.into_iter().collect();
    json_schema!({ "type": "string", "x-extensible-enum": words })
}

/// Makes the schema of an enum that of a [`vocabulary`].
pub fn extensible(schema: &mut Schema) {
    let listed = ["enum", "oneOf"].into_iter().filter_map(|list| schema.get(list)?.as_array()).flatten();
    let mut open = vocabulary(listed.filter_map(|word| word.get("const").unwrap_or(word).as_str()));
    if let Some(description) = schema.get("description").and_then(Value::as_str) {
        open.insert("description".to_owned(), description.into());
    }
    *schema = open;
}
