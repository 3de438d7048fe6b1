//! Several new aggregates, in one transaction.
use std::collections::HashSet;

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl};
use domain_auth::{Session, User};
use domain_product::Product;
use domain_shared::{Aggregate, Refused, StoreError, seal};
use uuid::Uuid;

use super::{Conn, RunQueryDsl, Stored, events::append_all};
use crate::sql::{failure::Failure, schema::users, types::Id};

/// How many aggregates go into one statement: each row has up to 18 values, and one of `PostgreSQL` at most 65,535.
pub const CHUNK: usize = 500;

/// Stores those of a chunk of new aggregates that can be stored, with their events; tells which can't. `first` is the place
/// of the first one.
pub async fn add_all<A: Stored>(conn: Conn<'_>, new: &[A], first: usize) -> Result<Vec<Refused>, Failure> {
    let added = A::insert_new(new, conn).await?;
    let mut added: HashSet<Uuid> = added.into_iter().map(|Id(id)| id).collect();
    let (mut events, mut left_out) = (Vec::new(), Vec::new());
    for (place, aggregate) in new.iter().enumerate() {
        // Taken out: of two with the same id it was the first.
        if added.remove(&aggregate.id().into()) {
            events.extend(seal(aggregate)?);
        } else {
            left_out.push((first + place, aggregate));
        }
    }
    append_all(conn, events).await?;
    reasons(conn, left_out).await
}

async fn reasons<A: Stored>(conn: Conn<'_>, left_out: Vec<(usize, &A)>) -> Result<Vec<Refused>, Failure> {
    if left_out.is_empty() {
        return Ok(Vec::new());
    }
    let ids = left_out.iter().map(|(_, aggregate)| Id(aggregate.id().into())).collect();
    let there: HashSet<Uuid> = A::ids_among(conn, ids).await?.into_iter().map(|Id(id)| id).collect();
    let mut refused = Vec::new();
    for (index, aggregate) in left_out {
        let reason = if there.contains(&aggregate.id().into()) {
            StoreError::Stale
        } else {
            StoreError::Taken(aggregate.taken(conn).await?)
        };
        refused.push(Refused { index, reason });
    }
    Ok(refused)
}

/// Lets those that were stored know.
pub fn commit_journals<A: Aggregate>(new: &mut [A], refused: &[Refused]) {
    let refused: HashSet<usize> = refused.iter().map(|refused| refused.index).collect();
    for (index, aggregate) in new.iter_mut().enumerate() {
        if !refused.contains(&index) {
            aggregate.journal_mut().commit();
        }
    }
}

/// A product has nothing else that must be unique.
pub async fn taken_of_product(_: &Product, _: Conn<'_>) -> Result<&'static str, Failure> {
    Ok("sku")
}

/// A session has nothing but its id: that it is there no more says that somebody was faster.
pub async fn taken_of_session(_: &Session, _: Conn<'_>) -> Result<&'static str, Failure> {
    Err(StoreError::Stale.into())
}

pub async fn taken_of_user(user: &User, mut conn: Conn<'_>) -> Result<&'static str, Failure> {
    let address = users::table.filter(users::email.eq(user.email.as_str().to_owned())).select(users::id);
    let owner: Option<Id> = address.get_result(&mut conn).await.optional()?;
    Ok(if owner.is_some() { "email" } else { "username" })
}
