//! What the aggregates emit is what the schemas say, at both ends of what there can be.
use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use conformance::Example;
use domain_auth::{
    EndReason, LoginFailure, PasswordHash, Profile, SecurityEvent, Session, SessionRules, Throttled, User,
    UserId,
};
use domain_product::{Edit, Product, Quantity, Threshold};
use domain_shared::{Aggregate, Context, EventEnvelope, ValueObject, seal};
use uuid::Uuid;

use crate::{
    contracts::contracts,
    validation::{assert_valid, validator},
};

fn at(second: i64) -> Context {
    let at = DateTime::<Utc>::UNIX_EPOCH + TimeDelta::days(30_000) + TimeDelta::seconds(second);
    Context {
        command_id: Uuid::from_u128(u128::try_from(second).unwrap() << 64),
        at,
        actor: None,
        traceparent: None,
        origin: domain_shared::Origin::default(),
    }
}

fn parse<T: ValueObject<Raw = String>>(raw: &str) -> T {
    T::parse(raw.to_owned()).unwrap()
}

fn user_events(mut user: User) -> Vec<EventEnvelope> {
    let password = user.password().clone();
    let profile = Profile { full_name: Some(Some(parse("Ada Lovelace"))), phone_number: Some(None) };
    user.log_in(at(1).at, &at(1)).unwrap();
    user.update_profile(profile, &at(2)).unwrap();
    user.change_password(&password, PasswordHash::unusable(), None, &at(3)).unwrap();
    user.request_password_reset(&at(3)).unwrap();
    user.reset_password(at(3).at, PasswordHash::unusable(), &at(3)).unwrap();
    user.rehash_password(&PasswordHash::unusable(), password, &at(3)).unwrap();
    user.deactivate(&at(4)).unwrap();
    user.activate(&at(5)).unwrap();
    user.sign_out_everywhere(&at(6)).unwrap();
    user.set_scopes([parse("orders:read")].into_iter().collect(), &at(7)).unwrap();
    user.erase(&at(8)).unwrap();
    seal(&user).unwrap()
}

fn session_events(session: &Session) -> Vec<EventEnvelope> {
    let early = Context { at: session.started_at, ..at(1) };
    let (mut ended, mut stolen) = (session.clone(), session.clone());
    let rules = SessionRules { idle: TimeDelta::days(1), grace: TimeDelta::zero() };
    ended.refresh(ended.generation, &rules, &early).unwrap();
    ended.end(EndReason::Logout, &early).unwrap();
    stolen.refresh(stolen.generation + 7, &rules, &early).unwrap();
    [ended, stolen].iter().flat_map(|session| seal(session).unwrap()).collect()
}

fn security_events() -> Vec<EventEnvelope> {
    let user_id = Some(UserId(Uuid::max()));
    let events = [
        SecurityEvent::LoginFailed { user_id, reason: LoginFailure::WrongPassword, count: 1 },
        SecurityEvent::LoginFailed { user_id: None, reason: LoginFailure::NoSuchUser, count: u64::MAX },
        SecurityEvent::CodeRejected { user_id, count: 1 },
        SecurityEvent::RefreshRefused { count: 1 },
        SecurityEvent::Throttled { user_id: None, act: Throttled::PasswordReset, count: 9 },
        SecurityEvent::AccessDenied { user_id: UserId(Uuid::nil()), count: 1 },
        SecurityEvent::PasswordResetRequested { user_id, count: 1 },
        SecurityEvent::UserExported { user_id: UserId(Uuid::nil()) },
        SecurityEvent::DeadLettersDropped { count: 7 },
        SecurityEvent::KeysRotated {},
    ];
    events.into_iter().map(|event| event.envelope(&at(1)).unwrap()).collect()
}

fn product_events(mut product: Product) -> Vec<EventEnvelope> {
    if !product.is_active {
        product.activate(&at(1)).unwrap();
    }
    let some = Quantity::parse(5).unwrap();
    let left = product.stock.get() + 4;
    let low = Edit {
        low_stock_threshold: Some(Threshold::parse(left.min(1_000_000_000)).unwrap()),
        ..Edit::default()
    };
    product.add_stock(some, None, None, &at(2)).unwrap();
    product.remove_stock(Quantity::parse(1).unwrap(), Some(parse("sold")), None, &at(3)).unwrap();
    product.update(low, &at(4)).unwrap();
    product.deactivate(&at(5)).unwrap();
    product.activate(&at(6)).unwrap();
    product.delete(&at(7)).unwrap();
    seal(&product).unwrap()
}

#[test]
fn every_type_is_emitted_and_fits_its_schema() {
    let mut emitted = user_events(User::small());
    emitted.extend(user_events(User::large()));
    emitted.extend(session_events(&Session::small()));
    emitted.extend(session_events(&Session::large()));
    emitted.extend(security_events());
    emitted.extend(product_events(Product::small()));
    emitted.extend(product_events(Product::large()));
    for event in &emitted {
        assert_valid(&validator(&event.kind), &event.data, &event.kind);
    }
    let kinds: BTreeSet<_> = emitted.into_iter().map(|event| event.kind).collect();
    assert_eq!(kinds, contracts().into_iter().map(|contract| contract.kind).collect());
}

#[test]
fn the_aggregate_of_a_contract_is_the_one_that_emits_it() {
    for contract in contracts() {
        let emitted = match contract.aggregate {
            User::TYPE => user_events(User::small()),
            Session::TYPE => session_events(&Session::small()),
            SecurityEvent::TYPE => security_events(),
            Product::TYPE => product_events(Product::small()),
            other => panic!("nothing is known of a {other}"),
        };
        assert!(emitted.iter().any(|event| event.kind == contract.kind), "{}", contract.kind);
    }
}
