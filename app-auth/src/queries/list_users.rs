use async_trait::async_trait;
use domain_auth::{User, UserDirectory, UserFilter};
use domain_shared::{Caller, Handle};

use crate::{Auth, AuthError, Ports};

/// A page of users.
#[derive(Debug, Clone)]
pub struct ListUsers {
    /// Which ones.
    pub filter: UserFilter,
}

#[async_trait]
impl<P: Ports> Handle<ListUsers> for Auth<P> {
    type Output = Vec<User>;
    type Error = AuthError;

    async fn handle(&self, query: ListUsers, _: &Caller) -> Result<Vec<User>, AuthError> {
        Ok(self.ports.directory().list(&query.filter).await?)
    }
}
