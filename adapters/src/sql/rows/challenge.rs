use diesel::prelude::{AsChangeset, Insertable, Queryable, Selectable};
use domain_auth::{Challenge, CodePurpose, PendingCode, UserId};
use domain_shared::StoreError;

use crate::sql::{
    schema::login_codes,
    types::{Id, Time},
};

#[derive(Debug, Clone, AsChangeset, Insertable, Queryable, Selectable)]
#[diesel(table_name = login_codes, primary_key(user_id, purpose), treat_none_as_null = true)]
pub struct ChallengeRow {
    user_id: Id,
    purpose: String,
    challenge_id: Id,
    issued_at: Time,
    expires_at: Time,
    attempts: i64,
    sent_at: Time,
    place: Option<String>,
    tries_known: i64,
    tries_of_others: i64,
}

impl From<&Challenge> for ChallengeRow {
    /// A new challenge, which is sent as it is issued.
    fn from(challenge: &Challenge) -> Self {
        Self {
            user_id: Id(challenge.user.0),
            purpose: challenge.purpose.as_str().to_owned(),
            challenge_id: Id(challenge.id),
            issued_at: Time(challenge.issued_at),
            expires_at: Time(challenge.expires_at),
            attempts: 0,
            sent_at: Time(challenge.issued_at),
            place: challenge.place.clone(),
            tries_known: 0,
            tries_of_others: 0,
        }
    }
}

impl From<ChallengeRow> for PendingCode {
    fn from(row: ChallengeRow) -> Self {
        Self {
            issued_at: row.issued_at.0,
            expires_at: row.expires_at.0,
            attempts: u32::try_from(row.attempts + row.tries_known + row.tries_of_others).unwrap_or(u32::MAX),
            sent_at: row.sent_at.0,
        }
    }
}

impl TryFrom<ChallengeRow> for Challenge {
    type Error = StoreError;

    fn try_from(row: ChallengeRow) -> Result<Self, StoreError> {
        let purpose = CodePurpose::from_name(&row.purpose);
        Ok(Self {
            id: row.challenge_id.0,
            user: UserId(row.user_id.0),
            purpose: purpose.ok_or_else(|| StoreError::unavailable("an unknown purpose"))?,
            place: row.place,
            issued_at: row.issued_at.0,
            expires_at: row.expires_at.0,
        })
    }
}
