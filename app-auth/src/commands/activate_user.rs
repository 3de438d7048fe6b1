use async_trait::async_trait;
use domain_auth::{User, UserId};
use domain_shared::{Caller, Handle};

use crate::{Auth, AuthError, Ports};

/// Lets a user sign in again.
#[derive(Debug, Clone)]
pub struct ActivateUser {
    /// Who.
    pub user: UserId,
}

#[async_trait]
impl<P: Ports> Handle<ActivateUser> for Auth<P> {
    type Output = User;
    type Error = AuthError;

    async fn handle(&self, command: ActivateUser, caller: &Caller) -> Result<User, AuthError> {
        self.change_user(command.user, caller, User::activate).await
    }
}
