//! Which products contain a text.
use diesel::{
    AppearsOnTable, Expression, QueryResult,
    backend::Backend,
    expression::{ValidGrouping, is_aggregate},
    query_builder::{AstPass, QueryFragment, QueryId},
    serialize::ToSql,
    sql_types::{Bool, HasSqlType, Text},
};

use super::{schema::products, search};

/// The index is of trigrams: it knows nothing of shorter texts.
const INDEXED: usize = 3;

/// The products whose `search_text` contains a needle.
///
/// Long needles are looked up in an index, which is in other tables than the products. Short ones occur in many products:
/// walking through these in order soon fills a page.
#[derive(Debug)]
pub struct Containing {
    pattern: String,
    /// What the full text index of SQLite is asked for.
    phrase: String,
    is_indexed: bool,
}

impl Containing {
    /// `None` if no text can contain `needle`.
    pub fn new(needle: &str) -> Option<Self> {
        let (pattern, needle) = (search::pattern(needle)?, needle.to_lowercase());
        let phrase = format!("\"{}\"", needle.replace('"', "\"\""));
        Some(Self { pattern, phrase, is_indexed: needle.chars().nth(INDEXED - 1).is_some() })
    }

    fn walk_products<'b, DB>(&'b self, out: &mut AstPass<'_, 'b, DB>) -> QueryResult<()>
    where
        DB: Backend + HasSqlType<Text>,
        String: ToSql<Text, DB>,
    {
        out.push_sql("products.search_text LIKE ");
        out.push_bind_param::<Text, _>(&self.pattern)?;
        out.push_sql(" ESCAPE '\\'");
        Ok(())
    }
}

#[cfg(feature = "postgres")]
impl QueryFragment<diesel::pg::Pg> for Containing {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, diesel::pg::Pg>) -> QueryResult<()> {
        if !self.is_indexed {
            return self.walk_products(&mut out);
        }
        out.push_sql("products.id IN (SELECT id FROM product_search WHERE search_text LIKE ");
        out.push_bind_param::<Text, _>(&self.pattern)?;
        out.push_sql(")");
        Ok(())
    }
}

#[cfg(feature = "sqlite")]
impl QueryFragment<diesel::sqlite::Sqlite> for Containing {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, diesel::sqlite::Sqlite>) -> QueryResult<()> {
        if !self.is_indexed {
            return self.walk_products(&mut out);
        }
        out.push_sql(
            "products.id IN (SELECT id FROM product_search WHERE number IN \
             (SELECT rowid FROM product_trigrams WHERE product_trigrams MATCH ",
        );
        out.push_bind_param::<Text, _>(&self.phrase)?;
        out.push_sql("))");
        Ok(())
    }
}

impl Expression for Containing {
    type SqlType = Bool;
}

impl AppearsOnTable<products::table> for Containing {}

impl ValidGrouping<()> for Containing {
    type IsAggregate = is_aggregate::No;
}

/// Its SQL depends on its value.
impl QueryId for Containing {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}
