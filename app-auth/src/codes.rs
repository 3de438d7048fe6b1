//! Codes that go out by e-mail.
use chrono::{DateTime, Utc};
use domain_auth::{Challenge, CodePurpose, LoginCode, LoginCodeGenerator, LoginCodes, User, UserId};
use domain_shared::{IdGenerator, Mailer};

use crate::{Auth, AuthError, Ports, letters};

impl<P: Ports> Auth<P> {
    /// A new challenge for `user`, of what was begun at `issued_at`.
    pub(crate) fn challenge(
        &self,
        user: UserId,
        purpose: CodePurpose,
        issued_at: DateTime<Utc>,
    ) -> Challenge {
        let expires_at = self.now() + self.policy.ttl_of(purpose);
        Challenge { id: self.ports.ids().next_id(), user, purpose, issued_at, expires_at }
    }

    /// Sends the code that completes a login.
    pub(crate) async fn send_code(&self, user: &User, challenge: &Challenge) -> Result<(), AuthError> {
        let code = self.ports.code_generator().code(challenge.purpose, challenge.id);
        let letter = letters::login_code(user.email.clone(), user.language, &code, self.policy.code_ttl);
        Ok(self.ports.mailer().send(&letter).await?)
    }

    /// The live challenge that `code` is the answer to; it isn't used up yet. The attempt is counted before anything is
    /// compared.
    ///
    /// # Errors
    /// [`AuthError::InvalidCode`].
    pub(crate) async fn attempt(
        &self,
        user: UserId,
        purpose: CodePurpose,
        code: &LoginCode,
    ) -> Result<Challenge, AuthError> {
        let most = self.policy.code_attempts;
        let challenge = self.ports.codes().attempt(user, purpose, most, self.now()).await?;
        let right = |of: &Challenge| self.ports.code_generator().code(purpose, of.id).matches(code);
        challenge.filter(right).ok_or(AuthError::InvalidCode)
    }
}
