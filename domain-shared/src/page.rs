use crate::{Invalid, ValueObject};

/// How many items a page may hold: 1 to 200, 50 unless told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit(u8);

impl Limit {
    /// The number of items.
    #[must_use]
    pub fn get(self) -> usize {
        usize::from(self.0)
    }
}

impl Default for Limit {
    fn default() -> Self {
        Self(50)
    }
}

impl ValueObject for Limit {
    type Raw = u64;
    const EXPECTED: &'static str = "a whole number";

    fn parse(raw: u64) -> Result<Self, Invalid> {
        match u8::try_from(raw) {
            Ok(0) => Err(Invalid::TooSmall("1")),
            Ok(limit @ 1..=200) => Ok(Self(limit)),
            _ => Err(Invalid::TooLarge("200")),
        }
    }
}
