use async_trait::async_trait;
use domain_auth::{EndReason, SessionId, UserId};
use domain_shared::{Caller, Handle, Repository};

use crate::{Auth, AuthError, Ports};

/// Ends one of a user's sessions at once, with its access and its refresh token.
#[derive(Debug, Clone)]
pub struct EndSession {
    /// Whose session it must be.
    pub user: UserId,
    /// The session.
    pub session: SessionId,
}

#[async_trait]
impl<P: Ports> Handle<EndSession> for Auth<P> {
    type Output = ();
    type Error = AuthError;

    async fn handle(&self, command: EndSession, caller: &Caller) -> Result<(), AuthError> {
        let session = self.ports.sessions().find(command.session).await?;
        let is_own = session.is_some_and(|session| session.user == command.user && self.is_alive(&session));
        // Of those who end it at the same time one did.
        if is_own && self.end_session(command.session, EndReason::Revoked, caller).await? {
            Ok(())
        } else {
            Err(AuthError::SessionNotFound)
        }
    }
}

#[cfg(test)]
mod tests {
    use domain_auth::Session;

    use super::*;
    use crate::testing::World;

    #[tokio::test]
    async fn a_session_ends_at_once_with_both_its_tokens_and_no_other_does() {
        let world = World::new();
        let (here, there) = (world.sign_in("ada").await, world.sign_in("ada").await);
        let (user, session) = world.who(&there).await;
        world.auth.handle(EndSession { user, session }, &Caller::default()).await.unwrap();
        assert!(world.me(&there.access).await.is_err() && world.refresh(&there).await.is_err());
        world.me(&here.access).await.unwrap();
        let ended: Session = world.store.find(session).await.unwrap().unwrap();
        assert_eq!(ended.ended, Some(EndReason::Revoked));
    }

    #[tokio::test]
    async fn what_is_somebody_elses_or_over_is_not_there() {
        let world = World::new();
        let (ada, eve) = (world.sign_in("ada").await, world.sign_in("eve").await);
        let ((user, own), (_, other)) = (world.who(&ada).await, world.who(&eve).await);
        let end = async |session| world.auth.handle(EndSession { user, session }, &Caller::default()).await;
        for session in [other, SessionId(uuid::Uuid::nil())] {
            let refused = end(session).await;
            assert!(matches!(refused, Err(AuthError::SessionNotFound)), "{refused:?}");
        }
        world.me(&eve.access).await.unwrap();
        end(own).await.unwrap();
        let again = end(own).await;
        assert!(matches!(again, Err(AuthError::SessionNotFound)), "{again:?}");

        let (user, lapsed) = world.who(&eve).await;
        world.pass(world.auth.policy.session_idle);
        let late = world.auth.handle(EndSession { user, session: lapsed }, &Caller::default()).await;
        assert!(matches!(late, Err(AuthError::SessionNotFound)), "{late:?}");
    }
}
