//! [`Activity`] and its projection. The subject is a fresh store of users whose clones share their data.
use std::sync::Arc;

use domain_auth::{Activity, PersonalData, User, UserActivity};
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
    assert_eq!(verify_snapshots::<User>(&store, &store, &ids).await.unwrap().differences, []);
}

pub async fn of_somebody_erased_nothing_is_kept_even_if_it_is_built_again(
    store: impl Activity + PersonalData + Repository<User> + EventLog + ProjectionStore<UserActivity>,
) {
    let (mut ada, mut eve) = (User::small(), User::small());
    store.save(&mut ada).await.unwrap();
    store.save(&mut eve).await.unwrap();
    let fold = async |generation| while store.fold(generation, 2).await.unwrap().is_some() {};
    fold(Generation::Live).await;
    assert!(store.of(ada.id()).await.unwrap().is_some());
    let context = context();
    let erase = move |user: &mut User| user.erase(&context);
    store.change(ada.id(), Arc::new(erase)).await.unwrap().unwrap();
    store.forget(ada.id()).await.unwrap();
    let ids = [ada.id().0, eve.id().0];
    let differences = async || verify_projection::<UserActivity>(&store, &store, &ids).await.unwrap();
    assert_eq!(differences().await, [], "being behind is no difference");
    fold(Generation::Live).await;
    assert_eq!(store.of(ada.id()).await.unwrap(), None);
    assert_eq!(differences().await, []);
    let number = store.begin_shadow().await.unwrap();
    fold(Generation::Shadow).await;
    assert!(store.swap(number).await.unwrap());
    assert_eq!(store.of(ada.id()).await.unwrap(), None, "the log says the same once more");
    assert!(store.of(eve.id()).await.unwrap().is_some(), "others are remembered");
    assert_eq!(differences().await, []);
    assert_eq!(store.aggregates_after(None, 9).await.unwrap(), [eve.id().0]);
}
