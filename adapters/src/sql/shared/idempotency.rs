//! Idempotency keys. Each step of a claim is a single statement, which the database makes atomic; a step that finds
//! nothing to do leaves everything to the next.
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, query_dsl::methods};
use domain_shared::{Attempt, Claim, Claimed, Digest, IdempotencyKeys, StoreError};

use super::{Conn, Query, RunQueryDsl, Store};
use crate::sql::{
    failure::Failure,
    rows::ClaimRow,
    schema::idempotency_keys::{self as keys, dsl::idempotency_keys as table},
    types::{Id, Time},
};

#[derive(Debug)]
struct Take(Claim);

impl Take {
    /// Takes a key that is new, or has expired.
    async fn fresh(&self, mut conn: Conn<'_>) -> Result<Option<Claimed>, Failure> {
        let Self(claim) = self;
        let upsert = diesel::insert_into(table)
            .values(ClaimRow::from(claim))
            .on_conflict(keys::key)
            .do_update()
            .set(ClaimRow::from(claim));
        let upsert = methods::FilterDsl::filter(upsert, keys::expires_at.le(Time(claim.now)));
        let taken = upsert.execute(&mut conn).await? == 1;
        Ok(taken.then_some(Claimed::Fresh(self.attempt(claim.command))))
    }

    /// Takes over a lease that has run out.
    async fn retry(&self, mut conn: Conn<'_>) -> Result<Option<Claimed>, Failure> {
        let Self(claim) = self;
        let run_out = table
            .find(claim.key.as_slice())
            .filter(keys::fingerprint.eq(claim.fingerprint.as_slice()))
            .filter(keys::answer.is_null())
            .filter(keys::leased_until.le(Time(claim.now)))
            .filter(keys::expires_at.gt(Time(claim.now)));
        let command: Option<Id> = diesel::update(run_out)
            .set(keys::leased_until.eq(Time(claim.leased_until)))
            .returning(keys::command_id)
            .get_result(&mut conn)
            .await
            .optional()?;
        Ok(command.map(|Id(command)| Claimed::Retry(self.attempt(command))))
    }

    /// What there is instead. One who finds the key gone has come between two others.
    async fn taken(&self, mut conn: Conn<'_>) -> Result<Claimed, Failure> {
        let row = table.find(self.0.key.as_slice()).select((keys::fingerprint, keys::answer));
        let row: Option<(Vec<u8>, Option<Vec<u8>>)> = row.get_result(&mut conn).await.optional()?;
        Ok(match row {
            Some((fingerprint, _)) if fingerprint != self.0.fingerprint => Claimed::OtherRequest,
            Some((_, Some(answer))) => Claimed::Answered(answer),
            _ => Claimed::InFlight,
        })
    }

    const fn attempt(&self, command: uuid::Uuid) -> Attempt {
        Attempt { key: self.0.key, command, leased_until: self.0.leased_until }
    }
}

impl Query for Take {
    type Answer = Claimed;

    async fn run(&self, conn: Conn<'_>) -> Result<Claimed, Failure> {
        if let Some(fresh) = self.fresh(conn).await? {
            return Ok(fresh);
        }
        match self.retry(conn).await? {
            Some(retry) => Ok(retry),
            None => self.taken(conn).await,
        }
    }
}

#[derive(Debug)]
struct Complete(Attempt, Vec<u8>, Time);

impl Query for Complete {
    type Answer = ();

    async fn run(&self, mut conn: Conn<'_>) -> Result<(), Failure> {
        let Self(attempt, answer, until) = self;
        let row = table
            .find(attempt.key.as_slice())
            .filter(keys::command_id.eq(Id(attempt.command)))
            .filter(keys::answer.is_null());
        let values = (keys::answer.eq(answer), keys::expires_at.eq(until));
        diesel::update(row).set(values).execute(&mut conn).await?;
        Ok(())
    }
}

/// The row of an attempt, unless it has an answer, or another attempt has the lease.
macro_rules! leased {
    ($attempt:expr) => {
        table
            .find($attempt.key.as_slice())
            .filter(keys::command_id.eq(Id($attempt.command)))
            .filter(keys::leased_until.eq(Time($attempt.leased_until)))
            .filter(keys::answer.is_null())
    };
}

#[derive(Debug)]
struct Release(Attempt);

impl Query for Release {
    type Answer = ();

    async fn run(&self, mut conn: Conn<'_>) -> Result<(), Failure> {
        diesel::delete(leased!(self.0)).execute(&mut conn).await?;
        Ok(())
    }
}

#[derive(Debug)]
struct Lapse(Attempt);

impl Query for Lapse {
    type Answer = ();

    async fn run(&self, mut conn: Conn<'_>) -> Result<(), Failure> {
        let ended = keys::leased_until.eq(Time(DateTime::UNIX_EPOCH));
        diesel::update(leased!(self.0)).set(ended).execute(&mut conn).await?;
        Ok(())
    }
}

#[derive(Debug)]
struct Forget(Digest);

impl Query for Forget {
    type Answer = ();

    async fn run(&self, mut conn: Conn<'_>) -> Result<(), Failure> {
        diesel::delete(table.find(self.0.as_slice())).execute(&mut conn).await?;
        Ok(())
    }
}

#[derive(Debug)]
struct Sweep(Time, usize);

impl Query for Sweep {
    type Answer = usize;

    async fn run(&self, mut conn: Conn<'_>) -> Result<usize, Failure> {
        let Self(now, limit) = *self;
        let found: Vec<Vec<u8>> = table
            .filter(keys::expires_at.le(now))
            .order(keys::expires_at)
            .limit(i64::try_from(limit).unwrap_or(i64::MAX))
            .select(keys::key)
            .load(&mut conn)
            .await?;
        // Once more, since a key may have been claimed anew meanwhile.
        let expired = table.filter(keys::key.eq_any(found)).filter(keys::expires_at.le(now));
        Ok(diesel::delete(expired).execute(&mut conn).await?)
    }
}

#[async_trait]
impl IdempotencyKeys for Store {
    async fn claim(&self, claim: &Claim) -> Result<Claimed, StoreError> {
        self.write(Take(*claim)).await
    }

    async fn complete(
        &self,
        attempt: &Attempt,
        answer: &[u8],
        until: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.write(Complete(*attempt, answer.to_owned(), Time(until))).await
    }

    async fn release(&self, attempt: &Attempt) -> Result<(), StoreError> {
        self.write(Release(*attempt)).await
    }

    async fn lapse(&self, attempt: &Attempt) -> Result<(), StoreError> {
        self.write(Lapse(*attempt)).await
    }

    async fn forget(&self, key: &Digest) -> Result<(), StoreError> {
        self.write(Forget(*key)).await
    }

    async fn sweep(&self, now: DateTime<Utc>, limit: usize) -> Result<usize, StoreError> {
        self.write(Sweep(Time(now), limit)).await
    }
}
