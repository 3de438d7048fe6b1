use diesel::prelude::{AsChangeset, Insertable, Queryable, Selectable};
use domain_auth::{Challenge, PendingCode, UserId};

use crate::sql::{
    schema::login_codes,
    types::{Id, Time},
};

#[derive(Debug, Clone, Copy, AsChangeset, Insertable, Queryable, Selectable)]
#[diesel(table_name = login_codes, primary_key(user_id))]
pub struct ChallengeRow {
    user_id: Id,
    challenge_id: Id,
    issued_at: Time,
    expires_at: Time,
    attempts: i64,
    sent_at: Time,
}

impl From<&Challenge> for ChallengeRow {
    /// A new challenge, which is sent as it is issued.
    fn from(challenge: &Challenge) -> Self {
        Self {
            user_id: Id(challenge.user.0),
            challenge_id: Id(challenge.id),
            issued_at: Time(challenge.issued_at),
            expires_at: Time(challenge.expires_at),
            attempts: 0,
            sent_at: Time(challenge.issued_at),
        }
    }
}

impl From<ChallengeRow> for PendingCode {
    fn from(row: ChallengeRow) -> Self {
        Self {
            issued_at: row.issued_at.0,
            expires_at: row.expires_at.0,
            attempts: u32::try_from(row.attempts).unwrap_or(u32::MAX),
            sent_at: row.sent_at.0,
        }
    }
}

impl From<ChallengeRow> for Challenge {
    fn from(row: ChallengeRow) -> Self {
        Self {
            id: row.challenge_id.0,
            user: UserId(row.user_id.0),
            issued_at: row.issued_at.0,
            expires_at: row.expires_at.0,
        }
    }
}
