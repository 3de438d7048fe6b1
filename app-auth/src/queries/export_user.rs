use std::{collections::HashSet, iter};

use async_trait::async_trait;
use domain_auth::{
    Activity, ActivityRow, CodePurpose, PendingCode, PersonalData, Session, User, UserId, asker,
};
use domain_shared::{Aggregate, Caller, EventLog, Handle, Repository, StoredEvent};
use uuid::Uuid;

use crate::{Auth, AuthError, Ports};

/// Everything that is held about one user.
#[derive(Debug, Clone)]
pub struct ExportUser {
    /// Who.
    pub user: UserId,
}

/// What is held about a user. Besides, there is a hash of their password, which nobody gets to see.
#[derive(Debug, Clone)]
pub struct UserExport {
    /// The account.
    pub user: User,
    /// Their sessions, the oldest first, those that have ended included.
    pub sessions: Vec<Session>,
    /// The login that waits for its code, if one does.
    pub pending_code: Option<PendingCode>,
    /// What is counted of what they did, a moment behind.
    pub activity: Option<ActivityRow>,
    /// The password reset that waits for its code, if one does.
    pub pending_reset: Option<PendingCode>,
    /// What happened to the account and to the sessions, what the user did, and what was tried on the account, in the order
    /// it happened.
    pub events: Vec<StoredEvent>,
}

#[async_trait]
impl<P: Ports> Handle<ExportUser> for Auth<P> {
    type Output = UserExport;
    type Error = AuthError;

    async fn handle(&self, query: ExportUser, _: &Caller) -> Result<UserExport, AuthError> {
        let user = self.ports.users().find(query.user).await?.ok_or(AuthError::UserNotFound)?;
        let sessions = self.ports.people().all_sessions(query.user).await?;
        let pending_code = self.ports.people().pending_code(query.user, CodePurpose::Login).await?;
        let pending_reset = self.ports.people().pending_code(query.user, CodePurpose::Reset).await?;
        let activity = self.ports.activity().of(query.user).await?;
        let events = self.events_of(query.user, &sessions).await?;
        Ok(UserExport { user, sessions, pending_code, activity, pending_reset, events })
    }
}

impl<P: Ports> Auth<P> {
    /// What happened to `user` and to their `sessions`, what they did, and what was tried on their account. All of the log
    /// is read for it, which is seldom done.
    async fn events_of(&self, user: UserId, sessions: &[Session]) -> Result<Vec<StoredEvent>, AuthError> {
        const PAGE: usize = 500;
        let ids: HashSet<Uuid> =
            iter::once(user.0).chain(sessions.iter().map(|session| session.id().0)).collect();
        let (mut position, mut events) = (0, Vec::new());
        loop {
            let page = self.ports.log().after(position, PAGE).await?;
            let Some(last) = page.last() else { return Ok(events) };
            position = last.position;
            let concerns = |stored: &StoredEvent| {
                ids.contains(&stored.event.aggregate_id) || asker(&stored.event) == Some(user.0)
            };
            events.extend(page.into_iter().filter(concerns));
        }
    }
}

#[cfg(test)]
mod tests {
    use domain_auth::EndReason;

    use super::*;
    use crate::testing::World;

    async fn export(world: &World, user: UserId) -> Result<UserExport, AuthError> {
        world.auth.handle(ExportUser { user }, &Caller::default()).await
    }

    #[tokio::test]
    async fn it_is_the_account_every_session_the_pending_code_and_every_event() {
        let world = World::new();
        let first = world.sign_in("ada").await;
        let ada = world.me(&first.access).await.unwrap().id();
        world.log_out(&first, false).await;
        world.sign_in("ada").await;
        world.sign_in("eve").await;
        world.start_login("ada").await;
        let held = export(&world, ada).await.unwrap();
        assert_eq!(held.user.email.as_str(), "ada@example.com");
        let ends: Vec<_> = held.sessions.iter().map(|session| session.ended).collect();
        assert_eq!(ends, [Some(EndReason::Logout), None]);
        assert_eq!(held.pending_code.unwrap().attempts, 0);
        let kinds: Vec<_> = held.events.iter().map(|stored| stored.event.kind.as_str()).collect();
        assert_eq!(
            kinds,
            [
                "user.registered.v1",
                "session.started.v1",
                "user.logged_in.v1",
                "session.ended.v1",
                "session.started.v1",
                "user.logged_in.v1"
            ]
        );
        assert!(!format!("{:?}", held.events).contains("eve@"), "nothing about others");
    }

    #[tokio::test]
    async fn there_is_nothing_about_a_stranger() {
        let refused = export(&World::new(), UserId(Uuid::nil())).await;
        assert!(matches!(refused, Err(AuthError::UserNotFound)), "{refused:?}");
    }
}
