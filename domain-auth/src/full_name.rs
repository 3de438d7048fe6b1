use domain_shared::{Invalid, ValueObject, line};
use serde::{Deserialize, Serialize};

/// What people call a user: one line of 1 to 100 characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct FullName(#[cfg_attr(feature = "schema", schemars(length(min = 1, max = Self::MAX)))] String);

impl FullName {
    const MAX: usize = 100;

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl ValueObject for FullName {
    type Raw = String;
    const EXPECTED: &'static str = "a string";

    fn parse(raw: String) -> Result<Self, Invalid> {
        line(&raw, Self::MAX).map(Self)
    }
}
