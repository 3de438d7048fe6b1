//! Passwords (NIST SP 800-63B-4, section 3.1.1): length and a list of common ones, no composition rules.

use domain_shared::{Email, Invalid, ValueObject};

use crate::Username;

/// A password good enough to be set: 8 to 128 characters, compared exactly, none of the common ones. Never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

/// The common passwords of at least 8 characters, lower case, sorted.
const COMMON: &str = include_str!("common_passwords.txt");

/// What one thinks of first here and nowhere else (ASVS 6.2.11), lower case and without signs.
const OF_THE_PLACE: [&str; 8] = [
    "panal",
    "panalpanal",
    "panaladmin",
    "adminpanal",
    "panalpassword",
    "honeycomb",
    "authservice",
    "productservice",
];

impl Password {
    /// The password as typed, for the hasher.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Refuses a password that is the user's own name or address.
    ///
    /// # Errors
    /// [`Invalid::OwnName`].
    pub fn must_differ_from(&self, username: &Username, email: &Email) -> Result<(), Invalid> {
        let password = self.0.trim().to_lowercase();
        let local = email.as_str().split('@').next().unwrap_or_default();
        let own = [username.as_str().to_lowercase(), email.as_str().to_owned(), local.to_owned()];
        if own.contains(&password) { Err(Invalid::OwnName) } else { Ok(()) }
    }
}

impl ValueObject for Password {
    type Raw = String;
    const EXPECTED: &'static str = "a string";

    fn parse(raw: String) -> Result<Self, Invalid> {
        match raw.chars().count() {
            ..8 => Err(Invalid::TooShort(8)),
            129.. => Err(Invalid::TooLong(128)),
            _ if raw.contains('\0') => Err(Invalid::ForbiddenCharacter),
            _ if is_common(&raw.to_lowercase()) || is_of_the_place(&raw) => Err(Invalid::TooCommon),
            _ => Ok(Self(raw)),
        }
    }
}

fn is_common(password: &str) -> bool {
    COMMON.lines().any(|common| common == password)
}

/// Whether nothing is left but a word of this place once digits and signs are gone, as of `Panal-2026!`.
fn is_of_the_place(password: &str) -> bool {
    let letters: String =
        password.chars().filter(|c| c.is_alphabetic()).flat_map(char::to_lowercase).collect();
    OF_THE_PLACE.contains(&letters.as_str())
}

/// Whatever somebody typed as their password. Never printed.
#[derive(Clone)]
pub struct PasswordAttempt(String);

impl PasswordAttempt {
    /// The attempt as typed, for the hasher.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The password, for an attempt that has proved to be it. It met the rules of the day on which it was set.
    #[must_use]
    pub fn proved(self) -> Password {
        Password(self.0)
    }
}

impl ValueObject for PasswordAttempt {
    type Raw = String;
    const EXPECTED: &'static str = "a string";

    fn parse(raw: String) -> Result<Self, Invalid> {
        Ok(Self(raw))
    }
}

/// What is kept of a password. Never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// Wraps what a hasher made.
    #[must_use]
    pub const fn new(hash: String) -> Self {
        Self(hash)
    }

    /// The hash that no password has; what a user rebuilt from events has, since events hold no secrets.
    #[must_use]
    pub fn unusable() -> Self {
        Self("!".to_owned())
    }

    /// The hash, for the hasher and the store.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

macro_rules! redacted {
    ($($secret:ident)+) => {
        $(impl std::fmt::Debug for $secret {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($secret), "(…)"))
            }
        })+
    };
}
pub(crate) use redacted;
redacted! { Password PasswordAttempt PasswordHash }

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(raw: &str) -> Result<Password, Invalid> {
        Password::parse(raw.to_owned())
    }

    #[test]
    fn length_is_all_that_is_asked_for() {
        assert!(parse("correct horse battery staple").is_ok());
        assert!(parse("SecurePass123!").is_ok());
        assert!(parse(&"ñ".repeat(128)).is_ok());
        assert_eq!(parse("Ab1!xyz"), Err(Invalid::TooShort(8)));
        assert_eq!(parse(&"a".repeat(129)), Err(Invalid::TooLong(128)));
    }

    #[test]
    fn blanks_count() {
        assert_eq!(parse("  tr 7 x ").unwrap().expose(), "  tr 7 x ");
    }

    #[test]
    fn what_attackers_try_first_is_refused_in_any_case() {
        for raw in ["password", "Password1", "12345678", "QWERTYUIOP", "iloveyou", "sunshine", "princess"] {
            assert_eq!(parse(raw), Err(Invalid::TooCommon), "{raw}");
        }
    }

    #[test]
    fn words_of_this_place_are_refused_whatever_is_put_around_them() {
        for raw in ["Panal2026", "panal123!", "12-PANAL-12", "auth-service", "Honeycomb1"] {
            assert_eq!(parse(raw), Err(Invalid::TooCommon), "{raw}");
        }
        assert!(parse("panal of my grandmother").is_ok() && parse("1234-5678-90!").is_ok());
    }

    #[test]
    fn the_own_name_is_no_password() {
        let (name, email) = (
            Username::parse("ada.lovelace".into()).unwrap(),
            Email::parse("countess@example.com".into()).unwrap(),
        );
        for raw in ["Ada.Lovelace", "countess", "Countess@example.com"] {
            assert_eq!(parse(raw).unwrap().must_differ_from(&name, &email), Err(Invalid::OwnName), "{raw}");
        }
        assert_eq!(parse("ada.lovelace!").unwrap().must_differ_from(&name, &email), Ok(()));
    }

    #[test]
    fn secrets_are_not_printed() {
        let printed =
            format!("{:?} {:?}", parse("correct horse").unwrap(), PasswordHash::new("$2b$12$x".into()));
        assert_eq!(printed, "Password(…) PasswordHash(…)");
    }
}
