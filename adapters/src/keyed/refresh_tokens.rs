use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain_auth::{RefreshToken, RefreshTokens, SessionId};
use uuid::Uuid;

use super::SecretKey;

/// Refresh tokens that carry their session and generation under an HMAC-SHA-256, in base64url.
///
/// They begin with `rt_`, so that people and secret scanners can tell what they have found.
#[derive(Debug, Clone)]
pub struct KeyedRefreshTokens(hmac::Key);

const PREFIX: &str = "rt_";
const SESSION: usize = 16;
const GENERATION: usize = 8;
const TAG: usize = 32;

impl KeyedRefreshTokens {
    /// Tokens that only somebody with `secret` can make.
    #[must_use]
    pub fn new(secret: &SecretKey) -> Self {
        Self(secret.derive("refresh token").for_hmac(hmac::HMAC_SHA256))
    }
}

impl RefreshTokens for KeyedRefreshTokens {
    fn mint(&self, session: SessionId, generation: u64) -> RefreshToken {
        let content = [session.0.as_bytes().as_slice(), &generation.to_be_bytes()].concat();
        let tag = hmac::sign(&self.0, &content);
        let token = URL_SAFE_NO_PAD.encode([&content, tag.as_ref()].concat());
        RefreshToken::new(format!("{PREFIX}{token}"))
    }

    fn read(&self, token: &RefreshToken) -> Option<(SessionId, u64)> {
        let mut bytes = [0; SESSION + GENERATION + TAG];
        let encoded = token.expose().strip_prefix(PREFIX)?;
        // Decoding is strict: each content has one spelling.
        if URL_SAFE_NO_PAD.decode_slice(encoded, &mut bytes) != Ok(bytes.len()) {
            return None;
        }
        let (content, tag) = bytes.split_at(SESSION + GENERATION);
        hmac::verify(&self.0, content, tag).ok()?;
        let (session, generation) = content.split_at(SESSION);
        let session = Uuid::from_slice(session).ok()?;
        Some((SessionId(session), u64::from_be_bytes(generation.try_into().ok()?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_spelling_of_a_token_is_no_token() {
        let tokens = KeyedRefreshTokens::new(&SecretKey::new(vec![7; 32]).unwrap());
        let session = SessionId(Uuid::from_u128(7));
        let minted = tokens.mint(session, 3).expose().to_owned();
        assert_eq!(tokens.read(&RefreshToken::new(minted.clone())), Some((session, 3)));
        let bare = minted.trim_start_matches(PREFIX);
        let last = minted.chars().last().unwrap();
        let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let next = alphabet.chars().nth((alphabet.find(last).unwrap() + 1) % 64).unwrap();
        for other in [
            bare.to_owned(),
            format!("{minted}="),
            format!("{minted}A"),
            format!(" {minted}"),
            format!("RT_{bare}"),
            format!("rt_rt_{bare}"),
            format!("{}{next}", &minted[..minted.len() - 1]),
            minted[..minted.len() - 1].to_owned(),
            "rt_".to_owned(),
            format!("rt_{}", "A".repeat(1_000_000)),
        ] {
            assert_eq!(tokens.read(&RefreshToken::new(other)), None);
        }
    }
}
