//! How often things were done. A take is a single statement, which the database makes atomic; one that is refused asks
//! how long to wait besides.
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::{
    ExpressionMethods, OptionalExtension, QueryDsl, QueryableByName, sql_query,
    sql_types::{BigInt, Text},
};
use domain_shared::{Bucket, Debt, Quota, StoreError, Taken, Throttle, Ticket};

use super::{Conn, Query, RunQueryDsl, Store};
use crate::sql::{failure::Failure, schema::throttle};

/// What [`Quota::take`] does, in SQL that both databases understand. `$4` is now, `$5` the quota's refill.
macro_rules! upsert {
    () => {
        concat!(
            "INSERT INTO throttle AS t (bucket, debt_until, free_at) VALUES ($1, $2, $3) \
             ON CONFLICT (bucket) DO UPDATE SET debt_until = ",
            upsert!(debt),
            ", free_at = CASE WHEN ",
            upsert!(times),
            " < $6 THEN 0 WHEN ",
            upsert!(times),
            " - $6 <= $7 THEN $4 + ($8 << CAST(",
            upsert!(times),
            " - $6 AS integer)) ELSE $4 + $9 END WHERE t.free_at <= $4 RETURNING free_at"
        )
    };
    (debt) => {
        "CASE WHEN t.debt_until > $4 THEN t.debt_until ELSE $4 END + $5"
    };
    (times) => {
        concat!("((", upsert!(debt), " - $4 + $5 - 1) / $5)")
    };
}

#[derive(QueryableByName)]
struct FreeAt {
    #[diesel(sql_type = BigInt)]
    free_at: i64,
}

fn name(bucket: &Bucket) -> String {
    format!("{}:{}", bucket.kind, bucket.of)
}

fn micros(time: TimeDelta) -> i64 {
    time.num_microseconds().unwrap_or(i64::MAX)
}

#[derive(Debug)]
struct Take {
    bucket: Bucket,
    quota: Quota,
    /// What there is to be if nothing was counted before.
    first: Debt,
    now: DateTime<Utc>,
}

impl Query for Take {
    type Answer = Taken;

    async fn run(&self, mut conn: Conn<'_>) -> Result<Taken, Failure> {
        let Self { bucket, quota, first, now } = self;
        let (name, refill) = (name(bucket), quota.refill());
        let taken: Option<FreeAt> = sql_query(upsert!())
            .bind::<Text, _>(&name)
            .bind::<BigInt, _>(first.until.timestamp_micros())
            .bind::<BigInt, _>(first.free_at.timestamp_micros())
            .bind::<BigInt, _>(now.timestamp_micros())
            .bind::<BigInt, _>(micros(refill))
            .bind::<BigInt, _>(i64::from(quota.free()))
            .bind::<BigInt, _>(i64::from(quota.doublings()))
            .bind::<BigInt, _>(micros(quota.first_wait()))
            .bind::<BigInt, _>(micros(quota.longest_wait()))
            .get_result(&mut conn)
            .await
            .optional()?;
        let time = |micros| DateTime::from_timestamp_micros(micros).unwrap_or(*now);
        if let Some(FreeAt { free_at }) = taken {
            let bucket = bucket.clone();
            return Ok(Taken::Granted(Ticket { bucket, refill, free_at: time(free_at) }));
        }
        let row = throttle::table.find(name).select(throttle::free_at);
        let free_at: Option<i64> = row.get_result(&mut conn).await.optional()?;
        // One who finds nothing to wait for has come between two others.
        let wait = free_at.map_or(TimeDelta::zero(), |free_at| time(free_at) - *now);
        Ok(Taken::Refused(wait.max(TimeDelta::milliseconds(1))))
    }
}

#[derive(Debug)]
struct GiveBack(Ticket);

impl Query for GiveBack {
    type Answer = ();

    async fn run(&self, mut conn: Conn<'_>) -> Result<(), Failure> {
        let Ticket { bucket, refill, free_at } = &self.0;
        sql_query(
            "UPDATE throttle SET debt_until = debt_until - $1, \
             free_at = CASE WHEN free_at = $2 THEN 0 ELSE free_at END WHERE bucket = $3",
        )
        .bind::<BigInt, _>(micros(*refill))
        .bind::<BigInt, _>(free_at.timestamp_micros())
        .bind::<Text, _>(name(bucket))
        .execute(&mut conn)
        .await?;
        Ok(())
    }
}

#[derive(Debug)]
struct Clear(Bucket);

impl Query for Clear {
    type Answer = ();

    async fn run(&self, mut conn: Conn<'_>) -> Result<(), Failure> {
        diesel::delete(throttle::table.find(name(&self.0))).execute(&mut conn).await?;
        Ok(())
    }
}

#[derive(Debug)]
struct Sweep(i64, usize);

impl Query for Sweep {
    type Answer = usize;

    async fn run(&self, mut conn: Conn<'_>) -> Result<usize, Failure> {
        let Self(now, limit) = *self;
        let found: Vec<String> = throttle::table
            .filter(throttle::debt_until.le(now))
            .filter(throttle::free_at.le(now))
            .order(throttle::debt_until)
            .limit(i64::try_from(limit).unwrap_or(i64::MAX))
            .select(throttle::bucket)
            .load(&mut conn)
            .await?;
        // Once more, since something may have been counted meanwhile.
        let paid_off = throttle::table
            .filter(throttle::bucket.eq_any(found))
            .filter(throttle::debt_until.le(now))
            .filter(throttle::free_at.le(now));
        Ok(diesel::delete(paid_off).execute(&mut conn).await?)
    }
}

#[async_trait]
impl Throttle for Store {
    async fn take(&self, bucket: &Bucket, quota: &Quota, now: DateTime<Utc>) -> Result<Taken, StoreError> {
        match quota.take(None, now) {
            Ok(first) => self.write(Take { bucket: bucket.clone(), quota: *quota, first, now }).await,
            Err(wait) => Ok(Taken::Refused(wait)),
        }
    }

    async fn give_back(&self, ticket: &Ticket) -> Result<(), StoreError> {
        self.write(GiveBack(ticket.clone())).await
    }

    async fn clear(&self, bucket: &Bucket) -> Result<(), StoreError> {
        self.write(Clear(bucket.clone())).await
    }

    async fn sweep(&self, now: DateTime<Utc>, limit: usize) -> Result<usize, StoreError> {
        self.write(Sweep(now.timestamp_micros(), limit)).await
    }
}
