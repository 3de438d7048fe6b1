//! Values of a request, each checked by the domain, all their faults told at once.
use std::borrow::Cow;

use domain_shared::{Invalid, ValueObject};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::problem::{Problem, Violation};

/// A member of a JSON body: not there, `null`, a value, or one that breaks a rule.
#[derive(Debug, Default)]
pub enum Field<T> {
    /// It isn't there.
    #[default]
    Absent,
    /// It is `null`.
    Null,
    /// It is fine.
    Value(T),
    /// It breaks this rule.
    Bad(Invalid),
}

impl<'de, T: ValueObject> Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::of(&Box::<RawValue>::deserialize(deserializer)?))
    }
}

impl<T: ValueObject> Field<T> {
    fn of(raw: &RawValue) -> Self {
        if raw.get() == "null" {
            return Self::Null;
        }
        let value =
            serde_json::from_str(raw.get()).map_err(|_| Invalid::Type(T::EXPECTED)).and_then(T::parse);
        value.map_or_else(Self::Bad, Self::Value)
    }
}

/// Reads a text that needn't be given, of which a blank one is as good as `null`: forms send what was left empty so.
///
/// # Errors
/// None of its own.
pub fn text_or_blank<'de, T, D>(deserializer: D) -> Result<Field<T>, D::Error>
where
    T: ValueObject,
    D: Deserializer<'de>,
{
    let raw = Box::<RawValue>::deserialize(deserializer)?;
    let text = serde_json::from_str::<Cow<'_, str>>(raw.get());
    let is_blank = text.is_ok_and(|text| text.trim().is_empty());
    Ok(if is_blank { Field::Null } else { Field::of(&raw) })
}

/// Collects the fields that break a rule.
#[derive(Debug, Default)]
pub struct Violations(Vec<Violation>);

impl Violations {
    /// Notes that `field` breaks `rule`.
    pub fn add(&mut self, field: &'static str, rule: Invalid) {
        self.0.push(Violation { field: field.into(), rule });
    }

    /// A field that must be there.
    pub fn required<T>(&mut self, name: &'static str, field: Field<T>) -> Option<T> {
        match field {
            Field::Value(value) => return Some(value),
            Field::Absent | Field::Null => self.add(name, Invalid::Missing),
            Field::Bad(rule) => self.add(name, rule),
        }
        None
    }

    /// A field that may be left out or `null`.
    pub fn optional<T>(&mut self, name: &'static str, field: Field<T>) -> Option<T> {
        self.clearable(name, field).flatten()
    }

    /// A field that may be left out, but isn't `null`.
    pub fn given<T: ValueObject>(&mut self, name: &'static str, field: Field<T>) -> Option<T> {
        match field {
            Field::Absent => None,
            Field::Null => {
                self.add(name, Invalid::Type(T::EXPECTED));
                None
            }
            other => self.required(name, other),
        }
    }

    #[expect(clippy::option_option, reason = "kept, cleared and set are three different things")]
    /// A field of an edit: left out it keeps what is there (`None`), `null` clears it (`Some(None)`).
    pub fn clearable<T>(&mut self, name: &'static str, field: Field<T>) -> Option<Option<T>> {
        match field {
            Field::Absent => None,
            Field::Null => Some(None),
            other => self.required(name, other).map(Some),
        }
    }

    /// Fails if any field was bad.
    ///
    /// # Errors
    /// 422 with all of them.
    pub fn result(self) -> Result<(), Problem> {
        if self.0.is_empty() { Ok(()) } else { Err(self.into()) }
    }
}

impl From<Violations> for Problem {
    fn from(violations: Violations) -> Self {
        Self::invalid(violations.0)
    }
}

#[cfg(test)]
mod tests {
    use domain_auth::FullName;

    use super::*;

    #[derive(Deserialize)]
    struct Form {
        #[serde(default, deserialize_with = "text_or_blank")]
        name: Field<FullName>,
    }

    #[test]
    fn a_blank_text_that_need_not_be_given_is_as_good_as_null() {
        let read = |json: &str| serde_json::from_str::<Form>(json).unwrap().name;
        assert!(matches!(read("{}"), Field::Absent));
        for blank in ["null", r#""""#, r#""  ""#, r#""\t\u00a0\n""#] {
            assert!(matches!(read(&format!(r#"{{"name":{blank}}}"#)), Field::Null), "{blank}");
        }
        for bad in ["0", "false", "[]", r#""\u0000""#, r#""a\u0000""#] {
            assert!(matches!(read(&format!(r#"{{"name":{bad}}}"#)), Field::Bad(_)), "{bad}");
        }
        assert!(matches!(read(r#"{"name":" Ada "}"#), Field::Value(name) if name.as_str() == "Ada"));
    }
}
