use domain_shared::{Decimal, Invalid};
use serde::{Deserialize, Serialize};

use super::Currency;

/// A price: a positive number of a currency's minor units, up to 999 999 999.99 or as near as the currency gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Money {
    /// The amount in the currency's minor units: cents, for dollars.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = most(FINEST))))]
    minor_units: i64,
    /// The currency by its code of ISO 4217.
    currency: Currency,
}

/// The most decimals any currency has; in units of 10^-4 prices of all currencies compare.
const FINEST: u32 = 4;

/// The most minor units there may be: all digits nine, nine before the point and as many after it as the currency has.
const fn most(decimals: u32) -> i64 {
    10_i64.pow(9 + decimals) - 1
}

impl Money {
    /// `amount` in `currency`.
    ///
    /// # Errors
    /// [`Invalid::TooSmall`] unless it is positive, [`Invalid::TooPrecise`] if it has more decimals than the currency,
    /// [`Invalid::TooLarge`].
    pub fn new(amount: Decimal, currency: Currency) -> Result<Self, Invalid> {
        if amount.scale() > currency.decimals() {
            return Err(Invalid::TooPrecise(currency.decimals()));
        }
        match amount.in_units_of(currency.decimals()) {
            Some(..=0) => Err(Invalid::TooSmall("the currency's smallest unit")),
            Some(minor_units) if minor_units <= most(currency.decimals()) => {
                Ok(Self { minor_units, currency })
            }
            _ => Err(Invalid::TooLarge("999999999.99")),
        }
    }

    /// Money as a store remembers it.
    #[must_use]
    pub const fn restore(minor_units: i64, currency: Currency) -> Self {
        Self { minor_units, currency }
    }

    /// The amount in the currency's minor units: cents, for dollars.
    #[must_use]
    pub const fn minor_units(self) -> i64 {
        self.minor_units
    }

    /// The currency.
    #[must_use]
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// The amount in units of 10^-4 of the major unit, in which prices of all currencies compare.
    #[must_use]
    pub const fn sort_key(self) -> i64 {
        self.minor_units * 10_i64.pow(FINEST - self.currency.decimals())
    }

    /// The bound that `amount` sets on [`Money::sort_key`], whatever the currency; saturates beyond any price.
    #[must_use]
    pub fn bound(amount: Decimal) -> i64 {
        amount.in_units_of(FINEST).unwrap_or(i64::MAX)
    }

    /// The amount as a JSON number with all of the currency's decimals: `899.99`.
    #[must_use]
    pub fn to_decimal_text(self) -> String {
        self.currency.decimal_text(self.minor_units.into())
    }
}

#[cfg(test)]
mod tests {
    use domain_shared::ValueObject;
    use proptest::prelude::*;

    use super::*;

    fn money(amount: &str, currency: &str) -> Result<Money, Invalid> {
        Money::new(Decimal::from_json_number(amount).unwrap(), Currency::parse(currency.into()).unwrap())
    }

    #[test]
    fn the_text_899_99_is_89999_cents_and_back() {
        let price = money("899.99", "USD").unwrap();
        assert_eq!((price.minor_units(), price.to_decimal_text().as_str()), (89_999, "899.99"));
    }

    #[test]
    fn a_price_has_at_most_its_currencys_decimals() {
        assert_eq!(money("1.999", "USD"), Err(Invalid::TooPrecise(2)));
        assert_eq!(money("1.5", "JPY"), Err(Invalid::TooPrecise(0)));
        assert_eq!(money("1.50", "USD").unwrap().minor_units(), 150);
        assert_eq!(money("0.001", "KWD").unwrap().to_decimal_text(), "0.001");
        assert_eq!(money("5", "JPY").unwrap().to_decimal_text(), "5");
    }

    #[test]
    fn a_price_is_positive_and_bounded() {
        assert!(matches!(money("0", "USD"), Err(Invalid::TooSmall(_))));
        assert!(matches!(money("-1", "USD"), Err(Invalid::TooSmall(_))));
        assert!(money("999999999.99", "USD").is_ok());
        assert!(matches!(money("1000000000", "USD"), Err(Invalid::TooLarge(_))));
        assert!(matches!(money("1e15", "USD"), Err(Invalid::TooLarge(_))));
    }

    proptest! {
        #[test]
        fn every_price_survives_the_way_through_json(minor in 1_i64..=99_999_999_999) {
            let price = Money::restore(minor, Currency::USD);
            let read = Decimal::from_json_number(&price.to_decimal_text()).unwrap();
            prop_assert_eq!(Money::new(read, Currency::USD), Ok(price));
        }
    }
}
