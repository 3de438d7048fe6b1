//! [`Throttle`].
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use domain_shared::{Bucket, Debt, Quota, Taken, Throttle, Ticket};

use crate::support::{at_once, id, time};

const SECOND: TimeDelta = TimeDelta::seconds(1);
const QUARTER: TimeDelta = TimeDelta::minutes(15);

fn bucket() -> Bucket {
    Bucket { kind: "test", of: id().to_string() }
}

/// Two times free of charge, then 1, 2, 4 and 8 seconds.
fn growing() -> Quota {
    Quota::growing(2, QUARTER, SECOND, SECOND * 8)
}

async fn take(
    throttle: &impl Throttle,
    bucket: &Bucket,
    quota: &Quota,
    now: DateTime<Utc>,
) -> Option<Ticket> {
    match throttle.take(bucket, quota, now).await.unwrap() {
        Taken::Granted(ticket) => Some(ticket),
        Taken::Refused(_) => None,
    }
}

async fn wait(throttle: &impl Throttle, bucket: &Bucket, quota: &Quota, now: DateTime<Utc>) -> TimeDelta {
    match throttle.take(bucket, quota, now).await.unwrap() {
        Taken::Granted(ticket) => panic!("it should be too soon: {ticket:?}"),
        Taken::Refused(wait) => wait,
    }
}

pub async fn a_bucket_gives_what_it_holds_and_fills_up(throttle: impl Throttle) {
    let (bucket, now, quota) = (bucket(), time(), Quota::steady(3, SECOND * 10));
    for _ in 0..3 {
        assert!(take(&throttle, &bucket, &quota, now).await.is_some());
    }
    assert_eq!(wait(&throttle, &bucket, &quota, now).await, SECOND * 10);
    assert_eq!(wait(&throttle, &bucket, &quota, now + SECOND * 4).await, SECOND * 6);
    let later = now + SECOND * 10;
    assert!(take(&throttle, &bucket, &quota, later).await.is_some());
    assert!(take(&throttle, &bucket, &quota, later).await.is_none(), "one has come back, no more");
}

pub async fn a_wait_grows_up_to_the_longest(throttle: impl Throttle) {
    let (bucket, mut now, quota) = (bucket(), time(), growing());
    let mut waits = Vec::new();
    for _ in 0..8 {
        let ticket = take(&throttle, &bucket, &quota, now).await.unwrap();
        waits.push((ticket.free_at - now).num_seconds().max(0));
        now = ticket.free_at.max(now);
    }
    assert_eq!(waits, [0, 1, 2, 4, 8, 8, 8, 8]);
}

pub async fn it_is_granted_as_the_quota_says(throttle: impl Throttle) {
    let quotas = [growing(), Quota::steady(4, SECOND * 3), Quota::growing(3, SECOND * 7, SECOND, QUARTER)];
    for quota in quotas {
        let (bucket, mut now, mut debt) = (bucket(), time(), None::<Debt>);
        for step in 0..60 {
            let expected = match quota.take(debt, now) {
                Ok(after) => {
                    debt = Some(after);
                    Ok(after.free_at)
                }
                Err(wait) => Err(wait),
            };
            let got = match throttle.take(&bucket, &quota, now).await.unwrap() {
                Taken::Granted(ticket) => Ok(ticket.free_at),
                Taken::Refused(wait) => Err(wait),
            };
            assert_eq!(got, expected, "step {step} of {quota:?}");
            now += TimeDelta::microseconds(1_234_567 * (step * step % 7));
        }
    }
}

pub async fn a_clock_that_is_behind_waits_for_nothing_that_nobody_waits_for(throttle: impl Throttle) {
    let (bucket, now, quota) = (bucket(), time(), Quota::steady(6, SECOND * 10));
    for behind in 0..4 {
        let clock = now - SECOND * behind;
        assert!(take(&throttle, &bucket, &quota, clock).await.is_some(), "{behind} s behind");
    }
}

pub async fn what_is_given_back_is_free_to_a_clock_that_is_behind(throttle: impl Throttle) {
    let (bucket, now, quota) = (bucket(), time(), Quota::steady(1, QUARTER));
    let ticket = take(&throttle, &bucket, &quota, now).await.unwrap();
    throttle.give_back(&ticket).await.unwrap();
    assert!(take(&throttle, &bucket, &quota, now - SECOND).await.is_some());
}

pub async fn each_bucket_counts_for_itself(throttle: impl Throttle) {
    let (now, quota, of) = (time(), Quota::steady(1, QUARTER), id().to_string());
    for kind in ["one", "other"] {
        for of in [of.clone(), format!("{of}:")] {
            assert!(take(&throttle, &Bucket { kind, of }, &quota, now).await.is_some());
        }
    }
    assert!(take(&throttle, &Bucket { kind: "one", of }, &quota, now).await.is_none());
}

