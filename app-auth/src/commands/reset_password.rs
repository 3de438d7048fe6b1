use std::sync::Arc;

use async_trait::async_trait;
use domain_auth::{
    CodePurpose, EndReason, LoginCode, LoginCodes, Password, PasswordHash, PasswordHasher, SecurityEvent,
    User, UserError, UserId, UserRepository,
};
use domain_shared::{Aggregate, Caller, ChangeError, Email, Handle, Repository};
use uuid::Uuid;

use crate::{Auth, AuthError, Ports, codes::Guess, kind::Kind};

#[cfg(test)]
mod tests;

/// Sets another password with the code that was sent to the user's address; every session ends, and codes still out die.
#[derive(Debug, Clone)]
pub struct ResetPassword {
    /// Whose password it is.
    pub email: Email,
    /// What they typed.
    pub code: LoginCode,
    /// The new password.
    pub new: Password,
}

#[async_trait]
impl<P: Ports> Handle<ResetPassword> for Auth<P> {
    type Output = ();
    type Error = AuthError;

    async fn handle(&self, command: ResetPassword, caller: &Caller) -> Result<(), AuthError> {
        let user = match self.reset(command, caller).await {
            // Sent again after it was done, since the answer was lost.
            Err(AuthError::InvalidCode) => self.first(AuthError::InvalidCode, caller).await?.id(),
            outcome => outcome?,
        };
        self.ports.codes().revoke(user).await?;
        self.end_sessions(user, None, EndReason::PasswordReset, caller).await
    }
}

impl<P: Ports> Auth<P> {
    async fn reset(&self, command: ResetPassword, caller: &Caller) -> Result<UserId, AuthError> {
        let ResetPassword { email, code, new } = command;
        self.take_from_place(Kind::ResetPlace, &self.policy.limits.sign_ins, caller).await?;
        let user = self.ports.users().by_email(&email).await?;
        // Somebody without a code is asked about in vain, too, so that the time it takes doesn't tell who exists.
        let id = user.as_ref().map_or(UserId(Uuid::nil()), Aggregate::id);
        let (kind, name) = (Kind::ResetCode, email.as_str().to_owned());
        let tried = self.take_at(kind, name, user.as_ref(), &self.policy.limits.codes, caller).await?;
        let guesser = self.guesser(id, &tried, caller);
        let Guess::Right(challenge) = self.guess(id, CodePurpose::Reset, &code, &guesser).await? else {
            let user_id = user.as_ref().map(User::id);
            self.note(SecurityEvent::CodeRejected { user_id, count: 1 }, caller).await;
            return Err(AuthError::InvalidCode);
        };
        self.right(&tried).await?;
        let user = user.ok_or(AuthError::InvalidCode)?;
        let new = match self.hash_of_new(&new, &user, caller).await {
            Ok(hash) => hash,
            // The code was right, and is worth as much as before.
            Err(error) => {
                self.ports.codes().give_back(&challenge, &guesser).await?;
                return Err(error);
            }
        };
        // From here on the code is worth nothing to anybody else.
        if !self.ports.codes().consume(challenge.id).await? {
            return Err(AuthError::InvalidCode);
        }
        let context = self.context(&Caller { actor: Some(id.0), ..caller.clone() });
        let reset =
            Arc::new(move |user: &mut User| user.reset_password(challenge.issued_at, new.clone(), &context));
        match self.ports.users().change(id, reset).await {
            Ok(Some(_)) => Ok(id),
            Ok(None)
            | Err(ChangeError::Refused(UserError::Inactive | UserError::PasswordChangedMeanwhile)) => {
                Err(AuthError::InvalidCode)
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn hash_of_new(
        &self,
        new: &Password,
        user: &User,
        caller: &Caller,
    ) -> Result<PasswordHash, AuthError> {
        new.must_differ_from(&user.username, &user.email)
            .map_err(|rule| AuthError::Invalid { field: "new_password", rule })?;
        Ok(self.ports.hasher().hash(new, caller.client.place().as_deref()).await?)
    }
}
