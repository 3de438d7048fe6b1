//! A hundred at once: whatever may happen once happens once. The subject is a store of users, sessions and codes, and
//! their log.
use std::sync::Arc;

use chrono::TimeDelta;
use domain_auth::{
    Challenge, CodePurpose, EndReason, Guesser, LoginCodes, PasswordHash, Resend, Session, SessionError,
    SessionId, SessionRepository, SessionRules, User, UserId, UserRepository,
};
use domain_shared::{Aggregate, ChangeError, EventLog, Repository};
use uuid::Uuid;

use crate::{
    examples::{Example, session_of},
    support::{at_once, context, history, id, time},
};

/// Everything the cases need, in one store.
pub trait Store: UserRepository + SessionRepository + LoginCodes + EventLog {}
impl<S: UserRepository + SessionRepository + LoginCodes + EventLog> Store for S {}

const MANY: usize = 100;
const MOST: u32 = 5;
const RULES: SessionRules = SessionRules { idle: TimeDelta::days(30), grace: TimeDelta::days(1) };
const STRICT: SessionRules = SessionRules { grace: TimeDelta::zero(), ..RULES };

async fn started(store: &impl Store) -> SessionId {
    let mut session = session_of(UserId(id()));
    Repository::<Session>::save(store, &mut session).await.unwrap();
    session.id()
}

async fn session(store: &impl Store, id: SessionId) -> Session {
    Repository::<Session>::find(store, id).await.unwrap().unwrap()
}

/// Refreshes with the token of a generation; gives the one in force then, and how many events that took.
async fn refresh(
    store: &impl Store,
    id: SessionId,
    generation: u64,
    rules: SessionRules,
) -> Result<(u64, usize), SessionError> {
    let context = context();
    let refresh = Arc::new(move |s: &mut Session| s.refresh(generation, &rules, &context));
    match Repository::<Session>::change(store, id, refresh).await {
        Ok(changed) => {
            let changed = changed.expect("it is there");
            Ok((changed.aggregate.generation, changed.events.len()))
        }
        Err(ChangeError::Refused(refused)) => Err(refused),
        Err(ChangeError::Store(error)) => panic!("none fails for being second: {error:?}"),
    }
}

/// Ends it, and tells whether this did.
async fn end(store: &impl Store, id: SessionId, reason: EndReason) -> bool {
    let context = context();
    let end = Arc::new(move |s: &mut Session| s.end(reason, &context));
    let changed = Repository::<Session>::change(store, id, end).await.unwrap().expect("it is there");
    !changed.events.is_empty()
}

async fn kinds(store: &impl Store, of: impl Into<Uuid>) -> Vec<String> {
    history(store, of.into()).await.into_iter().map(|event| event.kind).collect()
}

pub async fn of_a_hundred_refreshes_of_one_token_one_makes_the_successor(store: impl Store) {
    let store = Arc::new(store);
    let id = started(&*store).await;
    let refreshes = at_once(MANY, |_| {
        let store = store.clone();
        async move { refresh(&*store, id, 0, RULES).await }
    });
    let results: Vec<_> = refreshes.await.into_iter().map(Result::unwrap).collect();
    assert!(results.iter().all(|(generation, _)| *generation == 1), "all get the same: {results:?}");
    assert_eq!(results.iter().filter(|(_, events)| *events == 1).count(), 1, "and one made it");
    assert_eq!(kinds(&*store, id).await, ["session.started.v1", "session.refreshed.v1"]);
}

pub async fn of_a_hundred_replays_of_a_spent_token_one_is_the_reuse(store: impl Store) {
    let store = Arc::new(store);
    let id = started(&*store).await;
    refresh(&*store, id, 0, STRICT).await.unwrap();
    let replays = at_once(MANY, |_| {
        let store = store.clone();
        async move { refresh(&*store, id, 0, STRICT).await }
    });
    let results = replays.await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1, "{results:?}");
    let refused = |result: &&Result<_, _>| **result == Err(SessionError::Ended);
    assert_eq!(results.iter().filter(refused).count(), MANY - 1, "the others find it ended");
    let expected = ["session.started.v1", "session.refreshed.v1", "session.reuse_detected.v1"];
    assert_eq!(kinds(&*store, id).await, expected);
    assert_eq!(session(&*store, id).await.ended, Some(EndReason::TokenReuse));
}

pub async fn of_a_hundred_who_end_a_session_one_does(store: impl Store) {
    let store = Arc::new(store);
    let id = started(&*store).await;
    let reasons = [EndReason::Revoked, EndReason::Logout, EndReason::PasswordReset, EndReason::Deactivation];
    let ends = at_once(MANY, |i| {
        let (store, reason) = (store.clone(), reasons[i % reasons.len()]);
        async move { end(&*store, id, reason).await.then_some(reason) }
    });
    let winners: Vec<_> = ends.await.into_iter().flatten().collect();
    assert_eq!(winners.len(), 1);
    assert_eq!(
        session(&*store, id).await.ended,
        winners.first().copied(),
        "for the reason of the one who did"
    );
    assert_eq!(kinds(&*store, id).await, ["session.started.v1", "session.ended.v1"]);
}

