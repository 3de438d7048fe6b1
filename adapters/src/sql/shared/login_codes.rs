//! Login codes. Each step is a single statement, which the database makes atomic; an attempt asks first with what it is
//! counted, which doesn't change.
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, SelectableHelper, query_dsl::methods};
use domain_auth::{Challenge, CodePurpose, Guesser, LoginCodes, Resend, Tries, UserId};
use domain_shared::StoreError;
use uuid::Uuid;

use super::{Conn, Query, RunQueryDsl, Store};
use crate::sql::{
    failure::Failure,
    rows::ChallengeRow,
    schema::login_codes,
    types::{Id, Time},
};

#[derive(Debug)]
struct Issue(ChallengeRow);

impl Query for Issue {
    type Answer = ();

    async fn run(&self, mut conn: Conn<'_>) -> Result<(), Failure> {
        diesel::insert_into(login_codes::table)
            .values(&self.0)
            .on_conflict((login_codes::user_id, login_codes::purpose))
            .do_update()
            .set(&self.0)
            .execute(&mut conn)
            .await?;
        Ok(())
    }
}

#[derive(Debug)]
struct IssueUnlessSent(ChallengeRow, Time);

impl Query for IssueUnlessSent {
    type Answer = bool;

    async fn run(&self, mut conn: Conn<'_>) -> Result<bool, Failure> {
        let issue = diesel::insert_into(login_codes::table)
            .values(&self.0)
            .on_conflict((login_codes::user_id, login_codes::purpose))
            .do_update()
            .set(&self.0);
        let issue = methods::FilterDsl::filter(issue, login_codes::sent_at.le(self.1));
        Ok(issue.execute(&mut conn).await? == 1)
    }
}

/// Counts one more in `column`, unless there are `most` already or it is too late.
macro_rules! count {
    ($column:path, $challenge:expr, $most:expr, $now:expr, $conn:expr) => {{
        let live = login_codes::table
            .filter(login_codes::challenge_id.eq($challenge))
            .filter(login_codes::expires_at.gt($now))
            .filter($column.lt(i64::from($most)));
        diesel::update(live)
            .set($column.eq($column + 1))
            .returning(ChallengeRow::as_returning())
            .get_result($conn)
            .await
            .optional()?
    }};
}

/// Counts one less in `column`.
macro_rules! give_back {
    ($column:path, $challenge:expr, $conn:expr) => {
        diesel::update(
            login_codes::table.filter(login_codes::challenge_id.eq($challenge)).filter($column.gt(0)),
        )
        .set($column.eq($column - 1))
        .execute($conn)
        .await?
    };
}

#[derive(Debug)]
struct Attempt {
    user: Id,
    purpose: CodePurpose,
    guesser: Guesser,
    now: Time,
}

impl Query for Attempt {
    type Answer = Option<Challenge>;

    async fn run(&self, mut conn: Conn<'_>) -> Result<Option<Challenge>, Failure> {
        let pending: Option<(Id, Option<String>)> = login_codes::table
            .find((self.user, self.purpose.as_str()))
            .select((login_codes::challenge_id, login_codes::place))
            .get_result(&mut conn)
            .await
            .optional()?;
        // Where there is none it is counted in vain, so that it takes as long.
        let (challenge, place) = pending.unwrap_or((Id(Uuid::nil()), None));
        let (tries, most) = self.guesser.counts(place.as_deref());
        let row = match tries {
            Tries::Askers => count!(login_codes::attempts, challenge, most, self.now, &mut conn),
            Tries::Known => count!(login_codes::tries_known, challenge, most, self.now, &mut conn),
            Tries::Others => count!(login_codes::tries_of_others, challenge, most, self.now, &mut conn),
        };
        Ok(row.map(Challenge::try_from).transpose()?)
    }
}

#[derive(Debug)]
struct GiveBack(Id, Tries);

impl Query for GiveBack {
    type Answer = ();

    async fn run(&self, mut conn: Conn<'_>) -> Result<(), Failure> {
        match self.1 {
            Tries::Askers => give_back!(login_codes::attempts, self.0, &mut conn),
            Tries::Known => give_back!(login_codes::tries_known, self.0, &mut conn),
            Tries::Others => give_back!(login_codes::tries_of_others, self.0, &mut conn),
        };
        Ok(())
    }
}

#[derive(Debug)]
struct Consume(Id);

impl Query for Consume {
    type Answer = bool;

    async fn run(&self, mut conn: Conn<'_>) -> Result<bool, Failure> {
        let used = login_codes::table.filter(login_codes::challenge_id.eq(self.0));
        Ok(diesel::delete(used).execute(&mut conn).await? == 1)
    }
}

#[derive(Debug)]
struct SendAgain {
    user: Id,
    purpose: CodePurpose,
    max_attempts: u32,
    not_since: Time,
    now: Time,
}

impl Query for SendAgain {
    type Answer = Resend;

    async fn run(&self, mut conn: Conn<'_>) -> Result<Resend, Failure> {
        let live = login_codes::table
            .find((self.user, self.purpose.as_str()))
            .filter(login_codes::expires_at.gt(self.now))
            .filter(login_codes::attempts.lt(i64::from(self.max_attempts)));
        let row = diesel::update(live.filter(login_codes::sent_at.le(self.not_since)))
            .set(login_codes::sent_at.eq(self.now))
            .returning(ChallengeRow::as_returning())
            .get_result(&mut conn)
            .await
            .optional()?;
        if let Some(row) = row {
            return Ok(Resend::Send(row.try_into()?));
        }
        let sent_at: Option<Time> =
            live.select(login_codes::sent_at).get_result(&mut conn).await.optional()?;
        Ok(sent_at.map_or(Resend::Nothing, |sent_at| Resend::TooSoon(sent_at.0)))
    }
}

#[derive(Debug)]
struct Revoke(Id);

impl Query for Revoke {
    type Answer = ();

    async fn run(&self, mut conn: Conn<'_>) -> Result<(), Failure> {
        diesel::delete(login_codes::table.filter(login_codes::user_id.eq(self.0))).execute(&mut conn).await?;
        Ok(())
    }
}

#[async_trait]
impl LoginCodes for Store {
    async fn issue(&self, challenge: &Challenge) -> Result<(), StoreError> {
        self.write(Issue(challenge.into())).await
    }

    async fn issue_unless_sent(
        &self,
        challenge: &Challenge,
        not_since: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        self.write(IssueUnlessSent(challenge.into(), Time(not_since))).await
    }

    async fn attempt(
        &self,
        user: UserId,
        purpose: CodePurpose,
        guesser: &Guesser,
        now: DateTime<Utc>,
    ) -> Result<Option<Challenge>, StoreError> {
        self.write(Attempt { user: Id(user.0), purpose, guesser: guesser.clone(), now: Time(now) }).await
    }

    async fn give_back(&self, challenge: &Challenge, guesser: &Guesser) -> Result<(), StoreError> {
        self.write(GiveBack(Id(challenge.id), guesser.counts(challenge.place.as_deref()).0)).await
    }

    async fn consume(&self, challenge: Uuid) -> Result<bool, StoreError> {
        self.write(Consume(Id(challenge))).await
    }

    async fn resend(
        &self,
        user: UserId,
        purpose: CodePurpose,
        max_attempts: u32,
        not_since: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<Resend, StoreError> {
        let (user, not_since, now) = (Id(user.0), Time(not_since), Time(now));
        self.write(SendAgain { user, purpose, max_attempts, not_since, now }).await
    }

    async fn revoke(&self, user: UserId) -> Result<(), StoreError> {
        self.write(Revoke(Id(user.0))).await
    }
}
