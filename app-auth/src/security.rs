use domain_auth::{SecurityEvent, SecurityLog};
use domain_shared::Caller;

use crate::{Auth, Ports};

impl<P: Ports> Auth<P> {
    /// Writes down what the caller did, or tried to. If that can't be done they get their answer all the same: to refuse
    /// everybody because of it would let whoever fills the log shut everybody out.
    pub async fn note(&self, event: SecurityEvent, caller: &Caller) {
        let context = self.context(&caller.besides());
        let _ = self.ports.security().note(event, &context).await;
    }
}

#[cfg(test)]
mod tests {
    use domain_auth::{LoginFailure, RefreshToken, UserId};
    use domain_shared::{Aggregate, Client, EventLog, Handle, ValueObject, decode};

    use super::*;
    use crate::{
        commands::{CodeOwner, LogIn, LoginName, RefreshSession, VerifyCode},
        testing::{World, attempt, code, other_than},
    };

    fn somewhere() -> Caller {
        let client =
            Client { address: Some("203.0.113.7".to_owned()), user_agent: Some("Mosaic".to_owned()) };
        Caller { client, ..Caller::default() }
    }

    /// What was written down, and that it says from where.
    async fn noted(world: &World) -> Vec<SecurityEvent> {
        let log = world.store.after(0, 1000).await.unwrap();
        let entries = log.into_iter().filter(|stored| stored.event.aggregate_type == SecurityEvent::TYPE);
        let read = |stored: domain_shared::StoredEvent| {
            assert_eq!(stored.event.origin.client, somewhere().client);
            assert!(!format!("{stored:?}").contains("horse"), "what was typed isn't in it");
            decode(&stored.event).unwrap()
        };
        entries.map(read).collect()
    }

    #[tokio::test]
    async fn a_login_that_fails_is_written_down_with_its_reason_and_never_with_what_was_typed() {
        let world = World::new();
        let (ada, eve) = (world.register("ada").await.id(), world.register("eve").await.id());
        world.deactivate(eve).await;
        for (name, typed) in [("ada", "wrong horse"), ("horse", "correct horse"), ("eve", "correct horse")] {
            let name = LoginName::parse(name.to_owned()).unwrap();
            let command = LogIn { name, password: attempt(typed) };
            world.auth.handle(command, &somewhere()).await.unwrap_err();
        }
        let failed = |user_id, reason| SecurityEvent::LoginFailed { user_id, reason, count: 1 };
        let expected = [
            failed(Some(ada), LoginFailure::WrongPassword),
            failed(None, LoginFailure::NoSuchUser),
            failed(Some(eve), LoginFailure::Inactive),
        ];
        assert_eq!(noted(&world).await, expected);
    }

    #[tokio::test]
    async fn a_code_that_is_rejected_is_written_down_for_accounts_that_there_are() {
        let world = World::new();
        let ada = world.register("ada").await.id();
        let sent = world.start_login("ada").await;
        for user in [ada, UserId(uuid::Uuid::max())] {
            let command = VerifyCode { owner: CodeOwner::Id(user), code: code(&other_than(&sent)) };
            world.auth.handle(command, &somewhere()).await.unwrap_err();
        }
        let rejected = |user_id| SecurityEvent::CodeRejected { user_id, count: 1 };
        assert_eq!(noted(&world).await, [rejected(Some(ada)), rejected(None)]);
    }

    #[tokio::test]
    async fn a_refresh_token_that_is_refused_is_written_down() {
        let world = World::new();
        let refresh = RefreshSession { token: RefreshToken::new("rt_horse".to_owned()) };
        world.auth.handle(refresh, &somewhere()).await.unwrap_err();
        assert_eq!(noted(&world).await, [SecurityEvent::RefreshRefused { count: 1 }]);
    }
}
