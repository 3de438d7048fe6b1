//! How each read model is stored: rows in numbered sets, one of which is live.
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, SelectableHelper};
use domain_auth::UserActivity;
use domain_product::{Inventory, StockLedger};
use domain_shared::{Folded, Generation, ProjectedRow, Projection, StoreError, StoredEvent, fold, keys};
use uuid::Uuid;

use super::{Conn, Query, RunQueryDsl};
use crate::sql::{
    failure::Failure,
    rows::{Generational, InventoryRow, LedgerRow, UserActivityRow, from_column, to_column},
    schema::{inventory, projections, stock_ledger, user_activity},
    types::Id,
};

/// How many rows of a set that is no longer needed are dropped at once.
const DROPPED_AT_ONCE: i64 = 5_000;

/// The number of the set that is live, to be asked in the statement that reads the rows: so a swap shows all of the old
/// rows or all of the new ones.
macro_rules! live_set {
    ($Projection:ty) => {
        $crate::sql::schema::projections::table
            .filter(
                $crate::sql::schema::projections::name.eq(<$Projection as domain_shared::Projection>::NAME),
            )
            .filter($crate::sql::schema::projections::is_live.eq(true))
            .select($crate::sql::schema::projections::generation)
    };
}
pub(super) use live_set;

/// A read model with a table of its own.
pub trait Projected: Projection {
    /// Folds `events` into the set `generation`.
    fn take_in(
        conn: Conn<'_>,
        generation: i64,
        events: Vec<StoredEvent>,
    ) -> impl Future<Output = Result<(), Failure>> + Send;

    /// The live rows that follow from these aggregates, ordered by key.
    fn of_aggregates(
        conn: Conn<'_>,
        aggregates: Vec<Id>,
    ) -> impl Future<Output = Result<Vec<Self::Row>, Failure>> + Send;

    /// Drops some rows of a set that isn't `spared`; how many.
    fn drop_some(conn: Conn<'_>, spared: Vec<i64>) -> impl Future<Output = Result<usize, Failure>> + Send;
}

macro_rules! projected {
    ($($Projection:ident is a $Row:ident of $table:ident by $key:ident about $aggregate:ident;)+) => {
        $(impl Projected for $Projection {
            async fn take_in(
                mut conn: Conn<'_>,
                generation: i64,
                events: Vec<StoredEvent>,
            ) -> Result<(), Failure> {
                let concerned: Vec<Id> = keys::<Self>(&events).into_iter().map(Id).collect();
                if concerned.is_empty() {
                    return Ok(());
                }
                let of_set = $table::table.filter($table::generation.eq(generation));
                let rows = of_set.filter($table::$key.eq_any(&concerned)).select($Row::as_select());
                let rows: Vec<$Row> = rows.load(&mut conn).await?;
                let rows = rows.into_iter().map($Row::read).collect::<Result<Vec<_>, StoreError>>()?;
                let replaced: Vec<Id> = rows.iter().map(|row| Id(row.key())).collect();
                let Folded { rows, .. } = fold::<Self>(rows, &events).map_err(StoreError::unavailable)?;
                if !replaced.is_empty() {
                    let old = $table::table.filter($table::generation.eq(generation));
                    diesel::delete(old.filter($table::$key.eq_any(replaced))).execute(&mut conn).await?;
                }
                let rows: Vec<$Row> = rows.into_iter().map(|row| $Row::of(row, generation)).collect();
                insert_all!(conn, $table::table, rows);
                Ok(())
            }

            async fn of_aggregates(mut conn: Conn<'_>, aggregates: Vec<Id>) -> Result<Vec<Self::Row>, Failure> {
                let rows = $table::table
                    .filter($table::generation.eq_any(live_set!(Self)))
                    .filter($table::$aggregate.eq_any(aggregates))
                    .order($table::$key)
                    .select($Row::as_select());
                let rows: Vec<$Row> = rows.load(&mut conn).await?;
                Ok(rows.into_iter().map($Row::read).collect::<Result<_, _>>()?)
            }

            async fn drop_some(mut conn: Conn<'_>, spared: Vec<i64>) -> Result<usize, Failure> {
                let old = $table::table
                    .filter($table::generation.ne_all(spared))
                    .select(($table::generation, $table::$key))
                    .limit(DROPPED_AT_ONCE);
                let old: Vec<(i64, Id)> = old.load(&mut conn).await?;
                let Some((generation, _)) = old.as_slice().first().copied() else { return Ok(0) };
                let keys = old.iter().filter(|row| row.0 == generation).map(|row| row.1);
                let rows = $table::table
                    .filter($table::generation.eq(generation))
                    .filter($table::$key.eq_any(keys.collect::<Vec<_>>()));
                Ok(diesel::delete(rows).execute(&mut conn).await?)
            }
        })+
    };
}

projected! {
    StockLedger is a LedgerRow of stock_ledger by id about product_id;
    Inventory is a InventoryRow of inventory by product_id about product_id;
    UserActivity is a UserActivityRow of user_activity by user_id about user_id;
}

/// The number of a set and how far it has come.
pub type Standing = (i64, u64);

/// Keeps a set for this transaction alone; `None` if it isn't there or somebody else has it.
pub async fn claim(
    mut conn: Conn<'_>,
    name: &'static str,
    generation: Generation,
) -> Result<Option<Standing>, Failure> {
    let is_live = generation == Generation::Live;
    let set = projections::table
        .filter(projections::name.eq(name))
        .filter(projections::is_live.eq(is_live))
        .select((projections::generation, projections::position));
    let set: Option<(i64, i64)> = claim!(set).get_result(&mut conn).await.optional()?;
    Ok(set.map(|(generation, position)| (generation, from_column(position))))
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
        let is_live = self.1 == Generation::Live;
        let set = projections::table
            .filter(projections::name.eq(self.0))
            .filter(projections::is_live.eq(is_live))
            .select((projections::generation, projections::position));
        let set: Option<(i64, i64)> = set.get_result(&mut conn).await.optional()?;
        Ok(set.map(|(generation, position)| (generation, from_column(position))))
    }
}

