use async_trait::async_trait;
use domain_auth::{Activity, ActivityRow, UserId};
use domain_shared::{Caller, Handle};

use crate::{Auth, AuthError, Ports};

/// What a user has done lately.
#[derive(Debug, Clone)]
pub struct GetActivity {
    /// Who.
    pub user: UserId,
}

#[async_trait]
impl<P: Ports> Handle<GetActivity> for Auth<P> {
    type Output = ActivityRow;
    type Error = AuthError;

    async fn handle(&self, query: GetActivity, _: &Caller) -> Result<ActivityRow, AuthError> {
        self.ports.activity().of(query.user).await?.ok_or(AuthError::UserNotFound)
    }
}
