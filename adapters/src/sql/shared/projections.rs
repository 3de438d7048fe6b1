use std::marker::PhantomData;

use async_trait::async_trait;
use diesel::{
    ExpressionMethods, OptionalExtension, QueryDsl, QueryableByName, SelectableHelper, sql_query,
    sql_types::{BigInt, Nullable, Text},
};
use domain_auth::{Activity, ActivityRow, UserActivity, UserId};
use domain_product::{CategoryLine, Ledger, LedgerEntry, ProductId, StockLedger, Summary};
use domain_shared::{Generation, ProjectionStore, StoreError};
use uuid::Uuid;

use super::{
    Conn, Query, RunQueryDsl, Store,
    projected::{AggregatesAfter, Projected, RowsOf, Sweep, live_set},
    sets::{Begin, LookUp},
};
use crate::{
    catch_up::catch_up,
    sql::{
        failure::Failure,
        rows::{Generational, LedgerRow, UserActivityRow, from_column, restored, to_column},
        schema::{stock_ledger, user_activity},
        types::Id,
    },
};

impl Store {
    /// Drops the rows of sets that are gone.
    async fn sweep<P: Projected>(&self) -> Result<(), StoreError> {
        while self.write(Sweep::<P>(PhantomData)).await? > 0 {}
        Ok(())
    }
}

#[async_trait]
impl<P: Projected> ProjectionStore<P> for Store {
    async fn position(&self) -> Result<u64, StoreError> {
        let live = self.read(LookUp(P::NAME, Generation::Live)).await?;
        Ok(live.map(|(_, position)| position).unwrap_or_default())
    }

    async fn fold(&self, generation: Generation, limit: usize) -> Result<Option<u64>, StoreError> {
        let folded = self.fold_set::<P>(generation, limit).await?;
        if folded.is_some() || generation == Generation::Shadow {
            return Ok(folded);
        }
        // Nothing to fold, or, once in a store's life, nowhere yet to fold it to.
        if self.read(LookUp(P::NAME, generation)).await?.is_none() {
            self.write(Begin(P::NAME)).await?;
            return self.fold_set::<P>(generation, limit).await;
        }
        Ok(None)
    }

    async fn begin_shadow(&self) -> Result<u64, StoreError> {
        let number = self.begin_set::<P>().await?;
        self.sweep::<P>().await?;
        Ok(number)
    }

    async fn swap(&self, awaited: u64) -> Result<bool, StoreError> {
        let is_done = self.swap_sets::<P>().await?.is_some_and(|live| live >= awaited);
        if is_done {
            self.sweep::<P>().await?;
        }
        Ok(is_done)
    }

    async fn rows_of(&self, aggregates: &[Uuid]) -> Result<Vec<P::Row>, StoreError> {
        self.read(RowsOf::<P>(aggregates.to_vec(), PhantomData)).await
    }

    async fn aggregates_after(&self, after: Option<Uuid>, limit: usize) -> Result<Vec<Uuid>, StoreError> {
        self.read(AggregatesAfter::<P>(after.unwrap_or_default(), limit, PhantomData)).await
    }
}

#[derive(Debug)]
struct OfProduct {
    product: ProductId,
    before: Option<u64>,
    limit: usize,
}

impl Query for OfProduct {
    type Answer = Vec<LedgerEntry>;

    async fn run(&self, mut conn: Conn<'_>) -> Result<Vec<LedgerEntry>, Failure> {
        let rows = stock_ledger::table
            .filter(stock_ledger::generation.eq_any(live_set!(StockLedger)))
            .filter(stock_ledger::product_id.eq(Id(self.product.0)))
            .filter(stock_ledger::version.lt(to_column(self.before.unwrap_or(u64::MAX))))
            .order(stock_ledger::version.desc())
            .limit(i64::try_from(self.limit).unwrap_or(i64::MAX))
            .select(LedgerRow::as_select());
        let rows: Vec<LedgerRow> = rows.load(&mut conn).await?;
        Ok(rows.into_iter().map(LedgerRow::read).collect::<Result<_, _>>()?)
    }
}

