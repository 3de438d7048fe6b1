use std::future::{Ready, ready};

use diesel::{
    QueryResult,
    query_dsl::methods::{ExecuteDsl, LoadQuery},
    sqlite::SqliteConnection,
};

use super::Conn;

/// Diesel's way to run a query, in the form of diesel-async's: the answer is there when the method returns.
pub(super) trait RunQueryDsl: Sized {
    fn execute(self, conn: &mut Conn<'_>) -> Ready<QueryResult<usize>>
    where
        Self: ExecuteDsl<SqliteConnection>,
    {
        ready(ExecuteDsl::execute(self, *conn))
    }

    fn load<'query, U>(self, conn: &mut Conn<'_>) -> Ready<QueryResult<Vec<U>>>
    where
        Self: LoadQuery<'query, SqliteConnection, U>,
    {
        ready(diesel::RunQueryDsl::load(self, *conn))
    }

    fn get_result<'query, U>(self, conn: &mut Conn<'_>) -> Ready<QueryResult<U>>
    where
        Self: LoadQuery<'query, SqliteConnection, U>,
    {
        ready(diesel::RunQueryDsl::get_result(self, *conn))
    }
}

impl<T> RunQueryDsl for T {}
