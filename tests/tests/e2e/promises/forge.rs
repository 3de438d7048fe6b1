//! Tokens that we didn't make, or would never make.
use std::path::Path;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, crypto::sign};
use serde_json::Value;

use crate::world::World;

pub fn encode(part: &Value) -> String {
    URL_SAFE_NO_PAD.encode(part.to_string())
}

pub fn decode(part: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

/// Header, payload and signature of a token.
pub fn parts(token: &str) -> (Value, Value, &str) {
    let parts: Vec<_> = token.split('.').collect();
    (decode(parts[0]), decode(parts[1]), parts[2])
}

pub fn minted(header: &Value, payload: &Value, key: &EncodingKey, algorithm: Algorithm) -> String {
    let message = format!("{}.{}", encode(header), encode(payload));
    let signature = sign(message.as_bytes(), key, algorithm).unwrap();
    format!("{message}.{signature}")
}

/// `object` with `field` set to `value`, or without it where that is null.
pub fn with(object: &Value, field: &str, value: Value) -> Value {
    let mut object = object.as_object().unwrap().clone();
    if value.is_null() {
        object.remove(field)
    } else {
        object.insert(field.to_owned(), value)
    };
    Value::Object(object)
}

/// The key that the services made for themselves.
pub fn signing_key(world: &World) -> EncodingKey {
    let folder = world.setting("DATA_DIR").unwrap();
    let pem = std::fs::read(Path::new(folder).join("jwt-private.pem")).unwrap();
    EncodingKey::from_ed_pem(&pem).unwrap()
}
