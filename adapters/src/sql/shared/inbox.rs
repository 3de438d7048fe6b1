use async_trait::async_trait;
use diesel::{ExpressionMethods, QueryDsl, dsl::exists, select};
use domain_shared::{Inbox, StoreError};
use uuid::Uuid;

use super::{Conn, Query, RunQueryDsl, Store};
use crate::{
    crash_point::crash_point,
    sql::{failure::Failure, schema::inbox, types::Id},
};

#[derive(Debug)]
struct Has(String, Uuid);

impl Query for Has {
    type Answer = bool;

    async fn run(&self, mut conn: Conn<'_>) -> Result<bool, Failure> {
        let row = inbox::table.find((&self.0, Id(self.1)));
        Ok(select(exists(row)).get_result(&mut conn).await?)
    }
}

#[derive(Debug)]
struct Record(String, Uuid);

impl Query for Record {
    type Answer = bool;

    async fn run(&self, mut conn: Conn<'_>) -> Result<bool, Failure> {
        let row = (inbox::consumer.eq(&self.0), inbox::event_id.eq(Id(self.1)));
        let added = diesel::insert_into(inbox::table).values(row).on_conflict_do_nothing();
        Ok(added.execute(&mut conn).await? == 1)
    }
}

#[derive(Debug)]
struct ForgetBefore(Uuid);

impl Query for ForgetBefore {
    type Answer = ();

    async fn run(&self, mut conn: Conn<'_>) -> Result<(), Failure> {
        let old = inbox::table.filter(inbox::event_id.lt(Id(self.0)));
        diesel::delete(old).execute(&mut conn).await?;
        Ok(())
    }
}

#[async_trait]
impl Inbox for Store {
    async fn has(&self, consumer: &str, event: Uuid) -> Result<bool, StoreError> {
        self.read(Has(consumer.to_owned(), event)).await
    }

    async fn record(&self, consumer: &str, event: Uuid) -> Result<bool, StoreError> {
        crash_point("inbox.before_record");
        let is_new = self.write(Record(consumer.to_owned(), event)).await?;
        crash_point("inbox.after_record");
        Ok(is_new)
    }

    async fn forget_before(&self, event: Uuid) -> Result<(), StoreError> {
        self.write(ForgetBefore(event)).await
    }
}
