use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::{BoolExpressionMethods, ExpressionMethods, QueryDsl, SelectableHelper};
use domain_auth::{EndReason, Session, SessionRepository, UserId};
use domain_shared::StoreError;

use super::{Conn, Query, RunQueryDsl, Store};
use crate::sql::{
    failure::Failure,
    rows::SessionRow,
    schema::sessions,
    types::{Id, Time},
};

#[derive(Debug)]
struct OfUser {
    user: Id,
    at: Time,
    refreshed_after: Time,
}

impl Query for OfUser {
    type Answer = Vec<Session>;

    async fn run(&self, mut conn: Conn<'_>) -> Result<Vec<Session>, Failure> {
        let rows = sessions::table
            .filter(sessions::user_id.eq(self.user))
            .filter(sessions::end_reason.is_null())
            .filter(sessions::expires_at.gt(self.at))
            .filter(sessions::refreshed_at.gt(self.refreshed_after))
            .order((sessions::started_at, sessions::id))
            .select(SessionRow::as_select())
            .load(&mut conn)
            .await?;
        Ok(rows.into_iter().map(Session::try_from).collect::<Result<_, _>>()?)
    }
}

#[derive(Debug)]
struct AddressesOf(UserId, DateTime<Utc>);

impl Query for AddressesOf {
    type Answer = Vec<String>;

    async fn run(&self, mut conn: Conn<'_>) -> Result<Vec<String>, Failure> {
        let doubtful = EndReason::DOUBTFUL.map(EndReason::as_str);
        let addresses: Vec<Option<String>> = sessions::table
            .filter(sessions::user_id.eq(Id(self.0.0)))
            .filter(sessions::started_at.ge(Time(self.1)))
            .filter(sessions::address.is_not_null())
            .filter(sessions::end_reason.is_null().or(sessions::end_reason.ne_all(doubtful)))
            .select(sessions::address)
            .distinct()
            .load(&mut conn)
            .await?;
        Ok(addresses.into_iter().flatten().collect())
    }
}

#[async_trait]
impl SessionRepository for Store {
    async fn of_user(
        &self,
        user: UserId,
        at: DateTime<Utc>,
        idle: TimeDelta,
    ) -> Result<Vec<Session>, StoreError> {
        self.read(OfUser { user: Id(user.0), at: Time(at), refreshed_after: Time(at - idle) }).await
    }

    async fn addresses_of(&self, user: UserId, since: DateTime<Utc>) -> Result<Vec<String>, StoreError> {
        self.read(AddressesOf(user, since)).await
    }
}
