//! Counts of things; all arithmetic is checked.
#![expect(clippy::unreadable_literal, reason = "the bounds are shown in messages as they stand here")]
use domain_shared::{Invalid, ValueObject};
use serde::{Deserialize, Serialize};

macro_rules! count {
    ($(#[$doc:meta])* $Name:ident: $least:literal ..= $most:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(transparent)]
        pub struct $Name(
            #[cfg_attr(feature = "schema", schemars(range(min = Self::LEAST, max = Self::MOST)))] i64
        );

        impl $Name {
            const LEAST: i64 = $least;
            const MOST: i64 = $most;

            /// The number.
            #[must_use]
            pub const fn get(self) -> i64 {
                self.0
            }

            /// The number as a store remembers it.
            #[must_use]
            pub const fn restore(number: i64) -> Self {
                Self(number)
            }
        }

        impl ValueObject for $Name {
            type Raw = i64;
            const EXPECTED: &'static str = "a whole number";

            fn parse(raw: i64) -> Result<Self, Invalid> {
                match raw {
                    ..Self::LEAST => Err(Invalid::TooSmall(stringify!($least))),
                    Self::LEAST..=Self::MOST => Ok(Self(raw)),
                    _ => Err(Invalid::TooLarge(stringify!($most))),
                }
            }
        }
    };
}

count!(
    /// How many of a product there are.
    Stock: 0 ..= 1000000000000
);
count!(
    /// How many are added or removed at once.
    Quantity: 1 ..= 1000000000
);
count!(
    /// From which stock downwards a product counts as low.
    Threshold: 0 ..= 1000000000
);

impl Stock {
    /// None at all.
    pub const NONE: Self = Self(0);

    /// The stock with `quantity` more, or `None` if that is more than is counted.
    #[must_use]
    pub fn plus(self, quantity: Quantity) -> Option<Self> {
        self.0.checked_add(quantity.0).and_then(|sum| Self::parse(sum).ok())
    }

    /// The stock with `quantity` less, or `None` if there aren't as many.
    #[must_use]
    pub fn minus(self, quantity: Quantity) -> Option<Self> {
        self.0.checked_sub(quantity.0).and_then(|rest| Self::parse(rest).ok())
    }

    /// Whether this is `threshold` or less.
    #[must_use]
    pub const fn is_low(self, threshold: Threshold) -> bool {
        self.0 <= threshold.0
    }
}

impl Threshold {
    /// Ten, unless a product says otherwise.
    pub const DEFAULT: Self = Self(10);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stock_never_goes_below_nothing_or_beyond_counting() {
        let (five, six) = (Quantity::parse(5).unwrap(), Quantity::parse(6).unwrap());
        assert_eq!(Stock::restore(5).minus(five), Some(Stock::NONE));
        assert_eq!(Stock::restore(5).minus(six), None);
        assert_eq!(Stock::restore(1_000_000_000_000).plus(five), None);
    }

    #[test]
    fn a_quantity_is_positive_and_bounded() {
        assert_eq!(Quantity::parse(0), Err(Invalid::TooSmall("1")));
        assert_eq!(Quantity::parse(i64::MIN), Err(Invalid::TooSmall("1")));
        assert_eq!(Quantity::parse(1_000_000_001), Err(Invalid::TooLarge("1000000000")));
    }
}
