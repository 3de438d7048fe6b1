//! Proving oneself by a code that goes out by e-mail.
use chrono::{DateTime, Utc};
use domain_shared::{Invalid, ValueObject};
use uuid::Uuid;

use crate::{UserId, password::redacted};

/// Six decimal digits, `000000` to `999999`. Never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct LoginCode(String);

impl LoginCode {
    /// Cuts a keyed hash down to a code, as RFC 4226, section 5.3 does.
    #[must_use]
    pub fn truncate(mac: &[u8]) -> Self {
        let offset = usize::from(mac.last().copied().unwrap_or_default() & 0xf);
        let word = mac.iter().skip(offset).take(4).fold(0_u32, |word, byte| word << 8 | u32::from(*byte));
        Self(format!("{:06}", (word & 0x7fff_ffff) % 1_000_000))
    }

    /// The digits, for the mail.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether it is `other`, in a time that doesn't tell how much of it is right.
    #[must_use]
    pub fn matches(&self, other: &Self) -> bool {
        self.0.bytes().zip(other.0.bytes()).fold(0, |differences, (a, b)| differences | (a ^ b)) == 0
    }
}

redacted! { LoginCode }

impl ValueObject for LoginCode {
    type Raw = String;
    const EXPECTED: &'static str = "a string";

    fn parse(raw: String) -> Result<Self, Invalid> {
        let code = raw.trim();
        if code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit()) {
            Ok(Self(code.to_owned()))
        } else {
            Err(Invalid::Malformed("a code of 6 digits"))
        }
    }
}

/// What a code is good for. One for one purpose is worth nothing for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CodePurpose {
    /// To complete a login.
    Login,
    /// To set another password in place of one that was forgotten.
    Reset,
}

impl CodePurpose {
    /// Each of them.
    pub const ALL: [Self; 2] = [Self::Login, Self::Reset];

    /// Its name in stores.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Reset => "reset",
        }
    }

    /// The purpose with that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.as_str() == name)
    }
}

/// What a user has still to prove: that they read what is sent to their address. The code isn't in it: it is a keyed hash
/// of `id`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    /// Random enough that nobody guesses it; never shown to anyone.
    pub id: Uuid,
    /// Who has to prove it.
    pub user: UserId,
    /// What for.
    pub purpose: CodePurpose,
    /// From where the code was asked for, as a digest that only we can make; `None` if nobody can tell.
    pub place: Option<String>,
    /// When the password was given, or was said to be forgotten.
    pub issued_at: DateTime<Utc>,
    /// From when on the code is dead.
    pub expires_at: DateTime<Utc>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn truncation_is_that_of_rfc_4226() {
        // section 5.4's example: 0x50ef7f19, decimal 1357872921
        let mac = [
            0x1f, 0x86, 0x98, 0x69, 0x0e, 0x02, 0xca, 0x16, 0x61, 0x85, 0x50, 0xef, 0x7f, 0x19, 0xda, 0x8e,
            0x94, 0x5b, 0x55, 0x5a,
        ];
        assert_eq!(LoginCode::truncate(&mac).expose(), "872921");
    }

    #[test]
    fn a_code_is_six_digits() {
        assert!(
            LoginCode::parse(" 012345 ".into()).unwrap().matches(&LoginCode::parse("012345".into()).unwrap())
        );
        for raw in ["12345", "1234567", "12345\0", "१२३४५६", "12 345"] {
            assert!(LoginCode::parse(raw.into()).is_err(), "{raw:?}");
        }
    }
}
