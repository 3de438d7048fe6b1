//! Guesses at codes, and mails with codes.
use chrono::TimeDelta;
use domain_shared::{Aggregate, Email, Handle, ValueObject};

use super::{ELSEWHERE, HOME, RIGHT, SECOND, compared, from, last_code, log_in, sign_in, verify, zombie};
use crate::{
    AuthError, Limits,
    commands::{ForgotPassword, ResendCode, ResetPassword},
    testing::{World, code, other_than, password},
};

#[tokio::test]
async fn whoever_has_the_password_gets_few_guesses_at_codes_in_a_day() {
    let world = World::new();
    let ada = world.register("ada").await.id();
    let (mut guesses, mut tries_left) = (0, 0);
    for minute in 0..1440 {
        let is_time = minute % 5 == 0 || tries_left == 0;
        if is_time && log_in(&world, "ada", RIGHT, ELSEWHERE).await.is_ok() {
            tries_left = world.auth.policy.code_attempts;
        }
        while tries_left > 0
            && compared(&verify(&world, ada, &other_than(&last_code(&world)), ELSEWHERE).await)
        {
            (guesses, tries_left) = (guesses + 1, tries_left - 1);
        }
        world.pass(SECOND * 60);
    }
    let bound = 96 + 10 + 10 + 1;
    assert!((50..=bound).contains(&guesses), "{guesses} guesses in a day, at most {bound}");
    assert!(guesses < 1_000_000 / 8_000, "one in eight thousand a day");
}

#[tokio::test]
async fn a_code_that_is_not_there_costs_nothing() {
    let world = World::new();
    let ada = world.register("ada").await.id();
    for _ in 0..30 {
        assert!(compared(&verify(&world, ada, "123456", ELSEWHERE).await), "nobody makes the owner wait");
    }
    sign_in(&world, ELSEWHERE).await.unwrap();
}

#[tokio::test]
async fn whoever_knows_no_more_than_a_name_keeps_nobody_from_completing_a_login() {
    let world = World::new();
    let ada = world.register("ada").await.id();
    for address in [ELSEWHERE, HOME, ELSEWHERE] {
        // A few logins a day, each of which a thousand addresses guess at.
        log_in(&world, "ada", RIGHT, address).await.unwrap();
        let sent = last_code(&world);
        for number in 0..200 {
            assert!(compared(&verify(&world, ada, &other_than(&sent), &zombie(number)).await));
        }
        for _ in 0..2 {
            assert!(compared(&verify(&world, ada, &other_than(&sent), address).await), "typos are forgiven");
        }
        verify(&world, ada, &sent, address).await.unwrap();
        world.pass(TimeDelta::hours(2));
    }
}

#[tokio::test]
async fn a_code_may_be_typed_from_an_address_that_has_changed_meanwhile_but_not_often() {
    let world = World::new();
    let ada = world.register("ada").await.id();
    for wrong in [2, 3] {
        log_in(&world, "ada", RIGHT, ELSEWHERE).await.unwrap();
        let sent = last_code(&world);
        for number in 0..wrong {
            assert!(compared(&verify(&world, ada, &other_than(&sent), &zombie(number)).await));
        }
        let outcome = verify(&world, ada, &sent, &zombie(100 + wrong)).await;
        assert_eq!(outcome.is_ok(), wrong < 3, "{outcome:?}");
    }
}

#[tokio::test]
async fn strangers_leave_the_code_of_a_forgotten_password_alone() {
    let world = World::new();
    world.register("ada").await;
    sign_in(&world, HOME).await.unwrap();
    let email = Email::parse("ada@example.com".to_owned()).unwrap();
    let reset = async |typed: &str, address: &str| {
        let (email, new) = (email.clone(), password("battery staple"));
        world.auth.handle(ResetPassword { email, code: code(typed), new }, &from(address)).await
    };
    world.auth.handle(ForgotPassword { email: email.clone() }, &from(ELSEWHERE)).await.unwrap();
    world.reset_letters().await;
    let sent = last_code(&world);
    for number in 0..20 {
        let _ = reset(&other_than(&sent), &zombie(number)).await;
    }
    for _ in 0..2 {
        assert!(compared(&reset(&other_than(&sent), HOME).await), "they have signed in there");
    }
    reset(&sent, HOME).await.unwrap();
}

#[tokio::test]
async fn mails_with_codes_are_capped_for_strangers_and_for_each_known_client() {
    let mut world = World::new();
    world.auth.policy.limits = Limits::default();
    let ada = world.register("ada").await.id();
    sign_in(&world, HOME).await.unwrap();
    for address in [ELSEWHERE, HOME] {
        let before = world.letters().len();
        for _ in 0..10 {
            if let Err(error) = log_in(&world, "ada", RIGHT, address).await {
                assert!(
                    matches!(error, AuthError::TooManyAttempts(wait) if wait.as_secs() <= 900),
                    "{error:?}"
                );
            }
        }
        assert!((4..=5).contains(&(world.letters().len() - before)), "to {address}");
    }
    world.pass(Limits::LONGEST_WAIT);
    log_in(&world, "ada", RIGHT, ELSEWHERE).await.unwrap();
    verify(&world, ada, &last_code(&world), ELSEWHERE).await.unwrap();
}

#[tokio::test]
async fn codes_sent_again_are_capped_apart_so_that_they_keep_nobody_from_signing_in() {
    let mut world = World::new();
    world.auth.policy.limits = Limits::default();
    world.auth.policy.code_ttl = TimeDelta::hours(1);
    let ada = world.register("ada").await.id();
    log_in(&world, "ada", RIGHT, ELSEWHERE).await.unwrap();
    let (mut sent, before) = (0, world.letters().len());
    for number in 0..20 {
        world.pass(world.auth.policy.resend_cooldown);
        match world.auth.handle(ResendCode { user: ada }, &from(&zombie(number))).await {
            Ok(()) => sent += 1,
            Err(AuthError::TooManyAttempts(_)) => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(world.letters().len() - before, sent);
    assert!((5..=7).contains(&sent), "{sent} in 20 minutes");
    log_in(&world, "ada", RIGHT, ELSEWHERE).await.unwrap();
}
