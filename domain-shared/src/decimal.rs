//! Exact decimal numbers between JSON text and integers; no float anywhere.
use serde_json::value::RawValue;

use crate::{Invalid, ValueObject};

/// A decimal number exactly as written: `units` × 10^-`scale`. At most 18 significant digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decimal {
    units: i64,
    scale: u32,
}

/// More digits than any amount of money needs, and few enough for an `i64`.
const MAX_DIGITS: usize = 18;

impl Decimal {
    /// `units` × 10^-`scale`.
    #[must_use]
    pub const fn new(units: i64, scale: u32) -> Self {
        Self { units, scale }
    }

    /// How many decimals it needs: 2 for 0.10 × 0.1, 1 for 0.10.
    #[must_use]
    pub const fn scale(self) -> u32 {
        self.scale
    }

    /// The number in units of 10^-`scale`, or `None` if it has more decimals than that or doesn't fit.
    #[must_use]
    pub fn in_units_of(self, scale: u32) -> Option<i64> {
        let shift = scale.checked_sub(self.scale)?;
        self.units.checked_mul(10_i64.checked_pow(shift)?)
    }

    /// Reads a JSON number (RFC 8259, section 6) without passing through a float.
    #[must_use]
    pub fn from_json_number(text: &str) -> Option<Self> {
        let (negative, rest) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
            None => (rest, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = format!("{whole}{fraction}");
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let significant = digits.trim_start_matches('0').trim_end_matches('0');
        if significant.is_empty() {
            return Some(Self::new(0, 0));
        }
        let trailing_zeros = digits.len() - digits.trim_end_matches('0').len();
        // value = significant × 10^power
        let power = exponent
            .checked_sub(i32::try_from(fraction.len()).ok()?)?
            .checked_add(i32::try_from(trailing_zeros).ok()?)?;
        let zeros = usize::try_from(power.max(0)).ok()?;
        if significant.len().checked_add(zeros)? > MAX_DIGITS {
            return None;
        }
        let units: i64 = format!("{significant}{}", "0".repeat(zeros)).parse().ok()?;
        Some(Self::new(if negative { -units } else { units }, power.min(0).unsigned_abs()))
    }
}

impl ValueObject for Decimal {
    type Raw = Box<RawValue>;
    const EXPECTED: &'static str = "a number";

    fn parse(raw: Box<RawValue>) -> Result<Self, Invalid> {
        let text = raw.get().trim();
        if !text.starts_with(|c: char| c == '-' || c.is_ascii_digit()) {
            return Err(Invalid::Type(Self::EXPECTED));
        }
        Self::from_json_number(text).ok_or(Invalid::Malformed("a number of at most 18 digits"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_exactly_as_written() {
        for (text, units, scale) in [
            ("899.99", 89_999, 2),
            ("0.1", 1, 1),
            ("-0.010", -1, 2),
            ("100", 100, 0),
            ("1e2", 100, 0),
            ("12.5E-1", 125, 2),
            ("0", 0, 0),
            ("0.000", 0, 0),
            ("999999999.99", 99_999_999_999, 2),
            ("1.50e1", 15, 0),
        ] {
            assert_eq!(Decimal::from_json_number(text), Some(Decimal::new(units, scale)), "{text}");
        }
    }

    #[test]
    fn what_does_not_fit_is_refused_rather_than_rounded() {
        for text in
            ["1e999", "1e400", "99999999999999999999999", "-1e999", "1e99999999999", "", "-", ".", "1e", "१२"]
        {
            assert_eq!(Decimal::from_json_number(text), None, "{text}");
        }
    }

    #[test]
    fn a_number_counts_in_the_units_of_a_currency() {
        assert_eq!(Decimal::new(89_999, 2).in_units_of(2), Some(89_999));
        assert_eq!(Decimal::new(5, 0).in_units_of(2), Some(500));
        assert_eq!(Decimal::new(5, 3).in_units_of(2), None);
    }
}
