//! How each kind of aggregate is stored: a row that is always current, beside its events.
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, SelectableHelper};
use domain_auth::{Session, User};
use domain_product::Product;
use domain_shared::{Aggregate, StoreError};
use uuid::Uuid;

use super::{
    Conn, Query, RunQueryDsl,
    save_all::{taken_of_product, taken_of_session, taken_of_user},
};
use crate::sql::{
    failure::Failure,
    rows::{ProductRow, SessionRow, UserRow},
    schema::{products, sessions, users},
    types::Id,
};

type Answer<T> = Result<T, Failure>;

/// An aggregate with a row of its own.
pub trait Stored: Aggregate {
    /// The aggregate, or `None`.
    fn find(conn: Conn<'_>, id: Self::Id) -> impl Future<Output = Answer<Option<Self>>> + Send;

    /// The same, and nobody else gets to change it before the end of the transaction.
    fn lock(conn: Conn<'_>, id: Self::Id) -> impl Future<Output = Answer<Option<Self>>> + Send;

    /// Up to `limit` ids after `after` of those that have a row, in order.
    fn ids_after(conn: Conn<'_>, after: Uuid, limit: i64) -> impl Future<Output = Answer<Vec<Id>>> + Send;

    /// Those of `ids` that have a row, by their ids alone.
    fn ids_among(conn: Conn<'_>, ids: Vec<Id>) -> impl Future<Output = Answer<Vec<Id>>> + Send;

    /// Those of `ids` that have a row.
    fn find_all(conn: Conn<'_>, ids: Vec<Id>) -> impl Future<Output = Answer<Vec<Self>>> + Send;

    /// Adds the row of a new aggregate.
    fn insert(&self, conn: Conn<'_>) -> impl Future<Output = Answer<()>> + Send;

    /// Adds those of several rows that are in nobody's way, and says of which aggregates.
    fn insert_new(new: &[Self], conn: Conn<'_>) -> impl Future<Output = Answer<Vec<Id>>> + Send;

    /// Which value of this one, which has no row, belongs to another.
    fn taken(&self, conn: Conn<'_>) -> impl Future<Output = Answer<&'static str>> + Send;

    /// Brings the row up to date.
    ///
    /// # Errors
    /// [`StoreError::Stale`] if there is no such row.
    fn update(&self, conn: Conn<'_>) -> impl Future<Output = Answer<()>> + Send;
}

macro_rules! stored {
    ($($Aggregate:ident is a $Row:ident of $table:ident, $taken:ident;)+) => {
        $(impl Stored for $Aggregate {
            async fn find(mut conn: Conn<'_>, id: Self::Id) -> Answer<Option<Self>> {
                let row = $table::table.find(Id(id.0)).select($Row::as_select());
                let row = row.get_result(&mut conn).await.optional()?;
                Ok(row.map(Self::try_from).transpose()?)
            }

            async fn lock(mut conn: Conn<'_>, id: Self::Id) -> Answer<Option<Self>> {
                let row = for_update!($table::table.find(Id(id.0)).select($Row::as_select()));
                let row = row.get_result(&mut conn).await.optional()?;
                Ok(row.map(Self::try_from).transpose()?)
            }

            async fn ids_after(mut conn: Conn<'_>, after: Uuid, limit: i64) -> Answer<Vec<Id>> {
                let ids = $table::table.filter($table::id.gt(Id(after))).order($table::id).limit(limit);
                Ok(ids.select($table::id).load(&mut conn).await?)
            }

            async fn ids_among(mut conn: Conn<'_>, ids: Vec<Id>) -> Answer<Vec<Id>> {
                let ids = $table::table.filter($table::id.eq_any(ids)).select($table::id);
                Ok(ids.load(&mut conn).await?)
            }

            async fn find_all(mut conn: Conn<'_>, ids: Vec<Id>) -> Answer<Vec<Self>> {
                let rows = $table::table.filter($table::id.eq_any(ids)).select($Row::as_select());
                let rows: Vec<$Row> = rows.load(&mut conn).await?;
                Ok(rows.into_iter().map(Self::try_from).collect::<Result<_, _>>()?)
            }

            async fn insert(&self, mut conn: Conn<'_>) -> Answer<()> {
                diesel::insert_into($table::table).values($Row::from(self)).execute(&mut conn).await?;
                Ok(())
            }

            async fn insert_new(new: &[Self], mut conn: Conn<'_>) -> Answer<Vec<Id>> {
                let rows: Vec<_> = new.iter().map($Row::from).collect();
                Ok(insert_new!(conn, $table::table, $table::id, rows))
            }

            async fn taken(&self, conn: Conn<'_>) -> Answer<&'static str> {
                $taken(self, conn).await
            }

            async fn update(&self, mut conn: Conn<'_>) -> Answer<()> {
                let row = $table::table.find(Id(self.id().0));
                match diesel::update(row).set($Row::from(self)).execute(&mut conn).await? {
                    0 => Err(StoreError::Stale.into()),
                    _ => Ok(()),
                }
            }
        })+
    };
}

stored! {
    Product is a ProductRow of products, taken_of_product;
    Session is a SessionRow of sessions, taken_of_session;
    User is a UserRow of users, taken_of_user;
}

/// The aggregate with this id.
#[derive(Debug)]
pub struct Find<A: Aggregate>(pub(crate) A::Id);

impl<A: Stored> Query for Find<A> {
    type Answer = Option<A>;

    async fn run(&self, conn: Conn<'_>) -> Answer<Option<A>> {
        A::find(conn, self.0).await
    }
}
