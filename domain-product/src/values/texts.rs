//! The texts on a product and on its stock movements.
use domain_shared::{Invalid, ValueObject, line, paragraph};
use serde::{Deserialize, Serialize};

macro_rules! text {
    ($(#[$doc:meta])* $Name:ident: $parse:ident, $max:literal $(, $pattern:literal)?) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(transparent)]
        pub struct $Name(
            #[cfg_attr(feature = "schema", schemars(length(min = 1, max = $max) $(, regex(pattern = $pattern))?))]
            String,
        );

        impl $Name {
            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl ValueObject for $Name {
            type Raw = String;
            const EXPECTED: &'static str = "a string";

            fn parse(raw: String) -> Result<Self, Invalid> {
                $parse(&raw, $max).map(Self)
            }
        }
    };
}

text!(
    /// What a product is called: one line of 1 to 255 characters.
    ProductName: line, 255
);
text!(
    /// What there is to say about a product: 1 to 1000 characters, lines allowed.
    Description: paragraph, 1000
);
text!(
    /// A shelf products are found on: one line of 1 to 100 characters.
    Category: line, 100
);
text!(
    /// A stock keeping unit: 1 to 64 letters, digits, dots, hyphens, underscores and slashes, in upper case; unique.
    Sku: sku, 64, "^[A-Z0-9._/\\-]+$"
);
text!(
    /// Why stock moved: one line of 1 to 200 characters.
    Reason: line, 200
);
text!(
    /// The document behind a stock movement, such as an order number: one line of 1 to 100 characters.
    Reference: line, 100
);

fn sku(raw: &str, max: usize) -> Result<String, Invalid> {
    let sku = line(raw, max)?.to_ascii_uppercase();
    if sku.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '/')) {
        Ok(sku)
    } else {
        Err(Invalid::ForbiddenCharacter)
    }
}

/// The form in which texts are searched and sorted: lower case.
#[must_use]
pub fn search_key(text: &str) -> String {
    text.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sku_is_the_same_in_any_case() {
        assert_eq!(Sku::parse(" lap-01/b ".into()), Sku::parse("LAP-01/B".into()));
        assert_eq!(Sku::parse("LAP 01".into()), Err(Invalid::ForbiddenCharacter));
        assert_eq!(Sku::parse("ñ".into()), Err(Invalid::ForbiddenCharacter));
    }

    #[test]
    fn a_name_is_one_line_and_a_description_may_have_more() {
        assert_eq!(ProductName::parse("a\r\nSet-Cookie: x".into()), Err(Invalid::ForbiddenCharacter));
        assert_eq!(ProductName::parse("x".repeat(256)), Err(Invalid::TooLong(255)));
        assert!(Description::parse("one\ntwo".into()).is_ok());
    }
}
