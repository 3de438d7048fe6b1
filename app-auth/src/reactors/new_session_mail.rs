use async_trait::async_trait;
use chrono::TimeDelta;
use domain_auth::{SessionEvent, SessionId, SessionRepository, UserRepository};
use domain_shared::{Aggregate, Mailer, Reactor, Setback, StoredEvent, decode};

use super::tell;
use crate::letters;

/// Tells users that somebody signed in from a client they have no other session with, in case it wasn't them. A user's
/// only session is no news to them.
#[derive(Debug, Clone)]
pub struct NewSessionMail<U, S, M> {
    /// Where users are kept.
    pub users: U,
    /// Where their sessions are.
    pub sessions: S,
    /// How long a session that isn't refreshed lives.
    pub idle: TimeDelta,
    /// How they are told.
    pub mailer: M,
}

#[async_trait]
impl<U: UserRepository, S: SessionRepository, M: Mailer> Reactor for NewSessionMail<U, S, M> {
    fn name(&self) -> &'static str {
        "new-session-mail"
    }

    fn kinds(&self) -> &'static [&'static str] {
        &["session.started.v1"]
    }

    async fn on(&self, stored: &StoredEvent) -> Result<(), Setback> {
        let (id, at) = (SessionId(stored.event.aggregate_id), stored.event.occurred_at);
        let SessionEvent::Started { user_id, client, .. } = decode(&stored.event)? else { return Ok(()) };
        let (open, others): (Vec<_>, Vec<_>) = self
            .sessions
            .of_user(user_id, at, self.idle)
            .await?
            .into_iter()
            .partition(|session| session.id() == id);
        // A login that came to nothing leaves no session.
        if open.is_empty() || others.is_empty() || others.iter().any(|other| other.client == client) {
            return Ok(());
        }
        let Some(user) = self.users.find(user_id).await? else { return Ok(()) };
        let letter = letters::new_session(user.email.clone(), user.language, &client, at);
        tell(&self.mailer, &letter).await
    }
}

#[cfg(test)]
mod tests {
    use domain_shared::{Caller, Client, Delivery, Handle, deliver};

    use super::*;
    use crate::{
        commands::{CodeOwner, VerifyCode},
        testing::{World, code},
    };

    async fn sign_in_from(world: &World, user_agent: &str) {
        let user = world.log_in("ada", "correct horse").await.unwrap().user;
        let code = code(&world.codes_sent_to("ada@example.com").pop().unwrap());
        let client = Client { address: Some("192.0.2.1".into()), user_agent: Some(user_agent.into()) };
        let verify = VerifyCode { owner: CodeOwner::Id(user), code };
        world.auth.handle(verify, &Caller { client, ..Caller::default() }).await.unwrap();
    }

    #[tokio::test]
    async fn a_client_that_is_not_known_yet_is_reported_once() {
        let world = World::new();
        world.register("ada").await;
        for client in ["Firefox", "Firefox", "curl", "curl"] {
            sign_in_from(&world, client).await;
            let notice = NewSessionMail {
                users: world.store.clone(),
                sessions: world.store.clone(),
                idle: world.auth.policy.session_idle,
                mailer: world.mailer.clone(),
            };
            let idle = |delivery| matches!(delivery, Delivery::Idle);
            while !idle(deliver(&world.store, &world.store, &notice, None).await.unwrap()) {}
        }
        let letters = world.letters();
        let told: Vec<_> = letters.iter().filter(|l| l.subject == "New sign-in to your account").collect();
        assert_eq!(told.len(), 1);
        assert!(format!("{:?}", told[0].body).contains("curl"));
    }
}
