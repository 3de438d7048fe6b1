//! On whose behalf a message is handled.
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Client, Clock, Context, IdGenerator, Origin};

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
    /// The session they are signed in by.
    pub session: Option<Uuid>,
    /// From where they ask.
    pub client: Client,
    /// The language they read.
    pub language: Language,
    /// The W3C trace context of the request.
    pub traceparent: Option<String>,
    /// The command's id, where attempts at the same command must be told from new ones: the log takes its events once.
    /// Otherwise every change is a command of its own.
    pub command: Option<Uuid>,
}

impl Caller {
    /// A caller who is signed in as `actor`.
    #[must_use]
    pub fn user(actor: impl Into<Uuid>) -> Self {
        Self { actor: Some(actor.into()), ..Self::default() }
    }

    /// The same caller, for what is done besides the command's own change and may be done again without harm. The ids of
    /// events derive from the command's, so no two changes may have the same one.
    #[must_use]
    pub fn besides(&self) -> Self {
        Self { command: None, ..self.clone() }
    }

    /// The same caller, for a second change that must be made once, too. Its command's id follows from the first's.
    #[must_use]
    pub fn then(&self) -> Self {
        /// More than one command has events.
        const STEP: u128 = 1 << 15;
        let next = |command: Uuid| Uuid::from_u128(command.as_u128().wrapping_add(STEP));
        Self { command: self.command.map(next), ..self.clone() }
    }

    /// The same caller, for one of many changes that are made together, each once. Its command's id follows from the first's
    /// and `number`, in whose order such ids nearly always sort.
    #[must_use]
    pub fn numbered(&self, number: u32) -> Self {
        /// Farther apart than ids that are made in the same millisecond.
        const STEP: u128 = 1 << 44;
        /// What a UUID of version 7 has at random after its variant.
        const RANDOM: u128 = (1 << 62) - 1;
        let numbered = |command: Uuid| {
            let id = command.as_u128();
            Uuid::from_u128(id & !RANDOM | id.wrapping_add(STEP * u128::from(number)) & RANDOM)
        };
        Self { command: self.command.map(numbered), ..self.clone() }
    }

    /// The circumstances of a decision made now for this caller.
    pub fn context(&self, clock: &(impl Clock + ?Sized), ids: &(impl IdGenerator + ?Sized)) -> Context {
        Context {
            command_id: self.command.unwrap_or_else(|| ids.next_id()),
            at: clock.now(),
            actor: self.actor,
            traceparent: self.traceparent.clone(),
            origin: Origin { client: self.client.clone(), session: self.session },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn numbered_commands_are_of_one_kind_and_no_two_the_same() {
        for command in [0x019a_0000_0000_7fff_8000_0000_0000_0000, 0x019a_0000_0000_7fff_bfff_ffff_ffff_ffff]
        {
            let caller = Caller { command: Some(Uuid::from_u128(command)), ..Caller::default() };
            let ids: HashSet<_> = (0..10_000).filter_map(|number| caller.numbered(number).command).collect();
            assert_eq!(ids.len(), 10_000);
            assert!(ids.iter().all(|id| id.get_version_num() == 7 && id.as_u128() >> 62 == command >> 62));
            assert_eq!(caller.numbered(7), caller.numbered(7));
        }
        assert_eq!(Caller::default().numbered(7).command, None);
    }
}
