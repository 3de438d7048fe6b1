use async_trait::async_trait;
use domain_auth::{EndReason, RefreshToken, RefreshTokens, SessionId};
use domain_shared::{Caller, Handle, TokenVerifier};

use crate::{Auth, AuthError, Ports};

/// Ends the session that a token belongs to, and with it all its tokens (RFC 7009). Whoever holds one, be it used or
/// replaced, may do that; nothing comes of a token that isn't ours.
#[derive(Clone)]
pub struct RevokeToken {
    /// An access or a refresh token: the two can't be mistaken for each other.
    pub token: String,
}

#[async_trait]
impl<P: Ports> Handle<RevokeToken> for Auth<P> {
    type Output = ();
    type Error = AuthError;

    async fn handle(&self, command: RevokeToken, caller: &Caller) -> Result<(), AuthError> {
        let access = self.ports.verifier().verify(&command.token, self.now()).ok();
        let refresh = || self.ports.refresh_tokens().read(&RefreshToken::new(command.token));
        let session =
            access.map(|claims| SessionId(claims.session)).or_else(|| refresh().map(|(session, _)| session));
        if let Some(session) = session {
            self.end_session(session, EndReason::Revoked, caller).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{commands::RefreshSession, testing::World};

    async fn revoke(world: &World, token: &str) {
        let command = RevokeToken { token: token.to_owned() };
        world.auth.handle(command, &Caller::default()).await.unwrap();
    }

    #[tokio::test]
    async fn either_token_ends_its_session_and_no_other() {
        let world = World::new();
        let (one, two, other) =
            (world.sign_in("ada").await, world.sign_in("ada").await, world.sign_in("ada").await);
        revoke(&world, &one.access).await;
        revoke(&world, two.refresh.expose()).await;
        for tokens in [one, two] {
            assert!(world.me(&tokens.access).await.is_err());
            let refresh = RefreshSession { token: tokens.refresh };
            assert!(world.auth.handle(refresh, &Caller::default()).await.is_err());
        }
        world.me(&other.access).await.unwrap();
    }

    #[tokio::test]
    async fn what_is_no_token_or_is_dead_already_is_fine() {
        let world = World::new();
        let ada = world.sign_in("ada").await;
        revoke(&world, &ada.access).await;
        for token in [ada.access.as_str(), ada.refresh.expose(), "", "nonsense", "rt_x", "a.b.c"] {
            revoke(&world, token).await;
        }
    }
}
