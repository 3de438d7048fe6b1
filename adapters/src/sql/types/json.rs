use diesel::{
    deserialize::{self, FromSql, FromSqlRow},
    expression::AsExpression,
    query_builder::QueryId,
    serialize::{self, IsNull, Output, ToSql},
    sql_types::SqlType,
};
use serde_json::Value;

/// The column type of a JSON document.
#[derive(Debug, Clone, Copy, Default, QueryId, SqlType)]
#[diesel(postgres_type(oid = 3802, array_oid = 3807), sqlite_type(name = "Text"))]
pub struct SqlJson;

/// A JSON document in a row.
#[derive(Debug, Clone, AsExpression, FromSqlRow)]
#[diesel(sql_type = SqlJson)]
pub struct Json(pub(crate) Value);

#[cfg(feature = "postgres")]
mod postgres {
    use std::io::Write;

    use diesel::pg::{Pg, PgValue};

    use super::{FromSql, IsNull, Json, Output, SqlJson, ToSql, deserialize, serialize};

    /// The only version of `jsonb`'s wire format there is: a byte 1, then the text.
    const VERSION: u8 = 1;

    impl ToSql<SqlJson, Pg> for Json {
        fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
            out.write_all(&[VERSION])?;
            serde_json::to_writer(out, &self.0)?;
            Ok(IsNull::No)
        }
    }

    impl FromSql<SqlJson, Pg> for Json {
        fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
            match value.as_bytes() {
                [VERSION, text @ ..] => Ok(Self(serde_json::from_slice(text)?)),
                _ => Err("an unknown version of jsonb".into()),
            }
        }
    }
}

#[cfg(feature = "sqlite")]
mod sqlite {
    use diesel::{
        sql_types::Text,
        sqlite::{Sqlite, SqliteValue},
    };

    use super::{FromSql, IsNull, Json, Output, SqlJson, ToSql, deserialize, serialize};

    impl ToSql<SqlJson, Sqlite> for Json {
        fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
            out.set_value(serde_json::to_string(&self.0)?);
            Ok(IsNull::No)
        }
    }

    impl FromSql<SqlJson, Sqlite> for Json {
        fn from_sql(value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
            let text = <String as FromSql<Text, Sqlite>>::from_sql(value)?;
            Ok(Self(serde_json::from_str(&text)?))
        }
    }
}
