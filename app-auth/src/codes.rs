//! Codes that go out by e-mail.
use chrono::{DateTime, Utc};
use domain_auth::{Challenge, CodePurpose, LoginCode, LoginCodeGenerator, LoginCodes, User, UserId};
use domain_shared::{IdGenerator, Mailer, StoreError};

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

    /// Whether `code` is what the user's live challenge asks for. The attempt is counted before anything is compared, and
    /// the challenge isn't used up yet.
    pub(crate) async fn guess(
        &self,
        user: UserId,
        purpose: CodePurpose,
        code: &LoginCode,
    ) -> Result<Guess, StoreError> {
        let most = self.policy.code_attempts;
        let challenge = self.ports.codes().attempt(user, purpose, most, self.now()).await?;
        Ok(match challenge {
            Some(of) if self.ports.code_generator().code(purpose, of.id).matches(code) => Guess::Right(of),
            Some(_) => Guess::Wrong,
            None => Guess::Idle,
        })
    }
}

/// What a code that somebody typed is worth.
#[derive(Debug)]
pub(crate) enum Guess {
    /// It is the code of this challenge.
    Right(Challenge),
    /// It isn't that of the live challenge.
    Wrong,
    /// There is no live challenge, so there was nothing to guess.
    Idle,
}
