use async_trait::async_trait;
use domain_auth::{User, UserId};
use domain_shared::{Caller, Context, Expected, Handle, Scopes};

use crate::{Auth, AuthError, Ports};

/// Sets what a user may do besides what everyone may; takes effect at the next refresh.
#[derive(Debug, Clone)]
pub struct SetScopes {
    /// Who.
    pub user: UserId,
    /// The version the caller looked at, if that matters to them.
    pub expected: Expected,
    /// All of what they may do.
    pub scopes: Scopes,
}

#[async_trait]
impl<P: Ports> Handle<SetScopes> for Auth<P> {
    type Output = User;
    type Error = AuthError;

    async fn handle(&self, command: SetScopes, caller: &Caller) -> Result<User, AuthError> {
        let SetScopes { user, expected, scopes } = command;
        let set = move |user: &mut User, context: &Context| {
            user.must_be_at(&expected)?;
            user.set_scopes(scopes.clone(), context)
        };
        self.change_user(user, caller, set).await
    }
}

#[cfg(test)]
mod tests {
    use domain_shared::{Aggregate, Scope};

    use super::*;
    use crate::{commands::RefreshSession, queries::Authenticate, testing::World};

    #[tokio::test]
    async fn scopes_take_effect_at_the_next_refresh() {
        let world = World::new();
        let tokens = world.sign_in("ada").await;
        let ada = world.me(&tokens.access).await.unwrap().id();
        let scopes: Scopes = [Scope::products_write()].into_iter().collect();
        let set = SetScopes { user: ada, expected: Expected::Any, scopes: scopes.clone() };
        world.auth.handle(set, &Caller::default()).await.unwrap();

        let refresh = RefreshSession { token: tokens.refresh };
        let refreshed = world.auth.handle(refresh, &Caller::default()).await.unwrap();
        for (token, expected) in [(tokens.access, Scopes::default()), (refreshed.access, scopes)] {
            let seen = world.auth.handle(Authenticate { token }, &Caller::default()).await.unwrap();
            assert_eq!(seen.claims.scopes, expected);
        }
    }
}
