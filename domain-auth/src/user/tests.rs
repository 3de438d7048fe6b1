use chrono::{DateTime, TimeDelta, Utc};
use domain_shared::{
    Aggregate, Context, Email, EventEnvelope, Invalid, Language, Scope, ValueObject, decode, replay, seal,
};
use proptest::prelude::*;
use uuid::Uuid;

use super::{Profile, Registration, User, UserError, UserEvent, UserId};
use crate::{FullName, PasswordHash, SessionId, Username, personal};

fn at(second: i64) -> Context {
    Context {
        command_id: Uuid::from_u128(u128::try_from(second).unwrap() << 64),
        at: DateTime::<Utc>::UNIX_EPOCH + TimeDelta::seconds(second),
        actor: None,
        traceparent: None,
        origin: domain_shared::Origin::default(),
    }
}

fn hash(of: &str) -> PasswordHash {
    PasswordHash::new(of.to_owned())
}

fn registration() -> Registration {
    Registration {
        email: Email::parse("ada@example.com".into()).unwrap(),
        username: Username::parse("ada".into()).unwrap(),
        full_name: None,
        phone_number: None,
        language: Language::Es,
        is_superuser: false,
    }
}

fn ada() -> User {
    User::register(UserId(Uuid::nil()), registration(), hash("old"), &at(1))
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
fn another_hash_of_the_same_password_ends_nothing_and_undoes_no_change() {
    let (session, mut ada) = (SessionId(Uuid::from_u128(1)), ada());
    ada.rehash_password(&hash("old"), hash("stronger"), &at(3)).unwrap();
    assert_eq!(ada.password(), &hash("stronger"));
    assert!(ada.admits(session, at(2).at) && ada.log_in(at(2).at, &at(4)).is_ok());
    let late = ada.rehash_password(&hash("old"), hash("other"), &at(5));
    assert_eq!((late, ada.password()), (Err(UserError::PasswordChangedMeanwhile), &hash("stronger")));
}

#[test]
fn a_reset_needs_a_code_asked_for_since_the_password_was_set_and_ends_every_session() {
    let (mut ada, kept) = (ada(), SessionId(Uuid::max()));
    ada.change_password(&hash("old"), hash("new"), Some(kept), &at(5)).unwrap();
    assert_eq!(ada.reset_password(at(4).at, hash("newer"), &at(6)), Err(UserError::PasswordChangedMeanwhile));
    ada.request_password_reset(&at(7)).unwrap();
    assert!(ada.admits(kept, at(2).at) && ada.updated_at == at(5).at, "asking for a code changes nothing");
    ada.reset_password(at(7).at, hash("newer"), &at(8)).unwrap();
    assert_eq!(ada.password(), &hash("newer"));
    assert!(!ada.admits(kept, at(2).at) && !ada.admits(SessionId(Uuid::nil()), at(7).at));
    assert_eq!(
        ada.reset_password(at(7).at, hash("newest"), &at(9)),
        Err(UserError::PasswordChangedMeanwhile),
        "and it works once"
    );
}

#[test]
fn whoever_is_inactive_resets_nothing() {
    let mut ada = ada();
    ada.deactivate(&at(2)).unwrap();
    assert_eq!(ada.request_password_reset(&at(3)), Err(UserError::Inactive));
    assert_eq!(ada.reset_password(at(3).at, hash("new"), &at(4)), Err(UserError::Inactive));
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
fn of_an_erased_user_only_the_id_is_left() {
    let mut ada = ada();
    ada.set_scopes([Scope::products_write()].into_iter().collect(), &at(2)).unwrap();
    let name = FullName::parse("Ada Lovelace".into()).ok();
    ada.update_profile(Profile { full_name: Some(name), phone_number: None }, &at(3)).unwrap();
    ada.erase(&at(4)).unwrap();
    assert!(ada.is_erased() && !ada.is_active && !ada.admits(SessionId(Uuid::nil()), at(4).at));
    assert_eq!((&ada.email, &ada.username), (&Email::erased(Uuid::nil()), &Username::erased(Uuid::nil())));
    assert_eq!((&ada.full_name, &ada.phone_number), (&None, &None));
    assert_eq!(ada.password(), &PasswordHash::unusable());
}

#[test]
fn erasure_happens_once_and_is_for_good() {
    let mut ada = ada();
    ada.erase(&at(2)).unwrap();
    ada.erase(&at(3)).unwrap();
    assert_eq!(kinds(&ada), ["user.registered.v1", "user.erased.v1"]);
    assert_eq!(ada.activate(&at(4)), Err(UserError::Erased));
    assert_eq!(ada.update_profile(Profile::default(), &at(4)), Err(UserError::Inactive));
    assert!(!ada.is_active);
}

#[test]
fn nobody_registers_as_what_is_left_of_somebody() {
    let (who, plain) = (Uuid::from_u128(7), registration());
    assert_eq!(plain.must_not_look_erased(), Ok(()));
    let address = Registration { email: Email::erased(who), ..plain.clone() };
    assert_eq!(address.must_not_look_erased(), Err(("email", Invalid::Reserved)));
    let name = Registration { username: Username::erased(who), ..plain };
    assert_eq!(name.must_not_look_erased(), Err(("username", Invalid::Reserved)));
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
        7 => user.erase(context),
        8 => user.rehash_password(&user.password().clone(), hash(&context.at.to_string()), context),
        _ => {
            let name = FullName::parse(format!("Ada {which}")).ok();
            user.update_profile(Profile { full_name: Some(name), phone_number: None }, context)
        }
    };
}

fn replayed(history: &[EventEnvelope]) -> User {
    let events = history.iter().map(|event| (decode::<UserEvent>(event).unwrap(), event.occurred_at));
    replay(Uuid::nil(), events).unwrap()
}

/// The history as it is read once the user is forgotten.
fn forgotten(mut history: Vec<EventEnvelope>) -> Vec<EventEnvelope> {
    for event in &mut history {
        if let Some(personal) = personal(&event.kind) {
            personal.erase(personal.subject_of(event).unwrap(), &mut event.data);
        }
    }
    history
}

proptest! {
    #[test]
    fn replaying_the_log_gives_the_state(commands in prop::collection::vec(0_u8..12, 0..40)) {
        let mut ada = ada();
        for (which, second) in commands.into_iter().zip(2..) {
            command(&mut ada, which, &at(second));
        }
        let history = seal(&ada).unwrap();
        prop_assert!(history.iter().zip(1..).all(|(event, sequence)| event.sequence == sequence), "no gaps");
        let replayed = replayed(&history);
        prop_assert_eq!(&*replayed, &*ada);
        prop_assert_eq!(replayed.version(), ada.version());
    }

    #[test]
    fn replaying_the_log_of_an_erased_user_gives_the_state_forgotten_or_not(
        before in prop::collection::vec(0_u8..12, 0..20),
        after in prop::collection::vec(0_u8..12, 0..20),
    ) {
        let mut ada = ada();
        for (which, second) in before.into_iter().chain([7]).chain(after).zip(2..) {
            command(&mut ada, which, &at(second));
        }
        prop_assert!(ada.is_erased() && !ada.is_active);
        let history = seal(&ada).unwrap();
        prop_assert_eq!(&*replayed(&history), &*ada);
        let forgotten = forgotten(history);
        prop_assert_eq!(&*replayed(&forgotten), &*ada);
        let log = serde_json::to_string(&forgotten).unwrap();
        prop_assert!(!log.contains("ada") && !log.contains("Ada"), "{}", log);
    }
}
