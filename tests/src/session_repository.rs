//! [`SessionRepository`].
use std::sync::Arc;

use chrono::TimeDelta;
use domain_auth::{EndReason, Session, SessionRepository, UserId};
use domain_shared::Aggregate;

use crate::{
    examples::{assert_same, session_from, session_of},
    repository::step,
    support::{context, id, time},
};

const INSTANT: TimeDelta = TimeDelta::microseconds(1);
/// Longer than sessions live.
const IDLE: TimeDelta = TimeDelta::days(1000);

async fn saved(sessions: &impl SessionRepository, user: UserId) -> Session {
    let mut session = session_of(user);
    sessions.save(&mut session).await.unwrap();
    session
}

async fn end(sessions: &impl SessionRepository, session: &Session, reason: EndReason) {
    let context = context();
    sessions
        .change(session.id(), Arc::new(move |s: &mut Session| s.end(reason, &context)))
        .await
        .unwrap()
        .unwrap();
}

pub async fn of_user_gives_the_oldest_first(sessions: impl SessionRepository) {
    let (ada, mut expected) = (UserId(id()), Vec::new());
    for _ in 0..3 {
        expected.push(saved(&sessions, ada).await);
        saved(&sessions, UserId(id())).await;
    }
    step(&sessions, expected[0].id()).await.unwrap();
    let found = sessions.of_user(ada, time(), IDLE).await.unwrap();
    let ids = |sessions: &[Session]| sessions.iter().map(Aggregate::id).collect::<Vec<_>>();
    assert_eq!(ids(&found), ids(&expected), "hers, and the oldest first, whichever was refreshed last");
    assert_same(&found[2], &expected[2], "each as it is");
    assert_eq!(found[0].generation, 1);
}

pub async fn of_user_leaves_out_what_has_ended(sessions: impl SessionRepository) {
    let ada = UserId(id());
    let kept = saved(&sessions, ada).await;
    for reason in [
        EndReason::Logout,
        EndReason::PasswordChange,
        EndReason::Deactivation,
        EndReason::TokenReuse,
        EndReason::LoginRefused,
    ] {
        let session = saved(&sessions, ada).await;
        end(&sessions, &session, reason).await;
        assert_eq!(
            sessions.find(session.id()).await.unwrap().unwrap().ended,
            Some(reason),
            "it is still there"
        );
    }
    let found = sessions.of_user(ada, time(), IDLE).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_same(&found[0], &kept, "what hasn't ended");
}

pub async fn of_user_leaves_out_what_is_past_its_time(sessions: impl SessionRepository) {
    let ada = UserId(id());
    let (session, later) = (saved(&sessions, ada).await, saved(&sessions, ada).await);
    let end = session.expires_at;
    assert!(end < later.expires_at);
    assert_eq!(sessions.of_user(ada, end - INSTANT, IDLE).await.unwrap().len(), 2);
    let found = sessions.of_user(ada, end, IDLE).await.unwrap();
    assert_eq!(found.len(), 1, "it isn't alive at the end of its time");
    assert_same(&found[0], &later, "what has time left");
    assert!(sessions.find(session.id()).await.unwrap().unwrap().ended.is_none(), "it is still there");
}

pub async fn of_user_leaves_out_what_was_not_refreshed_in_time(sessions: impl SessionRepository) {
    let ada = UserId(id());
    let (idle, lapsed) = (TimeDelta::days(1), saved(&sessions, ada).await);
    let used = saved(&sessions, ada).await;
    let refreshed = step(&sessions, used.id()).await.unwrap().unwrap().aggregate;
    let end = lapsed.refreshed_at + idle;
    assert_eq!(sessions.of_user(ada, end - INSTANT, idle).await.unwrap().len(), 2);
    let found = sessions.of_user(ada, end, idle).await.unwrap();
    assert_eq!(found.len(), 1, "it isn't alive once it was idle for that long");
    assert_same(&found[0], &refreshed, "what was refreshed since");
    assert!(sessions.of_user(ada, refreshed.refreshed_at + idle, idle).await.unwrap().is_empty());
}

pub async fn of_user_is_empty_for_somebody_without_sessions(sessions: impl SessionRepository) {
    let ada = UserId(id());
    let only = saved(&sessions, ada).await;
    end(&sessions, &only, EndReason::Logout).await;
    assert!(sessions.of_user(ada, time(), IDLE).await.unwrap().is_empty());
    assert!(sessions.of_user(UserId(id()), time(), IDLE).await.unwrap().is_empty());
}

pub async fn addresses_of_tells_from_where_somebody_signed_in_since(sessions: impl SessionRepository) {
    let (ada, since) = (UserId(id()), time());
    assert!(sessions.addresses_of(ada, since).await.unwrap().is_empty());
    let (mut first, mut second) = (session_from(ada, "192.0.2.1"), session_from(ada, "192.0.2.1"));
    let mut others = session_from(UserId(id()), "192.0.2.2");
    for session in [&mut first, &mut second, &mut others] {
        sessions.save(session).await.unwrap();
    }
    saved(&sessions, ada).await;
    end(&sessions, &first, EndReason::Logout).await;
    assert_eq!(sessions.addresses_of(ada, since).await.unwrap(), ["192.0.2.1"], "once, hers only");
    assert_eq!(sessions.addresses_of(ada, second.started_at).await.unwrap(), ["192.0.2.1"]);
    assert!(sessions.addresses_of(ada, time()).await.unwrap().is_empty(), "none since then");
}

pub async fn where_a_session_that_may_not_have_been_theirs_was_started_is_no_address_of_theirs(
    sessions: impl SessionRepository,
) {
    let (ada, since) = (UserId(id()), time());
    for (address, reason) in [
        ("192.0.2.1", EndReason::TokenReuse),
        ("192.0.2.2", EndReason::LoginRefused),
        ("192.0.2.3", EndReason::Revoked),
    ] {
        let mut session = session_from(ada, address);
        sessions.save(&mut session).await.unwrap();
        end(&sessions, &session, reason).await;
    }
    assert_eq!(sessions.addresses_of(ada, since).await.unwrap(), ["192.0.2.3"]);
}
