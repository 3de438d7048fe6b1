use diesel::{
    deserialize::{self, FromSql, FromSqlRow},
    expression::AsExpression,
    query_builder::QueryId,
    serialize::{self, IsNull, Output, ToSql},
    sql_types::SqlType,
};
use uuid::Uuid;

/// The column type of an id; both databases compare it byte by byte.
#[derive(Debug, Clone, Copy, Default, QueryId, SqlType)]
#[diesel(postgres_type(oid = 2950, array_oid = 2951), sqlite_type(name = "Binary"))]
pub struct SqlUuid;

/// An id in a row.
#[derive(Debug, Clone, Copy, AsExpression, FromSqlRow)]
#[diesel(sql_type = SqlUuid)]
pub struct Id(pub(crate) Uuid);

#[cfg(feature = "postgres")]
mod postgres {
    use std::io::Write;

    use diesel::pg::{Pg, PgValue};

    use super::{FromSql, Id, IsNull, Output, SqlUuid, ToSql, Uuid, deserialize, serialize};

    impl ToSql<SqlUuid, Pg> for Id {
        fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
            out.write_all(self.0.as_bytes())?;
            Ok(IsNull::No)
        }
    }

    impl FromSql<SqlUuid, Pg> for Id {
        fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
            Ok(Self(Uuid::from_slice(value.as_bytes())?))
        }
    }
}

#[cfg(feature = "sqlite")]
mod sqlite {
    use diesel::{
        sql_types::Binary,
        sqlite::{Sqlite, SqliteValue},
    };

    use super::{FromSql, Id, IsNull, Output, SqlUuid, ToSql, Uuid, deserialize, serialize};

    impl ToSql<SqlUuid, Sqlite> for Id {
        fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
            out.set_value(self.0.as_bytes().as_slice());
            Ok(IsNull::No)
        }
    }

    impl FromSql<SqlUuid, Sqlite> for Id {
        fn from_sql(value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
            let bytes = <Vec<u8> as FromSql<Binary, Sqlite>>::from_sql(value)?;
            Ok(Self(Uuid::from_slice(&bytes)?))
        }
    }
}
