use std::sync::Arc;

use domain_auth::{User, UserError, UserId};
use domain_shared::{Caller, Changed, Context, Repository, StoreError, recall};

use crate::{Auth, AuthError, Ports};

impl<P: Ports> Auth<P> {
    /// Changes one user, who must be there.
    pub(crate) async fn change_user(
        &self,
        id: UserId,
        caller: &Caller,
        decide: impl Fn(&mut User, &Context) -> Result<(), UserError> + Send + Sync + 'static,
    ) -> Result<User, AuthError> {
        let context = self.context(caller);
        let decide = Arc::new(move |user: &mut User| decide(user, &context));
        match self.ports.users().change(id, decide).await {
            Ok(Some(changed)) => Ok(changed.aggregate),
            Ok(None) => self.first(AuthError::UserNotFound, caller).await,
            Err(refusal) => self.first(refusal.into(), caller).await,
        }
    }

    /// The user that the caller's command led to, if it is refused now because it was carried out already. Asked only
    /// after a refusal, so that nobody else pays for it.
    ///
    /// # Errors
    /// The refusal, if it wasn't.
    pub(crate) async fn first(&self, refusal: AuthError, caller: &Caller) -> Result<User, AuthError> {
        match (refusal, caller.command) {
            (refusal @ AuthError::Store(StoreError::Unavailable(_)), _) | (refusal, None) => Err(refusal),
            (refusal, Some(command)) => {
                let first: Option<Changed<User>> = recall(self.ports.log(), command).await?;
                first.map(|first| first.aggregate).ok_or(refusal)
            }
        }
    }
}
