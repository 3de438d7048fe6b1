//! Values that break a rule about values.
use std::borrow::Cow;

use serde::de::DeserializeOwned;

use crate::{Fault, Kind};

/// The rule a value breaks. `Display` says it in English; [`Fault::code`] names it for machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Invalid {
    /// It must be given.
    #[error("is required")]
    Missing,
    /// It has the wrong JSON type; says which one is expected.
    #[error("must be {0}")]
    Type(&'static str),
    /// It has too few characters.
    #[error("must have at least {0} characters")]
    TooShort(usize),
    /// It has too many characters.
    #[error("must have at most {0} characters")]
    TooLong(usize),
    /// It is below the least value allowed.
    #[error("must be at least {0}")]
    TooSmall(&'static str),
    /// It is above the greatest value allowed.
    #[error("must be at most {0}")]
    TooLarge(&'static str),
    /// It has more decimals than its currency.
    #[error("must have at most {0} decimals in this currency")]
    TooPrecise(u32),
    /// It isn't in the form of what it should be, such as an e-mail address.
    #[error("is not {0}")]
    Malformed(&'static str),
    /// It contains a character that isn't allowed.
    #[error("contains a character that is not allowed")]
    ForbiddenCharacter,
    /// It is on the list of passwords that attackers try first.
    #[error("is too common")]
    TooCommon,
    /// It is the user's own name or e-mail address.
    #[error("must not be your own name or e-mail address")]
    OwnName,
    /// It differs from what it should repeat.
    #[error("does not match")]
    Mismatch,
    /// It looks like what stands in place of something that was erased.
    #[error("is reserved")]
    Reserved,
}

impl Fault for Invalid {
    fn kind(&self) -> Kind {
        Kind::Invalid
    }

    fn code(&self) -> Cow<'static, str> {
        match self {
            Self::Missing => "missing",
            Self::Type(_) => "wrong_type",
            Self::TooShort(_) => "too_short",
            Self::TooLong(_) => "too_long",
            Self::TooSmall(_) => "too_small",
            Self::TooLarge(_) => "too_large",
            Self::TooPrecise(_) => "too_precise",
            Self::Malformed(_) => "malformed",
            Self::ForbiddenCharacter => "forbidden_character",
            Self::TooCommon => "too_common",
            Self::OwnName => "own_name",
            Self::Mismatch => "mismatch",
            Self::Reserved => "reserved",
        }
        .into()
    }
}

/// A type whose values are valid by construction: whoever holds one need not check it again.
pub trait ValueObject: Sized {
    /// What it is made from, as it arrives in JSON.
    type Raw: DeserializeOwned;
    /// What JSON is expected, for people: `a string`.
    const EXPECTED: &'static str;

    /// Checks `raw` and normalises it.
    ///
    /// # Errors
    /// The rule that `raw` breaks.
    fn parse(raw: Self::Raw) -> Result<Self, Invalid>;
}

impl ValueObject for bool {
    type Raw = Self;
    const EXPECTED: &'static str = "true or false";

    fn parse(raw: Self) -> Result<Self, Invalid> {
        Ok(raw)
    }
}
