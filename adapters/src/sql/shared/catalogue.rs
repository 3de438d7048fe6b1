use diesel::{ExpressionMethods, QueryDsl, SelectableHelper, dsl::not};
use domain_product::{Cursor, CursorValue, Filter, Money, Product, SortKey, Start};

use super::{Conn, Db, Query, RunQueryDsl};
use crate::sql::{
    containing::Containing,
    failure::Failure,
    keyset::{Beyond, Key},
    rows::ProductRow,
    schema::products,
    types::Id,
};

/// The products in the catalogue. Spelled like the condition of its indexes, so that they serve.
pub type Selection = diesel::dsl::IntoBoxed<
    'static,
    diesel::dsl::Select<
        diesel::dsl::Filter<products::table, diesel::dsl::not<products::is_deleted>>,
        diesel::dsl::AsSelect<ProductRow, Db>,
    >,
    Db,
>;

impl Query for Filter {
    type Answer = Vec<Product>;

    async fn run(&self, mut conn: Conn<'_>) -> Result<Vec<Product>, Failure> {
        let Some(page) = page(self) else { return Ok(Vec::new()) };
        let rows: Vec<ProductRow> = page.load(&mut conn).await?;
        Ok(rows.into_iter().map(Product::try_from).collect::<Result<_, _>>()?)
    }
}

/// The page that `filter` asks for; `None` if nothing is on it, whatever there is.
pub fn page(filter: &Filter) -> Option<Selection> {
    let limit = i64::try_from(filter.limit.get()).unwrap_or(i64::MAX);
    Some(start(order(select(filter)?, filter), filter).limit(limit))
}

/// What the filter lets through; `None` if that is nothing, whatever there is.
fn select(filter: &Filter) -> Option<Selection> {
    let mut query =
        products::table.filter(not(products::is_deleted)).select(ProductRow::as_select()).into_boxed::<Db>();
    if filter.active_only {
        query = query.filter(products::is_active);
    }
    if let Some(needle) = &filter.search {
        query = query.filter(Containing::new(needle)?);
    }
    if let Some(category) = &filter.category {
        query = query.filter(products::category.eq(category.as_str().to_owned()));
    }
    query = match filter.low_stock {
        Some(true) => query.filter(products::stock.le(products::low_stock_threshold)),
        Some(false) => query.filter(products::stock.gt(products::low_stock_threshold)),
        None => query,
    };
    if let Some(least) = filter.min_price {
        query = query.filter(products::price_e4.ge(Money::bound(least)));
    }
    if let Some(most) = filter.max_price {
        query = query.filter(products::price_e4.le(Money::bound(most)));
    }
    Some(query)
}

fn order(query: Selection, filter: &Filter) -> Selection {
    let query = match (filter.sort.key, filter.sort.descending) {
        (SortKey::CreatedAt, _) => query,
        (SortKey::Name, false) => query.order(products::name_key.asc()),
        (SortKey::Name, true) => query.order(products::name_key.desc()),
        (SortKey::Price, false) => query.order(products::price_e4.asc()),
        (SortKey::Price, true) => query.order(products::price_e4.desc()),
        (SortKey::Stock, false) => query.order(products::stock.asc()),
        (SortKey::Stock, true) => query.order(products::stock.desc()),
    };
    if filter.sort.descending {
        query.then_order_by(products::id.desc())
    } else {
        query.then_order_by(products::id.asc())
    }
}

fn start(query: Selection, filter: &Filter) -> Selection {
    match &filter.start {
        Start::Beginning => query,
        Start::Skip(count) => query.offset(i64::from(*count)),
        Start::After(cursor) => after(query, cursor, filter),
    }
}

fn after(query: Selection, Cursor { value, id }: &Cursor, filter: &Filter) -> Selection {
    let (id, descending) = (Id(*id), filter.sort.descending);
    let key = match (filter.sort.key, value) {
        (SortKey::Name, CursorValue::Text(name)) => Key::Text("name_key", without_nul(name)),
        (SortKey::Price, CursorValue::Number(price)) => Key::Number("price_e4", *price),
        (SortKey::Stock, CursorValue::Number(stock)) => Key::Number("stock", *stock),
        _ if descending => return query.filter(products::id.lt(id)),
        _ => return query.filter(products::id.gt(id)),
    };
    query.filter(Beyond { key, id, descending })
}

/// Any cursor will do, an embedder's too, and `PostgreSQL` knows no NUL.
fn without_nul(text: &str) -> String {
    text.split('\0').next().unwrap_or_default().to_owned()
}
