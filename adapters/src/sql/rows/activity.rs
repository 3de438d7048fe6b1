use diesel::prelude::{Insertable, Queryable, Selectable};
use domain_auth::{ActivityRow, UserId};
use domain_shared::StoreError;

use super::{Generational, from_column, to_column};
use crate::sql::{
    schema::user_activity,
    types::{Id, Time},
};

#[derive(Debug, Insertable, Queryable, Selectable)]
#[diesel(table_name = user_activity)]
pub struct UserActivityRow {
    pub(crate) generation: i64,
    pub(crate) user_id: Id,
    pub(crate) position: i64,
    pub(crate) registered_at: Time,
    pub(crate) last_login_at: Option<Time>,
    pub(crate) logins: i64,
    pub(crate) password_changed_at: Option<Time>,
    pub(crate) last_event_at: Time,
}

impl Generational<ActivityRow> for UserActivityRow {
    fn of(row: ActivityRow, generation: i64) -> Self {
        Self {
            generation,
            user_id: Id(row.user.0),
            position: to_column(row.position),
            registered_at: Time(row.registered_at),
            last_login_at: row.last_login_at.map(Time),
            logins: to_column(row.logins),
            password_changed_at: row.password_changed_at.map(Time),
            last_event_at: Time(row.last_event_at),
        }
    }

    fn read(self) -> Result<ActivityRow, StoreError> {
        Ok(ActivityRow {
            user: UserId(self.user_id.0),
            position: from_column(self.position),
            registered_at: self.registered_at.0,
            last_login_at: self.last_login_at.map(|time| time.0),
            logins: from_column(self.logins),
            password_changed_at: self.password_changed_at.map(|time| time.0),
            last_event_at: self.last_event_at.0,
        })
    }
}
