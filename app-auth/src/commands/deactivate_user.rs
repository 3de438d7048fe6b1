use async_trait::async_trait;
use domain_auth::{EndReason, LoginCodes, User, UserId};
use domain_shared::{Caller, Handle};

use crate::{Auth, AuthError, Ports};

/// Keeps a user out: no login, and every session ends.
#[derive(Debug, Clone)]
pub struct DeactivateUser {
    /// Who.
    pub user: UserId,
}

#[async_trait]
impl<P: Ports> Handle<DeactivateUser> for Auth<P> {
    type Output = User;
    type Error = AuthError;

    async fn handle(&self, command: DeactivateUser, caller: &Caller) -> Result<User, AuthError> {
        let user = self.change_user(command.user, caller, User::deactivate).await?;
        self.ports.codes().revoke(command.user).await?;
        self.end_sessions(command.user, None, EndReason::Deactivation, caller).await?;
        Ok(user)
    }
}

#[cfg(test)]
mod tests {
    use domain_auth::UserError;
    use domain_shared::Aggregate;

    use super::*;
    use crate::{commands::ActivateUser, testing::World};

    #[tokio::test]
    async fn deactivation_ends_everything_until_activation() {
        let world = World::new();
        let tokens = world.sign_in("ada").await;
        let ada = world.me(&tokens.access).await.unwrap().id();
        world.deactivate(ada).await;
        assert!(world.me(&tokens.access).await.is_err());
        world.log_in("ada", "correct horse").await.unwrap_err();

        let again = world.auth.handle(DeactivateUser { user: ada }, &Caller::default()).await;
        assert!(matches!(again, Err(AuthError::User(UserError::AlreadyInactive))), "{again:?}");
        let user = world.auth.handle(ActivateUser { user: ada }, &Caller::default()).await.unwrap();
        assert!(user.is_active);
        assert!(world.me(&tokens.access).await.is_err(), "a session that ended stays ended");
        world.log_in("ada", "correct horse").await.unwrap();
    }
}
