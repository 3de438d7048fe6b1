use std::sync::Arc;

use async_trait::async_trait;
use domain_auth::{User, UserId};
use domain_shared::{Caller, Handle, Repository};

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
        let context = self.context(caller);
        let activate = Arc::new(move |user: &mut User| user.activate(&context));
        let changed = self.ports.users().change(command.user, activate).await?;
        changed.map(|changed| changed.aggregate).ok_or(AuthError::UserNotFound)
    }
}
