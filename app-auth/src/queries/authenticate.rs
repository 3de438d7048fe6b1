use async_trait::async_trait;
use domain_auth::{Session, SessionId, User, UserId};
use domain_shared::{Aggregate, Caller, Claims, Handle, Repository, TokenError, TokenVerifier};

use crate::{Auth, AuthError, Ports};

/// Tells whose access token it is, if its session and its user are still welcome.
#[derive(Clone)]
pub struct Authenticate {
    /// The access token.
    pub token: String,
}

/// A user and the token that proves them.
#[derive(Debug, Clone)]
pub struct Authenticated {
    /// Who it is.
    pub user: User,
    /// What the token says.
    pub claims: Claims,
}

#[async_trait]
impl<P: Ports> Handle<Authenticate> for Auth<P> {
    type Output = Authenticated;
    type Error = AuthError;

    async fn handle(&self, query: Authenticate, _: &Caller) -> Result<Authenticated, AuthError> {
        let now = self.now();
        let claims = self.ports.verifier().verify(&query.token, now)?;
        let session = self.ports.sessions().find(SessionId(claims.session)).await?;
        let alive = |session: &Session| {
            session.is_alive(now, self.policy.session_idle) && session.user.0 == claims.subject
        };
        let session = session.filter(alive).ok_or(TokenError::Ended)?;
        match self.ports.users().find(UserId(claims.subject)).await? {
            Some(user) if user.admits(session.id(), session.started_at) => Ok(Authenticated { user, claims }),
            _ => Err(TokenError::Ended.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::World;

    #[tokio::test]
    async fn a_token_tells_who_it_is_until_it_expires() {
        let world = World::new();
        let tokens = world.sign_in("ada").await;
        assert_eq!(world.me(&tokens.access).await.unwrap().username.as_str(), "ada");
        world.pass(world.auth.policy.access_ttl);
        let late = world.me(&tokens.access).await;
        assert!(matches!(late, Err(AuthError::Token(TokenError::Expired))), "{late:?}");
    }

    #[tokio::test]
    async fn a_refresh_token_is_no_access_token() {
        let world = World::new();
        let tokens = world.sign_in("ada").await;
        let refused = world.me(tokens.refresh.expose()).await;
        assert!(matches!(refused, Err(AuthError::Token(TokenError::Invalid))), "{refused:?}");
    }
}
