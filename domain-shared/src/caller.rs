//! On whose behalf a message is handled.
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Clock, Context, IdGenerator};

/// The languages we write to people in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(transform = crate::schema::extensible))]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Spanish.
    Es,
}

impl Language {
    /// The ISO 639-1 code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Es => "es",
        }
    }

    /// The language with that ISO 639-1 code; English where we don't speak it.
    #[must_use]
    pub fn from_code(code: &str) -> Self {
        if code == "es" { Self::Es } else { Self::En }
    }
}

/// Who asks, and in which request. [`Caller::default`] is an anonymous one outside any request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Caller {
    /// The signed-in user.
    pub actor: Option<Uuid>,
    /// The language they read.
    pub language: Language,
    /// The W3C trace context of the request.
    pub traceparent: Option<String>,
}

impl Caller {
    /// A caller who is signed in as `actor`.
    #[must_use]
    pub fn user(actor: impl Into<Uuid>) -> Self {
        Self { actor: Some(actor.into()), ..Self::default() }
    }

    /// The circumstances of a decision made now for this caller.
    pub fn context(&self, clock: &(impl Clock + ?Sized), ids: &(impl IdGenerator + ?Sized)) -> Context {
        Context {
            command_id: ids.next_id(),
            at: clock.now(),
            actor: self.actor,
            traceparent: self.traceparent.clone(),
        }
    }
}
