use async_trait::async_trait;
use domain_auth::{
    CodePurpose, LoginCodes, LoginFailure, Password, PasswordAttempt, PasswordHasher, SecurityEvent, User,
    UserId, UserRepository, Username,
};
use domain_shared::{Aggregate, Caller, Context, Email, Handle, Invalid, StoreError, ValueObject};

use crate::{Auth, AuthError, Ports, kind::Kind};

/// Proves a password; the code that completes the login goes out by e-mail and replaces an earlier one.
#[derive(Debug, Clone)]
pub struct LogIn {
    /// Who they say they are.
    pub name: LoginName,
    /// What they typed as their password.
    pub password: PasswordAttempt,
}

/// A username, an e-mail address, or something that can be neither and so belongs to nobody.
#[derive(Debug, Clone)]
pub enum LoginName {
    /// It has the form of a username.
    Username(Username),
    /// It has the form of an e-mail address.
    Email(Email),
    /// It has neither.
    Nobody,
}

impl ValueObject for LoginName {
    type Raw = String;
    const EXPECTED: &'static str = "a string";

    fn parse(raw: String) -> Result<Self, Invalid> {
        Ok(match (Username::parse(raw.clone()), Email::parse(raw)) {
            (Ok(username), _) => Self::Username(username),
            (_, Ok(email)) => Self::Email(email),
            _ => Self::Nobody,
        })
    }
}

impl LoginName {
    /// What tells it from other names, in whatever case it was typed.
    pub(super) fn key(&self) -> String {
        match self {
            Self::Username(username) => username.key(),
            Self::Email(email) => email.as_str().to_owned(),
            Self::Nobody => String::new(),
        }
    }
}

/// A login that waits for its code.
#[derive(Debug, Clone)]
pub struct LoginStarted {
    /// Who is signing in.
    pub user: UserId,
    /// Where the code went.
    pub email: Email,
}

#[async_trait]
impl<P: Ports> Handle<LogIn> for Auth<P> {
    type Output = LoginStarted;
    type Error = AuthError;

    async fn handle(&self, command: LogIn, caller: &Caller) -> Result<LoginStarted, AuthError> {
        let (issued_at, limits) = (self.now(), &self.policy.limits);
        self.take_from_place(Kind::LoginPlace, &limits.logins, caller).await?;
        let user = self.user_named(&command.name).await?;
        let (kind, name) = (Kind::Password, command.name.key());
        let tried = self.take_at(kind, name, user.as_ref(), &limits.passwords, caller).await?;
        // Hashing goes on for nobody too, so that the time it takes doesn't tell who exists.
        let proved = self.prove(&tried, &command.password, user.as_ref().map(User::password), caller).await?;
        if let Some(reason) = failure(user.as_ref(), proved) {
            let user_id = user.as_ref().map(User::id);
            self.note(SecurityEvent::LoginFailed { user_id, reason, count: 1 }, caller).await;
        }
        let Some(user) = user.filter(|user| proved && user.is_active) else {
            return Err(AuthError::WrongCredentials);
        };
        self.right(&tried).await?;
        let mail = self.take_mail(Kind::CodeMail, &user, caller).await?;
        let challenge = self.challenge(user.id(), CodePurpose::Login, issued_at, caller);
        let sent = match self.ports.codes().issue(&challenge).await {
            Ok(()) => self.send_code(&user, &challenge).await,
            Err(error) => Err(error.into()),
        };
        if let Err(error) = sent {
            self.untried(&mail).await?;
            return Err(error);
        }
        if self.ports.hasher().is_outdated(user.password()) {
            // Only now is there a password to make another hash of. If it can't be done, the next login does it.
            drop(self.rehash(&user, command.password.proved(), caller).await);
        }
        Ok(LoginStarted { user: user.id(), email: user.email.clone() })
    }
}

fn failure(user: Option<&User>, proved: bool) -> Option<LoginFailure> {
    match user {
        None => Some(LoginFailure::NoSuchUser),
        Some(_) if !proved => Some(LoginFailure::WrongPassword),
        Some(user) if !user.is_active => Some(LoginFailure::Inactive),
        Some(_) => None,
    }
}

impl<P: Ports> Auth<P> {
    pub(super) async fn user_named(&self, name: &LoginName) -> Result<Option<User>, StoreError> {
        match name {
            LoginName::Username(username) => self.ports.users().by_username(username).await,
            LoginName::Email(email) => self.ports.users().by_email(email).await,
            LoginName::Nobody => Ok(None),
        }
    }

