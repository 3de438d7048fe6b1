use std::{fmt, str::FromStr};

use chrono::{DateTime, Utc};

/// How access tokens are signed (RFC 7518, RFC 8037). Nothing else is ever accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenAlgorithm {
    /// Ed25519.
    EdDsa,
    /// ECDSA on the curve P-256 with SHA-256.
    Es256,
    /// HMAC with SHA-256: whoever can check a token can make one, so its keys are never published.
    Hs256,
}

impl TokenAlgorithm {
    /// Its name in a token's header.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::EdDsa => "EdDSA",
            Self::Es256 => "ES256",
            Self::Hs256 => "HS256",
        }
    }

    /// Whether those who check tokens need no secret.
    #[must_use]
    pub const fn is_asymmetric(self) -> bool {
        !matches!(self, Self::Hs256)
    }
}

impl fmt::Display for TokenAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// It is none of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be one of EdDSA, ES256, HS256")]
pub struct UnknownAlgorithm;

impl FromStr for TokenAlgorithm {
    type Err = UnknownAlgorithm;

    fn from_str(name: &str) -> Result<Self, UnknownAlgorithm> {
        let all = [Self::EdDsa, Self::Es256, Self::Hs256];
        all.into_iter().find(|algorithm| algorithm.name() == name).ok_or(UnknownAlgorithm)
    }
}

/// A key of access tokens, as it is kept.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenKey {
    /// What tokens call it: `kid`.
    pub id: String,
    /// What it is for; it is good for nothing else.
    pub algorithm: TokenAlgorithm,
    /// What signs, sealed so that the store alone is of no use; `None` once it was retired.
    pub sealed: Option<Vec<u8>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// From when on it signs, until another one's turn comes.
    pub signs_from: DateTime<Utc>,
}

impl fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("TokenKey");
        shown.field("id", &self.id).field("algorithm", &self.algorithm).field("signs_from", &self.signs_from);
        shown.finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_algorithm_is_named_to_the_letter() {
        for algorithm in [TokenAlgorithm::EdDsa, TokenAlgorithm::Es256, TokenAlgorithm::Hs256] {
            assert_eq!(algorithm.name().parse(), Ok(algorithm));
        }
        for name in ["", "none", "eddsa", "ES384", "RS256", "HS256 "] {
            assert_eq!(name.parse::<TokenAlgorithm>(), Err(UnknownAlgorithm), "{name}");
        }
    }

    #[test]
    fn what_signs_is_not_printed() {
        let key = TokenKey {
            id: "a".to_owned(),
            algorithm: TokenAlgorithm::EdDsa,
            sealed: Some(vec![199]),
            created_at: DateTime::UNIX_EPOCH,
            signs_from: DateTime::UNIX_EPOCH,
        };
        assert!(!format!("{key:?}").contains("199"));
    }
}
