use async_trait::async_trait;
use diesel::{
    EscapeExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, SelectableHelper,
    TextExpressionMethods, dsl::not,
};
use domain_auth::{User, UserDirectory, UserFilter, UserRepository, Username};
use domain_shared::{Email, StoreError};

use super::{Conn, Db, Query, RunQueryDsl, Store};
use crate::sql::{failure::Failure, rows::UserRow, schema::users, search, types::Id};

/// Whom to look for.
#[derive(Debug)]
enum By {
    Email(String),
    UsernameKey(String),
}

impl Query for By {
    type Answer = Option<User>;

    async fn run(&self, mut conn: Conn<'_>) -> Result<Option<User>, Failure> {
        let users = users::table.select(UserRow::as_select());
        let row = match self {
            Self::Email(email) => users.filter(users::email.eq(email)).get_result(&mut conn).await,
            Self::UsernameKey(key) => users.filter(users::username_key.eq(key)).get_result(&mut conn).await,
        };
        Ok(row.optional()?.map(User::try_from).transpose()?)
    }
}

impl Query for UserFilter {
    type Answer = Vec<User>;

    async fn run(&self, mut conn: Conn<'_>) -> Result<Vec<User>, Failure> {
        let mut query = users::table
            .order(users::id)
            .limit(i64::try_from(self.limit.get()).unwrap_or(i64::MAX))
            .select(UserRow::as_select())
            .into_boxed::<Db>();
        if let Some(needle) = &self.search {
            let Some(pattern) = search::pattern(needle) else { return Ok(Vec::new()) };
            query = query.filter(users::search_text.like(pattern).escape('\\'));
        }
        match self.active {
            Some(true) => query = query.filter(users::is_active),
            Some(false) => query = query.filter(not(users::is_active)),
            None => {}
        }
        if let Some(after) = self.after {
            query = query.filter(users::id.gt(Id(after.0)));
        }
        let rows = query.load(&mut conn).await?;
        Ok(rows.into_iter().map(User::try_from).collect::<Result<_, _>>()?)
    }
}

#[async_trait]
impl UserRepository for Store {
    async fn by_email(&self, email: &Email) -> Result<Option<User>, StoreError> {
        self.read(By::Email(email.as_str().to_owned())).await
    }

    async fn by_username(&self, username: &Username) -> Result<Option<User>, StoreError> {
        self.read(By::UsernameKey(username.key())).await
    }
}

#[async_trait]
impl UserDirectory for Store {
    async fn list(&self, filter: &UserFilter) -> Result<Vec<User>, StoreError> {
        self.read(filter.clone()).await
    }
}
