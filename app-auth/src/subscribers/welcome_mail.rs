use std::error::Error;

use async_trait::async_trait;
use domain_auth::UserEvent;
use domain_shared::{MailError, Mailer, StoredEvent, Subscriber, decode};

use crate::letters;

/// Greets whoever has registered.
#[derive(Debug, Clone)]
pub struct WelcomeMail<M> {
    /// How the greeting is sent.
    pub mailer: M,
}

#[async_trait]
impl<M: Mailer> Subscriber for WelcomeMail<M> {
    fn name(&self) -> &'static str {
        "welcome-mail"
    }

    async fn on(&self, stored: &StoredEvent) -> Result<(), Box<dyn Error + Send + Sync>> {
        if stored.event.kind != "user.registered.v1" {
            return Ok(());
        }
        let UserEvent::Registered(who) = decode(&stored.event)? else { return Ok(()) };
        let letter = letters::welcome(who.email, who.language, who.username.as_str());
        match self.mailer.send(&letter).await {
            // Nobody lives there; trying again won't change that.
            Ok(()) | Err(MailError::Rejected(_)) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use domain_shared::{Delivery, deliver};

    use super::*;
    use crate::testing::World;

    #[tokio::test]
    async fn each_new_user_is_greeted_once() {
        let world = World::new();
        world.register("ada").await;
        world.sign_in("eve").await;
        let greeter = WelcomeMail { mailer: world.mailer.clone() };
        while !matches!(deliver(&world.store, &world.store, &greeter).await.unwrap(), Delivery::Idle) {}
        let welcomes: Vec<_> =
            world.letters().into_iter().filter(|l| l.subject.contains("Welcome")).collect();
        assert_eq!(welcomes.len(), 2);
        assert_eq!(welcomes[0].to.as_str(), "ada@example.com");
    }
}
