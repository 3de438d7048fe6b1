//! [`RefreshTokens`]. The subject makes some, and another has another key.
use std::collections::HashSet;

use domain_auth::{RefreshToken, RefreshTokens, SessionId};

use crate::support::id;

const GENERATIONS: [u64; 5] = [0, 1, 255, 256, u64::MAX];

pub async fn what_was_minted_is_read((tokens, _): (impl RefreshTokens, impl RefreshTokens)) {
    for generation in GENERATIONS {
        let session = SessionId(id());
        let token = tokens.mint(session, generation);
        assert_eq!(tokens.read(&token), Some((session, generation)));
    }
}

pub async fn a_token_is_always_the_same((tokens, _): (impl RefreshTokens, impl RefreshTokens)) {
    let session = SessionId(id());
    assert!(tokens.mint(session, 7) == tokens.mint(session, 7));
}

pub async fn each_session_and_generation_has_its_own((tokens, _): (impl RefreshTokens, impl RefreshTokens)) {
    let sessions: Vec<_> = (0..20).map(|_| SessionId(id())).collect();
    let all =
        sessions.iter().flat_map(|session| GENERATIONS.map(|generation| tokens.mint(*session, generation)));
    let distinct: HashSet<String> = all.map(|token| token.expose().to_owned()).collect();
    assert_eq!(distinct.len(), 100);
}

pub async fn without_the_key_none_can_be_made((ours, theirs): (impl RefreshTokens, impl RefreshTokens)) {
    let session = SessionId(id());
    assert_eq!(ours.read(&theirs.mint(session, 0)), None);
    assert_eq!(theirs.read(&ours.mint(session, 0)), None);
}

pub async fn what_was_never_minted_is_not_read((tokens, _): (impl RefreshTokens, impl RefreshTokens)) {
    let read = |text: &str| tokens.read(&RefreshToken::new(text.to_owned()));
    let minted = tokens.mint(SessionId(id()), 3);
    let token = minted.expose();
    for (i, c) in token.char_indices() {
        for other in "AZaz09-_.=+/ ñ\0".chars().filter(|other| *other != c) {
            let changed = format!("{}{other}{}", &token[..i], &token[i + 1..]);
            assert_eq!(read(&changed), None, "character {i} changed");
        }
        assert_eq!(read(&token[..i]), None, "cut off after {i} characters");
        assert_eq!(read(&format!("{}{}", &token[..i], &token[i + 1..])), None, "without character {i}");
        assert_eq!(read(&format!("{}{c}{}", &token[..i], &token[i..])), None, "with character {i} twice");
    }
    for text in
        [&token.repeat(2), &token.to_uppercase(), &format!("{token}\n"), "x", "a.b.c", &"x".repeat(100_000)]
    {
        assert_eq!(read(text), None);
    }
}
