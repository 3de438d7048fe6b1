//! The numbered sets of rows of read models.
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl};
use domain_shared::{Generation, StoreError};

use super::{Conn, Query, RunQueryDsl};
use crate::sql::{
    failure::Failure,
    rows::{from_column, to_column},
    schema::projections,
};

/// The number of a set and how far it has come.
pub type Standing = (i64, u64);

/// The set of the name that is live, or that isn't.
macro_rules! set {
    ($name:expr, $generation:expr) => {
        projections::table
            .filter(projections::name.eq($name))
            .filter(projections::is_live.eq($generation == Generation::Live))
            .select((projections::generation, projections::position))
    };
}

fn standing((generation, position): (i64, i64)) -> Standing {
    (generation, from_column(position))
}

/// Keeps a set for this transaction alone; `None` if it isn't there or somebody else has it.
pub async fn claim(
    mut conn: Conn<'_>,
    name: &'static str,
    generation: Generation,
) -> Result<Option<Standing>, Failure> {
    Ok(claim!(set!(name, generation)).get_result(&mut conn).await.optional()?.map(standing))
}

/// Notes how far a set has come.
pub async fn advance(
    mut conn: Conn<'_>,
    name: &'static str,
    generation: i64,
    position: u64,
) -> Result<(), Failure> {
    let set = projections::table.find((name, generation));
    diesel::update(set).set(projections::position.eq(to_column(position))).execute(&mut conn).await?;
    Ok(())
}

/// A set of the name, whichever it is.
#[derive(Debug)]
pub struct LookUp(pub &'static str, pub Generation);

impl Query for LookUp {
    type Answer = Option<Standing>;

    async fn run(&self, mut conn: Conn<'_>) -> Result<Option<Standing>, Failure> {
        Ok(set!(self.0, self.1).get_result(&mut conn).await.optional()?.map(standing))
    }
}

/// Begins the first set there is, which is live.
#[derive(Debug)]
pub struct Begin(pub &'static str);

impl Query for Begin {
    type Answer = ();

    async fn run(&self, conn: Conn<'_>) -> Result<(), Failure> {
        begin(conn, self.0, Generation::Live, 1).await
    }
}

/// Begins an empty set, unless there is one.
async fn begin(
    mut conn: Conn<'_>,
    name: &'static str,
    generation: Generation,
    number: i64,
) -> Result<(), Failure> {
    let row = (
        projections::name.eq(name),
        projections::generation.eq(number),
        projections::is_live.eq(generation == Generation::Live),
        projections::position.eq(0),
    );
    diesel::insert_into(projections::table).values(row).on_conflict_do_nothing().execute(&mut conn).await?;
    Ok(())
}

/// Begins an empty shadow in the place of one that may be there; its number. Whoever does is alone with the live set, and the
/// shadow, which may become live, has the highest number there ever was: so none comes twice.
pub async fn begin_shadow(mut conn: Conn<'_>, name: &'static str) -> Result<u64, Failure> {
    begin(conn, name, Generation::Live, 1).await?;
    let live = for_update!(set!(name, Generation::Live)).get_result(&mut conn).await.optional()?;
    let Some((live, _)) = live.map(standing) else {
        return Err(StoreError::unavailable("another set has just taken the place of the live one").into());
    };
    let shadow = for_update!(set!(name, Generation::Shadow)).get_result(&mut conn).await.optional()?;
    let shadow = shadow.map(standing).map(|(number, _)| number);
    if let Some(number) = shadow {
        diesel::delete(projections::table.find((name, number))).execute(&mut conn).await?;
    }
    let number = shadow.unwrap_or(live) + 1;
    begin(conn, name, Generation::Shadow, number).await?;
    Ok(from_column(number))
}

/// Makes the shadow live if it has come as far as the live set, unless somebody has one of them; the number of the set
/// that is live now, if nobody has it.
pub async fn swap(mut conn: Conn<'_>, name: &'static str) -> Result<Option<u64>, Failure> {
    let live = claim(conn, name, Generation::Live).await?;
    let shadow = claim(conn, name, Generation::Shadow).await?;
    let Some((live, shadow)) = live.zip(shadow).filter(|(live, shadow)| shadow.1 >= live.1) else {
        return Ok(live.map(|(number, _)| from_column(number)));
    };
    diesel::delete(projections::table.find((name, live.0))).execute(&mut conn).await?;
    let complete = projections::table.find((name, shadow.0));
    diesel::update(complete).set(projections::is_live.eq(true)).execute(&mut conn).await?;
    Ok(Some(from_column(shadow.0)))
}
