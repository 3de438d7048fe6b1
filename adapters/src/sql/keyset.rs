//! Where a page of products starts.
use diesel::{
    AppearsOnTable, Expression, QueryResult,
    backend::Backend,
    expression::{ValidGrouping, is_aggregate},
    query_builder::{AstPass, QueryFragment, QueryId},
    serialize::ToSql,
    sql_types::{BigInt, Bool, HasSqlType, Text},
};

use super::{
    schema::products,
    types::{Id, SqlUuid},
};

/// What the products are ordered by before their id.
#[derive(Debug)]
pub enum Key {
    Text(&'static str, String),
    Number(&'static str, i64),
}

/// `(column, id) > (value, id)`, the other way round if descending.
///
/// Diesel has no operator for rows, and this one matters: both databases start right there in an index on the columns.
/// Spelled with `AND` and `OR` they would walk through every product with the same value.
#[derive(Debug)]
pub struct Beyond {
    pub key: Key,
    pub id: Id,
    pub descending: bool,
}

impl<DB> QueryFragment<DB> for Beyond
where
    DB: Backend + HasSqlType<BigInt> + HasSqlType<SqlUuid> + HasSqlType<Text>,
    String: ToSql<Text, DB>,
    i64: ToSql<BigInt, DB>,
    Id: ToSql<SqlUuid, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let (Key::Text(column, _) | Key::Number(column, _)) = &self.key;
        out.push_sql("(products.");
        out.push_sql(column);
        out.push_sql(if self.descending { ", products.id) < (" } else { ", products.id) > (" });
        match &self.key {
            Key::Text(_, value) => out.push_bind_param::<Text, _>(value)?,
            Key::Number(_, value) => out.push_bind_param::<BigInt, _>(value)?,
        }
        out.push_sql(", ");
        out.push_bind_param::<SqlUuid, _>(&self.id)?;
        out.push_sql(")");
        Ok(())
    }
}

impl Expression for Beyond {
    type SqlType = Bool;
}

impl AppearsOnTable<products::table> for Beyond {}

impl ValidGrouping<()> for Beyond {
    type IsAggregate = is_aggregate::No;
}

/// Its SQL depends on its values.
impl QueryId for Beyond {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}
