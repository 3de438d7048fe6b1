//! A command that is given again, by its id, takes effect once and has its first result.
use domain_auth::{CodePurpose, EndReason, Session, SessionId, User, UserError};
use domain_shared::{Aggregate, Caller, Client, EventLog, Handle, Repository, StoreError, TokenVerifier};
use uuid::Uuid;

use crate::{
    AuthError, Tokens,
    commands::{ActivateUser, CodeOwner, DeactivateUser, LogOut, RefreshSession, RegisterUser, VerifyCode},
    testing::{World, code, other_than, password, registration},
};

fn with_command(number: u128) -> Caller {
    Caller { command: Some(Uuid::from_u128(number << 64)), ..Caller::default() }
}

async fn register(world: &World, name: &str, caller: &Caller) -> Result<User, AuthError> {
    let registration = registration(&format!("{name}@example.com"), name);
    world.auth.handle(RegisterUser { registration, password: password("correct horse") }, caller).await
}

async fn verify(world: &World, user: &User, typed: &str, caller: &Caller) -> Result<Tokens, AuthError> {
    let command = VerifyCode { owner: CodeOwner::Id(user.id()), code: code(typed) };
    world.auth.handle(command, caller).await
}

fn session_of(world: &World, tokens: &Tokens) -> SessionId {
    let now = domain_shared::Clock::now(&world.auth.ports.clock);
    SessionId(world.auth.ports.verifier.verify(&tokens.access, now).unwrap().session)
}

#[tokio::test]
async fn an_account_is_opened_once() {
    let world = World::new();
    let first = register(&world, "ada", &with_command(1)).await.unwrap();
    let again = register(&world, "ada", &with_command(1)).await.unwrap();
    assert_eq!((again.id(), again.version(), &*again), (first.id(), 1, &*first));
    let other = register(&world, "ada", &with_command(2)).await;
    assert!(matches!(other, Err(AuthError::Store(StoreError::Taken("email")))), "{other:?}");
    world.log_in("ada", "correct horse").await.unwrap();
}

#[tokio::test]
async fn a_code_given_again_by_the_same_command_leads_to_the_same_session() {
    let (world, caller) = (World::new(), with_command(1));
    let ada = world.register("ada").await;
    let sent = world.start_login("ada").await;
    let first = verify(&world, &ada, &sent, &caller).await.unwrap();
    world.pass(chrono::TimeDelta::seconds(30));
    let again = verify(&world, &ada, &sent, &caller).await.unwrap();
    assert_eq!(session_of(&world, &again), session_of(&world, &first));
    assert_eq!(again.refresh.expose(), first.refresh.expose(), "that of its beginning");
    world.me(&again.access).await.unwrap();
    let other = verify(&world, &ada, &sent, &with_command(2)).await;
    assert!(matches!(other, Err(AuthError::InvalidCode)), "a code works once: {other:?}");
    let wrong = verify(&world, &ada, &other_than(&sent), &with_command(3)).await;
    assert!(matches!(wrong, Err(AuthError::InvalidCode)), "{wrong:?}");
}

#[tokio::test]
async fn a_code_given_again_opens_no_session_that_has_ended() {
    let (world, caller) = (World::new(), with_command(1));
    let ada = world.register("ada").await;
    let sent = world.start_login("ada").await;
    let first = verify(&world, &ada, &sent, &caller).await.unwrap();
    world.log_out(&first, false).await;
    let again = verify(&world, &ada, &sent, &caller).await;
    assert!(matches!(again, Err(AuthError::InvalidCode)), "{again:?}");
}

#[tokio::test]
async fn a_login_cut_off_before_it_was_agreed_to_is_not_completed_by_a_retry() {
    let (world, caller) = (World::new(), with_command(1));
    let ada = world.register("ada").await;
    let sent = world.start_login("ada").await;
    // What a process leaves that dies right after the session was saved.
    let context = world.auth.context(&Caller { actor: Some(ada.id().0), ..caller.clone() });
    let (id, expires_at) = (SessionId(Uuid::from_u128(7)), context.at + world.auth.policy.session_ttl);
    let mut session = Session::start(id, ada.id(), Client::default(), expires_at, &context);
    world.store.save(&mut session).await.unwrap();
    let challenge = domain_auth::LoginCodes::attempt(
        &world.store,
        ada.id(),
        CodePurpose::Login,
        &domain_auth::Guesser::of(5),
        context.at,
    )
    .await
    .unwrap();
    domain_auth::LoginCodes::consume(&world.store, challenge.unwrap().id).await.unwrap();

    let again = verify(&world, &ada, &sent, &caller).await;
    assert!(matches!(again, Err(AuthError::InvalidCode)), "{again:?}");
    let session: Session = world.store.find(id).await.unwrap().unwrap();
    assert_eq!(session.ended, Some(EndReason::LoginRefused));
}

#[tokio::test]
async fn an_account_is_switched_once_and_what_was_left_undone_is_done() {
    let (world, caller) = (World::new(), with_command(1));
    let tokens = world.sign_in("ada").await;
    let (ada, session) = (world.me(&tokens.access).await.unwrap().id(), session_of(&world, &tokens));
    // What a process leaves that dies before it comes to the sessions.
    world.auth.change_user(ada, &caller, User::deactivate).await.unwrap();
    let off = world.auth.handle(DeactivateUser { user: ada }, &caller).await.unwrap();
    assert!(!off.is_active);
    let ended: Session = world.store.find(session).await.unwrap().unwrap();
    assert_eq!(ended.ended, Some(EndReason::Deactivation));
    let other = world.auth.handle(DeactivateUser { user: ada }, &with_command(2)).await;
    assert!(matches!(other, Err(AuthError::User(UserError::AlreadyInactive))), "{other:?}");

    for _ in 0..2 {
        let on = world.auth.handle(ActivateUser { user: ada }, &with_command(3)).await.unwrap();
        assert_eq!((on.is_active, on.version()), (true, off.version() + 1));
    }
    let again = world.auth.handle(DeactivateUser { user: ada }, &caller).await.unwrap();
    assert_eq!((again.is_active, again.version()), (false, off.version()), "as of then");
    assert!(world.store.find(ada).await.unwrap().is_some_and(|now: User| now.is_active));
}

#[tokio::test]
async fn signing_out_everywhere_is_one_change_however_many_sessions_end() {
    let (world, caller) = (World::new(), with_command(1));
    let (here, _there) = (world.sign_in("ada").await, world.sign_in("ada").await);
    let ada = world.me(&here.access).await.unwrap().id();
    let log_out = LogOut { user: ada, session: session_of(&world, &here), everywhere: true };
    let before = world.store.history(&[ada.0]).await.unwrap().len();
    for _ in 0..2 {
        world.auth.handle(log_out.clone(), &caller).await.unwrap();
    }
    assert_eq!(world.store.history(&[ada.0]).await.unwrap().len(), before + 1);
}

#[tokio::test]
async fn a_refresh_given_again_leads_to_the_same_successor() {
    let (world, caller) = (World::new(), with_command(1));
    let first = world.sign_in("ada").await;
    let mut successors = Vec::new();
    for _ in 0..2 {
        let refresh = RefreshSession { token: first.refresh.clone() };
        successors.push(world.auth.handle(refresh, &caller).await.unwrap().refresh);
    }
    assert_eq!(successors[0].expose(), successors[1].expose());
}
