use async_trait::async_trait;
use domain_auth::{CodePurpose, LoginCodes, Resend, SecurityEvent, User, UserId, UserRepository};
use domain_shared::{Aggregate, Caller, Email, Handle, StoreError};

use crate::{Auth, AuthError, Ports, kind::Kind};

/// Asks for a code to set another password with. It goes to the address by mail, if that is somebody's who may sign in; a
/// code that is live already goes out again. Within the cooldown nothing is sent.
///
/// Nobody is told which it was, but this takes longer if a code goes out: whoever asks must not wait for it, and is asked
/// in first by [`Auth::admit_forgot_password`]. Mails to one user are limited like those with login codes.
#[derive(Debug, Clone)]
pub struct ForgotPassword {
    /// Whose password was forgotten.
    pub email: Email,
}

#[async_trait]
impl<P: Ports> Handle<ForgotPassword> for Auth<P> {
    type Output = ();
    type Error = AuthError;

    async fn handle(&self, command: ForgotPassword, caller: &Caller) -> Result<(), AuthError> {
        let user = self.ports.users().by_email(&command.email).await?;
        let user_id = user.as_ref().map(User::id);
        let Some(user) = user.filter(|user| user.is_active) else {
            self.note(SecurityEvent::PasswordResetRequested { user_id, count: 1 }, caller).await;
            return Ok(());
        };
        let mail = match self.take_mail(Kind::ResetMail, &user, caller).await {
            Err(AuthError::TooManyAttempts(_)) => return Ok(()),
            mail => mail?,
        };
        if self.is_reset_code_due(user.id(), caller).await? {
            // The code itself goes out when this is heard of. Asking again is another command, the cooldown sees to that.
            self.change_user(user.id(), &caller.besides(), User::request_password_reset).await?;
        } else {
            self.untried(&mail).await?;
        }
        Ok(())
    }
}

impl<P: Ports> Auth<P> {
    /// Counts a request for such a code from where the caller asks: what may be told at once, before anybody is looked up.
    ///
    /// # Errors
    /// [`AuthError::TooManyAttempts`].
    pub async fn admit_forgot_password(&self, caller: &Caller) -> Result<(), AuthError> {
        self.take_from_place(Kind::ForgotPlace, &self.policy.limits.sign_ins, caller).await
    }

    /// Whether `user` is to be sent a code, which is there then. Of those who ask at the same time one is told so.
    async fn is_reset_code_due(&self, user: UserId, caller: &Caller) -> Result<bool, StoreError> {
        let (now, codes) = (self.now(), self.ports.codes());
        let not_since = now - self.policy.resend_cooldown;
        match codes.resend(user, CodePurpose::Reset, self.policy.code_attempts, not_since, now).await? {
            Resend::Send(_) => Ok(true),
            Resend::TooSoon(_) => Ok(false),
            Resend::Nothing => {
                codes
                    .issue_unless_sent(&self.challenge(user, CodePurpose::Reset, now, caller), not_since)
                    .await
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use domain_shared::EventLog;

    use super::*;
    use crate::{Limits, testing::World};

    #[tokio::test]
    async fn the_code_goes_to_the_address_in_any_spelling() {
        let world = World::new();
        world.register("ada").await;
        world.forgot_password("Ada@Example.COM").await;
        let letters = world.reset_letters().await;
        assert_eq!(letters.len(), 1);
        assert_eq!(
            (letters[0].to.as_str(), &*letters[0].subject),
            ("ada@example.com", "Your code for a new password")
        );
    }

    #[tokio::test]
    async fn nobody_and_whoever_may_not_sign_in_get_no_mail_but_it_is_noted_that_they_asked() {
        let world = World::new();
        let eve = world.register("eve").await;
        world.deactivate(eve.id()).await;
        let before = world.store.after(0, 100).await.unwrap().len();
        for address in ["eve@example.com", "nobody@example.com"] {
            world.forgot_password(address).await;
        }
        assert!(world.reset_letters().await.is_empty());
        let since: Vec<_> = world.store.after(0, 100).await.unwrap().into_iter().skip(before).collect();
        let kinds: Vec<&str> = since.iter().map(|stored| stored.event.kind.as_str()).collect();
        assert_eq!(kinds, ["security.password_reset_requested.v1"; 2]);
    }

    #[tokio::test]
    async fn asking_again_sends_the_live_code_again_but_not_at_once() {
        let world = World::new();
        world.register("ada").await;
        let first = world.reset_code("ada").await;
        world.forgot_password("ada@example.com").await;
        assert!(world.reset_letters().await.is_empty(), "it was sent just now");
        world.pass(world.auth.policy.resend_cooldown);
        assert_eq!(world.reset_code("ada").await, first);
        world.reset_password("ada", &first, "battery staple").await.unwrap();
    }

    #[tokio::test]
    async fn guessing_a_code_to_death_gets_no_new_one_at_once() {
        let world = World::new();
        world.register("ada").await;
        let first = world.reset_code("ada").await;
        for _ in 0..5 {
            let wrong = crate::testing::other_than(&first);
            world.reset_password("ada", &wrong, "battery staple").await.unwrap_err();
        }
        world.forgot_password("ada@example.com").await;
        assert!(world.reset_letters().await.is_empty());
        world.pass(world.auth.policy.resend_cooldown);
        let second = world.reset_code("ada").await;
        world.reset_password("ada", &second, "battery staple").await.unwrap();
    }

    #[tokio::test]
    async fn nobody_is_flooded_with_mails() {
        let mut world = World::new();
        world.auth.policy.limits.code_mails = Limits::per_hour(5);
        world.register("ada").await;
        let mut sent = 0;
        for _ in 0..20 {
            world.forgot_password("ada@example.com").await;
            sent += world.reset_letters().await.len();
            world.pass(world.auth.policy.resend_cooldown);
        }
        assert!((5..=7).contains(&sent), "{sent} in 20 minutes");
    }

    #[tokio::test]
    async fn a_code_that_died_before_it_could_be_sent_is_not_sent() {
        let world = World::new();
        world.register("ada").await;
        world.forgot_password("ada@example.com").await;
        world.pass(world.auth.policy.reset_ttl);
        assert!(world.reset_letters().await.is_empty());
    }
}
