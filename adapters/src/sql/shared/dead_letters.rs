use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, JoinOnDsl, QueryDsl, SelectableHelper};
use domain_shared::{BrokerError, DeadLetter, DeadLetterBox, DeadLetters, StoreError, StoredEvent};
use uuid::Uuid;

use super::{Conn, Query, RunQueryDsl, Store, personal::open};
use crate::sql::{
    failure::Failure,
    rows::StoredEventRow,
    schema::{dead_letters, events},
    types::{Id, Time},
};

/// The events that are dead letters, with who couldn't deal with them, why and when.
#[derive(Debug)]
struct Dead(i64);

impl Query for Dead {
    type Answer = Vec<(StoredEvent, String, String, DateTime<Utc>)>;

    async fn run(&self, mut conn: Conn<'_>) -> Result<Self::Answer, Failure> {
        let rows: Vec<(StoredEventRow, String, String, Time)> = events::table
            .inner_join(dead_letters::table.on(dead_letters::event_id.eq(events::id)))
            .filter(dead_letters::requeued.eq(false))
            .order((dead_letters::failed_at, events::position))
            .limit(self.0)
            .select((
                StoredEventRow::as_select(),
                dead_letters::reactor,
                dead_letters::reason,
                dead_letters::failed_at,
            ))
            .load(&mut conn)
            .await?;
        let (events, letters): (Vec<_>, Vec<_>) =
            rows.into_iter().map(|(event, reactor, reason, at)| (event, (reactor, reason, at.0))).unzip();
        let events = open(&mut conn, events).await?.into_iter();
        Ok(events.zip(letters).map(|(event, (reactor, reason, at))| (event, reactor, reason, at)).collect())
    }
}

#[derive(Debug)]
struct Requeued(String);

impl Query for Requeued {
    type Answer = Vec<StoredEvent>;

    async fn run(&self, mut conn: Conn<'_>) -> Result<Vec<StoredEvent>, Failure> {
        let rows = events::table
            .inner_join(dead_letters::table.on(dead_letters::event_id.eq(events::id)))
            .filter(dead_letters::requeued.eq(true))
            .filter(dead_letters::reactor.eq(&self.0))
            .order(events::position)
            .select(StoredEventRow::as_select())
            .load(&mut conn)
            .await?;
        open(&mut conn, rows).await
    }
}

#[derive(Debug)]
struct Bury {
    reactor: String,
    event: Uuid,
    reason: String,
    at: DateTime<Utc>,
}

impl Query for Bury {
    type Answer = ();

    async fn run(&self, mut conn: Conn<'_>) -> Result<(), Failure> {
        let news = || {
            let (reason, at) = (dead_letters::reason.eq(&self.reason), Time(self.at));
            (reason, dead_letters::failed_at.eq(at), dead_letters::requeued.eq(false))
        };
        let key = (dead_letters::reactor.eq(&self.reactor), dead_letters::event_id.eq(Id(self.event)));
        diesel::insert_into(dead_letters::table)
            .values((key, news()))
            .on_conflict((dead_letters::reactor, dead_letters::event_id))
            .do_update()
            .set(news())
            .execute(&mut conn)
            .await?;
        Ok(())
    }
}

#[derive(Debug)]
struct Requeue(String, Uuid);

impl Query for Requeue {
    type Answer = bool;

    async fn run(&self, mut conn: Conn<'_>) -> Result<bool, Failure> {
        let letter = dead_letters::table.find((&self.0, Id(self.1))).filter(dead_letters::requeued.eq(false));
        let requeue = diesel::update(letter).set(dead_letters::requeued.eq(true));
        Ok(requeue.execute(&mut conn).await? == 1)
    }
}

#[derive(Debug)]
struct Discard(String, Uuid);

impl Query for Discard {
    type Answer = bool;

    async fn run(&self, mut conn: Conn<'_>) -> Result<bool, Failure> {
        let letter = dead_letters::table.find((&self.0, Id(self.1)));
        Ok(diesel::delete(letter).execute(&mut conn).await? == 1)
    }
}

#[async_trait]
impl DeadLetters for Store {
    async fn list(&self, limit: usize) -> Result<Vec<DeadLetter>, BrokerError> {
        let dead = self.read(Dead(i64::try_from(limit).unwrap_or(i64::MAX))).await;
        let dead = dead.map_err(BrokerError::because)?.into_iter();
        dead.map(|(event, reactor, reason, at)| DeadLetter::of(&reactor, &event, reason, at)).collect()
    }

    async fn requeue(&self, reactor: &str, id: &str) -> Result<bool, BrokerError> {
        let Ok(id) = Uuid::try_parse(id) else { return Ok(false) };
        self.write(Requeue(reactor.to_owned(), id)).await.map_err(BrokerError::because)
    }

    async fn discard(&self, reactor: &str, id: &str) -> Result<bool, BrokerError> {
        let Ok(id) = Uuid::try_parse(id) else { return Ok(false) };
        self.write(Discard(reactor.to_owned(), id)).await.map_err(BrokerError::because)
    }
}

#[async_trait]
impl DeadLetterBox for Store {
    async fn bury(
        &self,
        reactor: &str,
        event: &StoredEvent,
        reason: &str,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let (reactor, reason) = (reactor.to_owned(), reason.to_owned());
        self.write(Bury { reactor, event: event.event.id, reason, at }).await
    }

    async fn requeued(&self, reactor: &str) -> Result<Vec<StoredEvent>, StoreError> {
        self.read(Requeued(reactor.to_owned())).await
    }
}
