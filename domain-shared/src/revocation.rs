//! Access tokens that are dead before their time.
use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Claims;

/// Ends access tokens that haven't expired.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revocation {
    /// Whose tokens.
    pub of: Revoked,
    /// When it happened. What was begun later isn't concerned.
    pub at: DateTime<Utc>,
}

/// Whose tokens are dead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Revoked {
    /// Those of one session.
    Session(Uuid),
    /// Those of every session of a user but one.
    User {
        /// The user.
        user: Uuid,
        /// The session that goes on.
        kept_session: Option<Uuid>,
    },
}

/// The revocations that still matter.
#[derive(Debug, Clone, Default)]
pub struct DenyList {
    sessions: HashMap<Uuid, DateTime<Utc>>,
    users: HashMap<Uuid, (DateTime<Utc>, Option<Uuid>)>,
}

impl DenyList {
    /// How long a revocation matters: no access token lives longer.
    pub const MEMORY: TimeDelta = TimeDelta::hours(24);

    /// Takes note of `revocation`; more than once, and in any order, is fine.
    pub fn add(&mut self, revocation: &Revocation) {
        let at = revocation.at;
        match revocation.of {
            Revoked::Session(session) => {
                self.sessions.insert(session, at);
            }
            Revoked::User { user, kept_session } => {
                // Whoever keeps a session was in it, so the latest says what goes on.
                if self.users.get(&user).is_none_or(|(known, _)| *known <= at) {
                    self.users.insert(user, (at, kept_session));
                }
            }
        }
    }

    /// Whether the token that says `claims` is dead.
    #[must_use]
    pub fn refuses(&self, claims: &Claims) -> bool {
        let ended_with_user = |(at, kept): &(DateTime<Utc>, Option<Uuid>)| {
            *kept != Some(claims.session) && begun(claims) <= at.timestamp_millis()
        };
        self.sessions.contains_key(&claims.session)
            || self.users.get(&claims.subject).is_some_and(ended_with_user)
    }

    /// Forgets what no longer matters at `now`.
    pub fn forget_old(&mut self, now: DateTime<Utc>) {
        let matters = |at: &DateTime<Utc>| *at + Self::MEMORY > now;
        self.sessions.retain(|_, at| matters(at));
        self.users.retain(|_, (at, _)| matters(at));
    }
}

/// When the session of a token began, in milliseconds since 1970: its id says so (`UUIDv7`, RFC 9562), and more exactly
/// than the token, which counts in seconds.
fn begun(claims: &Claims) -> i64 {
    let session = (claims.session.get_version_num() == 7).then(|| claims.session.as_u128() >> 80);
    session.and_then(|millis| i64::try_from(millis).ok()).unwrap_or(claims.issued_at.timestamp_millis())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Scopes;

    fn at(millis: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::milliseconds(millis)
    }

    fn session(begun: u128) -> Uuid {
        Uuid::from_u128(begun << 80 | 0x7 << 76 | 0x8 << 60 | 1)
    }

    fn claims(user: Uuid, session: Uuid) -> Claims {
        Claims {
            subject: user,
            session,
            id: Uuid::nil(),
            scopes: Scopes::default(),
            issued_at: at(5_000),
            expires_at: at(900_000),
        }
    }

    fn user(user: Uuid, kept_session: Option<Uuid>, millis: i64) -> Revocation {
        Revocation { of: Revoked::User { user, kept_session }, at: at(millis) }
    }

    const ADA: Uuid = Uuid::from_u128(1);

    #[test]
    fn a_session_that_ended_is_refused_and_no_other() {
        let mut list = DenyList::default();
        list.add(&Revocation { of: Revoked::Session(session(10)), at: at(20) });
        assert!(list.refuses(&claims(ADA, session(10))));
        assert!(!list.refuses(&claims(ADA, session(11))));
    }

    #[test]
    fn a_user_who_was_signed_out_may_sign_in_again() {
        let mut list = DenyList::default();
        list.add(&user(ADA, None, 100));
        assert!(list.refuses(&claims(ADA, session(99))));
        assert!(!list.refuses(&claims(ADA, session(101))), "this one began later");
        assert!(!list.refuses(&claims(Uuid::from_u128(2), session(99))), "this is somebody else");
    }

    #[test]
    fn the_session_in_which_a_password_was_changed_goes_on_until_it_is_changed_in_another() {
        let mut list = DenyList::default();
        list.add(&user(ADA, Some(session(10)), 100));
        assert!(!list.refuses(&claims(ADA, session(10))));
        assert!(list.refuses(&claims(ADA, session(20))));
        list.add(&user(ADA, Some(session(110)), 200));
        list.add(&user(ADA, Some(session(10)), 100));
        assert!(list.refuses(&claims(ADA, session(10))), "what comes late changes nothing");
        assert!(!list.refuses(&claims(ADA, session(110))));
    }

    #[test]
    fn a_session_whose_id_tells_no_time_counts_from_its_token() {
        let mut list = DenyList::default();
        list.add(&user(ADA, None, 5_000));
        assert!(list.refuses(&claims(ADA, Uuid::from_u128(77))));
        list.add(&user(ADA, None, 4_999));
        assert!(list.refuses(&claims(ADA, Uuid::from_u128(77))));
    }

    #[test]
    fn what_no_token_can_outlive_is_forgotten() {
        let mut list = DenyList::default();
        list.add(&user(ADA, None, 100));
        list.forget_old(at(99) + DenyList::MEMORY);
        assert!(list.refuses(&claims(ADA, session(99))));
        list.forget_old(at(100) + DenyList::MEMORY);
        assert!(!list.refuses(&claims(ADA, session(99))));
    }
}
