use chrono::{DateTime, Utc};
use diesel::{
    deserialize::{self, FromSql, FromSqlRow},
    expression::AsExpression,
    query_builder::QueryId,
    serialize::{self, Output, ToSql},
    sql_types::{BigInt, SqlType},
};

/// The column type of a point in time, to the microsecond.
#[derive(Debug, Clone, Copy, Default, QueryId, SqlType)]
#[diesel(postgres_type(oid = 1184, array_oid = 1185), sqlite_type(name = "Long"))]
pub struct SqlTime;

/// A point in time in a row.
#[derive(Debug, Clone, Copy, AsExpression, FromSqlRow)]
#[diesel(sql_type = SqlTime)]
pub struct Time(pub(crate) DateTime<Utc>);

/// Reads a count of microseconds since `epoch`, itself in microseconds since 1970.
fn since(epoch: i64, micros: i64) -> deserialize::Result<Time> {
    let time = micros.checked_add(epoch).and_then(DateTime::from_timestamp_micros);
    time.map(Time).ok_or_else(|| "a point in time beyond all calendars".into())
}

#[cfg(feature = "postgres")]
mod postgres {
    use diesel::pg::{Pg, PgValue};

    use super::{BigInt, FromSql, Output, SqlTime, Time, ToSql, deserialize, serialize, since};

    /// `PostgreSQL` counts from the year 2000 (its documentation, section 8.5).
    const EPOCH: i64 = 946_684_800_000_000;

    impl ToSql<SqlTime, Pg> for Time {
        fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
            let micros = self.0.timestamp_micros() - EPOCH;
            <i64 as ToSql<BigInt, Pg>>::to_sql(&micros, &mut out.reborrow())
        }
    }

    impl FromSql<SqlTime, Pg> for Time {
        fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
            since(EPOCH, <i64 as FromSql<BigInt, Pg>>::from_sql(value)?)
        }
    }
}

#[cfg(feature = "sqlite")]
mod sqlite {
    use diesel::{
        serialize::IsNull,
        sqlite::{Sqlite, SqliteValue},
    };

    use super::{BigInt, FromSql, Output, SqlTime, Time, ToSql, deserialize, serialize, since};

    impl ToSql<SqlTime, Sqlite> for Time {
        fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
            out.set_value(self.0.timestamp_micros());
            Ok(IsNull::No)
        }
    }

    impl FromSql<SqlTime, Sqlite> for Time {
        fn from_sql(value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
            since(0, <i64 as FromSql<BigInt, Sqlite>>::from_sql(value)?)
        }
    }
}
