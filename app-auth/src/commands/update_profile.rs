use std::sync::Arc;

use async_trait::async_trait;
use domain_auth::{Profile, User, UserId};
use domain_shared::{Caller, Expected, Handle, Repository};

use crate::{Auth, AuthError, Ports};

/// Changes what people see of a user.
#[derive(Debug, Clone)]
pub struct UpdateProfile {
    /// Whose profile it is.
    pub user: UserId,
    /// The version the caller looked at, if that matters to them.
    pub expected: Expected,
    /// What to change.
    pub profile: Profile,
}

#[async_trait]
impl<P: Ports> Handle<UpdateProfile> for Auth<P> {
    type Output = User;
    type Error = AuthError;

    async fn handle(&self, command: UpdateProfile, caller: &Caller) -> Result<User, AuthError> {
        let UpdateProfile { user, expected, profile } = command;
        let context = self.context(caller);
        let update = Arc::new(move |user: &mut User| {
            user.must_be_at(&expected)?;
            user.update_profile(profile.clone(), &context)
        });
        let changed = self.ports.users().change(user, update).await?;
        changed.map(|changed| changed.aggregate).ok_or(AuthError::UserNotFound)
    }
}
