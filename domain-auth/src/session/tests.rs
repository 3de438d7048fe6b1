use chrono::{DateTime, TimeDelta, Utc};
use domain_shared::{Aggregate, Context, decode, replay, seal};
use proptest::prelude::*;
use uuid::Uuid;

use super::{Client, EndReason, Session, SessionError, SessionEvent, SessionId, SessionRules};
use crate::UserId;

const IDLE: TimeDelta = TimeDelta::seconds(5_000);
const RULES: SessionRules = SessionRules { idle: IDLE, grace: TimeDelta::seconds(60) };

fn at(second: i64) -> Context {
    Context {
        command_id: Uuid::from_u128(u128::try_from(second).unwrap() << 64),
        at: DateTime::<Utc>::UNIX_EPOCH + TimeDelta::seconds(second),
        actor: None,
        traceparent: None,
        origin: domain_shared::Origin::default(),
    }
}

fn session() -> Session {
    Session::start(SessionId(Uuid::nil()), UserId(Uuid::max()), Client::default(), at(1_000_000).at, &at(0))
}

#[test]
fn each_refresh_leads_to_the_next_generation() {
    let mut session = session();
    session.refresh(0, &RULES, &at(1)).unwrap();
    session.refresh(1, &RULES, &at(2)).unwrap();
    assert_eq!((session.generation, session.is_alive(at(3).at, IDLE)), (2, true));
}

#[test]
fn a_lost_reply_is_made_good_within_the_grace() {
    let mut session = session();
    session.refresh(0, &RULES, &at(100)).unwrap();
    session.refresh(0, &RULES, &at(160)).unwrap();
    assert_eq!((session.generation, session.version()), (1, 2), "the same successor, and nothing happened");
}

#[test]
fn a_token_used_twice_ends_the_session() {
    for (presented, second, why) in [(0, 161, "after the grace"), (7, 100, "from the future")] {
        let mut session = session();
        session.refresh(0, &RULES, &at(100)).unwrap();
        session.refresh(presented, &RULES, &at(second)).unwrap();
        assert_eq!(session.ended, Some(EndReason::TokenReuse), "{why}");
    }
    let mut session = session();
    session.refresh(0, &RULES, &at(1)).unwrap();
    session.refresh(1, &RULES, &at(2)).unwrap();
    session.refresh(0, &RULES, &at(3)).unwrap();
    assert_eq!(session.ended, Some(EndReason::TokenReuse), "once the successor was used there is no grace");
    assert_eq!(session.refresh(2, &RULES, &at(4)), Err(SessionError::Ended), "the newest token is dead too");
}

#[test]
fn a_session_ends_at_its_time_however_often_it_was_refreshed() {
    let mut session = session();
    for generation in 0..249 {
        session.refresh(generation, &RULES, &at(4_000 * i64::try_from(generation + 1).unwrap())).unwrap();
    }
    session.refresh(249, &RULES, &at(999_999)).unwrap();
    assert_eq!(session.refresh(250, &RULES, &at(1_000_000)), Err(SessionError::Ended));
    assert!(!session.is_alive(at(1_000_000).at, IDLE));
}

#[test]
fn a_session_that_is_not_refreshed_lapses() {
    let mut session = session();
    session.refresh(0, &RULES, &at(4_999)).unwrap();
    assert!(session.is_alive(at(9_998).at, IDLE), "each refresh gives it another while");
    assert!(!session.is_alive(at(9_999).at, IDLE));
    for generation in [0, 1, 7] {
        assert_eq!(session.refresh(generation, &RULES, &at(9_999)), Err(SessionError::Ended));
    }
    assert_eq!(session.version(), 2, "a token that comes too late is no sign of a thief");
}

#[test]
fn without_a_grace_a_token_leads_to_its_successor_once() {
    let mut session = session();
    let rules = SessionRules { grace: TimeDelta::zero(), ..RULES };
    session.refresh(0, &rules, &at(100)).unwrap();
    session.refresh(0, &rules, &at(100)).unwrap();
    assert_eq!(session.ended, Some(EndReason::TokenReuse));
}

#[test]
fn an_ended_session_stays_ended_for_its_first_reason() {
    let mut session = session();
    session.end(EndReason::Logout, &at(1)).unwrap();
    session.end(EndReason::Deactivation, &at(2)).unwrap();
    assert_eq!((session.ended, session.version()), (Some(EndReason::Logout), 2));
}

proptest! {
    #[test]
    fn replaying_the_log_gives_the_state(steps in prop::collection::vec((0_u64..4, 0_i64..90), 0..20)) {
        let (mut session, mut now) = (session(), 0);
        for (back, pause) in steps {
            now += pause;
            let _ = match back {
                3 => session.end(EndReason::Logout, &at(now)),
                back => session.refresh(session.generation.saturating_sub(back), &RULES, &at(now)),
            };
        }
        let history = seal(&session).unwrap();
        let events = history.iter().map(|event| (decode::<SessionEvent>(event).unwrap(), event.occurred_at));
        let replayed: Session = replay(Uuid::nil(), events).unwrap();
        prop_assert_eq!(&*replayed, &*session);
        prop_assert_eq!(replayed.version(), session.version());
    }
}
