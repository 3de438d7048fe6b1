use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain_auth::{RefreshToken, RefreshTokens, SessionId, User};
use domain_shared::{Aggregate, Caller, Fault, Handle, Kind, Repository, Scopes};
use uuid::Uuid;

use super::{Authenticate, Authenticated};
use crate::{Auth, AuthError, Ports};

/// What the tokens of a session are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// Opens doors.
    Access,
    /// Gets the next pair of tokens.
    Refresh,
}

/// Tells what a token is worth at the moment (RFC 7662). A refresh token is worth something only to whoever asks for one:
/// a service that looks no further than whether a token is active would let it open doors otherwise.
#[derive(Clone)]
pub struct Introspect {
    /// The token.
    pub token: String,
    /// What it is said to be for.
    pub said_to_be: TokenKind,
}

/// A token that is in force.
#[derive(Debug, Clone)]
pub struct Introspected {
    /// What it is for.
    pub kind: TokenKind,
    /// Whose it is.
    pub user: User,
    /// The session it belongs to.
    pub session: SessionId,
    /// Its own id; refresh tokens have none.
    pub id: Option<Uuid>,
    /// What its bearer may do.
    pub scopes: Scopes,
    /// Since when it has been in force.
    pub issued_at: DateTime<Utc>,
    /// From when on it is dead.
    pub expires_at: DateTime<Utc>,
}

#[async_trait]
impl<P: Ports> Handle<Introspect> for Auth<P> {
    /// `None` if it opens nothing; why stays untold.
    type Output = Option<Introspected>;
    type Error = AuthError;

    async fn handle(&self, query: Introspect, caller: &Caller) -> Result<Option<Introspected>, AuthError> {
        let refresh = match query.said_to_be {
            TokenKind::Refresh => self.ports.refresh_tokens().read(&RefreshToken::new(query.token.clone())),
            TokenKind::Access => None,
        };
        match refresh {
            Some((session, generation)) => self.introspect_refresh(session, generation).await,
            None => self.introspect_access(query.token, caller).await,
        }
    }
}

impl<P: Ports> Auth<P> {
    async fn introspect_access(
        &self,
        token: String,
        caller: &Caller,
    ) -> Result<Option<Introspected>, AuthError> {
        match self.handle(Authenticate { token }, caller).await {
            Ok(Authenticated { user, claims }) => Ok(Some(Introspected {
                kind: TokenKind::Access,
                user,
                session: SessionId(claims.session),
                id: Some(claims.id),
                scopes: claims.scopes,
                issued_at: claims.issued_at,
                expires_at: claims.expires_at,
            })),
            Err(refused) if refused.kind() == Kind::Unauthenticated => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn introspect_refresh(
        &self,
        session: SessionId,
        generation: u64,
    ) -> Result<Option<Introspected>, AuthError> {
        let session = self.ports.sessions().find(session).await?;
        let Some(session) = session
            .filter(|s| s.is_alive(self.now(), self.policy.session_idle) && s.generation == generation)
        else {
            return Ok(None);
        };
        let user = self.ports.users().find(session.user).await?;
        let user = user.filter(|user| user.admits(session.id(), session.started_at));
        Ok(user.map(|user| Introspected {
            kind: TokenKind::Refresh,
            session: session.id(),
            id: None,
            scopes: self.policy.scopes_of(&user),
            issued_at: session.refreshed_at,
            expires_at: session.expires_at,
            user,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Tokens, commands::RefreshSession, testing::World};

    async fn ask(world: &World, token: &str, said_to_be: TokenKind) -> Option<Introspected> {
        let query = Introspect { token: token.to_owned(), said_to_be };
        world.auth.handle(query, &Caller::default()).await.unwrap()
    }

    #[tokio::test]
    async fn an_access_token_is_told_whatever_it_is_said_to_be() {
        let world = World::new();
        let Tokens { access, .. } = world.sign_in("ada").await;
        for said_to_be in [TokenKind::Access, TokenKind::Refresh] {
            let seen = ask(&world, &access, said_to_be).await.unwrap();
            assert_eq!((seen.kind, seen.user.username.as_str()), (TokenKind::Access, "ada"));
            assert_eq!(seen.expires_at - seen.issued_at, world.auth.policy.access_ttl);
        }
        world.pass(world.auth.policy.access_ttl);
        assert!(ask(&world, &access, TokenKind::Access).await.is_none());
    }

    #[tokio::test]
    async fn of_a_session_only_the_refresh_token_in_force_is_active_and_only_as_one() {
        let world = World::new();
        let first = world.sign_in("ada").await;
        assert!(ask(&world, first.refresh.expose(), TokenKind::Access).await.is_none());
        let seen = ask(&world, first.refresh.expose(), TokenKind::Refresh).await.unwrap();
        assert_eq!((seen.kind, seen.id), (TokenKind::Refresh, None));
        let refresh = RefreshSession { token: first.refresh.clone() };
        let second = world.auth.handle(refresh, &Caller::default()).await.unwrap();
        assert!(ask(&world, first.refresh.expose(), TokenKind::Refresh).await.is_none());
        assert!(ask(&world, second.refresh.expose(), TokenKind::Refresh).await.is_some());
    }

    #[tokio::test]
    async fn nothing_of_a_session_that_ended_or_of_a_user_who_is_out_is_active() {
        let world = World::new();
        let (ada, eve) = (world.sign_in("ada").await, world.sign_in("eve").await);
        world.log_out(&ada, false).await;
        let id = world.me(&eve.access).await.unwrap().id();
        world.deactivate(id).await;
        for Tokens { access, refresh, .. } in [ada, eve] {
            assert!(ask(&world, &access, TokenKind::Access).await.is_none());
            assert!(ask(&world, refresh.expose(), TokenKind::Refresh).await.is_none());
        }
        assert!(ask(&world, "nonsense", TokenKind::Refresh).await.is_none());
    }
}