pub async fn a_session_that_is_ended_while_it_is_refreshed_stays_ended(store: impl Store) {
    let store = Arc::new(store);
    let id = started(&*store).await;
    at_once(MANY, |i| {
        let store = store.clone();
        async move {
            if i == MANY / 2 {
                assert!(end(&*store, id, EndReason::Revoked).await);
            } else {
                let _ = refresh(&*store, id, 0, RULES).await;
            }
        }
    })
    .await;
    assert_eq!(session(&*store, id).await.ended, Some(EndReason::Revoked));
    let kinds = kinds(&*store, id).await;
    assert_eq!(kinds.last().unwrap(), "session.ended.v1", "and nothing comes after: {kinds:?}");
    assert_eq!(refresh(&*store, id, 1, RULES).await, Err(SessionError::Ended));
}

async fn challenged(store: &impl Store, user: UserId, purpose: CodePurpose) -> Challenge {
    let issued_at = time();
    let expires_at = issued_at + TimeDelta::minutes(5);
    let challenge = Challenge { id: id(), user, purpose, place: None, issued_at, expires_at };
    store.issue(&challenge).await.unwrap();
    challenge
}

/// Gives the right answer to what `challenge` asks for; tells whether it counts.
async fn prove(store: &impl Store, challenge: &Challenge) -> bool {
    let attempt = store
        .attempt(challenge.user, challenge.purpose, &Guesser::of(MOST), challenge.issued_at)
        .await
        .unwrap();
    match attempt {
        Some(challenge) => store.consume(challenge.id).await.unwrap(),
        None => false,
    }
}

async fn registered(store: &impl Store) -> UserId {
    let mut user = User::small();
    Repository::<User>::save(store, &mut user).await.unwrap();
    user.id()
}

pub async fn of_a_hundred_verifications_of_one_code_one_signs_in(store: impl Store) {
    let store = Arc::new(store);
    let user = registered(&*store).await;
    let challenge = challenged(&*store, user, CodePurpose::Login).await;
    let verifications = at_once(MANY, |_| {
        let (store, challenge) = (store.clone(), challenge.clone());
        async move {
            let proved = prove(&*store, &challenge).await;
            if proved {
                let context = context();
                let log_in = Arc::new(move |user: &mut User| user.log_in(challenge.issued_at, &context));
                Repository::<User>::change(&*store, challenge.user, log_in).await.unwrap().unwrap();
            }
            proved
        }
    });
    assert_eq!(verifications.await.into_iter().filter(|proved| *proved).count(), 1);
    assert_eq!(kinds(&*store, user).await, ["user.registered.v1", "user.logged_in.v1"]);
}

pub async fn of_a_hundred_resets_with_one_code_one_sets_the_password(store: impl Store) {
    let store = Arc::new(store);
    let user = registered(&*store).await;
    let challenge = challenged(&*store, user, CodePurpose::Reset).await;
    let resets = at_once(MANY, |i| {
        let (store, challenge) = (store.clone(), challenge.clone());
        async move {
            if !prove(&*store, &challenge).await {
                return None;
            }
            let (context, new) = (context(), PasswordHash::new(format!("hash {i}")));
            let kept = new.clone();
            let reset =
                move |user: &mut User| user.reset_password(challenge.issued_at, kept.clone(), &context);
            Repository::<User>::change(&*store, user, Arc::new(reset)).await.unwrap().unwrap();
            Some(new)
        }
    });
    let winners: Vec<_> = resets.await.into_iter().flatten().collect();
    assert_eq!(winners.len(), 1);
    let user = Repository::<User>::find(&*store, user).await.unwrap().unwrap();
    assert_eq!(user.password(), &winners[0], "that of the one who did");
    assert_eq!(kinds(&*store, user.id()).await, ["user.registered.v1", "user.password_changed.v1"]);
}

pub async fn of_a_hundred_who_ask_for_a_code_one_has_it_sent(store: impl Store) {
    let store = Arc::new(store);
    let (user, now) = (UserId(id()), time());
    let not_since = now - TimeDelta::minutes(1);
    let requests = at_once(MANY, |_| {
        let store = store.clone();
        async move {
            let expires_at = now + TimeDelta::minutes(5);
            let challenge = Challenge {
                id: id(),
                user,
                purpose: CodePurpose::Reset,
                place: None,
                issued_at: now,
                expires_at,
            };
            match store.resend(user, CodePurpose::Reset, MOST, not_since, now).await.unwrap() {
                Resend::Send(_) => true,
                Resend::TooSoon(_) => false,
                Resend::Nothing => store.issue_unless_sent(&challenge, not_since).await.unwrap(),
            }
        }
    });
    assert_eq!(requests.await.into_iter().filter(|sent| *sent).count(), 1);
}
