use std::sync::Arc;

use async_trait::async_trait;
use domain_auth::{RefreshToken, RefreshTokens, SecurityEvent, Session, SessionError, SessionId};
use domain_shared::{Aggregate, Caller, ChangeError, Context, Handle, Origin, Repository};

use crate::{Auth, AuthError, Ports, Tokens, kind::Kind};

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
            // Its owner's, so that from where it came is forgotten with them.
            let session = match read {
                Some((id, _)) => self.ports.sessions().find(id).await?,
                None => None,
            };
            let (actor, id) = (session.as_ref().map(|s| s.user.0), session.map(|s| s.id().0));
            let caller = Caller { actor, session: id, ..caller.clone() };
            self.note(SecurityEvent::RefreshRefused { count: 1 }, &caller).await;
        }
        outcome
    }
}

impl<P: Ports> Auth<P> {
    async fn refresh(&self, read: Option<(SessionId, u64)>, caller: &Caller) -> Result<Tokens, AuthError> {
        let limit = &self.policy.limits.refreshes;
        let Some((id, generation)) = read else {
            self.take_from_place(Kind::RefreshPlace, limit, caller).await?;
            return Err(AuthError::InvalidRefreshToken);
        };
        self.take_own(Kind::Refresh, id.0, limit, caller).await?;
        // Given again, it goes by what the session says of tokens used twice.
        let (context, rules) = (self.context(&caller.besides()), self.policy.session_rules());
        let refresh = Arc::new(move |session: &mut Session| {
            // Whoever has the token acts as its owner.
            let origin = Origin { session: Some(id.0), ..context.origin.clone() };
            let context = Context { actor: Some(session.user.0), origin, ..context.clone() };
            session.refresh(generation, &rules, &context)
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
    use chrono::TimeDelta;

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
        let mut tokens = world.sign_in("ada").await;
        let end = world.auth.policy.session_ttl;
        for _ in 0..3 {
            world.pass(end / 4);
            tokens = refresh(&world, &tokens).await.unwrap();
        }
        world.pass(end / 4 - TimeDelta::seconds(2));
        tokens = refresh(&world, &tokens).await.unwrap();
        assert_eq!(tokens.expires_in, 2, "no access token outlives its session");
        world.pass(TimeDelta::seconds(2));
        refresh(&world, &tokens).await.unwrap_err();
        assert!(world.me(&tokens.access).await.is_err());
    }

    #[tokio::test]
    async fn a_session_that_is_not_refreshed_lapses_with_its_access_token() {
        let mut world = World::new();
        world.auth.policy.session_idle = TimeDelta::minutes(10);
        let first = world.sign_in("ada").await;
        assert_eq!(first.expires_in, 600, "no access token outlives its session");
        world.pass(TimeDelta::seconds(599));
        let second = refresh(&world, &first).await.unwrap();
        world.pass(TimeDelta::seconds(30));
        let again = refresh(&world, &first).await.unwrap();
        assert_eq!(again.expires_in, 570, "nor does one that is given again");
        world.pass(TimeDelta::seconds(570));
        assert!(world.me(&second.access).await.is_err() && world.me(&again.access).await.is_err());
        let refused = refresh(&world, &second).await;
        assert!(matches!(refused, Err(AuthError::InvalidRefreshToken)), "{refused:?}");
    }

    #[tokio::test]
    async fn a_reply_that_was_lost_is_given_again_for_a_minute_and_even_if_the_access_token_was_used() {
        let world = World::new();
        let first = world.sign_in("ada").await;
        let second = refresh(&world, &first).await.unwrap();
        world.me(&second.access).await.unwrap();
        world.pass(world.auth.policy.refresh_grace);
        let again = refresh(&world, &first).await.unwrap();
        assert_eq!(again.refresh.expose(), second.refresh.expose());
        world.pass(TimeDelta::seconds(1));
        let late = refresh(&world, &first).await;
        assert!(matches!(late, Err(AuthError::InvalidRefreshToken)), "{late:?}");
        assert!(world.me(&second.access).await.is_err() && refresh(&world, &second).await.is_err());
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn of_a_hundred_refreshes_of_one_token_all_get_the_same_successor() {
        let world = World::new();
        let first = world.sign_in("ada").await;
        let refreshes = (0..100).map(|_| {
            let (auth, token) = (world.auth.clone(), first.refresh.clone());
            tokio::spawn(async move { auth.handle(RefreshSession { token }, &Caller::default()).await })
        });
        let mut successors = std::collections::HashSet::new();
        for refresh in refreshes.collect::<Vec<_>>() {
            successors.insert(refresh.await.unwrap().unwrap().refresh.expose().to_owned());
        }
        assert_eq!(successors.len(), 1);
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
