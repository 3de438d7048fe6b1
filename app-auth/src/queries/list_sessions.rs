use async_trait::async_trait;
use domain_auth::{Session, SessionRepository, UserId};
use domain_shared::{Aggregate, Caller, Handle, Repository};

use crate::{Auth, AuthError, Ports};

/// The sessions of a user that can be used, the oldest first.
#[derive(Debug, Clone)]
pub struct ListSessions {
    /// Whose.
    pub user: UserId,
}

#[async_trait]
impl<P: Ports> Handle<ListSessions> for Auth<P> {
    type Output = Vec<Session>;
    type Error = AuthError;

    async fn handle(&self, query: ListSessions, _: &Caller) -> Result<Vec<Session>, AuthError> {
        let user = self.ports.users().find(query.user).await?.ok_or(AuthError::UserNotFound)?;
        let mut sessions =
            self.ports.sessions().of_user(query.user, self.now(), self.policy.session_idle).await?;
        sessions.retain(|session| user.admits(session.id(), session.started_at));
        Ok(sessions)
    }
}

#[cfg(test)]
mod tests {
    use domain_auth::SessionId;

    use super::*;
    use crate::testing::World;

    async fn list(world: &World, user: UserId) -> Vec<SessionId> {
        let sessions = world.auth.handle(ListSessions { user }, &Caller::default()).await.unwrap();
        sessions.iter().map(Aggregate::id).collect()
    }

    #[tokio::test]
    async fn the_own_sessions_are_listed_as_long_as_they_live() {
        let world = World::new();
        let (first, second) = (world.sign_in("ada").await, world.sign_in("ada").await);
        world.sign_in("eve").await;
        let ((ada, first_id), (_, second_id)) = (world.who(&first).await, world.who(&second).await);
        assert_eq!(list(&world, ada).await, [first_id, second_id]);
        world.log_out(&first, false).await;
        assert_eq!(list(&world, ada).await, [second_id]);
        world.pass(world.auth.policy.session_idle - chrono::TimeDelta::seconds(1));
        world.refresh(&second).await.unwrap();
        world.pass(chrono::TimeDelta::seconds(1));
        assert_eq!(list(&world, ada).await, [second_id], "what is refreshed lives on");
        world.pass(world.auth.policy.session_idle);
        assert!(list(&world, ada).await.is_empty(), "and lapses when it isn't");
    }

    #[tokio::test]
    async fn a_stranger_has_none() {
        let nobody = ListSessions { user: UserId(uuid::Uuid::nil()) };
        let refused = World::new().auth.handle(nobody, &Caller::default()).await;
        assert!(matches!(refused, Err(AuthError::UserNotFound)), "{refused:?}");
    }
}
