use diesel::prelude::{AsChangeset, Insertable, Queryable, Selectable};
use domain_auth::{EndReason, Session, SessionId, SessionState, UserId};
use domain_shared::{Aggregate, Client, StoreError};

use super::{from_column, to_column};
use crate::sql::{
    schema::sessions,
    types::{Id, Time},
};

#[derive(Debug, AsChangeset, Insertable, Queryable, Selectable)]
#[diesel(table_name = sessions, treat_none_as_null = true)]
pub struct SessionRow {
    id: Id,
    user_id: Id,
    address: Option<String>,
    user_agent: Option<String>,
    started_at: Time,
    refreshed_at: Time,
    expires_at: Time,
    generation: i64,
    end_reason: Option<String>,
    version: i64,
}

impl From<&Session> for SessionRow {
    fn from(session: &Session) -> Self {
        Self {
            id: Id(session.id().0),
            user_id: Id(session.user.0),
            address: session.client.address.clone(),
            user_agent: session.client.user_agent.clone(),
            started_at: Time(session.started_at),
            refreshed_at: Time(session.refreshed_at),
            expires_at: Time(session.expires_at),
            generation: to_column(session.generation),
            end_reason: session.ended.map(|reason| reason.as_str().to_owned()),
            version: to_column(session.version()),
        }
    }
}

impl TryFrom<SessionRow> for Session {
    type Error = StoreError;

    fn try_from(row: SessionRow) -> Result<Self, StoreError> {
        // A reason nobody knows must not bring the session back to life.
        let reason = |name: String| {
            EndReason::from_name(&name).ok_or_else(|| StoreError::unavailable("an unknown end reason"))
        };
        let state = SessionState {
            user: UserId(row.user_id.0),
            client: Client { address: row.address, user_agent: row.user_agent },
            started_at: row.started_at.0,
            refreshed_at: row.refreshed_at.0,
            expires_at: row.expires_at.0,
            generation: from_column(row.generation),
            ended: row.end_reason.map(reason).transpose()?,
        };
        Ok(Self::restore(SessionId(row.id.0), state, from_column(row.version)))
    }
}
