use diesel::prelude::{AsChangeset, Insertable};
use domain_shared::Claim;

use crate::sql::{
    schema::idempotency_keys,
    types::{Id, Time},
};

/// A key as it is claimed.
#[derive(Debug, AsChangeset, Insertable)]
#[diesel(table_name = idempotency_keys, primary_key(), treat_none_as_null = true)]
pub struct ClaimRow {
    key: Vec<u8>,
    fingerprint: Vec<u8>,
    command_id: Id,
    leased_until: Time,
    expires_at: Time,
    /// None yet; that of an expired claim goes.
    answer: Option<Vec<u8>>,
}

impl From<&Claim> for ClaimRow {
    fn from(claim: &Claim) -> Self {
        Self {
            key: claim.key.to_vec(),
            fingerprint: claim.fingerprint.to_vec(),
            command_id: Id(claim.command),
            leased_until: Time(claim.leased_until),
            expires_at: Time(claim.expires_at),
            answer: None,
        }
    }
}
