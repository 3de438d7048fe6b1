//! Codes that go out by e-mail.
use chrono::{DateTime, Utc};
use domain_auth::{Challenge, CodePurpose, Guesser, LoginCode, LoginCodeGenerator, LoginCodes, User, UserId};
use domain_shared::{Caller, IdGenerator, Mailer, StoreError};

use crate::{Auth, AuthError, Ports, letters, throttle::Try};

impl<P: Ports> Auth<P> {
    /// A new challenge for `user`, of what was begun at `issued_at`.
    pub(crate) fn challenge(
        &self,
        user: UserId,
        purpose: CodePurpose,
        issued_at: DateTime<Utc>,
        caller: &Caller,
    ) -> Challenge {
        let expires_at = self.now() + self.policy.ttl_of(purpose);
        let place = self.place_of(user, caller);
        Challenge { id: self.ports.ids().next_id(), user, purpose, place, issued_at, expires_at }
    }

    /// What stands for the place that the caller asks from, at challenges of `user`.
    fn place_of(&self, user: UserId, caller: &Caller) -> Option<String> {
        caller.client.place().map(|place| self.ports.code_generator().place(user, &place))
    }

    /// Sends the code that completes a login.
    pub(crate) async fn send_code(&self, user: &User, challenge: &Challenge) -> Result<(), AuthError> {
        let code = self.ports.code_generator().code(challenge.purpose, challenge.id);
        let letter = letters::login_code(user.email.clone(), user.language, &code, self.policy.code_ttl);
        Ok(self.ports.mailer().send(&letter).await?)
    }

    /// The caller, as somebody who tries a code of `user`, after that was counted as `tried`.
    pub(crate) fn guesser(&self, user: UserId, tried: &Try, caller: &Caller) -> Guesser {
        Guesser {
            place: self.place_of(user, caller),
            is_known: tried.is_from_known_place(),
            tries: self.policy.code_attempts,
            tries_of_others: self.policy.code_attempts_of_others,
        }
    }

    /// Whether `code` is what the user's live challenge asks for. The attempt is counted before anything is compared, and
    /// the challenge isn't used up yet.
    pub(crate) async fn guess(
        &self,
        user: UserId,
        purpose: CodePurpose,
        code: &LoginCode,
        guesser: &Guesser,
    ) -> Result<Guess, StoreError> {
        let challenge = self.ports.codes().attempt(user, purpose, guesser, self.now()).await?;
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
    /// There is no live challenge, or none that may still be tried from there, so there was nothing to guess.
    Idle,
}
