use async_trait::async_trait;
use domain_auth::{SessionEvent, SessionId, SessionRepository, UserRepository};
use domain_shared::{Mailer, Reactor, Setback, StoredEvent, decode};

use super::tell;
use crate::letters;

/// Warns users one of whose refresh tokens was used twice: somebody may have a copy of it.
#[derive(Debug, Clone)]
pub struct TokenReuseMail<U, S, M> {
    /// Where users are kept.
    pub users: U,
    /// Where their sessions are.
    pub sessions: S,
    /// How they are told.
    pub mailer: M,
}

#[async_trait]
impl<U: UserRepository, S: SessionRepository, M: Mailer> Reactor for TokenReuseMail<U, S, M> {
    fn name(&self) -> &'static str {
        "token-reuse-mail"
    }

    fn kinds(&self) -> &'static [&'static str] {
        &["session.reuse_detected.v1"]
    }

    async fn on(&self, stored: &StoredEvent) -> Result<(), Setback> {
        let SessionEvent::ReuseDetected { user_id, .. } = decode(&stored.event)? else { return Ok(()) };
        let session = self.sessions.find(SessionId(stored.event.aggregate_id)).await?;
        let client = session.map(|session| session.client.clone()).unwrap_or_default();
        let Some(user) = self.users.find(user_id).await? else { return Ok(()) };
        let at = stored.event.occurred_at;
        tell(&self.mailer, &letters::token_reuse(user.email.clone(), user.language, &client, at)).await
    }
}

#[cfg(test)]
mod tests {
    use domain_shared::{Caller, Handle};

    use super::*;
    use crate::{commands::RefreshSession, testing::World};

    #[tokio::test]
    async fn a_token_used_twice_is_reported_once_however_often_it_comes_again() {
        let world = World::new();
        let first = world.sign_in("ada").await;
        let refresh = async |token| world.auth.handle(RefreshSession { token }, &Caller::default()).await;
        let second = refresh(first.refresh.clone()).await.unwrap();
        let third = refresh(second.refresh.clone()).await.unwrap();
        for token in [&first.refresh, &first.refresh, &second.refresh, &third.refresh] {
            refresh(token.clone()).await.unwrap_err();
        }
        let reactor = TokenReuseMail {
            users: world.store.clone(),
            sessions: world.store.clone(),
            mailer: world.mailer.clone(),
        };
        let told = world.letters_by(&reactor).await;
        assert_eq!(told.len(), 1);
        assert_eq!(
            (told[0].to.as_str(), &*told[0].subject),
            ("ada@example.com", "We ended one of your sessions")
        );
    }

    #[tokio::test]
    async fn a_reply_that_was_lost_alarms_nobody() {
        let world = World::new();
        let first = world.sign_in("ada").await;
        for _ in 0..3 {
            let refresh = RefreshSession { token: first.refresh.clone() };
            world.auth.handle(refresh, &Caller::default()).await.unwrap();
        }
        let reactor = TokenReuseMail {
            users: world.store.clone(),
            sessions: world.store.clone(),
            mailer: world.mailer.clone(),
        };
        assert!(world.letters_by(&reactor).await.is_empty());
    }
}