pub async fn what_is_refused_is_not_counted(throttle: impl Throttle) {
    let (bucket, now, quota) = (bucket(), time(), growing());
    let mut ticket = take(&throttle, &bucket, &quota, now).await.unwrap();
    ticket = take(&throttle, &bucket, &quota, ticket.free_at.max(now)).await.unwrap();
    for _ in 0..50 {
        assert_eq!(wait(&throttle, &bucket, &quota, now).await, SECOND, "asking doesn't make it longer");
    }
    assert_eq!(take(&throttle, &bucket, &quota, ticket.free_at).await.unwrap().free_at, now + SECOND * 3);
}

pub async fn what_is_given_back_was_never_counted(throttle: impl Throttle) {
    let (bucket, now, quota) = (bucket(), time(), growing());
    for _ in 0..20 {
        let ticket = take(&throttle, &bucket, &quota, now).await.unwrap();
        throttle.give_back(&ticket).await.unwrap();
    }
    take(&throttle, &bucket, &quota, now).await.unwrap();
    let second = take(&throttle, &bucket, &quota, now).await.unwrap();
    assert_eq!(second.free_at, now + SECOND, "only these two count");
    throttle.give_back(&second).await.unwrap();
    assert!(take(&throttle, &bucket, &quota, now).await.is_some(), "nor does anybody wait for it");
}

pub async fn giving_back_leaves_the_wait_of_others(throttle: impl Throttle) {
    let (bucket, now, quota) = (bucket(), time(), growing());
    let first = take(&throttle, &bucket, &quota, now).await.unwrap();
    take(&throttle, &bucket, &quota, now).await.unwrap();
    throttle.give_back(&first).await.unwrap();
    assert_eq!(wait(&throttle, &bucket, &quota, now).await, SECOND);
    // It counts as the first, though.
    let next = take(&throttle, &bucket, &quota, now + SECOND).await.unwrap();
    assert_eq!(next.free_at, now + SECOND * 2);
}

pub async fn what_is_cleared_is_forgotten(throttle: impl Throttle) {
    let (cleared, other, now) = (bucket(), bucket(), time());
    let quota = Quota::steady(1, QUARTER);
    for bucket in [&cleared, &other] {
        take(&throttle, bucket, &quota, now).await.unwrap();
    }
    throttle.clear(&cleared).await.unwrap();
    assert!(take(&throttle, &cleared, &quota, now).await.is_some());
    assert!(take(&throttle, &other, &quota, now).await.is_none(), "nothing else is");
    throttle.clear(&bucket()).await.unwrap();
}

pub async fn a_sweep_drops_what_is_paid_off_and_no_more_than_the_limit(throttle: impl Throttle) {
    let (now, quota) = (time(), Quota::steady(1, QUARTER));
    let (old, new): (Vec<_>, Vec<_>) =
        ((0..3).map(|_| bucket()).collect(), (0..2).map(|_| bucket()).collect());
    for bucket in &old {
        take(&throttle, bucket, &quota, now).await.unwrap();
    }
    let later = now + QUARTER;
    for bucket in &new {
        take(&throttle, bucket, &quota, later).await.unwrap();
    }
    assert_eq!(throttle.sweep(now, 10).await.unwrap(), 0);
    assert_eq!(throttle.sweep(later, 2).await.unwrap(), 2);
    assert_eq!(throttle.sweep(later, 10).await.unwrap(), 1);
    assert_eq!(throttle.sweep(later, 10).await.unwrap(), 0);
    for bucket in &new {
        assert!(take(&throttle, bucket, &quota, later).await.is_none(), "what still counts stays");
    }
}

pub async fn of_a_hundred_takes_at_once_as_many_are_granted_as_there_are(throttle: impl Throttle) {
    let throttle = Arc::new(throttle);
    for (quota, count) in [(Quota::steady(10, QUARTER), 10), (growing(), 2), (Quota::steady(1, QUARTER), 1)] {
        let (bucket, now) = (bucket(), time());
        let takes = at_once(100, |_| {
            let (throttle, bucket) = (throttle.clone(), bucket.clone());
            async move { take(&*throttle, &bucket, &quota, now).await.is_some() }
        });
        assert_eq!(takes.await.into_iter().filter(|granted| *granted).count(), count, "{quota:?}");
    }
}

pub async fn of_a_hundred_who_give_back_at_once_nothing_is_left(throttle: impl Throttle) {
    let throttle = Arc::new(throttle);
    let (bucket, now, quota) = (bucket(), time(), Quota::steady(1000, QUARTER));
    let uses = at_once(100, |_| {
        let (throttle, bucket) = (throttle.clone(), bucket.clone());
        async move {
            let ticket = take(&*throttle, &bucket, &quota, now).await.unwrap();
            throttle.give_back(&ticket).await.unwrap();
        }
    });
    uses.await;
    assert_eq!(throttle.sweep(now, 10).await.unwrap(), 1, "it is as if nothing had been counted");
}
