use async_trait::async_trait;
use domain_auth::{
    Challenge, LoginCodeGenerator, LoginCodes, LoginFailure, PasswordAttempt, PasswordHasher, SecurityEvent,
    User, UserId, UserRepository, Username,
};
use domain_shared::{
    Aggregate, Caller, Email, Handle, IdGenerator, Invalid, Mailer, StoreError, ValueObject,
};

use crate::{Auth, AuthError, Ports, letters};

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
        let issued_at = self.now();
        let user = self.user_named(&command.name).await?;
        // Hashing goes on for nobody too, so that the time it takes doesn't tell who exists.
        let proved = self.ports.hasher().verify(&command.password, user.as_ref().map(User::password)).await?;
        if let Some(reason) = failure(user.as_ref(), proved) {
            let user_id = user.as_ref().map(User::id);
            self.note(SecurityEvent::LoginFailed { user_id, reason, count: 1 }, caller).await;
        }
        let Some(user) = user.filter(|user| proved && user.is_active) else {
            return Err(AuthError::WrongCredentials);
        };
        let challenge = Challenge {
            id: self.ports.ids().next_id(),
            user: user.id(),
            issued_at,
            expires_at: self.now() + self.policy.code_ttl,
        };
        self.ports.codes().issue(&challenge).await?;
        self.send_code(&user, &challenge).await?;
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

    pub(super) async fn send_code(&self, user: &User, challenge: &Challenge) -> Result<(), AuthError> {
        let code = self.ports.code_generator().code(challenge.id);
        let letter = letters::login_code(user.email.clone(), user.language, &code, self.policy.code_ttl);
        Ok(self.ports.mailer().send(&letter).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::World;

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
}
