use async_trait::async_trait;
use domain_auth::UserEvent;
use domain_shared::{Mailer, Reactor, Setback, StoredEvent, decode};

use super::tell;
use crate::letters;

/// Greets whoever has registered.
#[derive(Debug, Clone)]
pub struct WelcomeMail<M> {
    /// How the greeting is sent.
    pub mailer: M,
}

#[async_trait]
impl<M: Mailer> Reactor for WelcomeMail<M> {
    fn name(&self) -> &'static str {
        "welcome-mail"
    }

    fn kinds(&self) -> &'static [&'static str] {
        &["user.registered.v1"]
    }

    async fn on(&self, stored: &StoredEvent) -> Result<(), Setback> {
        let UserEvent::Registered(who) = decode(&stored.event)? else { return Ok(()) };
        let letter = letters::welcome(who.email, who.language, who.username.as_str());
        tell(&self.mailer, &letter).await
    }
}

#[cfg(test)]
mod tests {
    use adapters::mail::memory::MemoryMailer;
    use domain_shared::{Aggregate, Caller, Delivery, Handle, Letter, MailError, deliver};

    use super::*;
    use crate::{commands::EraseUser, testing::World};

    #[tokio::test]
    async fn each_new_user_is_greeted_once() {
        let world = World::new();
        world.register("ada").await;
        world.sign_in("eve").await;
        let greeter = WelcomeMail { mailer: world.mailer.clone() };
        while !matches!(deliver(&world.store, &world.store, &greeter, None).await.unwrap(), Delivery::Idle) {}
        let welcomes: Vec<_> =
            world.letters().into_iter().filter(|l| l.subject.contains("Welcome")).collect();
        assert_eq!(welcomes.len(), 2);
        assert_eq!(welcomes[0].to.as_str(), "ada@example.com");
    }

    #[tokio::test]
    async fn whoever_was_erased_meanwhile_gets_no_mail() {
        let world = World::new();
        let ada = world.register("ada").await.id();
        world.auth.handle(EraseUser { user: ada }, &Caller::default()).await.unwrap();
        let greeter = WelcomeMail { mailer: world.mailer.clone() };
        while !matches!(deliver(&world.store, &world.store, &greeter, None).await.unwrap(), Delivery::Idle) {}
        assert!(world.letters().is_empty());
    }

    /// A mail server that puts off whatever goes to `gone@example.com`.
    struct Greylist(MemoryMailer);

    #[async_trait]
    impl Mailer for Greylist {
        async fn send(&self, letter: &Letter) -> Result<(), MailError> {
            if letter.to.as_str() == "gone@example.com" {
                return Err(MailError::Deferred("450".into()));
            }
            self.0.send(letter).await
        }
    }

    #[tokio::test]
    async fn a_recipient_who_is_put_off_holds_nobody_else_up_for_long() {
        let world = World::new();
        world.register("gone").await;
        world.register("after").await;
        let greeter = WelcomeMail { mailer: Greylist(world.mailer.clone()) };
        let put_off = deliver(&world.store, &world.store, &greeter, None).await.unwrap();
        let Delivery::Retry(position, Setback::ThisEvent(_)) = put_off else { panic!("{put_off:?}") };
        assert!(world.letters().is_empty());

        deliver(&world.store, &world.store, &greeter, Some(position)).await.unwrap();
        assert_eq!(world.letters()[0].to.as_str(), "after@example.com");
    }
}
