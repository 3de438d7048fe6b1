//! A small world to try the use cases in: memory adapters and a clock that moves when told to.
use std::sync::{Arc, Mutex};

use adapters::{
    jwt::{JwtKeys, JwtSigner, JwtVerifier},
    keyed::{KeyedCodes, KeyedRefreshTokens, SecretKey},
    mail::memory::MemoryMailer,
    memory::{MemoryStore, PlainHasher},
    system::UuidV7,
};
use chrono::{DateTime, TimeDelta, Utc};
use domain_auth::{LoginCode, Password, PasswordAttempt, Registration, SessionId, User, UserId, Username};
use domain_shared::{
    Aggregate, Block, Caller, Clock, Delivery, Email, Expected, Handle, Language, Letter, Reactor,
    ValueObject, deliver,
};

use crate::{
    Auth, AuthError, Limits, Policy, Tokens, Wiring,
    commands::{
        ChangePassword, CodeOwner, DeactivateUser, ForgotPassword, LogIn, LogOut, LoginName, LoginStarted,
        RefreshSession, RegisterUser, ResetPassword, VerifyCode,
    },
    queries::{Authenticate, Authenticated},
    reactors::ResetCodeMail,
};

#[derive(Clone)]
pub struct TestClock(Arc<Mutex<DateTime<Utc>>>);

impl Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }
}

type Ports = Wiring<
    MemoryStore,
    MemoryStore,
    MemoryStore,
    MemoryStore,
    MemoryStore,
    MemoryStore,
    MemoryStore,
    KeyedCodes,
    PlainHasher,
    JwtSigner,
    JwtVerifier,
    KeyedRefreshTokens,
    MemoryStore,
    MemoryMailer,
    TestClock,
    UuidV7,
    MemoryStore,
    MemoryStore,
>;

pub struct World {
    pub auth: Auth<Ports>,
    pub store: MemoryStore,
    pub mailer: MemoryMailer,
}

impl World {
    pub fn new() -> Self {
        let (store, mailer) = (MemoryStore::default(), MemoryMailer::default());
        let keys = JwtKeys::generate().unwrap();
        let secret = SecretKey::new(vec![7; 32]).unwrap();
        let start = DateTime::<Utc>::UNIX_EPOCH + TimeDelta::days(20_000);
        let ports = Wiring {
            users: store.clone(),
            directory: store.clone(),
            activity: store.clone(),
            history: store.clone(),
            sessions: store.clone(),
            codes: store.clone(),
            log: store.clone(),
            code_generator: KeyedCodes::new(&secret),
            hasher: PlainHasher::default(),
            signer: JwtSigner::from_pem(&keys.private_pem, "panal", "panal").unwrap(),
            verifier: JwtVerifier::from_pem(&keys.public_pem, "panal", "panal").unwrap(),
            refresh_tokens: KeyedRefreshTokens::new(&secret),
            throttle: store.clone(),
            mailer: mailer.clone(),
            clock: TestClock(Arc::new(Mutex::new(start))),
            ids: UuidV7,
            people: store.clone(),
            security: store.clone(),
        };
        // Tests sign in more often than people do.
        let limits = Limits { code_mails: Limits::per_hour(1000), ..Limits::default() };
        let policy = Policy { limits, ..Policy::default() };
        Self { auth: Auth { ports, policy }, store, mailer }
    }

    pub fn pass(&self, time: TimeDelta) {
        *self.auth.ports.clock.0.lock().unwrap() += time;
    }

    /// Registers `name` at example.com with the password `correct horse`.
    pub async fn register(&self, name: &str) -> User {
        let registration = registration(&format!("{name}@example.com"), name);
        let command = RegisterUser { registration, password: password("correct horse") };
        self.auth.handle(command, &Caller::default()).await.unwrap()
    }

    pub async fn log_in(&self, name: &str, typed: &str) -> Result<LoginStarted, AuthError> {
        let name = LoginName::parse(name.to_owned()).unwrap();
        self.auth.handle(LogIn { name, password: attempt(typed) }, &Caller::default()).await
    }

    /// Logs in with the right password and reads the code out of the mail.
    pub async fn start_login(&self, name: &str) -> String {
        self.log_in(name, "correct horse").await.unwrap();
        self.codes_sent_to(&format!("{name}@example.com")).pop().unwrap()
    }

    pub async fn verify(&self, user: UserId, typed: &str) -> Result<Tokens, AuthError> {
        let command = VerifyCode { owner: CodeOwner::Id(user), code: code(typed) };
        self.auth.handle(command, &Caller::default()).await
    }

    /// A new session of `name`, who is registered if need be.
    pub async fn sign_in(&self, name: &str) -> Tokens {
        let user = match self.log_in(name, "correct horse").await {
            Ok(started) => started.user,
            Err(_) => self.register(name).await.id(),
        };
        let sent = self.start_login(name).await;
        self.verify(user, &sent).await.unwrap()
    }

