//! Where it is decided that something is done too often, and who is known well enough to be counted apart.
use std::time::Duration;

use chrono::TimeDelta;
use domain_auth::{
    PasswordAttempt, PasswordHash, PasswordHasher, SecurityEvent, SessionRepository, User, UserId,
};
use domain_shared::{Aggregate, Bucket, Caller, Client, Quota, Taken, Throttle, Ticket};
use uuid::Uuid;

use crate::{
    Auth, AuthError, Ports,
    kind::{Kind, Whose},
};

/// How long an address is remembered from which somebody has signed in.
const REMEMBERED: TimeDelta = TimeDelta::days(30);

/// A count of something that turns out right or wrong.
#[derive(Debug)]
pub(crate) struct Try {
    ticket: Ticket,
    /// The bucket, if it is the client's own.
    own: Option<Bucket>,
}

impl Try {
    /// Whether it was from where the user has signed in lately.
    pub(crate) const fn is_from_known_place(&self) -> bool {
        self.own.is_some()
    }
}

impl<P: Ports> Auth<P> {
    /// Counts one time of `kind`. Nothing else says [`AuthError::TooManyAttempts`].
    async fn take(
        &self,
        kind: Kind,
        of: String,
        user: Option<UserId>,
        quota: &Quota,
        caller: &Caller,
    ) -> Result<Ticket, AuthError> {
        match self.ports.throttle().take(&Bucket { kind: kind.bucket(), of }, quota, self.now()).await? {
            Taken::Granted(ticket) => Ok(ticket),
            Taken::Refused(wait) => {
                let event = SecurityEvent::Throttled { user_id: user, act: kind.act(), count: 1 };
                self.note(event, caller).await;
                // Whole seconds, none too few.
                let seconds = (wait + TimeDelta::milliseconds(999)).num_seconds().max(1);
                Err(AuthError::TooManyAttempts(Duration::from_secs(seconds.unsigned_abs())))
            }
        }
    }

    /// Counts one time of `kind` from where the caller asks; without an address, inside a program, nothing is counted.
    pub(crate) async fn take_from_place(
        &self,
        kind: Kind,
        quota: &Quota,
        caller: &Caller,
    ) -> Result<(), AuthError> {
        if let Some(place) = caller.client.place() {
            self.take(kind, place, None, quota, caller).await?;
        }
        Ok(())
    }

    /// Counts one time of `kind` for something that is the caller's own, and that nobody else can use up.
    pub(crate) async fn take_own(
        &self,
        kind: Kind,
        of: Uuid,
        quota: &Quota,
        caller: &Caller,
    ) -> Result<Try, AuthError> {
        Ok(Try { ticket: self.take(kind, of.to_string(), None, quota, caller).await?, own: None })
    }

    /// Counts one time at `user`, or at nobody who is called `name`, before anything is compared. A client from whose
    /// place the user has signed in lately has a bucket of its own, which no stranger can use up; all others
    /// share one (OWASP, device cookies).
    pub(crate) async fn take_at(
        &self,
        kind: fn(Whose) -> Kind,
        name: String,
        user: Option<&User>,
        quota: &Quota,
        caller: &Caller,
    ) -> Result<Try, AuthError> {
        // Nobody is looked up, too: it must not be told apart by the time it takes.
        let known = user.map(Aggregate::id);
        let user = known.unwrap_or(UserId(Uuid::nil()));
        match self.known_place(user, caller).await? {
            Some(place) => {
                let bucket = format!("{} {place} {name}", user.0);
                let ticket = self.take(kind(Whose::Known), bucket, known, quota, caller).await?;
                Ok(Try { own: Some(ticket.bucket.clone()), ticket })
            }
            None => Ok(Try {
                ticket: self.take(kind(Whose::Anybodys), name, known, quota, caller).await?,
                own: None,
            }),
        }
    }

    /// From where the caller asks, if `user` has signed in from there lately.
    async fn known_place(&self, user: UserId, caller: &Caller) -> Result<Option<String>, AuthError> {
        let Some(here) = caller.client.place() else { return Ok(None) };
        let addresses = self.ports.sessions().addresses_of(user, self.now() - REMEMBERED).await?;
        Ok(addresses.iter().any(|address| Client::place_of(address) == here).then_some(here))
    }

    /// Whether `attempt` is the password of `hash`, once it was counted as `tried`. If that can't be told it costs nothing.
    pub(crate) async fn prove(
        &self,
        tried: &Try,
        attempt: &PasswordAttempt,
        hash: Option<&PasswordHash>,
        caller: &Caller,
    ) -> Result<bool, AuthError> {
        match self.ports.hasher().verify(attempt, hash, caller.client.place().as_deref()).await {
            Ok(proved) => Ok(proved),
            Err(error) => {
                self.untried(tried).await?;
                Err(error.into())
            }
        }
    }

    /// It was right: it costs nothing, and the client's own failures are forgotten.
    pub(crate) async fn right(&self, tried: &Try) -> Result<(), AuthError> {
        match &tried.own {
            Some(own) => self.ports.throttle().clear(own).await?,
            None => self.ports.throttle().give_back(&tried.ticket).await?,
        }
        Ok(())
    }

    /// It came to nothing: it costs nothing.
    pub(crate) async fn untried(&self, tried: &Try) -> Result<(), AuthError> {
        Ok(self.ports.throttle().give_back(&tried.ticket).await?)
    }

    /// Counts a mail with a code to `user`.
    pub(crate) async fn take_mail(
        &self,
        kind: fn(Whose) -> Kind,
        user: &User,
        caller: &Caller,
    ) -> Result<Try, AuthError> {
        let (name, quota) = (user.id().0.to_string(), &self.policy.limits.code_mails);
        self.take_at(kind, name, Some(user), quota, caller).await
    }
}
