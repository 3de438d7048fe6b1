use async_trait::async_trait;
use domain_auth::{UserHistory, UserId};
use domain_shared::{Caller, Handle, StoredEvent};

use super::GetUser;
use crate::{Auth, AuthError, Ports};

/// A page of what happened to a user and their sessions, newest first.
#[derive(Debug, Clone)]
pub struct UserEvents {
    /// Who.
    pub user: UserId,
    /// Only what happened before this position in the log.
    pub before: Option<u64>,
    /// How many at most.
    pub limit: usize,
}

#[async_trait]
impl<P: Ports> Handle<UserEvents> for Auth<P> {
    type Output = Vec<StoredEvent>;
    type Error = AuthError;

    async fn handle(&self, query: UserEvents, caller: &Caller) -> Result<Vec<StoredEvent>, AuthError> {
        let UserEvents { user, before, limit } = query;
        self.handle(GetUser { user }, caller).await?;
        Ok(self.ports.history().newest_of_user(user, before, limit).await?)
    }
}

#[cfg(test)]
mod tests {
    use domain_shared::Aggregate;

    use super::*;
    use crate::testing::World;

    async fn history(world: &World, user: UserId) -> Result<Vec<StoredEvent>, AuthError> {
        world.auth.handle(UserEvents { user, before: None, limit: 100 }, &Caller::default()).await
    }

    #[tokio::test]
    async fn what_somebody_did_is_told_and_no_secret() {
        let world = World::new();
        let ada = world.register("ada").await.id();
        let tokens = world.sign_in("ada").await;
        world.change_password(&tokens, "correct horse", "battery staple").await.unwrap();
        world.log_out(&tokens, false).await;
        let events = history(&world, ada).await.unwrap();
        let kinds: Vec<_> = events.iter().map(|stored| stored.event.kind.as_str()).collect();
        let expected = [
            "session.ended.v1",
            "user.password_changed.v1",
            "user.logged_in.v1",
            "session.started.v1",
            "user.registered.v1",
        ];
        assert_eq!(kinds, expected);
        let text = format!("{events:?}");
        let codes = world.codes_sent_to("ada@example.com");
        let secrets = ["correct horse", "battery staple", tokens.refresh.expose(), &tokens.access, &codes[0]];
        assert!(secrets.iter().all(|secret| !text.contains(secret)), "{text}");
    }

    #[tokio::test]
    async fn nobody_has_no_history() {
        let nobody = history(&World::new(), UserId(uuid::Uuid::max())).await;
        assert!(matches!(nobody, Err(AuthError::UserNotFound)), "{nobody:?}");
    }
}
