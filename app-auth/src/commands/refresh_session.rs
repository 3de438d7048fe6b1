use std::sync::Arc;

use async_trait::async_trait;
use domain_auth::{RefreshToken, RefreshTokens, SecurityEvent, Session, SessionError, SessionId};
use domain_shared::{Aggregate, Caller, ChangeError, Context, Handle, Origin, Repository};

use crate::{Auth, AuthError, Ports, Tokens};

/// Gets the next pair of tokens for a refresh token, which works once.
#[derive(Debug, Clone)]
pub struct RefreshSession {
    /// The refresh token.
    pub token: RefreshToken,
}

#[async_trait]
impl<P: Ports> Handle<RefreshSession> for Auth<P> {
    type Output = Tokens;
    type Error = AuthError;

    async fn handle(&self, command: RefreshSession, caller: &Caller) -> Result<Tokens, AuthError> {
        let read = self.ports.refresh_tokens().read(&command.token);
        let outcome = self.refresh(read, caller).await;
        if matches!(outcome, Err(AuthError::InvalidRefreshToken)) {
            let caller = Caller { session: read.map(|(session, _)| session.0), ..caller.clone() };
            self.note(SecurityEvent::RefreshRefused { count: 1 }, &caller).await;
        }
        outcome
    }
}

impl<P: Ports> Auth<P> {
    async fn refresh(&self, read: Option<(SessionId, u64)>, caller: &Caller) -> Result<Tokens, AuthError> {
        let (id, generation) = read.ok_or(AuthError::InvalidRefreshToken)?;
        // Given again, it goes by what the session says of tokens used twice.
        let (context, grace) = (self.context(&caller.besides()), self.policy.refresh_grace);
        let refresh = Arc::new(move |session: &mut Session| {
            // Whoever has the token acts as its owner.
            let origin = Origin { session: Some(id.0), ..context.origin.clone() };
            let context = Context { actor: Some(session.user.0), origin, ..context.clone() };
            session.refresh(generation, grace, &context)
        });
        let session = match self.ports.sessions().change(id, refresh).await {
            Ok(Some(changed)) if changed.aggregate.ended.is_none() => changed.aggregate,
            Ok(_) | Err(ChangeError::Refused(SessionError::Ended)) => {
                return Err(AuthError::InvalidRefreshToken);
            }
            Err(error) => return Err(error.into()),
        };
        match self.ports.users().find(session.user).await? {
            Some(user) if user.admits(session.id(), session.started_at) => self.tokens(&user, &session),
            _ => Err(AuthError::InvalidRefreshToken),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::World;

    async fn refresh(world: &World, tokens: &Tokens) -> Result<Tokens, AuthError> {
        world.auth.handle(RefreshSession { token: tokens.refresh.clone() }, &Caller::default()).await
    }

    #[tokio::test]
    async fn each_refresh_token_leads_to_the_next() {
        let world = World::new();
        let first = world.sign_in("ada").await;
        let second = refresh(&world, &first).await.unwrap();
        let third = refresh(&world, &second).await.unwrap();
        assert!(first.refresh != second.refresh && second.refresh != third.refresh);
        world.me(&third.access).await.unwrap();
    }

    #[tokio::test]
    async fn a_reply_that_was_lost_is_given_again() {
        let world = World::new();
        let first = world.sign_in("ada").await;
        let second = refresh(&world, &first).await.unwrap();
        assert_eq!(refresh(&world, &first).await.unwrap().refresh.expose(), second.refresh.expose());
    }

    #[tokio::test]
    async fn a_token_used_twice_ends_its_session_and_no_other() {
        let world = World::new();
        let (stolen, other) = (world.sign_in("ada").await, world.sign_in("ada").await);
        let second = refresh(&world, &stolen).await.unwrap();
        let third = refresh(&world, &second).await.unwrap();
        for token in [&stolen, &third] {
            let refused = refresh(&world, token).await;
            assert!(matches!(refused, Err(AuthError::InvalidRefreshToken)), "{refused:?}");
        }
        assert!(world.me(&third.access).await.is_err(), "its access tokens are dead too");
        refresh(&world, &other).await.unwrap();
    }

    #[tokio::test]
    async fn a_session_has_an_end() {
        let world = World::new();
        let tokens = world.sign_in("ada").await;
        world.pass(world.auth.policy.session_ttl);
        refresh(&world, &tokens).await.unwrap_err();
    }

    #[tokio::test]
    async fn a_deactivated_user_refreshes_nothing() {
        let world = World::new();
        let tokens = world.sign_in("ada").await;
        let ada = world.me(&tokens.access).await.unwrap();
        world.deactivate(ada.id()).await;
        refresh(&world, &tokens).await.unwrap_err();
    }

    #[tokio::test]
    async fn nonsense_is_no_refresh_token() {
        let world = World::new();
        for raw in ["", "x", "a.b.c", "\0"] {
            let token = RefreshToken::new(raw.to_owned());
            let refused = world.auth.handle(RefreshSession { token }, &Caller::default()).await;
            assert!(matches!(refused, Err(AuthError::InvalidRefreshToken)), "{raw:?}");
        }
    }
}
