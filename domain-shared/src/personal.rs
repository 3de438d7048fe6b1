use serde_json::Value;
use uuid::Uuid;

use crate::EventEnvelope;

/// What in events of one kind is about a person. Stores keep it so that it can be made unreadable for good, without
/// touching the log; what is read then is what [`Personal::erase`] leaves.
#[derive(Debug, Clone, Copy)]
pub struct Personal {
    /// The kind of event, such as `user.registered.v1`.
    pub kind: &'static str,
    /// Whom it is about.
    pub subject: Subject,
    /// Where it says so.
    pub fields: &'static [PersonalField],
}

/// Where an event says whom it is about.
#[derive(Debug, Clone, Copy)]
pub enum Subject {
    /// It happened to them.
    Aggregate,
    /// Their id is this field of the data.
    Field(&'static str),
}

/// A text in an event's data that is about a person, if it is there.
#[derive(Debug, Clone, Copy)]
pub struct PersonalField {
    /// Where it is in the data (a JSON pointer, RFC 6901).
    pub pointer: &'static str,
    /// What stands there once the person is forgotten: always the same for one person, and fit for the event to be read.
    pub placeholder: fn(Uuid) -> Option<String>,
}

impl Personal {
    /// Whom `event`, which is of this kind, is about.
    #[must_use]
    pub fn subject_of(&self, event: &EventEnvelope) -> Option<Uuid> {
        match self.subject {
            Subject::Aggregate => Some(event.aggregate_id),
            Subject::Field(name) => event.data.get(name)?.as_str().and_then(|id| Uuid::try_parse(id).ok()),
        }
    }

    /// Puts the placeholders of `subject` into the data of an event of this kind.
    pub fn erase(&self, subject: Uuid, data: &mut Value) {
        for field in self.fields {
            field.erase(subject, data);
        }
    }
}

impl PersonalField {
    /// Puts the placeholder of `subject` into an event's data, unless they say nothing there.
    pub fn erase(&self, subject: Uuid, data: &mut Value) {
        if let Some(value) = data.pointer_mut(self.pointer).filter(|value| !value.is_null()) {
            *value = (self.placeholder)(subject).map_or(Value::Null, Value::String);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const MET: Personal = Personal {
        kind: "test.met.v1",
        subject: Subject::Field("whom"),
        fields: &[
            PersonalField { pointer: "/name", placeholder: |id| Some(id.simple().to_string()) },
            PersonalField { pointer: "/at/place", placeholder: |_| None },
        ],
    };

    #[test]
    fn only_what_is_personal_is_replaced_and_only_where_there_is_something() {
        let mut data = json!({ "name": "Ada", "at": { "place": "London", "year": 1833 }, "whom": "x" });
        MET.erase(Uuid::nil(), &mut data);
        let name = Uuid::nil().simple().to_string();
        assert_eq!(data, json!({ "name": name, "at": { "place": null, "year": 1833 }, "whom": "x" }));
        for untouched in [json!({}), json!({ "name": null, "at": { "place": null } }), json!(7)] {
            let mut data = untouched.clone();
            MET.erase(Uuid::nil(), &mut data);
            assert_eq!(data, untouched);
        }
    }
}