    /// Keeps a hash of `password` that is as hard to guess from as they are made by now.
    async fn rehash(&self, user: &User, password: Password, caller: &Caller) -> Result<User, AuthError> {
        let new = self.ports.hasher().hash(&password, caller.client.place().as_deref()).await?;
        let old = user.password().clone();
        let rehash =
            move |user: &mut User, context: &Context| user.rehash_password(&old, new.clone(), context);
        self.change_user(user.id(), &caller.besides(), rehash).await
    }
}

#[cfg(test)]
mod tests {
    use domain_shared::Repository;

    use super::*;
    use crate::testing::{World, attempt, password};

    #[tokio::test]
    async fn the_right_password_sends_one_code_by_mail() {
        let world = World::new();
        let ada = world.register("ada").await;
        let started = world.log_in("ADA", "correct horse").await.unwrap();
        assert_eq!((started.user, started.email.as_str()), (ada.id(), "ada@example.com"));
        assert_eq!(world.codes_sent_to("ada@example.com").len(), 1);
    }

    #[tokio::test]
    async fn an_address_signs_in_as_well_as_a_name() {
        let world = World::new();
        world.register("ada").await;
        world.log_in("Ada@Example.com", "correct horse").await.unwrap();
    }

    #[tokio::test]
    async fn nobody_a_wrong_password_and_an_inactive_account_look_alike_and_get_no_mail() {
        let world = World::new();
        let eve = world.register("eve").await;
        world.register("ada").await;
        world.deactivate(eve.id()).await;
        for (name, typed) in
            [("ada", "wrong horse"), ("nobody", "correct horse"), ("eve", "correct horse"), ("'--", "x")]
        {
            let refused = world.log_in(name, typed).await;
            assert!(matches!(refused, Err(AuthError::WrongCredentials)), "{name}: {refused:?}");
        }
        assert!(
            world.codes_sent_to("ada@example.com").is_empty()
                && world.codes_sent_to("eve@example.com").is_empty()
        );
    }

    #[tokio::test]
    async fn with_the_right_password_an_outdated_hash_is_replaced_and_sessions_go_on() {
        let mut world = World::new();
        let here = world.sign_in("ada").await;
        let before = world.me(&here.access).await.unwrap();
        world.auth.ports.hasher.cost += 1;

        world.log_in("ada", "wrong horse").await.unwrap_err();
        assert_eq!(world.me(&here.access).await.unwrap().password(), before.password());
        world.log_in("ada", "correct horse").await.unwrap();
        let after = world.me(&here.access).await.unwrap();
        assert!(!world.auth.ports.hasher.is_outdated(after.password()));
        assert_eq!((after.version(), after.updated_at), (before.version() + 1, before.updated_at));

        world.log_in("ada", "correct horse").await.unwrap();
        assert_eq!(world.me(&here.access).await.unwrap().password(), after.password(), "once");
    }

    #[tokio::test]
    async fn a_login_begun_before_the_hash_was_replaced_goes_on_with_its_code() {
        let mut world = World::new();
        let ada = world.register("ada").await;
        world.auth.ports.hasher.cost += 1;
        let code = world.start_login("ada").await;
        world.verify(ada.id(), &code).await.unwrap();
    }

    #[tokio::test]
    async fn a_password_that_would_be_refused_today_still_signs_in_and_gets_its_new_hash() {
        let mut world = World::new();
        let ada = world.register("ada").await;
        let common = attempt("password").proved();
        let (old, new) = (ada.password().clone(), world.auth.ports.hasher.hash(&common, None).await.unwrap());
        let change =
            move |user: &mut User, context: &Context| user.change_password(&old, new.clone(), None, context);
        world.auth.change_user(ada.id(), &Caller::default(), change).await.unwrap();
        world.auth.ports.hasher.cost += 1;
        world.log_in("ada", "password").await.unwrap();
        let ada = Repository::<User>::find(&world.store, ada.id()).await.unwrap().unwrap();
        assert!(!world.auth.ports.hasher.is_outdated(ada.password()));
    }

    #[tokio::test]
    async fn a_hash_of_a_password_changed_meanwhile_is_not_brought_back() {
        let mut world = World::new();
        let here = world.sign_in("ada").await;
        let seen = world.me(&here.access).await.unwrap();
        world.change_password(&here, "correct horse", "battery staple").await.unwrap();
        world.auth.ports.hasher.cost += 1;
        let refused = world.auth.rehash(&seen, password("correct horse"), &Caller::default()).await;
        assert!(matches!(refused, Err(AuthError::User(_))), "{refused:?}");
        world.log_in("ada", "battery staple").await.unwrap();
    }
}
