use domain_shared::{Invalid, ValueObject};
use serde::{Deserialize, Serialize};

/// A telephone number: an optional `+` and 7 to 15 digits (E.164's length), without the blanks and punctuation typed.
///
/// A leading zero is allowed, which E.164 has not, because national numbers start with one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct PhoneNumber(
    #[cfg_attr(feature = "schema", schemars(regex(pattern = r"^\+?[0-9]{7,15}$")))] String,
);

impl PhoneNumber {
    /// The number.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl ValueObject for PhoneNumber {
    type Raw = String;
    const EXPECTED: &'static str = "a string";

    fn parse(raw: String) -> Result<Self, Invalid> {
        let number: String =
            raw.trim().chars().filter(|c| !matches!(c, ' ' | '-' | '.' | '(' | ')')).collect();
        let digits = number.strip_prefix('+').unwrap_or(&number);
        if (7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) {
            Ok(Self(number))
        } else {
            Err(Invalid::Malformed("a telephone number of 7 to 15 digits"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn punctuation_is_no_part_of_a_number() {
        let number = PhoneNumber::parse(" +1 (555) 000-1111 ".to_owned()).unwrap();
        assert_eq!(number.as_str(), "+15550001111");
        assert!(PhoneNumber::parse("+0987654321".to_owned()).is_ok());
    }

    #[test]
    fn anything_else_is_refused() {
        for raw in
            ["call me", "123456", "1234567890123456", "++15550001111", "555\u{0}000111", "+", "५५५५५५५५"]
        {
            assert!(PhoneNumber::parse(raw.to_owned()).is_err(), "{raw:?}");
        }
    }
}
