use std::time::Duration;

use async_trait::async_trait;
use domain_auth::{CodePurpose, LoginCodes, Resend, UserId};
use domain_shared::{Aggregate, Caller, Handle, Repository};

use crate::{Auth, AuthError, Ports, kind::Kind};

/// Sends the code of a login in progress once more; without such a login, or such a user, nothing happens. That a code
/// was sent just now is told, so whoever knows a user's id can learn of a login within the cooldown.
#[derive(Debug, Clone)]
pub struct ResendCode {
    /// Who is signing in.
    pub user: UserId,
}

#[async_trait]
impl<P: Ports> Handle<ResendCode> for Auth<P> {
    type Output = ();
    type Error = AuthError;

    async fn handle(&self, command: ResendCode, caller: &Caller) -> Result<(), AuthError> {
        let (now, cooldown) = (self.now(), self.policy.resend_cooldown);
        self.take_from_place(Kind::ResendPlace, &self.policy.limits.sign_ins, caller).await?;
        let user = self.ports.users().find(command.user).await?;
        let Some(user) = user.filter(|user| user.is_active) else { return Ok(()) };
        let mail = self.take_mail(Kind::ResendMail, &user, caller).await?;
        let (codes, most) = (self.ports.codes(), self.policy.code_attempts);
        let sent = match codes.resend(user.id(), CodePurpose::Login, most, now - cooldown, now).await? {
            Resend::Send(challenge) => self.send_code(&user, &challenge).await.map(|()| true),
            Resend::Nothing => Ok(false),
            Resend::TooSoon(sent_at) => {
                let wait = (sent_at + cooldown - now).to_std().unwrap_or_default();
                Err(AuthError::SentJustNow(wait.max(Duration::from_secs(1))))
            }
        };
        if !matches!(sent, Ok(true)) {
            self.untried(&mail).await?;
        }
        sent.map(drop)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::testing::World;

    async fn resend(world: &World, user: UserId) -> Result<(), AuthError> {
        world.auth.handle(ResendCode { user }, &Caller::default()).await
    }

    #[tokio::test]
    async fn the_same_code_goes_out_again_after_a_while() {
        let world = World::new();
        let ada = world.register("ada").await;
        let sent = world.start_login("ada").await;
        let early = resend(&world, ada.id()).await;
        assert!(matches!(early, Err(AuthError::SentJustNow(wait)) if wait.as_secs() > 0), "{early:?}");
        world.pass(world.auth.policy.resend_cooldown);
        resend(&world, ada.id()).await.unwrap();
        assert_eq!(world.codes_sent_to("ada@example.com"), [sent.clone(), sent.clone()]);
        world.verify(ada.id(), &sent).await.unwrap();
    }

    #[tokio::test]
    async fn without_a_login_or_a_user_nothing_happens() {
        let world = World::new();
        let ada = world.register("ada").await;
        resend(&world, ada.id()).await.unwrap();
        resend(&world, UserId(Uuid::nil())).await.unwrap();
        assert!(world.codes_sent_to("ada@example.com").is_empty());
    }
}
