//! What a token's bearer may do (RFC 6749, section 3.3).
use std::{collections::BTreeSet, fmt};

use serde::{Deserialize, Serialize};

use crate::{Invalid, ValueObject};

/// One permission, such as `products:write`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Scope(#[cfg_attr(feature = "schema", schemars(regex(pattern = r"^[a-z0-9:_.\-]{1,64}$")))] String);

impl Scope {
    /// The name of [`Scope::products_write`].
    pub const PRODUCTS_WRITE: &str = "products:write";

    /// Create, change and see every product, and move stock.
    #[must_use]
    pub fn products_write() -> Self {
        Self(Self::PRODUCTS_WRITE.to_owned())
    }

    /// The scope's name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl ValueObject for Scope {
    type Raw = String;
    const EXPECTED: &'static str = "a string";

    fn parse(raw: String) -> Result<Self, Invalid> {
        let clean = (1..=64).contains(&raw.len())
            && raw
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, ':' | '_' | '-' | '.'));
        if clean { Ok(Self(raw)) } else { Err(Invalid::Malformed("a scope")) }
    }
}

/// A set of permissions, written with blanks between them in a token.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Scopes(#[cfg_attr(feature = "schema", schemars(length(max = Self::MAX)))] BTreeSet<Scope>);

impl Scopes {
    /// How many there may be.
    const MAX: usize = 32;

    /// Whether `scope` is among them.
    #[must_use]
    pub fn allows(&self, scope: &Scope) -> bool {
        self.0.contains(scope)
    }

    /// These and `others` together.
    #[must_use]
    pub fn with(&self, others: &Self) -> Self {
        Self(self.0.union(&others.0).cloned().collect())
    }

    /// Each of them, in alphabetical order.
    pub fn iter(&self) -> impl Iterator<Item = &Scope> {
        self.0.iter()
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().collect())
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, scope) in self.iter().enumerate() {
            write!(f, "{}{}", if i == 0 { "" } else { " " }, scope.as_str())?;
        }
        Ok(())
    }
}

impl ValueObject for Scopes {
    type Raw = Vec<String>;
    const EXPECTED: &'static str = "a list of strings";

    fn parse(raw: Vec<String>) -> Result<Self, Invalid> {
        if raw.len() > Self::MAX {
            return Err(Invalid::TooLarge("32"));
        }
        raw.into_iter().map(Scope::parse).collect()
    }
}
