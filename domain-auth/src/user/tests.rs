use chrono::{DateTime, TimeDelta, Utc};
use domain_shared::{Aggregate, Context, Email, Language, Scope, ValueObject, decode, replay, seal};
use proptest::prelude::*;
use uuid::Uuid;

use super::{Profile, Registration, User, UserError, UserEvent, UserId};
use crate::{FullName, PasswordHash, SessionId, Username};

fn at(second: i64) -> Context {
    Context {
        command_id: Uuid::from_u128(u128::try_from(second).unwrap() << 64),
        at: DateTime::<Utc>::UNIX_EPOCH + TimeDelta::seconds(second),
        actor: None,
        traceparent: None,
    }
}

fn hash(of: &str) -> PasswordHash {
    PasswordHash::new(of.to_owned())
}

fn ada() -> User {
    let registration = Registration {
        email: Email::parse("ada@example.com".into()).unwrap(),
        username: Username::parse("ada".into()).unwrap(),
        full_name: None,
        phone_number: None,
        language: Language::Es,
        is_superuser: false,
    };
    User::register(UserId(Uuid::nil()), registration, hash("old"), &at(1))
}

fn kinds(user: &User) -> Vec<String> {
    seal(user).unwrap().into_iter().map(|event| event.kind).collect()
}

#[test]
fn registering_is_the_first_event() {
    let ada = ada();
    assert_eq!((ada.version(), kinds(&ada)), (1, vec!["user.registered.v1".to_owned()]));
    assert!(ada.is_active && !ada.is_superuser);
}

#[test]
fn of_two_changes_from_one_old_password_the_second_is_refused() {
    let mut ada = ada();
    ada.change_password(&hash("old"), hash("new"), None, &at(2)).unwrap();
    let second = ada.change_password(&hash("old"), hash("newer"), None, &at(3));
    assert_eq!(second, Err(UserError::PasswordChangedMeanwhile));
    assert_eq!(ada.password(), &hash("new"));
}

#[test]
fn a_login_begun_before_a_password_change_does_not_end_after_it() {
    let mut ada = ada();
    ada.change_password(&hash("old"), hash("new"), None, &at(5)).unwrap();
    assert_eq!(ada.log_in(at(4).at, &at(6)), Err(UserError::PasswordChangedMeanwhile));
    assert_eq!(ada.log_in(at(5).at, &at(6)), Ok(()));
}

#[test]
fn an_inactive_user_can_do_nothing_until_activated() {
    let mut ada = ada();
    ada.deactivate(&at(2)).unwrap();
    assert_eq!(ada.log_in(at(3).at, &at(3)), Err(UserError::Inactive));
    assert_eq!(ada.update_profile(Profile::default(), &at(3)), Err(UserError::Inactive));
    assert_eq!(ada.deactivate(&at(3)), Err(UserError::AlreadyInactive));
    ada.activate(&at(4)).unwrap();
    assert_eq!(ada.activate(&at(5)), Err(UserError::AlreadyActive));
    assert_eq!(ada.log_in(at(5).at, &at(5)), Ok(()));
}

#[test]
fn a_profile_update_keeps_what_it_does_not_name_and_clears_what_is_null() {
    let mut ada = ada();
    let name = FullName::parse("Ada Lovelace".into()).ok();
    ada.update_profile(Profile { full_name: Some(name.clone()), phone_number: None }, &at(2)).unwrap();
    ada.update_profile(Profile::default(), &at(3)).unwrap();
    assert_eq!((&ada.full_name, ada.version()), (&name, 2), "nothing changed, so nothing happened");
    ada.update_profile(Profile { full_name: Some(None), phone_number: None }, &at(4)).unwrap();
    assert_eq!((&ada.full_name, ada.version()), (&None, 3));
}

#[test]
fn older_sessions_are_over_once_the_password_changes_but_for_the_one_it_changes_in() {
    let (here, there, mut ada) = (SessionId(Uuid::from_u128(1)), SessionId(Uuid::from_u128(2)), ada());
    assert!(ada.admits(here, at(2).at) && ada.admits(there, at(2).at));
    ada.change_password(&hash("old"), hash("new"), Some(here), &at(3)).unwrap();
    assert!(ada.admits(here, at(2).at) && !ada.admits(there, at(2).at));
    assert!(ada.admits(there, at(3).at), "later ones are fine");
    ada.sign_out_everywhere(&at(4)).unwrap();
    assert!(!ada.admits(here, at(2).at) && !ada.admits(there, at(3).at));
}

#[test]
fn activation_brings_no_old_session_back() {
    let mut ada = ada();
    ada.deactivate(&at(3)).unwrap();
    assert!(!ada.admits(SessionId(Uuid::nil()), at(4).at), "an inactive user has none at all");
    ada.activate(&at(5)).unwrap();
    assert!(!ada.admits(SessionId(Uuid::nil()), at(2).at) && ada.admits(SessionId(Uuid::nil()), at(6).at));
}

#[test]
fn no_event_holds_a_secret() {
    let mut ada = ada();
    ada.change_password(&hash("old"), hash("$2b$secret"), None, &at(2)).unwrap();
    let log = serde_json::to_string(&seal(&ada).unwrap()).unwrap();
    assert!(!log.contains("$2b$") && !log.contains("old"), "{log}");
}

/// Any command, in any order.
fn command(user: &mut User, which: u8, context: &Context) {
    let _ = match which {
        0 => user.log_in(context.at, context),
        1 => user.change_password(&user.password().clone(), hash(&context.at.to_string()), None, context),
        2 => user.activate(context),
        3 => user.deactivate(context),
        4 => user.set_scopes([Scope::products_write()].into_iter().collect(), context),
        5 => user.set_scopes([].into_iter().collect(), context),
        6 => user.sign_out_everywhere(context),
        _ => {
            let name = FullName::parse(format!("Ada {which}")).ok();
            user.update_profile(Profile { full_name: Some(name), phone_number: None }, context)
        }
    };
}

proptest! {
    #[test]
    fn replaying_the_log_gives_the_state(commands in prop::collection::vec(0_u8..10, 0..40)) {
        let mut ada = ada();
        for (which, second) in commands.into_iter().zip(2..) {
            command(&mut ada, which, &at(second));
        }
        let history = seal(&ada).unwrap();
        prop_assert!(history.iter().zip(1..).all(|(event, sequence)| event.sequence == sequence), "no gaps");
        let events = history.iter().map(|event| (decode::<UserEvent>(event).unwrap(), event.occurred_at));
        let replayed: User = replay(Uuid::nil(), events).unwrap();
        prop_assert_eq!(&*replayed, &*ada);
        prop_assert_eq!(replayed.version(), ada.version());
    }
}
