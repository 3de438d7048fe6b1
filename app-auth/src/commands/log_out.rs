use async_trait::async_trait;
use domain_auth::{EndReason, SessionId, User, UserId};
use domain_shared::{Caller, Handle};

use crate::{Auth, AuthError, Ports};

/// Ends a session at once, or all of its user's.
#[derive(Debug, Clone)]
pub struct LogOut {
    /// Whose session it is.
    pub user: UserId,
    /// The session.
    pub session: SessionId,
    /// Whether to end the user's other sessions too.
    pub everywhere: bool,
}

#[async_trait]
impl<P: Ports> Handle<LogOut> for Auth<P> {
    type Output = ();
    type Error = AuthError;

    async fn handle(&self, command: LogOut, caller: &Caller) -> Result<(), AuthError> {
        if command.everywhere {
            self.change_user(command.user, caller, User::sign_out_everywhere).await?;
            self.end_sessions(command.user, None, EndReason::Logout, caller).await?;
        }
        self.end_session(command.session, EndReason::Logout, caller).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::{commands::RefreshSession, testing::World};
    use domain_shared::{Caller, Handle};

    #[tokio::test]
    async fn a_session_is_dead_at_once_with_both_its_tokens() {
        let world = World::new();
        let (here, there) = (world.sign_in("ada").await, world.sign_in("ada").await);
        world.log_out(&here, false).await;
        assert!(world.me(&here.access).await.is_err());
        let refresh = RefreshSession { token: here.refresh };
        assert!(world.auth.handle(refresh, &Caller::default()).await.is_err());
        world.me(&there.access).await.unwrap();
    }

    #[tokio::test]
    async fn everywhere_means_everywhere_but_nobody_else() {
        let world = World::new();
        let (here, there, eve) =
            (world.sign_in("ada").await, world.sign_in("ada").await, world.sign_in("eve").await);
        world.log_out(&here, true).await;
        assert!(world.me(&there.access).await.is_err());
        world.me(&eve.access).await.unwrap();
    }
}
