use domain_auth::{PersonalData, Session};
use domain_shared::{EventLog, Invalid, ValueObject};

use super::*;
use crate::{
    reactors::PasswordChangedMail,
    testing::{World, code, other_than, password},
};

#[tokio::test]
async fn the_new_password_works_the_old_one_does_not_and_every_session_ends() {
    let world = World::new();
    let (here, there, eve) =
        (world.sign_in("ada").await, world.sign_in("ada").await, world.sign_in("eve").await);
    let ada = world.me(&here.access).await.unwrap().id();
    let sent = world.reset_code("ada").await;
    world.reset_password("ada", &sent, "battery staple").await.unwrap();
    for tokens in [&here, &there] {
        assert!(world.me(&tokens.access).await.is_err() && world.refresh(tokens).await.is_err());
    }
    let sessions: Vec<Session> = world.store.all_sessions(ada).await.unwrap();
    assert!(sessions.iter().all(|session| session.ended == Some(EndReason::PasswordReset)));
    world.me(&eve.access).await.unwrap();
    world.log_in("ada", "correct horse").await.unwrap_err();
    world.log_in("ada", "battery staple").await.unwrap();
}

#[tokio::test]
async fn a_code_resets_once_and_only_its_owners_password_and_not_for_ever() {
    let world = World::new();
    world.register("ada").await;
    world.register("eve").await;
    let sent = world.reset_code("ada").await;
    for (name, typed) in [("eve", sent.clone()), ("nobody", sent.clone()), ("ada", other_than(&sent))] {
        let refused = world.reset_password(name, &typed, "battery staple").await;
        assert!(matches!(refused, Err(AuthError::InvalidCode)), "{name}: {refused:?}");
    }
    world.reset_password("ada", &sent, "battery staple").await.unwrap();
    let again = world.reset_password("ada", &sent, "staple battery").await;
    assert!(matches!(again, Err(AuthError::InvalidCode)), "{again:?}");

    let sent = world.reset_code("ada").await;
    world.pass(world.auth.policy.reset_ttl);
    let late = world.reset_password("ada", &sent, "staple battery").await;
    assert!(matches!(late, Err(AuthError::InvalidCode)), "{late:?}");
    world.log_in("ada", "battery staple").await.unwrap();
}

#[tokio::test]
async fn five_wrong_tries_kill_the_code() {
    let world = World::new();
    world.register("ada").await;
    let sent = world.reset_code("ada").await;
    for _ in 0..5 {
        world.reset_password("ada", &other_than(&sent), "battery staple").await.unwrap_err();
    }
    let late = world.reset_password("ada", &sent, "battery staple").await;
    assert!(matches!(late, Err(AuthError::InvalidCode)), "{late:?}");
}

#[tokio::test]
async fn a_code_for_one_purpose_is_worth_nothing_for_the_other() {
    let world = World::new();
    let ada = world.register("ada").await;
    let login = world.start_login("ada").await;
    world.reset_password("ada", &login, "battery staple").await.unwrap_err();
    let reset = world.reset_code("ada").await;
    if login != reset {
        world.reset_password("ada", &login, "battery staple").await.unwrap_err();
        world.verify(ada.id(), &reset).await.unwrap_err();
    }
    world.verify(ada.id(), &login).await.unwrap();
    world.reset_password("ada", &reset, "battery staple").await.unwrap();
}

#[tokio::test]
async fn a_login_that_waits_for_its_code_dies() {
    let world = World::new();
    let ada = world.register("ada").await;
    let reset = world.reset_code("ada").await;
    let login = world.start_login("ada").await;
    world.pass(chrono::TimeDelta::seconds(1));
    world.reset_password("ada", &reset, "battery staple").await.unwrap();
    world.verify(ada.id(), &login).await.unwrap_err();
}

