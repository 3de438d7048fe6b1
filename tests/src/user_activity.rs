//! [`Activity`] and its projection. The subject is a fresh store of users whose clones share their data.
use std::sync::Arc;

use domain_auth::{Activity, User, UserActivity};
use domain_shared::{
    Aggregate, EventLog, Generation, ProjectionStore, Repository, Snapshots, verify_projection,
    verify_snapshots,
};

use crate::{
    examples::Example,
    support::{context, id},
};

pub async fn it_shows_what_a_user_has_done(
    store: impl Activity + Repository<User> + Snapshots<User> + EventLog + ProjectionStore<UserActivity>,
) {
    let mut ada = User::small();
    store.save(&mut ada).await.unwrap();
    store.save(&mut User::small()).await.unwrap();
    let mut last = None;
    for _ in 0..2 {
        let context = context();
        last = Some(context.at);
        let log_in = move |user: &mut User| user.log_in(context.at, &context);
        store.change(ada.id(), Arc::new(log_in)).await.unwrap().unwrap();
    }
    assert_eq!(store.of(ada.id()).await.unwrap(), None, "it follows the log");
    while store.fold(Generation::Live, 2).await.unwrap().is_some() {}
    let row = store.of(ada.id()).await.unwrap().unwrap();
    assert_eq!((row.user, row.logins, row.last_login_at), (ada.id(), 2, last));
    assert_eq!((row.registered_at, row.password_changed_at), (ada.created_at, None));
    assert_eq!(Some(row.last_event_at), last);
    assert_eq!(store.of(domain_auth::UserId(id())).await.unwrap(), None);
    let ids = [ada.id().0];
    assert_eq!(verify_projection::<UserActivity>(&store, &store, &ids).await.unwrap(), []);
    assert_eq!(verify_snapshots::<User>(&store, &store, &ids).await.unwrap(), []);
}
