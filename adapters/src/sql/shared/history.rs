use async_trait::async_trait;
use diesel::{ExpressionMethods, QueryDsl, SelectableHelper};
use domain_auth::{SessionEvent, UserHistory, UserId};
use domain_shared::{StoreError, StoredEvent};

use super::{Conn, Query, RunQueryDsl, Store, personal};
use crate::sql::{
    failure::Failure,
    rows::{StoredEventRow, to_column},
    schema::{events, sessions},
    types::Id,
};

#[derive(Debug)]
struct NewestOfUser {
    user: UserId,
    before: Option<u64>,
    limit: usize,
}

impl Query for NewestOfUser {
    type Answer = Vec<StoredEvent>;

    async fn run(&self, mut conn: Conn<'_>) -> Result<Vec<StoredEvent>, Failure> {
        let user = Id(self.user.0);
        let theirs = sessions::table.filter(sessions::user_id.eq(user)).select(sessions::id);
        let mut subjects: Vec<Id> = theirs.load(&mut conn).await?;
        subjects.push(user);
        let rows = events::table
            .filter(events::aggregate_id.eq_any(subjects))
            .filter(events::position.lt(to_column(self.before.unwrap_or(u64::MAX))))
            .filter(events::kind.ne(SessionEvent::REFRESHED))
            .order(events::position.desc())
            .limit(i64::try_from(self.limit).unwrap_or(i64::MAX))
            .select(StoredEventRow::as_select())
            .load(&mut conn)
            .await?;
        personal::open(&mut conn, rows).await
    }
}

#[async_trait]
impl UserHistory for Store {
    async fn newest_of_user(
        &self,
        user: UserId,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        self.read(NewestOfUser { user, before, limit }).await
    }
}