    pub async fn authenticate(&self, token: &str) -> Result<Authenticated, AuthError> {
        self.auth.handle(Authenticate { token: token.to_owned() }, &Caller::default()).await
    }

    pub async fn me(&self, token: &str) -> Result<User, AuthError> {
        self.authenticate(token).await.map(|seen| seen.user)
    }

    pub async fn deactivate(&self, user: UserId) {
        self.auth.handle(DeactivateUser { user }, &Caller::default()).await.unwrap();
    }

    pub async fn log_out(&self, tokens: &Tokens, everywhere: bool) {
        let claims = self.authenticate(&tokens.access).await.unwrap().claims;
        let command = LogOut { user: UserId(claims.subject), session: SessionId(claims.session), everywhere };
        self.auth.handle(command, &Caller::default()).await.unwrap();
    }

    pub async fn change_password(&self, tokens: &Tokens, old: &str, new: &str) -> Result<(), AuthError> {
        let claims = self.authenticate(&tokens.access).await?.claims;
        let (user, session) = (UserId(claims.subject), SessionId(claims.session));
        let (old, new) = (attempt(old), password(new));
        let command = ChangePassword { user, session, expected: Expected::Any, old, new };
        self.auth.handle(command, &Caller::default()).await
    }

    /// Whose session the tokens are of, and which.
    pub async fn who(&self, tokens: &Tokens) -> (UserId, SessionId) {
        let claims = self.authenticate(&tokens.access).await.unwrap().claims;
        (UserId(claims.subject), SessionId(claims.session))
    }

    pub async fn refresh(&self, tokens: &Tokens) -> Result<Tokens, AuthError> {
        self.auth.handle(RefreshSession { token: tokens.refresh.clone() }, &Caller::default()).await
    }

    pub async fn forgot_password(&self, address: &str) {
        let email = Email::parse(address.to_owned()).unwrap();
        self.auth.handle(ForgotPassword { email }, &Caller::default()).await.unwrap();
    }

    /// What `reactor` sends when it hears of everything that it hasn't heard of yet.
    pub async fn letters_by(&self, reactor: &impl Reactor) -> Vec<Letter> {
        let before = self.letters().len();
        while !matches!(deliver(&self.store, &self.store, reactor, None).await.unwrap(), Delivery::Idle) {}
        self.letters().split_off(before)
    }

    /// The letters that go out because somebody forgot their password.
    pub async fn reset_letters(&self) -> Vec<Letter> {
        let reactor = ResetCodeMail {
            users: self.store.clone(),
            codes: self.store.clone(),
            code_generator: self.auth.ports.code_generator.clone(),
            code_attempts: self.auth.policy.code_attempts,
            ttl: self.auth.policy.reset_ttl,
            mailer: self.mailer.clone(),
            clock: self.auth.ports.clock.clone(),
        };
        self.letters_by(&reactor).await
    }

    /// The code that goes to `name`, who forgot their password.
    pub async fn reset_code(&self, name: &str) -> String {
        self.forgot_password(&format!("{name}@example.com")).await;
        let letters = self.reset_letters().await;
        letters.iter().flat_map(codes_in).next_back().unwrap()
    }

    pub async fn reset_password(&self, name: &str, typed: &str, new: &str) -> Result<(), AuthError> {
        let email = Email::parse(format!("{name}@example.com")).unwrap();
        let command = ResetPassword { email, code: code(typed), new: password(new) };
        self.auth.handle(command, &Caller::default()).await
    }

    pub fn letters(&self) -> Vec<Letter> {
        self.mailer.sent()
    }

    pub fn codes_sent_to(&self, address: &str) -> Vec<String> {
        let letters = self.letters().into_iter().filter(|letter| letter.to.as_str() == address);
        letters.flat_map(|letter| codes_in(&letter)).collect()
    }
}

fn codes_in(letter: &Letter) -> Vec<String> {
    let codes =
        letter.body.iter().filter_map(|b| if let Block::Code(c) = b { Some(c.clone()) } else { None });
    codes.collect()
}

pub fn registration(email: &str, name: &str) -> Registration {
    Registration {
        email: Email::parse(email.to_owned()).unwrap(),
        username: username(name),
        full_name: None,
        phone_number: None,
        language: Language::En,
        is_superuser: false,
    }
}

pub fn username(raw: &str) -> Username {
    Username::parse(raw.to_owned()).unwrap()
}

pub fn password(raw: &str) -> Password {
    Password::parse(raw.to_owned()).unwrap()
}

pub fn code(raw: &str) -> LoginCode {
    LoginCode::parse(raw.to_owned()).unwrap()
}

/// A code that is certainly wrong.
pub fn other_than(code: &str) -> String {
    format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000)
}

pub fn attempt(raw: &str) -> PasswordAttempt {
    PasswordAttempt::parse(raw.to_owned()).unwrap()
}
