use async_trait::async_trait;
use domain_auth::{Profile, User, UserId};
use domain_shared::{Caller, Context, Expected, Handle};

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
        let update = move |user: &mut User, context: &Context| {
            user.must_be_at(&expected)?;
            user.update_profile(profile.clone(), context)
        };
        self.change_user(user, caller, update).await
    }
}
