use async_trait::async_trait;
use domain_auth::{UserEvent, UserId, UserRepository};
use domain_shared::{Mailer, Reactor, Setback, StoredEvent, decode};

use super::tell;
use crate::letters;

/// Tells users that their password was changed, in case it wasn't them.
#[derive(Debug, Clone)]
pub struct PasswordChangedMail<U, M> {
    /// Where they are kept.
    pub users: U,
    /// How they are told.
    pub mailer: M,
}

#[async_trait]
impl<U: UserRepository, M: Mailer> Reactor for PasswordChangedMail<U, M> {
    fn name(&self) -> &'static str {
        "password-changed-mail"
    }

    fn kinds(&self) -> &'static [&'static str] {
        &["user.password_changed.v1"]
    }

    async fn on(&self, stored: &StoredEvent) -> Result<(), Setback> {
        let UserEvent::PasswordChanged { how, .. } = decode(&stored.event)? else { return Ok(()) };
        let Some(user) = self.users.find(UserId(stored.event.aggregate_id)).await? else { return Ok(()) };
        let at = stored.event.occurred_at;
        let letter = letters::password_changed(user.email.clone(), user.language, how, at);
        tell(&self.mailer, &letter).await
    }
}

#[cfg(test)]
mod tests {
    use domain_shared::{Delivery, deliver};

    use super::*;
    use crate::testing::World;

    #[tokio::test]
    async fn whoever_changes_a_password_is_told_by_mail() {
        let world = World::new();
        let tokens = world.sign_in("ada").await;
        world.change_password(&tokens, "correct horse", "battery staple").await.unwrap();
        let notice = PasswordChangedMail { users: world.store.clone(), mailer: world.mailer.clone() };
        let before = world.letters().len();
        while !matches!(deliver(&world.store, &world.store, &notice, None).await.unwrap(), Delivery::Idle) {}
        let told = &world.letters()[before..];
        assert_eq!(told.len(), 1);
        assert_eq!(
            (told[0].to.as_str(), &*told[0].subject),
            ("ada@example.com", "Your password was changed")
        );
    }
}
