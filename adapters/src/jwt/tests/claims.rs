//! What we signed counts as it says, and for as long.
use chrono::TimeDelta;
use domain_auth::TokenAlgorithm;
use domain_shared::{TokenError, TokenVerifier};
use serde_json::json;
use uuid::Uuid;

use super::{ALL, World, encode};

#[test]
fn a_token_says_what_was_signed_and_nothing_personal() {
    for algorithm in ALL {
        let world = World::new(algorithm);
        assert_eq!(world.verify(&world.signed()), Ok(world.claims()));
        let header = json!({"alg": algorithm.name(), "typ": "at+jwt", "kid": world.key.id()});
        assert_eq!(world.parts().0, header);
    }
    let (_, payload) = World::new(TokenAlgorithm::EdDsa).parts();
    let (sub, sid, jti) = (Uuid::from_u128(1), Uuid::from_u128(2), Uuid::from_u128(3));
    let (iat, exp) = (1_800_000_000, 1_800_000_900);
    let expected = json!({
        "iss": "us", "aud": "them", "sub": sub, "sid": sid, "jti": jti, "iat": iat, "exp": exp, "scope": "products:write",
    });
    assert_eq!(payload, expected);
}

#[test]
fn what_is_signed_but_wrong_is_dead() {
    let world = World::new(TokenAlgorithm::EdDsa);
    assert!(world.with(1, &json!({})).is_ok(), "the key signs valid tokens");
    assert!(world.with(1, &json!({"aud": ["them"], "more": true})).is_ok());
    for claim in [
        json!({"iss": "https://evil.example"}),
        json!({"iss": ["us"]}),
        json!({"iss": "absent"}),
        json!({"aud": "us"}),
        json!({"aud": []}),
        json!({"aud": ["them", "others"]}),
        json!({"aud": "absent"}),
        json!({"aud": null}),
        json!({"sub": "absent"}),
        json!({"sub": "ada"}),
        json!({"sid": "absent"}),
        json!({"jti": "absent"}),
        json!({"iat": "absent"}),
        json!({"exp": "absent"}),
        json!({"exp": null}),
        json!({"exp": "2000000000"}),
        json!({"exp": 1e300}),
        json!({"exp": i64::MAX}),
        json!({"scope": "absent"}),
        json!({"scope": "Products:Write"}),
        json!({"nbf": "soon"}),
    ] {
        assert_eq!(world.with(1, &claim), Err(TokenError::Invalid), "{claim}");
    }
}

#[test]
fn a_token_lives_from_its_beginning_to_its_end() {
    let world = World::new(TokenAlgorithm::EdDsa);
    let (token, lives) = (world.signed(), TimeDelta::minutes(15));
    let at = |offset: TimeDelta| world.verifier.verify(&token, world.now + offset).map(|_| ());
    assert_eq!(at(lives - TimeDelta::microseconds(1)), Ok(()));
    assert_eq!(at(lives), Err(TokenError::Expired));
    assert_eq!(at(TimeDelta::days(9)), Err(TokenError::Expired));
    assert_eq!(at(-TimeDelta::seconds(30)), Ok(()), "the clock that signed may be ahead");
    assert_eq!(at(-TimeDelta::seconds(31)), Err(TokenError::Invalid), "a token from the future");
    assert!(world.with(1, &json!({"nbf": 1_800_000_030})).is_ok());
    assert_eq!(world.with(1, &json!({"nbf": 1_800_003_600})), Err(TokenError::Invalid));
    assert_eq!(world.with(1, &json!({"iat": 1_800_003_600, "nbf": 1_800_000_000})), Err(TokenError::Invalid));
}

#[test]
fn a_degenerate_token_is_dead_and_cheap() {
    let world = World::new(TokenAlgorithm::EdDsa);
    let token = world.signed();
    let (header, payload) = world.parts();
    for bad in [
        ".".repeat(4000),
        "a.".repeat(2000),
        "..".to_owned(),
        String::new(),
        "e30.e30.e30".to_owned(),
        format!(" {token}"),
        format!("{token}."),
        format!("{token}="),
        format!("{token}=="),
        token.replace('.', ". "),
        token.to_lowercase(),
        "A".repeat(7000),
        "\u{1F41D}.\u{1F41D}.\u{1F41D}".to_owned(),
        format!("{}.e30.AA", encode("[".repeat(3000))),
        world.mint(&header.to_string(), &payload.to_string().replacen('{', r#"{"exp":9999999999,"#, 1)),
        world.mint(
            &header.to_string(),
            &payload.to_string().replacen('{', &format!("{{\"x\":\"{}\",", "x".repeat(4000)), 1),
        ),
    ] {
        assert_eq!(world.verify(&bad), Err(TokenError::Invalid), "{bad:.80}");
    }
}
