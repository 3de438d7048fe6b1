//! [`TokenSigner`] and [`TokenVerifier`]. The subject is one of each with the same key, and a signer with another.
use chrono::{SubsecRound, TimeDelta};
use domain_auth::TokenSigner;
use domain_shared::{Claims, Scope, TokenError, TokenVerifier};

use crate::support::{id, parse, time};

fn claims(scopes: &[&str]) -> Claims {
    let issued_at = time().trunc_subsecs(0);
    Claims {
        subject: id(),
        session: id(),
        id: id(),
        scopes: scopes.iter().map(|scope| parse::<Scope>(*scope)).collect(),
        issued_at,
        expires_at: issued_at + TimeDelta::minutes(15),
    }
}

pub async fn what_was_signed_is_verified(
    (signer, verifier, _): (impl TokenSigner, impl TokenVerifier, impl TokenSigner),
) {
    for scopes in [&[][..], &["products:write"], &["a", "b:c", "d_e-f.9", "products:write"]] {
        let claims = claims(scopes);
        let token = signer.sign(&claims).unwrap();
        assert_eq!(verifier.verify(&token, claims.issued_at), Ok(claims), "it says the same");
    }
}

pub async fn a_token_dies_when_it_expires(
    (signer, verifier, _): (impl TokenSigner, impl TokenVerifier, impl TokenSigner),
) {
    let claims = claims(&[]);
    let token = signer.sign(&claims).unwrap();
    let at = |time| verifier.verify(&token, time).map(|_| ());
    assert_eq!(at(claims.expires_at - TimeDelta::microseconds(1)), Ok(()));
    for late in [TimeDelta::zero(), TimeDelta::seconds(1), TimeDelta::days(1000)] {
        assert_eq!(at(claims.expires_at + late), Err(TokenError::Expired), "{late} after it expired");
    }
}

pub async fn a_token_is_not_valid_long_before_it_was_signed(
    (signer, verifier, _): (impl TokenSigner, impl TokenVerifier, impl TokenSigner),
) {
    let claims = claims(&[]);
    let token = signer.sign(&claims).unwrap();
    let early = claims.issued_at - TimeDelta::seconds(61);
    assert_eq!(verifier.verify(&token, early), Err(TokenError::Invalid));
}

pub async fn a_token_of_another_key_is_not_valid(
    (_, verifier, stranger): (impl TokenSigner, impl TokenVerifier, impl TokenSigner),
) {
    let claims = claims(&[]);
    let token = stranger.sign(&claims).unwrap();
    assert_eq!(verifier.verify(&token, claims.issued_at), Err(TokenError::Invalid));
    assert_eq!(verifier.verify(&token, claims.expires_at), Err(TokenError::Invalid), "nor has it ever been");
}

pub async fn a_changed_token_is_not_valid(
    (signer, verifier, _): (impl TokenSigner, impl TokenVerifier, impl TokenSigner),
) {
    let claims = claims(&["products:write"]);
    let token = signer.sign(&claims).unwrap();
    let verify = |text: &str| verifier.verify(text, claims.issued_at);
    for (i, c) in token.char_indices() {
        for other in "Aq7_. ".chars().filter(|other| *other != c) {
            let changed = format!("{}{other}{}", &token[..i], &token[i + 1..]);
            assert_eq!(verify(&changed), Err(TokenError::Invalid), "character {i} changed");
        }
        assert_eq!(verify(&token[..i]), Err(TokenError::Invalid), "cut off after {i} characters");
    }
    for text in
        ["", "x", "..", "a.b.c", &format!("{token}."), &format!("{token}="), &format!("{token}{token}")]
    {
        assert_eq!(verify(text), Err(TokenError::Invalid), "{text:.20}");
    }
    assert_eq!(verify(&".".repeat(1_000_000)), Err(TokenError::Invalid));
}
