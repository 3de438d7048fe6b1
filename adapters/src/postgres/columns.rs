//! Statements about many rows at once, of fixed text however many they are, so that each is prepared once and for all:
//! what is in a column travels as one array.
use std::mem::replace;

use diesel::{
    Column, Expression, ExpressionMethods, QueryDsl, QueryResult, SelectableHelper,
    pg::Pg,
    query_builder::{AstPass, QueryFragment, QueryId},
    sql_types::Array,
};
use diesel_async::RunQueryDsl;
use domain_product::{Product, ProductId};
use domain_shared::StoreError;

use super::{Conn, shared::Stored};
use crate::sql::{
    failure::Failure,
    rows::{EventRow, InventoryRow, LedgerRow, ProductRow, UserActivityRow},
    schema::{events, inventory, products, stock_ledger, user_activity},
    types::{Id, Json, Time},
};

/// Rows of one table, column by column.
pub(super) trait Columns: Send + 'static {
    const TABLE: &'static str;
    /// The first is the key.
    const NAMES: &'static [&'static str];

    /// The arrays, as arguments of `unnest`, which makes rows of them in their order.
    fn bind<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()>;
}

/// A row that may travel so.
pub(super) trait ByColumns: Sized {
    type Columns: Columns + FromIterator<Self>;
}

macro_rules! columns {
    ($($Columns:ident of $Row:ident in $table:ident { $($column:ident: $Type:ty,)+ })+) => {
        $(
            #[derive(Debug, Default)]
            pub(in crate::postgres) struct $Columns { $($column: Vec<$Type>,)+ }

            impl FromIterator<$Row> for $Columns {
                fn from_iter<R: IntoIterator<Item = $Row>>(rows: R) -> Self {
                    let mut columns = Self::default();
                    for $Row { $($column,)+ } in rows {
                        $(columns.$column.push($column);)+
                    }
                    columns
                }
            }

            impl ByColumns for $Row {
                type Columns = $Columns;
            }

            impl Columns for $Columns {
                const TABLE: &'static str = stringify!($table);
                const NAMES: &'static [&'static str] = &[$(<$table::$column as Column>::NAME),+];

                fn bind<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
                    let mut separator = "";
                    $(
                        out.push_sql(replace(&mut separator, ", "));
                        out.push_bind_param::<Array<<$table::$column as Expression>::SqlType>, _>(&self.$column)?;
                    )+
                    Ok(())
                }
            }
        )+
    };
}

columns! {
    ProductColumns of ProductRow in products {
        id: Id,
        name: String,
        name_key: String,
        description: Option<String>,
        price_minor: i64,
        currency: String,
        price_e4: i64,
        stock: i64,
        sku: Option<String>,
        category: Option<String>,
        low_stock_threshold: i64,
        is_active: bool,
        is_deleted: bool,
        search_text: String,
        created_at: Time,
        updated_at: Time,
        version: i64,
    }
    EventColumns of EventRow in events {
        id: Id,
        aggregate_type: String,
        aggregate_id: Id,
        sequence: i64,
        kind: String,
        occurred_at: Time,
        actor: Option<Id>,
        command_id: Id,
        traceparent: Option<String>,
        data: Json,
        origin: Option<Json>,
    }
    LedgerColumns of LedgerRow in stock_ledger {
        generation: i64,
        id: Id,
        product_id: Id,
        version: i64,
        position: i64,
        delta: i64,
        stock_after: i64,
        reason: Option<String>,
        reference: Option<String>,
        actor: Option<Id>,
        occurred_at: Time,
    }
    InventoryColumns of InventoryRow in inventory {
        generation: i64,
        product_id: Id,
        position: i64,
        category: Option<String>,
        price_minor: i64,
        currency: String,
        stock: i64,
        low_stock_threshold: i64,
        is_active: bool,
    }
    ActivityColumns of UserActivityRow in user_activity {
        generation: i64,
        user_id: Id,
        position: i64,
        registered_at: Time,
        last_login_at: Option<Time>,
        logins: i64,
        password_changed_at: Option<Time>,
        last_event_at: Time,
    }
}

/// Adds the rows, in their order.
#[derive(Debug)]
struct Insert<C>(C);

