//! No event ever holds a secret: everything that can happen is made to happen, and the log is searched.
use std::{collections::BTreeSet, fmt::Debug};

use chrono::TimeDelta;
use domain_auth::{FullName, PhoneNumber, Profile, Session, SessionEvent, User, UserEvent, UserId};
use domain_shared::{
    Aggregate, Caller, DomainEvent, EventLog, Expected, Handle, Repository, Scope, StoredEvent, ValueObject,
    decode,
};

use crate::{
    commands::{ActivateUser, EraseUser, RefreshSession, ResendCode, SetScopes, UpdateProfile},
    testing::World,
};

/// Everything that can happen to a user. If this no longer compiles, let the new event happen in `walk`, too.
fn what_happened_to_a_user(event: &UserEvent) -> &'static str {
    match event {
        UserEvent::Registered(_) => "registered",
        UserEvent::LoggedIn {} => "logged in",
        UserEvent::ProfileUpdated { .. } => "profile updated",
        UserEvent::PasswordChanged { .. } => "password changed",
        UserEvent::PasswordRehashed {} => "password rehashed",
        UserEvent::PasswordResetRequested {} => "password reset requested",
        UserEvent::Activated {} => "activated",
        UserEvent::Deactivated {} => "deactivated",
        UserEvent::SignedOutEverywhere {} => "signed out everywhere",
        UserEvent::ScopesChanged { .. } => "scopes changed",
        UserEvent::Erased {} => "erased",
    }
}

/// The same for a session.
fn what_happened_to_a_session(event: &SessionEvent) -> &'static str {
    match event {
        SessionEvent::Started { .. } => "started",
        SessionEvent::Refreshed { .. } => "refreshed",
        SessionEvent::Ended { .. } => "ended",
        SessionEvent::ReuseDetected { .. } => "reuse detected",
    }
}

/// Lets everything happen to `ada` but the erasure, and gives every secret that was about.
async fn walk(world: &mut World) -> Vec<String> {
    let nobody = Caller::default();
    let ada = world.register("ada").await.id();
    let mut secrets = ["correct horse", "battery staple", "staple battery"].map(str::to_owned).to_vec();
    let first = world.sign_in("ada").await;
    let refresh = RefreshSession { token: first.refresh.clone() };
    let second = world.auth.handle(refresh.clone(), &nobody).await.unwrap();
    world.auth.handle(RefreshSession { token: second.refresh.clone() }, &nobody).await.unwrap();
    world.auth.handle(refresh, &nobody).await.unwrap_err();

    let there = world.sign_in("ada").await;
    world.log_out(&there, true).await;
    let here = world.sign_in("ada").await;
    let profile = Profile {
        full_name: Some(FullName::parse("Ada Lovelace".to_owned()).ok()),
        phone_number: Some(PhoneNumber::parse("+15550001111".to_owned()).ok()),
    };
    world.auth.handle(UpdateProfile { user: ada, expected: Expected::Any, profile }, &nobody).await.unwrap();
    let scopes = [Scope::products_write()].into_iter().collect();
    world.auth.handle(SetScopes { user: ada, expected: Expected::Any, scopes }, &nobody).await.unwrap();
    world.start_login("ada").await;
    world.pass(TimeDelta::seconds(90));
    world.auth.handle(ResendCode { user: ada }, &nobody).await.unwrap();
    world.change_password(&here, "correct horse", "battery staple").await.unwrap();
    let reset = world.reset_code("ada").await;
    world.reset_password("ada", &reset, "staple battery").await.unwrap();
    let user = Repository::<User>::find(&world.store, ada).await.unwrap().unwrap();
    world.auth.ports.hasher.cost += 1;
    world.log_in("ada", "staple battery").await.unwrap();
    secrets.push(user.password().expose().to_owned());
    let user = Repository::<User>::find(&world.store, ada).await.unwrap().unwrap();
    world.deactivate(ada).await;
    world.auth.handle(ActivateUser { user: ada }, &nobody).await.unwrap();

    secrets.push(user.password().expose().to_owned());
    secrets.extend(world.codes_sent_to("ada@example.com"));
    for tokens in [first, second, there, here] {
        secrets.extend([tokens.access, tokens.refresh.expose().to_owned()]);
    }
    secrets
}

async fn log(world: &World) -> Vec<StoredEvent> {
    world.store.after(0, 1000).await.unwrap()
}

/// What happened to aggregates of one kind.
fn happened<A: Aggregate<Event: DomainEvent + Debug>>(
    log: &[StoredEvent],
    name: fn(&A::Event) -> &'static str,
) -> BTreeSet<&'static str> {
    let own = log.iter().filter(|stored| stored.event.aggregate_type == A::TYPE);
    own.map(|stored| name(&decode::<A::Event>(&stored.event).unwrap())).collect()
}

#[tokio::test]
async fn whatever_happens_no_event_holds_a_secret() {
    let mut world = World::new();
    let secrets = walk(&mut world).await;
    let before = log(&world).await;
    let ada = before.first().unwrap().event.aggregate_id;
    world.auth.handle(EraseUser { user: UserId(ada) }, &Caller::default()).await.unwrap();
    let log = [before, log(&world).await].concat();
    assert_eq!(happened::<User>(&log, what_happened_to_a_user).len(), 11, "everything happened");
    assert_eq!(happened::<Session>(&log, what_happened_to_a_session).len(), 4, "everything happened");

    assert!(secrets.len() >= 16, "{}", secrets.len());
    let text = format!("{log:?}");
    let words: BTreeSet<_> = text.split(|c: char| !c.is_ascii_alphanumeric()).collect();
    for secret in secrets {
        // A code is so short that it may well be part of an id.
        let found = if secret.len() == 6 { words.contains(&*secret) } else { text.contains(&secret) };
        assert!(!found, "{secret} is in {text}");
    }
    for telltale in ["plain:", "$2b$", "rt_", "eyJ"] {
        assert!(!text.contains(telltale), "{telltale} is in {text}");
    }
}
