use std::sync::Arc;

use async_trait::async_trait;
use domain_auth::{
    CodePurpose, EndReason, LoginCode, LoginCodes, SecurityEvent, Session, SessionId, User, UserError, UserId,
};
use domain_shared::{
    Aggregate, Caller, ChangeError, Changed, Handle, IdGenerator, Repository, StoreError, recall,
};

use uuid::Uuid;

use crate::{Auth, AuthError, Ports, Tokens, codes::Guess, commands::LoginName, kind::Kind};

/// Completes a login with the code that went out by e-mail.
#[derive(Debug, Clone)]
pub struct VerifyCode {
    /// Whose login it is.
    pub owner: CodeOwner,
    /// What they typed.
    pub code: LoginCode,
}

/// Whose code it is, by id or by what they signed in as.
#[derive(Debug, Clone)]
pub enum CodeOwner {
    /// By the id that the login answered.
    Id(UserId),
    /// By the username or e-mail address that signed in.
    Name(LoginName),
}

impl CodeOwner {
    /// What tells nobody from nobody else.
    fn key(&self) -> String {
        match self {
            Self::Id(id) => id.0.to_string(),
            Self::Name(name) => name.key(),
        }
    }
}

#[async_trait]
impl<P: Ports> Handle<VerifyCode> for Auth<P> {
    type Output = Tokens;
    type Error = AuthError;

    async fn handle(&self, command: VerifyCode, caller: &Caller) -> Result<Tokens, AuthError> {
        self.take_from_place(Kind::CodePlace, &self.policy.limits.sign_ins, caller).await?;
        let user = self.owner(&command.owner).await?;
        let user_id = user.as_ref().map(User::id);
        let outcome = match self.verify(user, &command, caller).await {
            Err(AuthError::InvalidCode) => self.verified_before(caller).await,
            outcome => outcome,
        };
        if matches!(outcome, Err(AuthError::InvalidCode)) {
            self.note(SecurityEvent::CodeRejected { user_id, count: 1 }, caller).await;
        }
        outcome
    }
}

