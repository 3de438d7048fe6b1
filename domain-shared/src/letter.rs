use crate::{Email, Language};

/// A piece of a [`Letter`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A paragraph of plain text.
    Text(String),
    /// A login code, to be shown large.
    Code(String),
}

/// An e-mail by its content; what it looks like is up to the mailer.
#[derive(Clone, PartialEq, Eq)]
pub struct Letter {
    /// Who gets it.
    pub to: Email,
    /// The language it is written in.
    pub language: Language,
    /// One line.
    pub subject: String,
    /// What it says, top to bottom.
    pub body: Vec<Block>,
}

/// Letters may hold login codes, so their text is never printed.
impl std::fmt::Debug for Letter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Letter")
            .field("to", &self.to.masked())
            .field("subject", &self.subject)
            .finish_non_exhaustive()
    }
}
