//! Whoever guesses gets no further than the limits say, and locks nobody out.
mod codes;

use std::collections::HashSet;

use chrono::TimeDelta;
use domain_auth::UserId;
use domain_shared::{Caller, Client, Handle, ValueObject};
use futures_util::future::join_all;

use crate::{
    AuthError, Limits, Tokens,
    commands::{CodeOwner, LogIn, LoginName, LoginStarted, OpenAccount, RefreshSession, VerifyCode},
    testing::{World, attempt, code, password, registration},
};

const HOME: &str = "192.0.2.7";
const ELSEWHERE: &str = "198.51.100.9";
const RIGHT: &str = "correct horse";
const SECOND: TimeDelta = TimeDelta::seconds(1);

fn from(address: &str) -> Caller {
    let client = Client { address: Some(address.to_owned()), user_agent: None };
    Caller { client, ..Caller::default() }
}

/// One of a thousand addresses.
fn zombie(number: usize) -> String {
    format!("203.0.{}.{}", number / 250 % 4, number % 250)
}

async fn log_in(world: &World, name: &str, typed: &str, address: &str) -> Result<LoginStarted, AuthError> {
    let name = LoginName::parse(name.to_owned()).unwrap();
    world.auth.handle(LogIn { name, password: attempt(typed) }, &from(address)).await
}

async fn verify(world: &World, user: UserId, typed: &str, address: &str) -> Result<Tokens, AuthError> {
    world.auth.handle(VerifyCode { owner: CodeOwner::Id(user), code: code(typed) }, &from(address)).await
}

fn last_code(world: &World) -> String {
    world.codes_sent_to("ada@example.com").pop().unwrap()
}

async fn sign_in(world: &World, address: &str) -> Result<Tokens, AuthError> {
    let started = log_in(world, "ada", RIGHT, address).await?;
    verify(world, started.user, &last_code(world), address).await
}

