//! JSON as RFC 8259 recommends it: texts that are texts, no name twice in one object, no abyss of nesting.
use std::{borrow::Cow, collections::HashSet, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;

/// Why JSON isn't taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Defect {
    /// It isn't JSON.
    Malformed,
    /// A name stands twice in one object.
    DuplicateKey,
}

/// Deeper than any body of ours.
const DEEPEST: u32 = 32;

/// Looks at every corner of `text`, those that nobody will read too. Numbers may have any size.
pub fn check(text: &str) -> Result<(), Defect> {
    let whole: &RawValue = serde_json::from_str(text).map_err(|_| Defect::Malformed)?;
    look_into(whole, 0)
}

/// The members of the object that `text` is, each with its JSON; none if it is no object.
pub fn members(text: &str) -> Vec<(String, &str)> {
    let members =
        serde_json::from_str::<Members<'_>>(text).map_or_else(|_| Vec::new(), |Members(members)| members);
    members.into_iter().map(|(name, value)| (name, value.get())).collect()
}

fn look_into(raw: &RawValue, depth: u32) -> Result<(), Defect> {
    let text = raw.get();
    if depth > DEEPEST {
        return Err(Defect::Malformed);
    }
    match text.bytes().next() {
        Some(b'"') => serde_json::from_str::<Cow<'_, str>>(text).map(drop).map_err(|_| Defect::Malformed),
        Some(b'[') => {
            let items: Vec<&RawValue> = serde_json::from_str(text).map_err(|_| Defect::Malformed)?;
            items.into_iter().try_for_each(|item| look_into(item, depth + 1))
        }
        Some(b'{') => {
            let Members(members) = serde_json::from_str(text).map_err(|_| Defect::Malformed)?;
            let mut names = HashSet::new();
            members.iter().try_for_each(|(name, value)| {
                if names.insert(name) { look_into(value, depth + 1) } else { Err(Defect::DuplicateKey) }
            })
        }
        _ => Ok(()),
    }
}

/// An object's members, in their order, none lost.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;

        impl<'de> Visitor<'de> for Collect {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(Collect)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inp_04_what_nobody_reads_is_looked_at_too() {
        for text in [
            r#"{"x":"\ud800"}"#,
            r#"{"x":["\udc00\ud800"]}"#,
            r#"{"x":{"y":"\x41"}}"#,
            "{\"x\":\"a\nb\"}",
            "{\"a\":01}",
        ] {
            assert_eq!(check(text), Err(Defect::Malformed), "{text}");
        }
        for text in [r#"{"a":1,"a":1}"#, r#"{"x":[{"a":1,"b":2,"a":3}]}"#, r#"{"a":1,"\u0061":2}"#] {
            assert_eq!(check(text), Err(Defect::DuplicateKey), "{text}");
        }
    }

    #[test]
    fn numbers_of_any_size_are_the_fields_affair() {
        assert_eq!(check(r#"{"price":1e999,"x":[99999999999999999999999,{"a":{}}]}"#), Ok(()));
    }

    #[test]
    fn an_abyss_is_refused() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(check(&nested(30)), Ok(()));
        assert_eq!(check(&nested(100)), Err(Defect::Malformed));
        assert_eq!(check(&nested(30_000)), Err(Defect::Malformed));
    }
}
