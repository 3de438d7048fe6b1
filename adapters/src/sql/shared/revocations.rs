use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, QueryDsl};
use domain_shared::{Revocation, Revocations, Revoked, StoreError};
use uuid::Uuid;

use super::{Conn, Query, RunQueryDsl, Store};
use crate::{
    crash_point::crash_point,
    sql::{
        failure::Failure,
        rows::{from_column, to_column},
        schema::revocations,
        types::{Id, Time},
    },
};

#[derive(Debug)]
struct Keep(Uuid, Revocation);

impl Query for Keep {
    type Answer = bool;

    async fn run(&self, mut conn: Conn<'_>) -> Result<bool, Failure> {
        let Revocation { of, at } = self.1;
        let (session, user) = match of {
            Revoked::Session(session) => (Some(session), None),
            Revoked::User { user, kept_session } => (kept_session, Some(user)),
        };
        let row = (
            revocations::event_id.eq(Id(self.0)),
            revocations::session_id.eq(session.map(Id)),
            revocations::user_id.eq(user.map(Id)),
            revocations::at.eq(Time(at)),
        );
        let kept = diesel::insert_into(revocations::table).values(row).on_conflict_do_nothing();
        Ok(kept.execute(&mut conn).await? == 1)
    }
}

type Row = (i64, Option<Id>, Option<Id>, Time);

#[derive(Debug)]
struct After(u64);

impl Query for After {
    type Answer = Vec<(u64, Revocation)>;

    async fn run(&self, mut conn: Conn<'_>) -> Result<Self::Answer, Failure> {
        let rows: Vec<Row> = revocations::table
            .filter(revocations::place.gt(to_column(self.0)))
            .order(revocations::place)
            .select((revocations::place, revocations::session_id, revocations::user_id, revocations::at))
            .load(&mut conn)
            .await?;
        let revocation = |(place, session, user, at): Row| {
            let of = match (user, session) {
                (Some(user), kept) => Revoked::User { user: user.0, kept_session: kept.map(|id| id.0) },
                (None, Some(session)) => Revoked::Session(session.0),
                (None, None) => return None,
            };
            Some((from_column(place), Revocation { of, at: at.0 }))
        };
        Ok(rows.into_iter().filter_map(revocation).collect())
    }
}

#[derive(Debug)]
struct DropBefore(DateTime<Utc>);

impl Query for DropBefore {
    type Answer = ();

    async fn run(&self, mut conn: Conn<'_>) -> Result<(), Failure> {
        let old = revocations::table.filter(revocations::at.lt(Time(self.0)));
        diesel::delete(old).execute(&mut conn).await?;
        Ok(())
    }
}

#[async_trait]
impl Revocations for Store {
    async fn keep(&self, event: Uuid, revocation: &Revocation) -> Result<bool, StoreError> {
        crash_point("revocation.before_keep");
        let is_new = self.write(Keep(event, *revocation)).await?;
        crash_point("revocation.after_keep");
        Ok(is_new)
    }

    async fn after(&self, place: u64) -> Result<Vec<(u64, Revocation)>, StoreError> {
        self.read(After(place)).await
    }

    async fn drop_before(&self, at: DateTime<Utc>) -> Result<(), StoreError> {
        self.write(DropBefore(at)).await
    }
}
