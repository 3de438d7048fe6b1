//! Values of a request, each checked by the domain, all their faults told at once.
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
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        if raw.get() == "null" {
            return Ok(Self::Null);
        }
        let value =
            serde_json::from_str(raw.get()).map_err(|_| Invalid::Type(T::EXPECTED)).and_then(T::parse);
        Ok(value.map_or_else(Self::Bad, Self::Value))
    }
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
