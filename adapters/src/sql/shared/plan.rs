//! How the database means to answer, for tests. It is asked about the very query that is run.
use std::marker::PhantomData;

use diesel::{
    QueryResult,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
};
use domain_product::Filter;

use super::{
    super::{Db, Explanation},
    catalogue::{Selection, page},
};

/// A page of the catalogue, explained instead of loaded.
pub struct Explained {
    how: &'static str,
    page: Selection,
    rows: PhantomData<fn() -> Explanation>,
}

impl Explained {
    /// `None` if the page is empty whatever there is. `how` is what the database's SQL asks with.
    pub fn new(how: &'static str, filter: &Filter) -> Option<Self> {
        Some(Self { how, page: page(filter)?, rows: PhantomData })
    }
}

impl QueryFragment<Db> for Explained {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Db>) -> QueryResult<()> {
        out.push_sql(self.how);
        out.push_sql(" ");
        <Selection as QueryFragment<Db>>::walk_ast(&self.page, out.reborrow())
    }
}

impl Query for Explained {
    type SqlType = Explanation;
}

impl QueryId for Explained {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<C> diesel::RunQueryDsl<C> for Explained {}