/// Begins an empty set, unless there is one.
#[derive(Debug)]
pub struct Begin(pub &'static str, pub Generation, pub i64);

impl Query for Begin {
    type Answer = ();

    async fn run(&self, mut conn: Conn<'_>) -> Result<(), Failure> {
        let row = (
            projections::name.eq(self.0),
            projections::generation.eq(self.2),
            projections::is_live.eq(self.1 == Generation::Live),
            projections::position.eq(0),
        );
        diesel::insert_into(projections::table)
            .values(row)
            .on_conflict_do_nothing()
            .execute(&mut conn)
            .await?;
        Ok(())
    }
}

/// Drops the shadow of a live set.
#[derive(Debug)]
pub struct DropShadow(pub &'static str);

impl Query for DropShadow {
    type Answer = ();

    async fn run(&self, mut conn: Conn<'_>) -> Result<(), Failure> {
        let shadow =
            projections::table.filter(projections::name.eq(self.0)).filter(projections::is_live.eq(false));
        diesel::delete(shadow).execute(&mut conn).await?;
        Ok(())
    }
}

/// Makes the set `shadow` live in the place of `live`; both are claimed.
pub async fn replace(mut conn: Conn<'_>, name: &'static str, live: i64, shadow: i64) -> Result<(), Failure> {
    diesel::delete(projections::table.find((name, live))).execute(&mut conn).await?;
    let shadow = projections::table.find((name, shadow));
    diesel::update(shadow).set(projections::is_live.eq(true)).execute(&mut conn).await?;
    Ok(())
}

/// Drops some of the rows whose set is gone; how many.
#[derive(Debug)]
pub struct Sweep<P>(pub std::marker::PhantomData<P>);

impl<P: Projected> Query for Sweep<P> {
    type Answer = usize;

    async fn run(&self, mut conn: Conn<'_>) -> Result<usize, Failure> {
        let sets = projections::table.filter(projections::name.eq(P::NAME)).select(projections::generation);
        let sets: Vec<i64> = sets.load(&mut conn).await?;
        P::drop_some(conn, sets).await
    }
}

/// The live rows that follow from some aggregates.
#[derive(Debug)]
pub struct RowsOf<P>(pub Vec<Uuid>, pub std::marker::PhantomData<P>);

impl<P: Projected> Query for RowsOf<P> {
    type Answer = Vec<P::Row>;

    async fn run(&self, conn: Conn<'_>) -> Result<Vec<P::Row>, Failure> {
        P::of_aggregates(conn, self.0.iter().copied().map(Id).collect()).await
    }
}
