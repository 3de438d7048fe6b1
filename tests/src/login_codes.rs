//! [`LoginCodes`].
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use domain_auth::{Challenge, CodePurpose, Guesser, LoginCodes, Resend, UserId};

use crate::support::{at_once, id, time};

pub(crate) const MOST: u32 = 5;
const LOGIN: CodePurpose = CodePurpose::Login;
const INSTANT: TimeDelta = TimeDelta::microseconds(1);

pub(crate) fn challenge_for(user: UserId) -> Challenge {
    let issued_at = time();
    let expires_at = issued_at + TimeDelta::minutes(5);
    Challenge { id: id(), user, purpose: LOGIN, place: Some("home".to_owned()), issued_at, expires_at }
}

pub(crate) async fn issued(codes: &impl LoginCodes) -> Challenge {
    let challenge = challenge_for(UserId(id()));
    codes.issue(&challenge).await.unwrap();
    challenge
}

async fn attempt(codes: &impl LoginCodes, challenge: &Challenge) -> Option<Challenge> {
    codes.attempt(challenge.user, challenge.purpose, &Guesser::of(MOST), challenge.issued_at).await.unwrap()
}

async fn resend(
    codes: &impl LoginCodes,
    user: UserId,
    not_since: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Resend {
    codes.resend(user, LOGIN, MOST, not_since, now).await.unwrap()
}

pub async fn an_attempt_hands_the_challenge_out(codes: impl LoginCodes) {
    let (ada, eve) = (issued(&codes).await, issued(&codes).await);
    assert_eq!(attempt(&codes, &ada).await, Some(ada), "hers, as it was issued");
    assert_eq!(attempt(&codes, &eve).await, Some(eve));
}

pub async fn without_a_challenge_there_is_nothing_to_attempt(codes: impl LoginCodes) {
    issued(&codes).await;
    assert_eq!(codes.attempt(UserId(id()), LOGIN, &Guesser::of(MOST), time()).await.unwrap(), None);
}

pub async fn a_new_challenge_replaces_the_old_one(codes: impl LoginCodes) {
    let old = issued(&codes).await;
    for _ in 0..MOST {
        attempt(&codes, &old).await;
    }
    let new = challenge_for(old.user);
    codes.issue(&new).await.unwrap();
    assert!(!codes.consume(old.id).await.unwrap(), "the old one is dead");
    assert_eq!(attempt(&codes, &new).await, Some(new.clone()), "the new one has all its attempts");
    assert!(codes.consume(new.id).await.unwrap());
}

pub async fn attempts_are_counted_and_bounded(codes: impl LoginCodes) {
    let challenge = issued(&codes).await;
    for count in 1..=MOST {
        assert!(attempt(&codes, &challenge).await.is_some(), "attempt {count} of {MOST}");
    }
    assert_eq!(attempt(&codes, &challenge).await, None, "it has had all its attempts");
    assert_eq!(
        codes.attempt(challenge.user, challenge.purpose, &Guesser::of(0), challenge.issued_at).await.unwrap(),
        None
    );
}

pub async fn of_twenty_attempts_at_once_no_more_than_allowed_get_it(codes: impl LoginCodes) {
    let codes = Arc::new(codes);
    let challenge = issued(&*codes).await;
    let attempts = at_once(20, |_| {
        let (codes, challenge) = (codes.clone(), challenge.clone());
        async move { attempt(&*codes, &challenge).await }
    });
    let got = attempts.await.into_iter().flatten().count();
    assert_eq!(got, usize::try_from(MOST).unwrap());
}

pub async fn an_expired_challenge_is_dead(codes: impl LoginCodes) {
    let challenge = issued(&codes).await;
    let at =
        async |now| codes.attempt(challenge.user, challenge.purpose, &Guesser::of(MOST), now).await.unwrap();
    assert_eq!(at(challenge.expires_at).await, None, "from that time on");
    assert_eq!(at(challenge.expires_at + TimeDelta::days(1)).await, None);
    assert!(at(challenge.expires_at - INSTANT).await.is_some(), "but not before");
}

pub async fn a_challenge_is_used_up_once(codes: impl LoginCodes) {
    let (ada, eve) = (issued(&codes).await, issued(&codes).await);
    assert!(codes.consume(ada.id).await.unwrap());
    assert!(!codes.consume(ada.id).await.unwrap(), "it was used");
    assert_eq!(attempt(&codes, &ada).await, None, "it was used");
    assert_eq!(resend(&codes, ada.user, ada.expires_at, ada.issued_at).await, Resend::Nothing, "it was used");
    assert!(codes.consume(eve.id).await.unwrap(), "another's is another's");
}

pub async fn what_never_was_is_not_used_up(codes: impl LoginCodes) {
    let challenge = issued(&codes).await;
    assert!(!codes.consume(id()).await.unwrap());
    assert!(!codes.consume(challenge.user.0).await.unwrap());
    assert!(attempt(&codes, &challenge).await.is_some(), "and harms no other");
}

pub async fn of_twenty_who_use_it_up_at_once_one_succeeds(codes: impl LoginCodes) {
    let codes = Arc::new(codes);
    for _ in 0..3 {
        let challenge = issued(&*codes).await;
        let uses = at_once(20, |_| {
            let (codes, challenge) = (codes.clone(), challenge.id);
            async move { codes.consume(challenge).await.unwrap() }
        });
        assert_eq!(uses.await.into_iter().filter(|used| *used).count(), 1);
    }
}

pub async fn a_challenge_is_for_one_purpose_only(codes: impl LoginCodes) {
    let login = issued(&codes).await;
    let reset = Challenge { id: id(), purpose: CodePurpose::Reset, ..login.clone() };
    assert_eq!(attempt(&codes, &reset).await, None, "what is for logging in resets nothing");
    codes.issue(&reset).await.unwrap();
    for _ in 0..MOST {
        assert_eq!(attempt(&codes, &reset).await, Some(reset.clone()));
    }
    assert_eq!(attempt(&codes, &login).await, Some(login.clone()), "each has its own attempts");
    assert!(codes.consume(reset.id).await.unwrap());
    assert_eq!(attempt(&codes, &login).await, Some(login.clone()), "and is used up for itself");
    codes.issue(&reset).await.unwrap();
    codes.revoke(login.user).await.unwrap();
    assert_eq!((attempt(&codes, &login).await, attempt(&codes, &reset).await), (None, None), "both are gone");
}

pub async fn a_challenge_is_not_issued_if_another_was_sent_since(codes: impl LoginCodes) {
    let first = challenge_for(UserId(id()));
    let sent = first.issued_at;
    assert!(codes.issue_unless_sent(&first, sent).await.unwrap(), "there was none");
    let second = Challenge { id: id(), issued_at: sent + TimeDelta::minutes(1), ..first.clone() };
    for _ in 0..MOST {
        attempt(&codes, &first).await;
    }
    assert!(!codes.issue_unless_sent(&second, sent - INSTANT).await.unwrap(), "dead or alive");
    assert!(!codes.consume(second.id).await.unwrap(), "it isn't kept then");
    assert!(codes.issue_unless_sent(&second, sent).await.unwrap(), "not since then");
    assert_eq!(attempt(&codes, &second).await, Some(second.clone()), "with all its attempts");
    assert!(!codes.consume(first.id).await.unwrap(), "and in place of the other");
    let other = Challenge { id: id(), purpose: CodePurpose::Reset, ..first };
    assert!(codes.issue_unless_sent(&other, sent - INSTANT).await.unwrap(), "another purpose is another");
}

pub async fn of_twenty_who_issue_one_unless_sent_at_once_one_succeeds(codes: impl LoginCodes) {
    let codes = Arc::new(codes);
    let model = challenge_for(UserId(id()));
    let attempts = at_once(20, |_| {
        let (codes, challenge) = (codes.clone(), Challenge { id: id(), ..model.clone() });
        async move {
            let issued = codes.issue_unless_sent(&challenge, challenge.issued_at - INSTANT).await.unwrap();
            issued.then_some(challenge)
        }
    });
    let issued: Vec<_> = attempts.await.into_iter().flatten().collect();
    assert_eq!(issued.len(), 1);
    assert_eq!(attempt(&*codes, &model).await.as_ref(), issued.first());
}

pub async fn a_challenge_is_sent_again_when_it_is_not_too_soon(codes: impl LoginCodes) {
    let challenge = issued(&codes).await;
    let (user, sent) = (challenge.user, challenge.issued_at);
    let early = resend(&codes, user, sent - INSTANT, sent + INSTANT).await;
    assert_eq!(early, Resend::TooSoon(sent), "it was sent when it was issued");
    let again = sent + TimeDelta::minutes(1);
    assert_eq!(resend(&codes, user, sent, again).await, Resend::Send(challenge.clone()), "not since then");
    let thrice = resend(&codes, user, again - INSTANT, again).await;
    assert_eq!(thrice, Resend::TooSoon(again), "it is noted when it was sent");
    assert_eq!(resend(&codes, user, again, again).await, Resend::Send(challenge));
}

pub async fn sending_again_leaves_attempts_and_expiry_alone(codes: impl LoginCodes) {
    let challenge = issued(&codes).await;
    attempt(&codes, &challenge).await;
    let again = challenge.issued_at + TimeDelta::minutes(4);
    assert!(matches!(resend(&codes, challenge.user, again, again).await, Resend::Send(_)));
    for _ in 1..MOST {
        assert!(attempt(&codes, &challenge).await.is_some());
    }
    assert_eq!(attempt(&codes, &challenge).await, None, "the attempts before count");
    let end = challenge.expires_at;
    assert_eq!(
        codes.attempt(challenge.user, challenge.purpose, &Guesser::of(100), end).await.unwrap(),
        None,
        "it expires when it would have"
    );
}

pub async fn what_is_not_alive_is_not_sent_again(codes: impl LoginCodes) {
    let challenge = issued(&codes).await;
    let (user, end) = (challenge.user, challenge.expires_at);
    assert_eq!(resend(&codes, UserId(id()), end, time()).await, Resend::Nothing, "none was issued");
    assert_eq!(resend(&codes, user, end, end).await, Resend::Nothing, "it expired");
    assert!(
        matches!(resend(&codes, user, end, end - INSTANT).await, Resend::Send(_)),
        "just before, it was alive"
    );
    for _ in 0..MOST {
        attempt(&codes, &challenge).await;
    }
    assert_eq!(resend(&codes, user, end, end - INSTANT).await, Resend::Nothing, "it had all its attempts");
}

pub async fn of_twenty_who_send_it_again_at_once_one_gets_it(codes: impl LoginCodes) {
    let codes = Arc::new(codes);
    let challenge = issued(&*codes).await;
    let (sent, again) = (challenge.issued_at, challenge.issued_at + TimeDelta::minutes(1));
    let resends = at_once(20, |_| {
        let (codes, user) = (codes.clone(), challenge.user);
        async move { resend(&*codes, user, sent, again).await }
    });
    let mut got = 0;
    for result in resends.await {
        match result {
            Resend::Send(what) if what == challenge => got += 1,
            Resend::TooSoon(at) if at == again => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(got, 1);
}

pub async fn a_revoked_challenge_is_gone(codes: impl LoginCodes) {
    let (ada, eve) = (issued(&codes).await, issued(&codes).await);
    codes.revoke(ada.user).await.unwrap();
    assert_eq!(attempt(&codes, &ada).await, None);
    assert!(!codes.consume(ada.id).await.unwrap());
    assert_eq!(resend(&codes, ada.user, ada.expires_at, ada.issued_at).await, Resend::Nothing);
    assert!(attempt(&codes, &eve).await.is_some(), "another's is another's");
    codes.revoke(ada.user).await.expect("there may be nothing to revoke");
    codes.issue(&ada).await.unwrap();
    assert!(attempt(&codes, &ada).await.is_some(), "and a new one may be issued");
}
