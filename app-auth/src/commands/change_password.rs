use async_trait::async_trait;
use domain_auth::{
    EndReason, LoginCodes, Password, PasswordAttempt, PasswordHasher, SessionId, User, UserId,
};
use domain_shared::{Caller, Context, Expected, Handle, Invalid, Repository};

use crate::{Auth, AuthError, Ports, kind::Kind};

/// Replaces a password by another; every other session of the user ends, and codes still out die.
#[derive(Debug, Clone)]
pub struct ChangePassword {
    /// Whose password it is.
    pub user: UserId,
    /// The session that goes on.
    pub session: SessionId,
    /// The version of the user that the caller looked at, if that matters to them.
    pub expected: Expected,
    /// What they typed as their old password.
    pub old: PasswordAttempt,
    /// The new one.
    pub new: Password,
}

#[async_trait]
impl<P: Ports> Handle<ChangePassword> for Auth<P> {
    type Output = ();
    type Error = AuthError;

    async fn handle(&self, command: ChangePassword, caller: &Caller) -> Result<(), AuthError> {
        let ChangePassword { user: id, session, expected, old, new } = command;
        let (users, hasher) = (self.ports.users(), self.ports.hasher());
        let user = users.find(id).await?.ok_or(AuthError::UserNotFound)?;
        user.must_be_at(&expected)?;
        new.must_differ_from(&user.username, &user.email)
            .map_err(|rule| AuthError::Invalid { field: "new_password", rule })?;
        // Whoever has somebody's token has no more guesses at their password for it.
        let tried = self.take_own(Kind::OldPassword, id.0, &self.policy.limits.passwords, caller).await?;
        if !self.prove(&tried, &old, Some(user.password()), caller).await? {
            return Err(AuthError::Invalid { field: "old_password", rule: Invalid::Mismatch });
        }
        self.right(&tried).await?;
        let new = hasher.hash(&new, caller.client.place().as_deref()).await?;
        let old = user.password().clone();
        let change = move |user: &mut User, context: &Context| {
            user.must_be_at(&expected)?;
            user.change_password(&old, new.clone(), Some(session), context)
        };
        self.change_user(id, caller, change).await?;
        self.ports.codes().revoke(id).await?;
        self.end_sessions(id, Some(session), EndReason::PasswordChange, caller).await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use domain_auth::UserError;
    use domain_shared::Aggregate;

    use super::*;
    use crate::testing::{World, attempt, password};

    #[tokio::test]
    async fn the_new_password_works_the_old_one_does_not_and_other_sessions_end() {
        let world = World::new();
        let (here, there) = (world.sign_in("ada").await, world.sign_in("ada").await);
        world.change_password(&here, "correct horse", "battery staple").await.unwrap();
        world.me(&here.access).await.unwrap();
        assert!(world.me(&there.access).await.is_err());
        world.log_in("ada", "correct horse").await.unwrap_err();
        world.log_in("ada", "battery staple").await.unwrap();
    }

    #[tokio::test]
    async fn without_the_old_password_nothing_changes() {
        let world = World::new();
        let here = world.sign_in("ada").await;
        let refused = world.change_password(&here, "wrong horse", "battery staple").await;
        assert!(matches!(refused, Err(AuthError::Invalid { field: "old_password", .. })), "{refused:?}");
        world.log_in("ada", "correct horse").await.unwrap();
    }

    #[tokio::test]
    async fn a_user_who_is_another_than_the_one_looked_at_keeps_their_password() {
        let world = World::new();
        let here = world.sign_in("ada").await;
        let seen = world.authenticate(&here.access).await.unwrap();
        let (user, session) = (seen.user.id(), SessionId(seen.claims.session));
        let change = |version| ChangePassword {
            user,
            session,
            expected: Expected::OneOf(vec![version]),
            old: attempt("correct horse"),
            new: password("battery staple"),
        };
        let refused = world.auth.handle(change(seen.user.version() - 1), &Caller::default()).await;
        assert!(matches!(refused, Err(AuthError::User(UserError::VersionMismatch))), "{refused:?}");
        world.auth.handle(change(seen.user.version()), &Caller::default()).await.unwrap();
    }

    #[tokio::test]
    async fn a_code_sent_for_the_old_password_is_dead() {
        let world = World::new();
        let here = world.sign_in("ada").await;
        let ada = world.me(&here.access).await.unwrap();
        let sent = world.start_login("ada").await;
        world.change_password(&here, "correct horse", "battery staple").await.unwrap();
        world.verify(ada.id(), &sent).await.unwrap_err();
    }

    #[tokio::test]
    async fn a_change_cut_off_before_it_comes_to_the_sessions_ends_them_all_the_same() {
        let world = World::new();
        let (here, there) = (world.sign_in("ada").await, world.sign_in("ada").await);
        let seen = world.authenticate(&here.access).await.unwrap();
        world.pass(chrono::TimeDelta::seconds(1));
        let (old, kept) = (seen.user.password().clone(), SessionId(seen.claims.session));
        let context = world.auth.context(&Caller::default());
        let change =
            Arc::new(move |user: &mut User| user.change_password(&old, old.clone(), Some(kept), &context));
        world.auth.ports.users.change(seen.user.id(), change).await.unwrap();

        world.me(&here.access).await.unwrap();
        assert!(world.me(&there.access).await.is_err());
        let refresh = crate::commands::RefreshSession { token: there.refresh };
        assert!(world.auth.handle(refresh, &Caller::default()).await.is_err());
    }

    #[tokio::test]
    async fn of_two_changes_at_once_one_succeeds() {
        let world = World::new();
        let (a, b) = (world.sign_in("ada").await, world.sign_in("ada").await);
        let (first, second) = tokio::join!(
            world.change_password(&a, "correct horse", "battery staple"),
            world.change_password(&b, "correct horse", "staple battery"),
        );
        let refused = if first.is_ok() { second } else { first };
        let expected = matches!(
            refused,
            Err(AuthError::User(UserError::PasswordChangedMeanwhile)
                | AuthError::Invalid { field: "old_password", .. }
                | AuthError::Token(_))
        );
        assert!(expected, "{refused:?}");
    }
}