#[async_trait]
impl Ledger for Store {
    async fn of_product(
        &self,
        product: ProductId,
        before: Option<u64>,
        limit: usize,
        seen: u64,
    ) -> Result<Vec<LedgerEntry>, StoreError> {
        catch_up::<StockLedger>(self, seen).await?;
        self.read(OfProduct { product, before, limit }).await
    }
}

/// A price times a stock may be beyond 64 bits, so prices are summed in three parts of four decimal digits.
const BY_CATEGORY: &str = "SELECT category, currency, count(*) AS items, CAST(sum(stock) AS BIGINT) AS units, \
     CAST(sum(CASE WHEN stock <= low_stock_threshold THEN 1 ELSE 0 END) AS BIGINT) AS low, \
     CAST(sum(price_minor / 100000000 * stock) AS BIGINT) AS high, \
     CAST(sum(price_minor / 10000 % 10000 * stock) AS BIGINT) AS middle, \
     CAST(sum(price_minor % 10000 * stock) AS BIGINT) AS rest \
     FROM inventory WHERE generation IN (SELECT generation FROM projections WHERE name = 'inventory' AND is_live)";

#[derive(Debug, QueryableByName)]
struct CategoryRow {
    #[diesel(sql_type = Nullable<Text>)]
    category: Option<String>,
    #[diesel(sql_type = Text)]
    currency: String,
    #[diesel(sql_type = BigInt)]
    items: i64,
    #[diesel(sql_type = BigInt)]
    units: i64,
    #[diesel(sql_type = BigInt)]
    low: i64,
    #[diesel(sql_type = BigInt)]
    high: i64,
    #[diesel(sql_type = BigInt)]
    middle: i64,
    #[diesel(sql_type = BigInt)]
    rest: i64,
}

impl TryFrom<CategoryRow> for CategoryLine {
    type Error = StoreError;

    fn try_from(row: CategoryRow) -> Result<Self, StoreError> {
        Ok(Self {
            category: row.category.map(restored).transpose()?,
            currency: restored(row.currency)?,
            items: from_column(row.items),
            units: row.units,
            low: from_column(row.low),
            value_minor: i128::from(row.high) * 100_000_000
                + i128::from(row.middle) * 10_000
                + i128::from(row.rest),
        })
    }
}

#[derive(Debug)]
struct ByCategory {
    inactive_too: bool,
}

impl Query for ByCategory {
    type Answer = Vec<CategoryLine>;

    async fn run(&self, mut conn: Conn<'_>) -> Result<Vec<CategoryLine>, Failure> {
        let which = if self.inactive_too { "" } else { "AND is_active" };
        let query = sql_query(format!("{BY_CATEGORY} {which} GROUP BY category, currency"));
        let rows: Vec<CategoryRow> = query.load(&mut conn).await?;
        let mut lines: Vec<CategoryLine> =
            rows.into_iter().map(TryFrom::try_from).collect::<Result<_, StoreError>>()?;
        // Here, since databases differ about the order of text.
        lines.sort_by_key(|line| {
            (line.category.as_ref().map(|c| c.as_str().to_owned()), line.currency.code())
        });
        Ok(lines)
    }
}

#[async_trait]
impl Summary for Store {
    async fn by_category(&self, inactive_too: bool) -> Result<Vec<CategoryLine>, StoreError> {
        self.read(ByCategory { inactive_too }).await
    }
}

#[derive(Debug)]
struct ActivityOf(UserId);

impl Query for ActivityOf {
    type Answer = Option<ActivityRow>;

    async fn run(&self, mut conn: Conn<'_>) -> Result<Option<ActivityRow>, Failure> {
        let row = user_activity::table
            .filter(user_activity::generation.eq_any(live_set!(UserActivity)))
            .filter(user_activity::user_id.eq(Id(self.0.0)))
            .select(UserActivityRow::as_select());
        let row: Option<UserActivityRow> = row.get_result(&mut conn).await.optional()?;
        Ok(row.map(UserActivityRow::read).transpose()?)
    }
}

#[async_trait]
impl Activity for Store {
    async fn of(&self, user: UserId) -> Result<Option<ActivityRow>, StoreError> {
        self.read(ActivityOf(user)).await
    }
}
