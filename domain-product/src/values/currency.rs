use std::sync::LazyLock;

use domain_shared::{Invalid, ValueObject};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// A currency in circulation by its ISO 4217 code, with its minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Currency {
    code: &'static str,
    decimals: u32,
}

impl Currency {
    /// The US dollar, the default.
    pub const USD: Self = Self { code: "USD", decimals: 2 };

    /// So many minor units as a JSON number with all of the currency's decimals. They mustn't be negative.
    #[must_use]
    pub fn decimal_text(self, minor_units: i128) -> String {
        let decimals = usize::try_from(self.decimals).unwrap_or_default();
        if decimals == 0 {
            return minor_units.to_string();
        }
        let digits = format!("{minor_units:0width$}", width = decimals + 1);
        let (whole, fraction) = digits.split_at(digits.len() - decimals);
        format!("{whole}.{fraction}")
    }

    /// Its three letters.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.code
    }

    /// How many decimals its minor unit has: 2 for USD, 0 for JPY, 3 for KWD.
    #[must_use]
    pub const fn decimals(self) -> u32 {
        self.decimals
    }
}

impl ValueObject for Currency {
    type Raw = String;
    const EXPECTED: &'static str = "a string";

    fn parse(raw: String) -> Result<Self, Invalid> {
        let mut wanted = raw;
        wanted.make_ascii_uppercase();
        let found = ALL.binary_search_by_key(&wanted.trim(), |currency| currency.code);
        let found = found.ok().and_then(|at| ALL.get(at)).copied();
        found.ok_or(Invalid::Malformed("a currency of ISO 4217"))
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code)
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Currency {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Currency".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let mut codes: Vec<_> = BY_DECIMALS.iter().flat_map(|(_, codes)| codes.split(' ')).collect();
        codes.sort_unstable();
        let mut schema = domain_shared::schema::vocabulary(codes);
        schema.insert("pattern".to_owned(), "^[A-Z]{3}$".into());
        schema
    }
}

/// All of them, by their code.
static ALL: LazyLock<Vec<Currency>> = LazyLock::new(|| {
    let of = |(decimals, codes): (u32, &'static str)| {
        codes.split(' ').map(move |code| Currency { code, decimals })
    };
    let mut all: Vec<_> = BY_DECIMALS.into_iter().flat_map(of).collect();
    all.sort_unstable_by_key(|currency| currency.code);
    all
});

/// ISO 4217:2015, list one (active currencies with a minor unit), by number of decimals.
const BY_DECIMALS: [(u32, &str); 4] = [
    (0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"),
    (
        2,
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CNY \
         COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS \
         INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR \
         MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP \
         STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG",
    ),
    (3, "BHD IQD JOD KWD LYD OMR TND"),
    (4, "CLF UYW"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_currency_knows_its_minor_units() {
        for (code, decimals) in [("USD", 2), ("jpy", 0), ("KWD", 3), (" clf ", 4), ("MXN", 2)] {
            assert_eq!(Currency::parse(code.into()).map(Currency::decimals), Ok(decimals), "{code}");
        }
        assert_eq!(Currency::parse("usd".into()), Ok(Currency::USD));
    }

    #[test]
    fn what_iso_does_not_list_is_no_currency() {
        for code in ["", "US", "USDT", "XXX", "ABC", "US D", "XAU"] {
            assert!(Currency::parse(code.into()).is_err(), "{code:?}");
        }
    }
}