impl<P: Ports> Auth<P> {
    async fn verify(
        &self,
        user: Option<User>,
        VerifyCode { owner, code }: &VerifyCode,
        caller: &Caller,
    ) -> Result<Tokens, AuthError> {
        // Nobody is counted and asked about like somebody, so that neither the answer nor its time tells who exists.
        let id = user.as_ref().map_or(UserId(Uuid::nil()), Aggregate::id);
        let name = user.as_ref().map_or_else(|| owner.key(), |user| user.id().0.to_string());
        let limit = &self.policy.limits.codes;
        let tried = self.take_at(Kind::Code, name, user.as_ref(), limit, caller).await?;
        let guesser = self.guesser(id, &tried, caller);
        let challenge = match self.guess(id, CodePurpose::Login, code, &guesser).await? {
            Guess::Right(challenge) => challenge,
            Guess::Wrong => return Err(AuthError::InvalidCode),
            Guess::Idle => {
                self.untried(&tried).await?;
                return Err(AuthError::InvalidCode);
            }
        };
        self.right(&tried).await?;
        let user = user.ok_or(AuthError::InvalidCode)?;
        if !self.ports.codes().consume(challenge.id).await? {
            return Err(AuthError::InvalidCode);
        }

        let caller = Caller { actor: Some(user.id().0), ..caller.clone() };
        let context = self.context(&caller);
        let (id, expires_at) = (SessionId(self.ports.ids().next_id()), context.at + self.policy.session_ttl);
        let mut session = Session::start(id, user.id(), caller.client.clone(), expires_at, &context);
        // The session is there before the login is agreed to, so that a password change either finds it and ends it, or
        // came first and makes the login fail.
        self.ports.sessions().save(&mut session).await?;
        let context = self.context(&caller.then());
        let log_in = Arc::new(move |user: &mut User| user.log_in(challenge.issued_at, &context));
        match self.ports.users().change(user.id(), log_in).await {
            Ok(Some(changed)) => self.tokens(&changed.aggregate, &session),
            Ok(None)
            | Err(ChangeError::Refused(UserError::Inactive | UserError::PasswordChangedMeanwhile)) => {
                self.end_session(id, EndReason::LoginRefused, &caller).await?;
                Err(AuthError::InvalidCode)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Tokens of the session that the caller's command started when it was carried out. Whether the login was agreed to
    /// is asked once: if the first attempt didn't come to that, the session ends, and the login begins anew.
    async fn verified_before(&self, caller: &Caller) -> Result<Tokens, AuthError> {
        let (Some(command), Some(login)) = (caller.command, caller.then().command) else {
            return Err(AuthError::InvalidCode);
        };
        let started: Option<Changed<Session>> = recall(self.ports.log(), command).await?;
        // As it was then: what has become of it since isn't for whoever has no more than the code.
        let session = started.ok_or(AuthError::InvalidCode)?.aggregate;
        if recall::<User>(self.ports.log(), login).await?.is_none() {
            self.end_session(session.id(), EndReason::LoginRefused, caller).await?;
            return Err(AuthError::InvalidCode);
        }
        let alive = self.ports.sessions().find(session.id()).await?.is_some_and(|s| self.is_alive(&s));
        match self.ports.users().find(session.user).await? {
            Some(user) if alive && user.admits(session.id(), session.started_at) => {
                self.tokens(&user, &session)
            }
            _ => Err(AuthError::InvalidCode),
        }
    }

    async fn owner(&self, owner: &CodeOwner) -> Result<Option<User>, StoreError> {
        match owner {
            CodeOwner::Id(id) => self.ports.users().find(*id).await,
            CodeOwner::Name(name) => self.user_named(name).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use domain_shared::ValueObject;

    use super::*;
    use crate::testing::{World, code, other_than};

    #[tokio::test]
    async fn the_code_from_the_mail_gets_tokens_once() {
        let world = World::new();
        let ada = world.register("ada").await;
        let sent = world.start_login("ada").await;
        let tokens = world.verify(ada.id(), &sent).await.unwrap();
        assert!(tokens.expires_in > 0 && world.me(&tokens.access).await.is_ok());
        let again = world.verify(ada.id(), &sent).await;
        assert!(matches!(again, Err(AuthError::InvalidCode)), "{again:?}");
    }

    #[tokio::test]
    async fn what_signs_in_will_do_instead_of_an_id() {
        let world = World::new();
        world.register("ada").await;
        for name in ["ADA", "Ada@Example.com"] {
            let sent = world.start_login("ada").await;
            let verify = async |name: &str| {
                let owner = CodeOwner::Name(LoginName::parse(name.to_owned()).unwrap());
                let command = VerifyCode { owner, code: code(&sent) };
                world.auth.handle(command, &Caller::default()).await
            };
            for nobody in ["eve", "eve@example.com", "'--", ""] {
                let refused = verify(nobody).await;
                assert!(matches!(refused, Err(AuthError::InvalidCode)), "{nobody}: {refused:?}");
            }
            verify(name).await.unwrap();
        }
    }

    #[tokio::test]
    async fn two_typos_are_forgiven_and_five_kill_the_code() {
        let world = World::new();
        let ada = world.register("ada").await;
        let sent = world.start_login("ada").await;
        for _ in 0..2 {
            world.verify(ada.id(), &other_than(&sent)).await.unwrap_err();
        }
        world.verify(ada.id(), &sent).await.unwrap();

        let sent = world.start_login("ada").await;
        for _ in 0..5 {
            world.verify(ada.id(), &other_than(&sent)).await.unwrap_err();
        }
        let late = world.verify(ada.id(), &sent).await;
        assert!(matches!(late, Err(AuthError::InvalidCode)), "{late:?}");
    }

    #[tokio::test]
    async fn a_code_opens_nobody_elses_account_and_dies_with_the_next_login() {
        let world = World::new();
        let (ada, eve) = (world.register("ada").await, world.register("eve").await);
        let first = world.start_login("ada").await;
        world.start_login("eve").await;
        world.verify(eve.id(), &first).await.unwrap_err();
        let second = world.start_login("ada").await;
        if first != second {
            world.verify(ada.id(), &first).await.unwrap_err();
        }
        world.verify(ada.id(), &second).await.unwrap();
    }

    #[tokio::test]
    async fn log_07_a_code_expires() {
        let world = World::new();
        let ada = world.register("ada").await;
        let sent = world.start_login("ada").await;
        world.pass(world.auth.policy.code_ttl);
        world.verify(ada.id(), &sent).await.unwrap_err();
    }

    #[tokio::test]
    async fn a_deactivated_user_gets_no_session_for_a_code_still_out() {
        let world = World::new();
        let ada = world.register("ada").await;
        let sent = world.start_login("ada").await;
        world.deactivate(ada.id()).await;
        world.verify(ada.id(), &sent).await.unwrap_err();
    }
}
