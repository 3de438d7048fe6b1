use async_trait::async_trait;
use domain_auth::{User, UserId};
use domain_shared::{Caller, Handle, Repository};

use crate::{Auth, AuthError, Ports};

/// One user.
#[derive(Debug, Clone)]
pub struct GetUser {
    /// Who.
    pub user: UserId,
}

#[async_trait]
impl<P: Ports> Handle<GetUser> for Auth<P> {
    type Output = User;
    type Error = AuthError;

    async fn handle(&self, query: GetUser, _: &Caller) -> Result<User, AuthError> {
        self.ports.users().find(query.user).await?.ok_or(AuthError::UserNotFound)
    }
}
