//! Who may try codes of [`LoginCodes`], and how often.
use domain_auth::{Challenge, Guesser, LoginCodes, UserId};

use crate::{
    login_codes::{MOST, challenge_for, issued},
    support::id,
};

/// Whether somebody gets the challenge who tries from `place`.
async fn attempt_from(codes: &impl LoginCodes, challenge: &Challenge, place: &str, is_known: bool) -> bool {
    let guesser = Guesser { place: Some(place.to_owned()), is_known, tries: MOST, tries_of_others: 3 };
    let got = codes.attempt(challenge.user, challenge.purpose, &guesser, challenge.issued_at).await.unwrap();
    assert!(got.as_ref().is_none_or(|got| got == challenge));
    got.is_some()
}

pub async fn strangers_do_not_use_up_the_attempts_of_whoever_asked(codes: impl LoginCodes) {
    let challenge = issued(&codes).await;
    let mut granted = 0;
    for stranger in 0..20 {
        granted += u32::from(attempt_from(&codes, &challenge, &format!("elsewhere {stranger}"), false).await);
    }
    assert_eq!(granted, 3, "they have a few together");
    for place in ["home", "work"] {
        for count in 1..=MOST {
            let is_known = place == "work";
            assert!(attempt_from(&codes, &challenge, place, is_known).await, "{count} of {MOST} at {place}");
        }
    }
    for place in ["home", "work"] {
        assert!(!attempt_from(&codes, &challenge, place, true).await, "each has had its own");
    }
    let next = challenge_for(challenge.user);
    codes.issue(&next).await.unwrap();
    for (place, is_known) in [("home", false), ("work", true), ("elsewhere", false)] {
        assert!(attempt_from(&codes, &next, place, is_known).await, "a new one has all its attempts");
    }
}

pub async fn an_attempt_given_back_can_be_made_again(codes: impl LoginCodes) {
    let challenge = issued(&codes).await;
    let from = |place: &str, is_known| Guesser {
        place: Some(place.to_owned()),
        is_known,
        tries: 1,
        tries_of_others: 1,
    };
    let guessers = [from("home", false), from("work", true), from("elsewhere", false)];
    let tried = async |guesser| {
        codes
            .attempt(challenge.user, challenge.purpose, guesser, challenge.issued_at)
            .await
            .unwrap()
            .is_some()
    };
    for guesser in &guessers {
        codes.give_back(&challenge, guesser).await.unwrap();
        assert!(tried(guesser).await && !tried(guesser).await, "nothing was given back before there was one");
    }
    for guesser in &guessers {
        codes.give_back(&challenge, guesser).await.unwrap();
        assert!(tried(guesser).await && !tried(guesser).await, "each has their own back");
    }
    let next = challenge_for(challenge.user);
    codes.issue(&next).await.unwrap();
    let next_tried = async || {
        let next = codes.attempt(next.user, next.purpose, &guessers[0], next.issued_at).await.unwrap();
        next.is_some()
    };
    assert!(next_tried().await);
    codes.give_back(&challenge, &guessers[0]).await.unwrap();
    assert!(!next_tried().await, "one of another challenge is another");
}

pub async fn of_a_challenge_from_nowhere_all_attempts_count_alike(codes: impl LoginCodes) {
    let challenge = Challenge { place: None, ..challenge_for(UserId(id())) };
    codes.issue(&challenge).await.unwrap();
    for count in 1..=MOST {
        assert!(attempt_from(&codes, &challenge, "elsewhere", false).await, "{count} of {MOST}");
    }
    assert!(!attempt_from(&codes, &challenge, "home", true).await);
}
