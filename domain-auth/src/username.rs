use std::fmt;

use domain_shared::{Invalid, ValueObject};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use uuid::Uuid;

/// The name a user signs in with: 3 to 50 letters, digits, dots, hyphens and underscores of any script.
///
/// It is normalised to NFKC (UAX 15), shown as typed, and unique regardless of case: see [`Username::key`].
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Username(
    #[cfg_attr(feature = "schema", schemars(length(min = Self::LEAST, max = Self::MOST)))] String,
);

impl Username {
    const LEAST: usize = 3;
    const MOST: usize = 50;

    /// The name as typed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What two spellings of one name have in common: the name in NFKC with case folded.
    #[must_use]
    pub fn key(&self) -> String {
        // Upper then lower case, character by character, is full case folding for every letter but a handful
        // (it maps ß to ss and a final ς to σ); what both agree on is what uniqueness needs.
        self.0.chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase).nfkc().collect()
    }

    /// What stands in place of the name of somebody who was erased.
    #[must_use]
    pub fn erased(who: Uuid) -> Self {
        Self(format!("{ERASED}{}", who.simple()))
    }

    /// Whether it stands in place of a name, or could.
    #[must_use]
    pub fn is_placeholder(&self) -> bool {
        self.key().strip_prefix(ERASED).is_some_and(|id| Uuid::try_parse(id).is_ok())
    }
}

/// What placeholders begin with.
const ERASED: &str = "erased-";

impl ValueObject for Username {
    type Raw = String;
    const EXPECTED: &'static str = "a string";

    fn parse(raw: String) -> Result<Self, Invalid> {
        let name: String = raw.trim().nfkc().collect();
        match name.chars().count() {
            ..Self::LEAST => Err(Invalid::TooShort(Self::LEAST)),
            length if length > Self::MOST => Err(Invalid::TooLong(Self::MOST)),
            _ if !name.chars().all(is_allowed) => Err(Invalid::ForbiddenCharacter),
            _ => Ok(Self(name)),
        }
    }
}

fn is_allowed(c: char) -> bool {
    // The Hangul fillers are letters to Unicode and blank to the eye.
    let invisible = matches!(c, '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}');
    (c.is_alphanumeric() && !invisible) || matches!(c, '.' | '_' | '-')
}

impl fmt::Display for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(raw: &str) -> Result<Username, Invalid> {
        Username::parse(raw.to_owned())
    }

    #[test]
    fn a_name_is_shown_as_typed_and_compared_without_case() {
        let (typed, other) = (parse(" José.Ñandú ").unwrap(), parse("jose\u{301}.ÑANDÚ").unwrap());
        assert_eq!(typed.as_str(), "José.Ñandú");
        assert_eq!(typed.key(), other.key());
        assert_eq!(parse("Straße").unwrap().key(), parse("STRASSE").unwrap().key());
    }

    #[test]
    fn full_width_letters_are_the_letters_they_look_like() {
        assert_eq!(parse("ＡＤＡ").unwrap().key(), parse("ada").unwrap().key());
    }

    #[test]
    fn nothing_invisible_or_of_markup_gets_in() {
        for raw in [
            "two words",
            "<script>",
            "a\0bc",
            "ada\u{200B}",
            "ada\u{202E}",
            "ad\u{3164}a",
            "a\r\nb",
            "a'b--",
            "abc😀",
        ] {
            assert_eq!(parse(raw), Err(Invalid::ForbiddenCharacter), "{raw:?}");
        }
    }

    #[test]
    fn a_placeholder_is_a_name_that_tells_nothing() {
        let erased = Username::erased(Uuid::from_u128(7));
        assert_eq!(parse(erased.as_str()).as_ref(), Ok(&erased));
        assert!(erased.is_placeholder() && parse(&erased.as_str().to_uppercase()).unwrap().is_placeholder());
        assert!(!parse("erased-ada").unwrap().is_placeholder());
    }

    #[test]
    fn length_is_3_to_50_characters() {
        assert_eq!(parse("ab"), Err(Invalid::TooShort(3)));
        assert!(parse(&"ñ".repeat(50)).is_ok());
        assert_eq!(parse(&"a".repeat(51)), Err(Invalid::TooLong(50)));
    }
}
