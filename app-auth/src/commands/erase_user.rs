use std::sync::Arc;

use async_trait::async_trait;
use domain_auth::{EndReason, LoginCodes, PersonalData, User, UserId};
use domain_shared::{Caller, Handle, Repository};

use crate::{Auth, AuthError, Ports};

/// Forgets who a user is, for good: the account says nothing any more, and what the log says about them can't be read.
/// Their address and name are free. If this ends halfway, handle it again: each step may be taken twice.
#[derive(Debug, Clone)]
pub struct EraseUser {
    /// Who.
    pub user: UserId,
}

#[async_trait]
impl<P: Ports> Handle<EraseUser> for Auth<P> {
    type Output = User;
    type Error = AuthError;

    async fn handle(&self, command: EraseUser, caller: &Caller) -> Result<User, AuthError> {
        let context = self.context(caller);
        let erase = Arc::new(move |user: &mut User| user.erase(&context));
        // First, since from then on nobody signs in or says anything new about themselves.
        let changed = self.ports.users().change(command.user, erase).await?.ok_or(AuthError::UserNotFound)?;
        self.ports.codes().revoke(command.user).await?;
        self.end_sessions(command.user, None, EndReason::Erasure, caller).await?;
        // Last, since it tells nothing of whether the rest was done.
        self.ports.people().forget(command.user).await?;
        Ok(changed.aggregate)
    }
}

#[cfg(test)]
mod tests {
    use domain_auth::{CodePurpose, SessionEvent, UserError, UserEvent};
    use domain_shared::{Aggregate, Client, EventLog, decode, replay};

    use super::*;
    use crate::{commands::ActivateUser, testing::World};

    async fn erase(world: &World, user: UserId) -> Result<User, AuthError> {
        world.auth.handle(EraseUser { user }, &Caller::default()).await
    }

    #[tokio::test]
    async fn whoever_is_erased_is_out_for_good() {
        let world = World::new();
        let tokens = world.sign_in("ada").await;
        let ada = world.me(&tokens.access).await.unwrap().id();
        let code = world.start_login("ada").await;
        world.reset_code("ada").await;
        let erased = erase(&world, ada).await.unwrap();
        assert!(erased.is_erased() && !erased.is_active);
        assert!(world.me(&tokens.access).await.is_err());
        assert!(matches!(world.verify(ada, &code).await, Err(AuthError::InvalidCode)));
        assert!(matches!(world.log_in("ada", "correct horse").await, Err(AuthError::WrongCredentials)));
        let back = world.auth.handle(ActivateUser { user: ada }, &Caller::default()).await;
        assert!(matches!(back, Err(AuthError::User(UserError::Erased))), "{back:?}");
        for purpose in CodePurpose::ALL {
            assert_eq!(world.store.pending_code(ada, purpose).await.unwrap(), None);
        }
        for session in world.store.all_sessions(ada).await.unwrap() {
            assert_eq!((&session.client, session.ended), (&Client::default(), Some(EndReason::Erasure)));
        }
    }

    #[tokio::test]
    async fn the_log_says_nothing_about_whoever_is_erased_and_still_replays() {
        let world = World::new();
        let tokens = world.sign_in("ada").await;
        let (ada, eve) = (world.me(&tokens.access).await.unwrap().id(), world.register("eve").await);
        let erased = erase(&world, ada).await.unwrap();
        let log = world.store.after(0, 100).await.unwrap();
        let text = format!("{log:?}");
        assert!(!text.contains("\"ada") && text.contains("eve@example.com"), "{text}");
        let history = world.store.history(&[ada.0]).await.unwrap();
        let events = history.iter().map(|s| (decode::<UserEvent>(&s.event).unwrap(), s.event.occurred_at));
        assert_eq!(*replay::<User>(ada.0, events).unwrap(), *erased);
        assert!(
            log.iter()
                .filter(|s| s.event.aggregate_type == "session")
                .all(|stored| { decode::<SessionEvent>(&stored.event).is_ok() })
        );
        assert_eq!(world.store.history(&[eve.id().0]).await.unwrap().len(), 1);
    }

    #[tokio::test]
    async fn what_was_interrupted_is_completed_by_doing_it_again() {
        let world = World::new();
        let tokens = world.sign_in("ada").await;
        let ada = world.me(&tokens.access).await.unwrap().id();
        // As if the process had ended after the first step.
        let context = world.auth.context(&Caller::default());
        let first = Arc::new(move |user: &mut User| user.erase(&context));
        world.store.change(ada, first).await.unwrap();
        assert!(format!("{:?}", world.store.history(&[ada.0]).await.unwrap()).contains("ada@example.com"));
        for _ in 0..2 {
            erase(&world, ada).await.unwrap();
            let history = world.store.history(&[ada.0]).await.unwrap();
            assert!(!format!("{history:?}").contains("ada@example.com"));
            assert_eq!(history.iter().filter(|stored| stored.event.kind == "user.erased.v1").count(), 1);
            assert!(world.store.all_sessions(ada).await.unwrap().iter().all(|s| s.ended.is_some()));
        }
    }

    #[tokio::test]
    async fn the_address_and_the_name_are_free_again() {
        let world = World::new();
        let first = world.register("ada").await.id();
        erase(&world, first).await.unwrap();
        let second = world.register("ada").await.id();
        assert_ne!(first, second);
        world.log_in("ada", "correct horse").await.unwrap();
    }

    #[tokio::test]
    async fn a_stranger_can_not_be_erased() {
        let refused = erase(&World::new(), UserId(uuid::Uuid::nil())).await;
        assert!(matches!(refused, Err(AuthError::UserNotFound)), "{refused:?}");
    }
}