/// Brings rows up to date that are there.
#[derive(Debug)]
struct Update<C>(C);

impl<C: Columns> QueryFragment<Pg> for Insert<C> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("INSERT INTO ");
        out.push_identifier(C::TABLE)?;
        names::<C>(&mut out)?;
        out.push_sql(" SELECT * FROM unnest(");
        self.0.bind(out.reborrow())?;
        out.push_sql(")");
        Ok(())
    }
}

impl<C: Columns> QueryFragment<Pg> for Update<C> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("UPDATE ");
        out.push_identifier(C::TABLE)?;
        let [key, others @ ..] = C::NAMES else { return Ok(()) };
        let mut separator = " SET ";
        for name in others {
            out.push_sql(replace(&mut separator, ", "));
            out.push_identifier(name)?;
            out.push_sql(" = new.");
            out.push_identifier(name)?;
        }
        out.push_sql(" FROM unnest(");
        self.0.bind(out.reborrow())?;
        out.push_sql(") AS new");
        names::<C>(&mut out)?;
        out.push_sql(" WHERE ");
        out.push_identifier(C::TABLE)?;
        out.push_sql(".");
        out.push_identifier(key)?;
        out.push_sql(" = new.");
        out.push_identifier(key)
    }
}

fn names<C: Columns>(out: &mut AstPass<'_, '_, Pg>) -> QueryResult<()> {
    let mut separator = " (";
    for name in C::NAMES {
        out.push_sql(replace(&mut separator, ", "));
        out.push_identifier(name)?;
    }
    out.push_sql(")");
    Ok(())
}

impl<C: Columns> QueryId for Insert<C> {
    type QueryId = Self;

    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<C: Columns> QueryId for Update<C> {
    type QueryId = Self;

    const HAS_STATIC_QUERY_ID: bool = true;
}

/// Those of the products that there are; nobody else gets to change them before the end of the transaction. Everybody
/// locks them in the same order, so that no two wait for each other.
pub(super) async fn lock_products(mut conn: Conn<'_>, ids: &[ProductId]) -> Result<Vec<Product>, Failure> {
    if let [id] = ids {
        return Ok(Product::lock(conn, *id).await?.into_iter().collect());
    }
    let ids: Vec<Id> = ids.iter().map(|id| Id(id.0)).collect();
    let rows = products::table.filter(products::id.eq_any(ids)).order(products::id);
    let rows: Vec<ProductRow> = rows.select(ProductRow::as_select()).for_update().load(&mut conn).await?;
    Ok(rows.into_iter().map(Product::try_from).collect::<Result<_, _>>()?)
}

/// Adds new products.
pub(super) async fn add_products(conn: Conn<'_>, new: impl Iterator<Item = &Product>) -> Result<(), Failure> {
    add_rows(conn, new.map(ProductRow::from)).await
}

/// Adds rows, in their order.
pub(super) async fn add_rows<R: ByColumns>(
    mut conn: Conn<'_>,
    rows: impl IntoIterator<Item = R>,
) -> Result<(), Failure> {
    Insert(rows.into_iter().collect::<R::Columns>()).execute(&mut conn).await?;
    Ok(())
}

/// Brings the rows of products up to date.
///
/// # Errors
/// [`StoreError::Stale`] if one of them has none.
pub(super) async fn update_products(mut conn: Conn<'_>, changed: &[&Product]) -> Result<(), Failure> {
    if let [product] = changed {
        return product.update(conn).await;
    }
    let rows: ProductColumns = changed.iter().copied().map(ProductRow::from).collect();
    match Update(rows).execute(&mut conn).await? {
        updated if updated == changed.len() => Ok(()),
        _ => Err(StoreError::Stale.into()),
    }
}

/// Adds events, in their order.
pub(super) async fn add_events(mut conn: Conn<'_>, rows: Vec<EventRow>) -> Result<(), Failure> {
    match <[EventRow; 1]>::try_from(rows) {
        Ok([row]) => diesel::insert_into(events::table).values(row).execute(&mut conn).await?,
        Err(rows) => return add_rows(conn, rows).await,
    };
    Ok(())
}
