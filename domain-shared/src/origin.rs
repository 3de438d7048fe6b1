use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Client;

/// From where something was asked for, and in which session. It stays with those who run the service: nobody else is
/// told, neither through a broker nor over HTTP.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The address and the user agent, which are about a person.
    #[serde(flatten)]
    pub client: Client,
    /// The session of whoever asked.
    #[serde(default)]
    pub session: Option<Uuid>,
}

impl Origin {
    /// Whether nothing is known of it.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        *self == Self::default()
    }

    /// The session alone.
    #[must_use]
    pub fn without_client(self) -> Self {
        Self { client: Client::default(), ..self }
    }
}
