use std::net::IpAddr;

use serde::{Deserialize, Serialize};

/// From where somebody asks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Client {
    /// The client's IP address.
    pub address: Option<String>,
    /// The client's `User-Agent`, or the beginning of it.
    #[cfg_attr(feature = "schema", schemars(length(max = Self::MAX_USER_AGENT)))]
    pub user_agent: Option<String>,
}

impl Client {
    /// How many characters of the `User-Agent` are kept.
    pub const MAX_USER_AGENT: usize = 200;

    /// From where they ask, as far as limits tell places apart; `None` inside a program.
    #[must_use]
    pub fn place(&self) -> Option<String> {
        self.address.as_deref().map(Self::place_of)
    }

    /// The place that `address` belongs to: an IPv4 address itself, or the /64 of an IPv6 address, which is what one household
    /// gets.
    #[must_use]
    pub fn place_of(address: &str) -> String {
        match address.parse::<IpAddr>().map(|address| address.to_canonical()) {
            Ok(IpAddr::V6(v6)) => {
                let [a, b, c, d, ..] = v6.segments();
                format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
            }
            Ok(v4) => v4.to_string(),
            Err(_) => address.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_household_is_one_place() {
        let place = Client::place_of;
        assert_eq!(place("2001:db8:1:2::1"), place("2001:0db8:1:2:ffff:ffff:ffff:ffff"));
        assert_ne!(place("2001:db8:1:2::1"), place("2001:db8:1:3::1"));
        assert_eq!(place("::ffff:192.0.2.1"), place("192.0.2.1"));
        assert_ne!(place("192.0.2.1"), place("192.0.2.2"));
    }
}
