//! How each read model is stored: rows in numbered sets, one of which is live.
use diesel::{ExpressionMethods, NullableExpressionMethods, QueryDsl, SelectableHelper};
use domain_auth::UserActivity;
use domain_product::{Inventory, StockLedger};
use domain_shared::{Folded, ProjectedRow, Projection, StoreError, StoredEvent, fold, keys};
use uuid::Uuid;

use super::{Conn, Query, RunQueryDsl};
use crate::sql::{
    failure::Failure,
    rows::{Generational, InventoryRow, LedgerRow, UserActivityRow},
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

    /// Up to `limit` ids after `after` of aggregates that live rows follow from, in order.
    fn aggregates_after(
        conn: Conn<'_>,
        after: Id,
        limit: i64,
    ) -> impl Future<Output = Result<Vec<Id>, Failure>> + Send;

    /// Drops some rows of a set that is gone; how many.
    fn drop_some(conn: Conn<'_>) -> impl Future<Output = Result<usize, Failure>> + Send;
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
                project_all!(conn, $table::table, rows);
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

            async fn aggregates_after(mut conn: Conn<'_>, after: Id, limit: i64) -> Result<Vec<Id>, Failure> {
                // One number, so that the index is walked in order.
                let live = live_set!(Self).single_value();
                let ids = $table::table
                    .filter($table::generation.nullable().eq(live))
                    .filter($table::$aggregate.gt(after))
                    .order($table::$aggregate)
                    .select($table::$aggregate)
                    .distinct()
                    .limit(limit);
                Ok(ids.load(&mut conn).await?)
            }

            async fn drop_some(mut conn: Conn<'_>) -> Result<usize, Failure> {
                // Which sets there are is asked in the statement that finds the rows: one that is begun meanwhile isn't
                // taken for gone. One that is gone stays so, since no number comes twice.
                let sets = projections::table
                    .filter(projections::name.eq(<Self as Projection>::NAME))
                    .select(projections::generation);
                let old = $table::table
                    .filter($table::generation.ne_all(sets))
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

/// Drops some of the rows whose set is gone; how many.
#[derive(Debug)]
pub struct Sweep<P>(pub std::marker::PhantomData<P>);

impl<P: Projected> Query for Sweep<P> {
    type Answer = usize;

    async fn run(&self, conn: Conn<'_>) -> Result<usize, Failure> {
        P::drop_some(conn).await
    }
}

/// The first aggregates that live rows follow from.
#[derive(Debug)]
pub struct AggregatesAfter<P>(pub Uuid, pub usize, pub std::marker::PhantomData<P>);

impl<P: Projected> Query for AggregatesAfter<P> {
    type Answer = Vec<Uuid>;

    async fn run(&self, conn: Conn<'_>) -> Result<Vec<Uuid>, Failure> {
        let limit = i64::try_from(self.1).unwrap_or(i64::MAX);
        let ids = P::aggregates_after(conn, Id(self.0), limit).await?;
        Ok(ids.into_iter().map(|id| id.0).collect())
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