/// `true` if a password or code was compared, `false` if it was too soon for that.
fn compared<T: std::fmt::Debug>(outcome: &Result<T, AuthError>) -> bool {
    match outcome {
        Err(AuthError::WrongCredentials | AuthError::InvalidCode) => true,
        Err(AuthError::TooManyAttempts(wait)) => {
            assert!((1..=900).contains(&wait.as_secs()), "{wait:?}");
            false
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_thousand_addresses_get_few_guesses_and_lock_nobody_out() {
    let world = World::new();
    world.register("ada").await;
    let session = sign_in(&world, HOME).await.unwrap();
    let mails = world.letters().len();

    let (mut guesses, hours) = (0, 3);
    for second in 0..hours * 3600 / 5 {
        for zombie_of_many in 0..3 {
            let outcome = log_in(&world, "ada", "wrong horse", &zombie(second * 3 + zombie_of_many)).await;
            guesses += usize::from(compared(&outcome));
        }
        world.pass(SECOND * 5);
    }
    let bound = hours * 4 + 5 + 10 + 1;
    assert!((15..=bound).contains(&guesses), "{guesses} guesses in {hours} hours, at most {bound}");

    let right = log_in(&world, "ada", RIGHT, ELSEWHERE).await;
    assert!(!compared(&right), "not even the right password is looked at");
    assert_eq!(world.letters().len(), mails, "nor is a mail sent");
    world.auth.handle(RefreshSession { token: session.refresh }, &from(HOME)).await.unwrap();
    sign_in(&world, HOME).await.unwrap();

    world.pass(Limits::LONGEST_WAIT);
    sign_in(&world, ELSEWHERE).await.unwrap();
}

#[tokio::test]
async fn of_a_hundred_guesses_at_once_five_are_compared() {
    let world = World::new();
    world.register("ada").await;
    let addresses: Vec<String> = (0..100).map(zombie).collect();
    let guesses = addresses.iter().map(|address| log_in(&world, "ada", "wrong horse", address));
    let outcomes = join_all(guesses).await;
    assert_eq!(outcomes.iter().filter(|outcome| compared(outcome)).count(), 5);
}

#[tokio::test]
async fn somebody_unknown_is_throttled_like_somebody_known() {
    let mut world = World::new();
    world.auth.policy.limits.logins = Limits::per_minute(1000);
    world.register("ada").await;
    let mut outcomes = Vec::new();
    for second in [0, 0, 0, 0, 0, 0, 1, 0, 1, 1, 2, 2, 4, 60, 900] {
        world.pass(SECOND * second);
        for name in ["ada", "ADA@example.com", "eve", "eve@example.com"] {
            let outcome = log_in(&world, name, "wrong horse", ELSEWHERE).await;
            outcomes.push(outcome.unwrap_err().to_string());
        }
    }
    for at_once in outcomes.chunks(4) {
        assert_eq!(at_once.iter().collect::<HashSet<_>>().len(), 1, "{at_once:?}");
    }
}

#[tokio::test]
async fn a_known_client_is_throttled_too_until_it_gets_it_right() {
    let world = World::new();
    world.register("ada").await;
    sign_in(&world, HOME).await.unwrap();
    for _ in 0..3 {
        for _ in 0..4 {
            assert!(compared(&log_in(&world, "ada", "wrong horse", HOME).await));
        }
        sign_in(&world, HOME).await.unwrap();
    }
    let outcomes = [(); 30].map(|()| log_in(&world, "ada", "wrong horse", HOME));
    assert_eq!(join_all(outcomes).await.iter().filter(|outcome| compared(outcome)).count(), 5);
    sign_in(&world, ELSEWHERE).await.unwrap();
}

#[tokio::test]
async fn an_address_is_forgotten_after_a_month_without_a_login_from_there() {
    let world = World::new();
    world.register("ada").await;
    sign_in(&world, HOME).await.unwrap();
    world.pass(TimeDelta::days(31));
    for _ in 0..5 {
        assert!(compared(&log_in(&world, "ada", "wrong horse", ELSEWHERE).await));
    }
    assert!(!compared(&log_in(&world, "ada", "wrong horse", HOME).await));
}

#[tokio::test]
async fn right_passwords_cost_nothing() {
    let world = World::new();
    world.register("ada").await;
    for _ in 0..20 {
        log_in(&world, "ada", RIGHT, ELSEWHERE).await.unwrap();
    }
}

#[tokio::test]
async fn one_place_registers_and_tries_so_often_and_another_is_none_the_worse() {
    let mut world = World::new();
    world.auth.policy.limits.registrations = Limits::per_hour(4);
    world.auth.policy.limits.logins = Limits::per_minute(4);
    for (address, allowed) in [("2001:db8:1:2::1", 4), ("2001:db8:1:2:ffff::2", 0), ("2001:db8:1:3::1", 4)] {
        let mut done = (0, 0);
        for i in 0..6 {
            let name = format!("ada-{}-{i}", address.replace(':', "-"));
            let registration = registration(&format!("{name}@example.com"), &name);
            let register = OpenAccount { registration, password: password(RIGHT) };
            done.0 += usize::from(world.auth.handle(register, &from(address)).await.is_ok());
            done.1 += usize::from(compared(&log_in(&world, &name, "wrong horse", address).await));
        }
        assert_eq!(done, (allowed, allowed), "{address}");
    }
}

#[tokio::test]
async fn a_stolen_token_is_no_way_to_guess_the_password() {
    let world = World::new();
    world.register("ada").await;
    let session = sign_in(&world, HOME).await.unwrap();
    let mut compared = 0;
    for _ in 0..20 {
        match world.change_password(&session, "wrong horse", "battery staple").await {
            Err(AuthError::Invalid { field: "old_password", .. }) => compared += 1,
            Err(AuthError::TooManyAttempts(_)) => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(compared, 5);
    world.pass(SECOND);
    world.change_password(&session, RIGHT, "battery staple").await.unwrap();
}

#[tokio::test]
async fn refreshes_are_counted_by_session() {
    let mut world = World::new();
    world.auth.policy.limits.refreshes = Limits::per_minute(4);
    world.register("ada").await;
    let (one, other) = (sign_in(&world, HOME).await.unwrap(), sign_in(&world, HOME).await.unwrap());
    let mut token = one.refresh;
    for _ in 0..4 {
        token = world.auth.handle(RefreshSession { token }, &from(HOME)).await.unwrap().refresh;
    }
    let refused = world.auth.handle(RefreshSession { token: token.clone() }, &from(HOME)).await;
    assert!(matches!(refused, Err(AuthError::TooManyAttempts(_))), "{refused:?}");
    world.auth.handle(RefreshSession { token: other.refresh }, &from(HOME)).await.unwrap();
    world.pass(SECOND * 15);
    world.auth.handle(RefreshSession { token }, &from(HOME)).await.unwrap();
}
