//! The log as it lies there, still sealed, and the chain beside it.
use async_trait::async_trait;
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, SelectableHelper};
use domain_shared::{AuditChain, ChainedRow, Link, StoreError};

use super::{Conn, Query, RunQueryDsl, Store, events::rows_between};
use crate::sql::{
    failure::Failure,
    rows::{LinkRow, StoredEventRow, to_column},
    schema::audit_chain,
};

/// The rows after a position, as it is in the column, up to and with another.
#[derive(Debug, Clone, Copy)]
pub struct RowsAfter {
    pub position: i64,
    pub up_to: u64,
    pub limit: usize,
}

impl Query for RowsAfter {
    type Answer = Vec<ChainedRow>;

    async fn run(&self, mut conn: Conn<'_>) -> Result<Vec<ChainedRow>, Failure> {
        let rows = rows_between(&mut conn, self.position, self.up_to, self.limit).await?;
        Ok(rows.iter().map(StoredEventRow::chained).collect())
    }
}

#[derive(Debug)]
struct LinksAfter(u64, usize);

impl Query for LinksAfter {
    type Answer = Vec<Link>;

    async fn run(&self, mut conn: Conn<'_>) -> Result<Vec<Link>, Failure> {
        let rows: Vec<LinkRow> = audit_chain::table
            .filter(audit_chain::position.gt(to_column(self.0)))
            .order(audit_chain::position)
            .limit(i64::try_from(self.1).unwrap_or(i64::MAX))
            .select(LinkRow::as_select())
            .load(&mut conn)
            .await?;
        Ok(rows.into_iter().map(Into::into).collect())
    }
}

#[derive(Debug)]
struct Head;

impl Query for Head {
    type Answer = Option<Link>;

    async fn run(&self, mut conn: Conn<'_>) -> Result<Option<Link>, Failure> {
        let last = audit_chain::table.order(audit_chain::position.desc()).limit(1);
        let row: Option<LinkRow> =
            last.select(LinkRow::as_select()).get_result(&mut conn).await.optional()?;
        Ok(row.map(Into::into))
    }
}

/// More links, for the end of the chain.
#[derive(Debug)]
pub struct Extend(pub Vec<Link>);

impl Query for Extend {
    type Answer = ();

    async fn run(&self, mut conn: Conn<'_>) -> Result<(), Failure> {
        let rows: Vec<LinkRow> = self.0.iter().map(LinkRow::from).collect();
        insert_all!(conn, audit_chain::table, rows);
        Ok(())
    }
}

#[async_trait]
impl AuditChain for Store {
    async fn rows_after(&self, position: u64, limit: usize) -> Result<Vec<ChainedRow>, StoreError> {
        self.settled_rows_after(position, limit).await
    }

    async fn rows_between(
        &self,
        position: u64,
        up_to: u64,
        limit: usize,
    ) -> Result<Vec<ChainedRow>, StoreError> {
        // Nothing was ever added before the first position, unless by hand.
        let position = if position == 0 { i64::MIN } else { to_column(position) };
        self.read(RowsAfter { position, up_to, limit }).await
    }

    async fn links_after(&self, position: u64, limit: usize) -> Result<Vec<Link>, StoreError> {
        self.read(LinksAfter(position, limit)).await
    }

    async fn head(&self) -> Result<Option<Link>, StoreError> {
        self.read(Head).await
    }

    async fn extend(&self, links: Vec<Link>) -> Result<(), StoreError> {
        self.extend_chain(Extend(links)).await
    }
}
