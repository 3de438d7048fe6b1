//! [`IdempotencyKeys`]: what a key goes through from its first claim to its end.
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use domain_shared::{Attempt, Claim, Claimed, Digest, IdempotencyKeys};

use crate::support::{at_once, id, number, time};

/// A digest that no other call gets.
fn digest() -> Digest {
    let mut digest = [0xFF; 32];
    digest[..4].copy_from_slice(&number().to_be_bytes());
    digest
}

/// A first claim of a key that nobody has: for ten seconds, and for a day.
fn claim() -> Claim {
    let now = time();
    Claim { key: digest(), fingerprint: digest(), command: id(), ..later(now, TimeDelta::zero()) }
}

fn later(start: DateTime<Utc>, after: TimeDelta) -> Claim {
    let now = start + after;
    let (leased_until, expires_at) = (now + TimeDelta::seconds(10), now + TimeDelta::days(1));
    Claim { key: [0; 32], fingerprint: [0; 32], command: id(), now, leased_until, expires_at }
}

/// The same request, sent again `after` the first claim, by somebody who has another command id at hand.
fn again(first: &Claim, after: TimeDelta) -> Claim {
    Claim { key: first.key, fingerprint: first.fingerprint, ..later(first.now, after) }
}

const fn attempt(claim: &Claim, of: &Claim) -> Attempt {
    Attempt { key: of.key, command: of.command, leased_until: claim.leased_until }
}

async fn fresh(keys: &impl IdempotencyKeys, claim: &Claim) -> Attempt {
    match keys.claim(claim).await.unwrap() {
        Claimed::Fresh(attempt) => attempt,
        other => panic!("Fresh, not {other:?}"),
    }
}

pub async fn a_new_key_is_fresh(keys: impl IdempotencyKeys) {
    let (one, other) = (claim(), claim());
    assert_eq!(keys.claim(&one).await.unwrap(), Claimed::Fresh(attempt(&one, &one)));
    assert_eq!(keys.claim(&other).await.unwrap(), Claimed::Fresh(attempt(&other, &other)), "keys keep apart");
}

pub async fn a_key_that_is_leased_is_in_flight(keys: impl IdempotencyKeys) {
    let first = claim();
    fresh(&keys, &first).await;
    for seconds in [0, 1, 9] {
        let second = again(&first, TimeDelta::seconds(seconds));
        assert_eq!(keys.claim(&second).await.unwrap(), Claimed::InFlight, "after {seconds} s");
    }
}

pub async fn a_key_with_an_answer_gives_it(keys: impl IdempotencyKeys) {
    let first = claim();
    let attempt = fresh(&keys, &first).await;
    let answer: Vec<u8> = (0..=u8::MAX).cycle().take(70_000).collect();
    keys.complete(&attempt, &answer, first.expires_at).await.unwrap();
    for hours in [0, 1, 23] {
        let second = again(&first, TimeDelta::hours(hours));
        assert_eq!(keys.claim(&second).await.unwrap(), Claimed::Answered(answer.clone()), "after {hours} h");
    }
}

pub async fn the_first_answer_stays(keys: impl IdempotencyKeys) {
    let first = claim();
    let attempt = fresh(&keys, &first).await;
    keys.complete(&attempt, b"first", first.expires_at).await.unwrap();
    keys.complete(&attempt, b"second", first.expires_at).await.unwrap();
    let answered = Claimed::Answered(b"first".to_vec());
    assert_eq!(keys.claim(&again(&first, TimeDelta::seconds(1))).await.unwrap(), answered);
    keys.release(&attempt).await.unwrap();
    keys.lapse(&attempt).await.unwrap();
    assert_eq!(keys.claim(&again(&first, TimeDelta::seconds(20))).await.unwrap(), answered);
}

pub async fn a_key_belongs_to_one_request(keys: impl IdempotencyKeys) {
    let first = claim();
    let other = |after| Claim { fingerprint: digest(), ..again(&first, after) };
    let attempt = fresh(&keys, &first).await;
    for after in [TimeDelta::zero(), TimeDelta::seconds(11)] {
        assert_eq!(keys.claim(&other(after)).await.unwrap(), Claimed::OtherRequest, "in flight, {after}");
    }
    keys.complete(&attempt, b"done", first.expires_at).await.unwrap();
    assert_eq!(keys.claim(&other(TimeDelta::seconds(12))).await.unwrap(), Claimed::OtherRequest, "answered");
}

pub async fn a_lease_that_ran_out_is_taken_over_with_its_command(keys: impl IdempotencyKeys) {
    let first = claim();
    fresh(&keys, &first).await;
    let second = again(&first, TimeDelta::seconds(10));
    assert_eq!(keys.claim(&second).await.unwrap(), Claimed::Retry(attempt(&second, &first)));
    assert_eq!(keys.claim(&again(&first, TimeDelta::seconds(19))).await.unwrap(), Claimed::InFlight);
    let third = again(&first, TimeDelta::seconds(20));
    assert_eq!(keys.claim(&third).await.unwrap(), Claimed::Retry(attempt(&third, &first)), "again and again");
}

pub async fn a_lapsed_attempt_leads_to_a_retry(keys: impl IdempotencyKeys) {
    let first = claim();
    let lapsed = fresh(&keys, &first).await;
    keys.lapse(&lapsed).await.unwrap();
    let other = Claim { fingerprint: digest(), ..again(&first, TimeDelta::seconds(1)) };
    assert_eq!(keys.claim(&other).await.unwrap(), Claimed::OtherRequest, "the key stays with its request");
    let second = again(&first, TimeDelta::seconds(1));
    assert_eq!(keys.claim(&second).await.unwrap(), Claimed::Retry(attempt(&second, &first)));
}