#[tokio::test]
async fn a_code_dies_with_a_password_change_and_a_deactivation() {
    let world = World::new();
    let here = world.sign_in("ada").await;
    let ada = world.me(&here.access).await.unwrap().id();
    let sent = world.reset_code("ada").await;
    world.change_password(&here, "correct horse", "battery staple").await.unwrap();
    world.reset_password("ada", &sent, "staple battery").await.unwrap_err();

    let sent = world.reset_code("ada").await;
    world.deactivate(ada).await;
    let refused = world.reset_password("ada", &sent, "staple battery").await;
    assert!(matches!(refused, Err(AuthError::InvalidCode)), "{refused:?}");
}

#[tokio::test]
async fn the_own_name_is_no_password_and_the_code_is_not_used_up_by_trying() {
    let world = World::new();
    world.register("ada.lovelace").await;
    let sent = world.reset_code("ada.lovelace").await;
    for _ in 0..10 {
        let refused = world.reset_password("ada.lovelace", &sent, "Ada.Lovelace").await;
        let own =
            matches!(refused, Err(AuthError::Invalid { field: "new_password", rule: Invalid::OwnName }));
        assert!(own, "{refused:?}");
    }
    world.reset_password("ada.lovelace", &sent, "battery staple").await.unwrap();
}

#[tokio::test]
async fn the_user_is_told_by_mail_that_it_was_a_reset() {
    let world = World::new();
    world.register("ada").await;
    let sent = world.reset_code("ada").await;
    world.reset_password("ada", &sent, "battery staple").await.unwrap();
    let notice = PasswordChangedMail { users: world.store.clone(), mailer: world.mailer.clone() };
    let told = world.letters_by(&notice).await;
    assert_eq!(told.len(), 1);
    assert!(format!("{:?}", told[0].body).contains("with a code sent to this address"));
}

#[tokio::test]
async fn sent_again_by_the_same_command_it_is_done_once_and_what_was_left_undone_is_done() {
    let world = World::new();
    let here = world.sign_in("ada").await;
    let ada = world.me(&here.access).await.unwrap().id();
    let sent = world.reset_code("ada").await;
    let caller = Caller { command: Some(Uuid::from_u128(7 << 64)), ..Caller::default() };
    let reset = ResetPassword {
        email: Email::parse("ada@example.com".to_owned()).unwrap(),
        code: code(&sent),
        new: password("battery staple"),
    };
    // What a process leaves that dies before it comes to the sessions.
    world.auth.reset(reset.clone(), &caller).await.unwrap();
    let before = world.store.history(&[ada.0]).await.unwrap().len();
    world.auth.handle(reset, &caller).await.unwrap();
    assert_eq!(world.store.history(&[ada.0]).await.unwrap().len(), before);
    let sessions: Vec<Session> = world.store.all_sessions(ada).await.unwrap();
    assert!(sessions.iter().all(|session| session.ended == Some(EndReason::PasswordReset)));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_hundred_resets_with_one_code_one_succeeds() {
    let world = World::new();
    world.register("ada").await;
    let sent = world.reset_code("ada").await;
    let resets = (0..100).map(|number| {
        let (auth, code) = (world.auth.clone(), code(&sent));
        let email = Email::parse("ada@example.com".to_owned()).unwrap();
        let new = password(&format!("battery staple {number}"));
        tokio::spawn(async move { auth.handle(ResetPassword { email, code, new }, &Caller::default()).await })
    });
    let mut winners = Vec::new();
    for (number, reset) in resets.collect::<Vec<_>>().into_iter().enumerate() {
        match reset.await.unwrap() {
            Ok(()) => winners.push(number),
            Err(refused) => {
                assert!(
                    matches!(refused, AuthError::InvalidCode | AuthError::TooManyAttempts(_)),
                    "{refused:?}"
                );
            }
        }
    }
    assert_eq!(winners.len(), 1);
    world.log_in("ada", &format!("battery staple {}", winners[0])).await.unwrap();
}
