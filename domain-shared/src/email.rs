use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Invalid, ValueObject};

/// An address we may write to, in lower case.
///
/// The form is RFC 5321's dot-atom in ASCII at a host name of at least two labels (RFC 1123), 254 bytes at most.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Email(#[cfg_attr(feature = "schema", schemars(email, length(max = Self::MAX)))] String);

impl Email {
    /// How many bytes long it may be.
    const MAX: usize = 254;

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address with most of its local part hidden: `a***@example.com`.
    #[must_use]
    pub fn masked(&self) -> String {
        let (local, host) = self.0.split_once('@').unwrap_or((&self.0, ""));
        format!("{}***@{host}", local.chars().next().unwrap_or('*'))
    }

    /// What stands in place of the address of somebody who was erased. Nobody can be reached there (RFC 2606, section 2).
    #[must_use]
    pub fn erased(who: Uuid) -> Self {
        Self(format!("erased-{}@{ERASED}", who.simple()))
    }

    /// Whether it stands in place of an address, or could.
    #[must_use]
    pub fn is_placeholder(&self) -> bool {
        self.0.rsplit('@').next() == Some(ERASED)
    }
}

/// The host of placeholders.
const ERASED: &str = "erased.invalid";

impl ValueObject for Email {
    type Raw = String;
    const EXPECTED: &'static str = "a string";

    fn parse(raw: String) -> Result<Self, Invalid> {
        let address = raw.trim().to_ascii_lowercase();
        match address.split_once('@') {
            Some((local, host)) if address.len() <= Self::MAX && is_dot_atom(local) && is_host(host) => {
                Ok(Self(address))
            }
            _ => Err(Invalid::Malformed("an e-mail address")),
        }
    }
}

fn is_dot_atom(local: &str) -> bool {
    let atom = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c);
    local.len() <= 64 && local.split('.').all(|part| !part.is_empty() && part.chars().all(atom))
}

fn is_host(host: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    let top = host.rsplit('.').next().unwrap_or_default();
    host.contains('.') && host.split('.').all(label) && !top.chars().all(|c| c.is_ascii_digit())
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(raw: &str) -> Result<Email, Invalid> {
        Email::parse(raw.to_owned())
    }

    #[test]
    fn case_and_outer_blanks_do_not_matter() {
        assert_eq!(parse(" Ada@Example.COM "), parse("ada@example.com"));
    }

    #[test]
    fn what_no_mail_server_takes_is_refused() {
        for raw in [
            "",
            "ada",
            "@example.com",
            "ada@",
            "a@b@example.com",
            "a b@example.com",
            "ada@localhost",
            "a..b@example.com",
            ".a@example.com",
            "ada@-example.com",
            "ada@example..com",
            "ada@1.2.3.4",
            "a\0@example.com",
            "ada@example.com\r\nBcc: eve@example.com",
        ] {
            assert_eq!(parse(raw), Err(Invalid::Malformed("an e-mail address")), "{raw:?}");
        }
    }

    #[test]
    fn a_masked_address_hides_who_it_is() {
        assert_eq!(parse("ada@example.com").unwrap().masked(), "a***@example.com");
    }

    #[test]
    fn a_placeholder_is_an_address_that_tells_nothing() {
        let erased = Email::erased(Uuid::from_u128(7));
        assert_eq!(parse(erased.as_str()).as_ref(), Ok(&erased));
        assert!(erased.is_placeholder() && !parse("erased-7@example.com").unwrap().is_placeholder());
        assert_ne!(erased, Email::erased(Uuid::from_u128(8)));
    }
}