pub async fn a_released_key_is_as_good_as_new(keys: impl IdempotencyKeys) {
    let first = claim();
    let attempt = fresh(&keys, &first).await;
    keys.release(&attempt).await.unwrap();
    let other = Claim { fingerprint: digest(), ..again(&first, TimeDelta::seconds(1)) };
    assert_eq!(fresh(&keys, &other).await.command, other.command);
}

pub async fn who_lost_the_lease_ends_nothing(keys: impl IdempotencyKeys) {
    let first = claim();
    let slow = fresh(&keys, &first).await;
    let second = again(&first, TimeDelta::seconds(10));
    assert_eq!(keys.claim(&second).await.unwrap(), Claimed::Retry(attempt(&second, &first)));
    keys.release(&slow).await.unwrap();
    keys.lapse(&slow).await.unwrap();
    let third = again(&first, TimeDelta::seconds(11));
    assert_eq!(keys.claim(&third).await.unwrap(), Claimed::InFlight, "the second is still at it");
    keys.complete(&slow, b"slow but done", first.expires_at).await.unwrap();
    assert_eq!(keys.claim(&third).await.unwrap(), Claimed::Answered(b"slow but done".to_vec()));
}

pub async fn an_attempt_does_nothing_to_a_key_that_another_command_has(keys: impl IdempotencyKeys) {
    let first = claim();
    let attempt = fresh(&keys, &first).await;
    keys.release(&attempt).await.unwrap();
    let second = Claim { leased_until: first.leased_until, ..again(&first, TimeDelta::seconds(1)) };
    fresh(&keys, &second).await;
    keys.complete(&attempt, b"late", first.expires_at).await.unwrap();
    keys.release(&attempt).await.unwrap();
    keys.lapse(&attempt).await.unwrap();
    assert_eq!(keys.claim(&again(&first, TimeDelta::seconds(2))).await.unwrap(), Claimed::InFlight);
}

pub async fn a_key_expires_with_its_answer(keys: impl IdempotencyKeys) {
    let (answered, unanswered) = (claim(), claim());
    let attempt = fresh(&keys, &answered).await;
    keys.complete(&attempt, b"done", answered.now + TimeDelta::hours(2)).await.unwrap();
    fresh(&keys, &unanswered).await;
    for (first, after) in [(answered, TimeDelta::hours(2)), (unanswered, TimeDelta::days(1))] {
        let anew = Claim { fingerprint: digest(), ..again(&first, after) };
        assert_eq!(fresh(&keys, &anew).await.command, anew.command);
        assert_eq!(keys.claim(&again(&anew, TimeDelta::seconds(1))).await.unwrap(), Claimed::InFlight);
    }
}

pub async fn a_forgotten_key_is_as_good_as_new(keys: impl IdempotencyKeys) {
    let (first, other) = (claim(), claim());
    let attempt = fresh(&keys, &first).await;
    keys.complete(&attempt, b"done", first.expires_at).await.unwrap();
    fresh(&keys, &other).await;
    keys.forget(&first.key).await.unwrap();
    fresh(&keys, &again(&first, TimeDelta::seconds(1))).await;
    assert_eq!(keys.claim(&again(&other, TimeDelta::seconds(1))).await.unwrap(), Claimed::InFlight);
}

pub async fn a_sweep_drops_what_has_expired_and_no_more_than_the_limit(keys: impl IdempotencyKeys) {
    let (old, live) = ([claim(), claim(), claim()], claim());
    for claim in old.iter().chain([&live]) {
        fresh(&keys, claim).await;
    }
    let now = old[2].expires_at;
    assert!(now < live.expires_at, "the case is about a key that is still alive");
    assert_eq!(keys.sweep(now, 2).await.unwrap(), 2);
    assert_eq!(keys.sweep(now, 2).await.unwrap(), 1);
    assert_eq!(keys.sweep(now, 2).await.unwrap(), 0);
    assert_eq!(keys.claim(&again(&live, TimeDelta::seconds(1))).await.unwrap(), Claimed::InFlight);
}

pub async fn of_twenty_who_claim_it_at_once_one_gets_it(keys: impl IdempotencyKeys) {
    let (keys, first) = (Arc::new(keys), claim());
    let claims = at_once(20, |_| {
        let (keys, claim) = (keys.clone(), Claim { command: id(), ..first });
        async move { keys.claim(&claim).await.unwrap() }
    });
    let claimed = claims.await;
    let got = claimed.iter().filter(|claimed| matches!(claimed, Claimed::Fresh(_))).count();
    let waits = claimed.iter().filter(|claimed| **claimed == Claimed::InFlight).count();
    assert_eq!((got, waits), (1, 19), "{claimed:?}");
}

pub async fn of_twenty_who_take_it_over_at_once_one_gets_it(keys: impl IdempotencyKeys) {
    let keys = Arc::new(keys);
    for expired in [false, true] {
        let first = claim();
        fresh(&*keys, &first).await;
        let after = if expired { TimeDelta::days(1) } else { TimeDelta::seconds(10) };
        let claims = at_once(20, |_| {
            let (keys, claim) = (keys.clone(), again(&first, after));
            async move { keys.claim(&claim).await.unwrap() }
        });
        let claimed = claims.await;
        let got = |claimed: &&Claimed| matches!(claimed, Claimed::Fresh(_) | Claimed::Retry(_));
        assert_eq!(claimed.iter().filter(got).count(), 1, "expired: {expired}: {claimed:?}");
    }
}
