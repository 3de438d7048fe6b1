use std::fmt;

use diesel::prelude::{AsChangeset, Insertable, Queryable, Selectable};
use domain_auth::{FullName, PasswordHash, SessionId, User, UserId, UserState};
use domain_shared::{Aggregate, Language, Scope, Scopes, StoreError};

use super::{from_column, restored, to_column};
use crate::sql::{
    schema::users,
    search,
    types::{Id, Time},
};

#[derive(AsChangeset, Insertable, Queryable, Selectable)]
#[diesel(table_name = users, treat_none_as_null = true)]
pub struct UserRow {
    id: Id,
    email: String,
    username: String,
    username_key: String,
    full_name: Option<String>,
    phone_number: Option<String>,
    language: String,
    is_active: bool,
    is_superuser: bool,
    scopes: String,
    password_hash: String,
    search_text: String,
    created_at: Time,
    updated_at: Time,
    password_changed_at: Time,
    sessions_from: Time,
    kept_session: Option<Id>,
    version: i64,
}

/// Shows the id alone: the rest is personal, or a secret.
impl fmt::Debug for UserRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserRow").field("id", &self.id).finish_non_exhaustive()
    }
}

impl From<&User> for UserRow {
    fn from(user: &User) -> Self {
        let (email, username) = (user.email.as_str(), user.username.as_str());
        let full_name = user.full_name.as_ref().map(FullName::as_str);
        Self {
            id: Id(user.id().0),
            email: email.to_owned(),
            username: username.to_owned(),
            username_key: user.username.key(),
            full_name: full_name.map(str::to_owned),
            phone_number: user.phone_number.as_ref().map(|number| number.as_str().to_owned()),
            language: user.language.code().to_owned(),
            is_active: user.is_active,
            is_superuser: user.is_superuser,
            scopes: user.scopes.to_string(),
            password_hash: user.password().expose().to_owned(),
            search_text: search::haystack([Some(username), Some(email), full_name]),
            created_at: Time(user.created_at),
            updated_at: Time(user.updated_at),
            password_changed_at: Time(user.password_changed_at),
            sessions_from: Time(user.sessions_from),
            kept_session: user.kept_session.map(|session| Id(session.0)),
            version: to_column(user.version()),
        }
    }
}

impl TryFrom<UserRow> for User {
    type Error = StoreError;

    fn try_from(row: UserRow) -> Result<Self, StoreError> {
        let scopes = row.scopes.split_whitespace().map(|scope| restored::<Scope>(scope.to_owned()));
        let state = UserState {
            email: restored(row.email)?,
            username: restored(row.username)?,
            full_name: row.full_name.map(restored).transpose()?,
            phone_number: row.phone_number.map(restored).transpose()?,
            language: Language::from_code(&row.language),
            is_active: row.is_active,
            is_superuser: row.is_superuser,
            scopes: scopes.collect::<Result<Scopes, _>>()?,
            created_at: row.created_at.0,
            updated_at: row.updated_at.0,
            password_changed_at: row.password_changed_at.0,
            sessions_from: row.sessions_from.0,
            kept_session: row.kept_session.map(|session| SessionId(session.0)),
        };
        let password = PasswordHash::new(row.password_hash);
        Ok(Self::restore(UserId(row.id.0), state, password, from_column(row.version)))
    }
}
