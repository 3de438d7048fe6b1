use domain_shared::Language;
use serde::Serialize;
use utoipa::ToSchema;

/// A sentence for people.
#[derive(Debug, Serialize, ToSchema)]
pub struct MessageBody {
    /// The sentence.
    pub message: &'static str,
}

/// The one of two sentences that the reader understands.
#[must_use]
pub const fn say(language: Language, english: &'static str, spanish: &'static str) -> &'static str {
    match language {
        Language::En => english,
        Language::Es => spanish,
    }
}
