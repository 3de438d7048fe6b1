//! Personal data in events, sealed with a key of the person they are about: see `docs/adr/0013-erasure-by-key.md`.
use std::fmt;

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey},
    rand,
};
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use domain_shared::{EventEnvelope, Personal, PersonalField, StoreError};
use serde_json::{Value, json};
use uuid::Uuid;

/// A key of one person. Never printed.
#[derive(Clone)]
pub struct UserKey(Vec<u8>);

impl fmt::Debug for UserKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UserKey(…)")
    }
}

impl UserKey {
    /// A key nobody has.
    pub fn generate() -> Result<Self, StoreError> {
        let mut bytes = vec![0; 32];
        rand::fill(&mut bytes).map_err(|_| StoreError::unavailable("no random numbers could be had"))?;
        Ok(Self(bytes))
    }

    /// A key as it is stored.
    pub const fn stored(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// What is stored of it: all, since it is destroyed by overwriting it.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Seals what is personal in `event`, which is of that kind.
    pub fn seal(&self, personal: &Personal, event: &mut EventEnvelope) -> Result<(), StoreError> {
        for field in personal.fields {
            let place = place(event.id, field);
            if let Some(value) = event.data.pointer_mut(field.pointer)
                && let Some(text) = value.as_str()
            {
                *value = json!({ SEALED: self.seal_text(&place, text)? });
            }
        }
        Ok(())
    }

    /// The nonce, the text in AES-256-GCM, and its tag, which holds for this place alone.
    pub(super) fn seal_text(&self, place: &[u8], text: &str) -> Result<String, StoreError> {
        let failed = |_| StoreError::unavailable("personal data can't be sealed");
        let key = RandomizedNonceKey::new(&AES_256_GCM, &self.0).map_err(failed)?;
        let mut sealed = text.as_bytes().to_vec();
        let nonce = key.seal_in_place_append_tag(Aad::from(place), &mut sealed).map_err(failed)?;
        Ok(STANDARD_NO_PAD.encode([nonce.as_ref().as_slice(), &sealed].concat()))
    }

    pub(super) fn open_text(&self, place: &[u8], sealed: &str) -> Option<String> {
        let bytes = STANDARD_NO_PAD.decode(sealed).ok()?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE_LEN)?;
        let key = RandomizedNonceKey::new(&AES_256_GCM, &self.0).ok()?;
        let (nonce, mut text) = (Nonce::try_assume_unique_for_key(nonce).ok()?, sealed.to_vec());
        let text = key.open_in_place(nonce, Aad::from(place), &mut text).ok()?;
        String::from_utf8(text.to_vec()).ok()
    }
}

/// The only field of the object that stands where the text was.
const SEALED: &str = "sealed";

/// Where a sealed text belongs. Nobody can move it into another event or field, where it would say something else.
fn place(event: Uuid, field: &PersonalField) -> Vec<u8> {
    [event.as_bytes().as_slice(), field.pointer.as_bytes()].concat()
}

/// Whether anything in `event` is sealed.
pub fn is_sealed(personal: &Personal, event: &EventEnvelope) -> bool {
    let sealed = |field: &PersonalField| event.data.pointer(field.pointer).is_some_and(Value::is_object);
    personal.fields.iter().any(sealed)
}

/// Puts what was sealed back, with the key of `subject`. What it doesn't open, or nothing does any more, is replaced by
/// the placeholder, so that one bad value never keeps anybody from reading the log. What isn't sealed stays.
pub fn open(personal: &Personal, subject: Uuid, key: Option<&UserKey>, event: &mut EventEnvelope) {
    for field in personal.fields {
        let Some(value) = event.data.pointer_mut(field.pointer) else { continue };
        let Some(object) = value.as_object() else { continue };
        let sealed = object.get(SEALED).and_then(Value::as_str);
        match key.zip(sealed).and_then(|(key, sealed)| key.open_text(&place(event.id, field), sealed)) {
            Some(text) => *value = Value::String(text),
            None => field.erase(subject, &mut event.data),
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use domain_auth::personal;

    use super::*;

    fn registered(event: u128) -> EventEnvelope {
        EventEnvelope {
            id: Uuid::from_u128(event),
            aggregate_type: "user".to_owned(),
            aggregate_id: Uuid::nil(),
            sequence: 1,
            kind: "user.registered.v1".to_owned(),
            occurred_at: DateTime::UNIX_EPOCH,
            actor: None,
            command_id: Uuid::from_u128(event),
            traceparent: None,
            origin: domain_shared::Origin::default(),
            data: json!({ "email": "ada@example.com", "username": "Ñandú", "full_name": null, "is_superuser": false }),
        }
    }

    fn about() -> &'static Personal {
        personal("user.registered.v1").unwrap()
    }

    fn sealed(event: u128, key: &UserKey) -> EventEnvelope {
        let mut event = registered(event);
        key.seal(about(), &mut event).unwrap();
        event
    }

    fn opened(mut event: EventEnvelope, key: Option<&UserKey>) -> EventEnvelope {
        open(about(), Uuid::nil(), key, &mut event);
        event
    }

    #[test]
    fn what_was_sealed_is_unreadable_until_opened() {
        let key = UserKey::generate().unwrap();
        let sealed = sealed(1, &key);
        let text = sealed.data.to_string();
        assert!(is_sealed(about(), &sealed) && !text.contains("ada") && !text.contains("and"), "{text}");
        assert_eq!((&sealed.data["full_name"], &sealed.data["is_superuser"]), (&Value::Null, &json!(false)));
        assert_eq!(opened(sealed, Some(&key)), registered(1));
    }

    #[test]
    fn no_two_seals_are_alike() {
        let key = UserKey::generate().unwrap();
        assert_ne!(sealed(1, &key), sealed(1, &key));
    }

    #[test]
    fn what_no_key_opens_is_replaced_by_the_placeholder() {
        let (key, other) = (UserKey::generate().unwrap(), UserKey::generate().unwrap());
        let mut erased = registered(1);
        about().erase(Uuid::nil(), &mut erased.data);
        assert_eq!(opened(sealed(1, &key), None), erased);
        assert_eq!(opened(sealed(1, &key), Some(&other)), erased);
        for garbage in
            [json!({}), json!({ "sealed": 7 }), json!({ "sealed": "AAAA" }), json!({ "sealed": "é" })]
        {
            let mut event = sealed(1, &key);
            event.data["email"] = garbage;
            assert_eq!(opened(event, Some(&key)).data["email"], erased.data["email"]);
        }
    }

    #[test]
    fn a_seal_holds_only_where_it_was_made() {
        let key = UserKey::generate().unwrap();
        let (mut moved, mut swapped) = (sealed(2, &key), sealed(1, &key));
        moved.data = sealed(1, &key).data;
        assert!(!opened(moved, Some(&key)).data.to_string().contains("ada"));
        swapped.data["username"] = swapped.data["email"].clone();
        assert!(!opened(swapped, Some(&key)).data["username"].to_string().contains("ada"));
    }

    #[test]
    fn what_was_never_sealed_is_read_as_it_is() {
        let key = UserKey::generate().unwrap();
        assert!(!is_sealed(about(), &registered(1)));
        assert_eq!(opened(registered(1), Some(&key)), registered(1));
        assert_eq!(opened(registered(1), None), registered(1));
    }

    #[test]
    fn a_key_is_not_printed() {
        assert_eq!(format!("{:?}", UserKey::stored(vec![7; 32])), "UserKey(…)");
    }
}
