//! [`UserHistory`]. The subject is a history, and the repositories of users and of sessions whose events it tells.
use std::sync::Arc;

use domain_auth::{EndReason, Session, SessionRepository, User, UserHistory, UserId, UserRepository};
use domain_shared::{Aggregate, StoredEvent};

use crate::{
    examples::{registration, session_of, user},
    repository::step,
    support::{context, id},
};

async fn register(users: &impl UserRepository, username: &str) -> UserId {
    let mut user = user(registration(username));
    users.save(&mut user).await.unwrap();
    user.id()
}

/// A session that is ended again.
async fn come_and_go(sessions: &impl SessionRepository, user: UserId) {
    let mut session = session_of(user);
    sessions.save(&mut session).await.unwrap();
    let context = context();
    let end = move |session: &mut Session| session.end(EndReason::Logout, &context);
    sessions.change(session.id(), Arc::new(end)).await.unwrap().unwrap();
}

fn kinds(events: &[StoredEvent]) -> Vec<&str> {
    events.iter().map(|stored| stored.event.kind.as_str()).collect()
}

pub async fn a_user_and_their_sessions_have_one_history(
    (history, users, sessions): (impl UserHistory, impl UserRepository, impl SessionRepository),
) {
    let (ada, bob) = (register(&users, "ada").await, register(&users, "bob").await);
    come_and_go(&sessions, ada).await;
    come_and_go(&sessions, bob).await;
    let mut open = session_of(ada);
    sessions.save(&mut open).await.unwrap();
    let context = context();
    users.change(ada, Arc::new(move |ada: &mut User| ada.deactivate(&context))).await.unwrap().unwrap();
    let found = history.newest_of_user(ada, None, 100).await.unwrap();
    let expected = [
        "user.deactivated.v1",
        "session.started.v1",
        "session.ended.v1",
        "session.started.v1",
        "user.registered.v1",
    ];
    assert_eq!(kinds(&found), expected, "newest first, hers only");
    assert_eq!(found[1].event.aggregate_id, open.id().0);
    assert!(history.newest_of_user(UserId(id()), None, 100).await.unwrap().is_empty(), "of somebody unknown");
}

pub async fn refreshes_are_left_out_of_it(
    (history, users, sessions): (impl UserHistory, impl UserRepository, impl SessionRepository),
) {
    let ada = register(&users, "ada").await;
    let mut session = session_of(ada);
    sessions.save(&mut session).await.unwrap();
    step(&sessions, session.id()).await.unwrap();
    assert_eq!(sessions.find(session.id()).await.unwrap().unwrap().generation, 1, "it was refreshed");
    let found = history.newest_of_user(ada, None, 100).await.unwrap();
    assert_eq!(kinds(&found), ["session.started.v1", "user.registered.v1"]);
}

pub async fn it_is_read_in_pages(
    (history, users, sessions): (impl UserHistory, impl UserRepository, impl SessionRepository),
) {
    let ada = register(&users, "ada").await;
    for _ in 0..3 {
        come_and_go(&sessions, ada).await;
        step(&users, ada).await.unwrap();
    }
    let all = history.newest_of_user(ada, None, 100).await.unwrap();
    assert!(all.len() > 6 && all.is_sorted_by(|a, b| a.position > b.position), "{:?}", kinds(&all));
    for size in [1, 2, 5, 100] {
        let (mut before, mut seen) = (None, Vec::new());
        loop {
            let page = history.newest_of_user(ada, before, size).await.unwrap();
            let Some(last) = page.last() else { break };
            assert!(page.len() <= size, "not more than the limit");
            before = Some(last.position);
            seen.extend(page);
        }
        assert_eq!(seen, all, "in pages of {size}");
    }
}
