use async_trait::async_trait;
use diesel::{ExpressionMethods, QueryDsl};
use domain_auth::{TokenKey, TokenKeys};
use domain_shared::StoreError;

use super::{Conn, Query, RunQueryDsl, Store};
use crate::sql::{failure::Failure, schema::signing_keys, types::Time};

#[derive(Debug)]
struct Add(TokenKey);

impl Query for Add {
    type Answer = bool;

    async fn run(&self, mut conn: Conn<'_>) -> Result<bool, Failure> {
        let row = (
            signing_keys::id.eq(&self.0.id),
            signing_keys::algorithm.eq(self.0.algorithm.name()),
            signing_keys::sealed.eq(self.0.sealed.as_deref()),
            signing_keys::created_at.eq(Time(self.0.created_at)),
            signing_keys::signs_from.eq(Time(self.0.signs_from)),
        );
        let added = diesel::insert_into(signing_keys::table).values(row).on_conflict_do_nothing();
        Ok(added.execute(&mut conn).await? == 1)
    }
}

type Row = (String, String, Option<Vec<u8>>, Time, Time);

#[derive(Debug)]
struct All;

impl Query for All {
    type Answer = Vec<TokenKey>;

    async fn run(&self, mut conn: Conn<'_>) -> Result<Vec<TokenKey>, Failure> {
        let rows: Vec<Row> = signing_keys::table
            .order((signing_keys::signs_from, signing_keys::id))
            .select((
                signing_keys::id,
                signing_keys::algorithm,
                signing_keys::sealed,
                signing_keys::created_at,
                signing_keys::signs_from,
            ))
            .load(&mut conn)
            .await?;
        let key = |(id, algorithm, sealed, created_at, signs_from): Row| {
            let algorithm = algorithm.parse().map_err(StoreError::unavailable)?;
            Ok(TokenKey { id, algorithm, sealed, created_at: created_at.0, signs_from: signs_from.0 })
        };
        rows.into_iter().map(key).collect()
    }
}

#[derive(Debug)]
struct Retire(String);

impl Query for Retire {
    type Answer = ();

    async fn run(&self, mut conn: Conn<'_>) -> Result<(), Failure> {
        let key = signing_keys::table.find(&self.0);
        diesel::update(key).set(signing_keys::sealed.eq(None::<Vec<u8>>)).execute(&mut conn).await?;
        Ok(())
    }
}

#[async_trait]
impl TokenKeys for Store {
    async fn add(&self, key: &TokenKey) -> Result<bool, StoreError> {
        self.write(Add(key.clone())).await
    }

    async fn all(&self) -> Result<Vec<TokenKey>, StoreError> {
        self.read(All).await
    }

    async fn retire(&self, id: &str) -> Result<(), StoreError> {
        self.write(Retire(id.to_owned())).await
    }
}
