//! The column types both databases share: ids, instants, JSON and text enums.
//!
//! Each value has one Rust form and one meaning; how a database stores it is decided here and nowhere else.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::Pg;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sqlite::Sqlite;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::connection::MultiBackend;

/// The SQL side of the shared types, named in `schema.rs`.
pub mod sql {
    use super::MultiBackend;
    use diesel::query_builder::QueryId;
    use diesel::sql_types::{HasSqlType, SqlType};

    /// `uuid` on PostgreSQL, `BLOB` of 16 bytes on SQLite.
    #[derive(Debug, Clone, Copy, Default, SqlType, QueryId)]
    #[diesel(postgres_type(oid = 2950, array_oid = 2951), sqlite_type(name = "Binary"))]
    pub struct Guid;

    /// `timestamptz` on PostgreSQL, `INTEGER` microseconds since 1970 on SQLite.
    #[derive(Debug, Clone, Copy, Default, SqlType, QueryId)]
    #[diesel(postgres_type(oid = 1184, array_oid = 1185), sqlite_type(name = "Long"))]
    pub struct Instant;

    /// `jsonb` on PostgreSQL, JSON text on SQLite: both answer `column->>'key'`.
    #[derive(Debug, Clone, Copy, Default, SqlType, QueryId)]
    #[diesel(postgres_type(oid = 3802, array_oid = 3807), sqlite_type(name = "Text"))]
    pub struct Json;

    impl diesel::sql_types::SqlOrd for Guid {}
    impl diesel::sql_types::SqlOrd for Instant {}

    impl HasSqlType<Guid> for MultiBackend {
        fn metadata(lookup: &mut Self::MetadataLookup) -> Self::TypeMetadata {
            Self::lookup_sql_type::<Guid>(lookup)
        }
    }
    impl HasSqlType<Instant> for MultiBackend {
        fn metadata(lookup: &mut Self::MetadataLookup) -> Self::TypeMetadata {
            Self::lookup_sql_type::<Instant>(lookup)
        }
    }
    impl HasSqlType<Json> for MultiBackend {
        fn metadata(lookup: &mut Self::MetadataLookup) -> Self::TypeMetadata {
            Self::lookup_sql_type::<Json>(lookup)
        }
    }
}

/// Implements `ToSql`/`FromSql` on [`MultiBackend`] by handing the value to the backend in use.
macro_rules! multi_backend {
    ([$($generics:tt)*] $ty:ty, $sql:ty) => {
        impl<$($generics)*> ToSql<$sql, MultiBackend> for $ty where Self: 'static {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, MultiBackend>) -> serialize::Result {
                out.set_value((<$sql>::default(), self));
                Ok(IsNull::No)
            }
        }
        impl<$($generics)*> FromSql<$sql, MultiBackend> for $ty where Self: 'static {
            fn from_sql(bytes: <MultiBackend as diesel::backend::Backend>::RawValue<'_>) -> deserialize::Result<Self> {
                bytes.from_sql::<Self, $sql>()
            }
        }
    };
}

/// A UUID as stored; features wrap it in their own id types through [`id!`](crate::id).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, AsExpression, FromSqlRow, Serialize, Deserialize)]
#[diesel(sql_type = sql::Guid)]
#[serde(transparent)]
pub struct Guid(pub uuid::Uuid);

impl Guid {
    /// A new time-ordered identifier (UUID version 7).
    #[must_use]
    pub fn new() -> Self {
        Self(uuid::Uuid::now_v7())
    }
}

impl Guid {
    /// The identifier (UUID version 7) of that time whose other bits are all `fill`: ids made then lie between two of them.
    #[must_use]
    pub fn bound(at: Instant, fill: u8) -> Self {
        let millis = u64::try_from(at.micros() / 1000).unwrap_or(0);
        Self(uuid::Builder::from_unix_timestamp_millis(millis, &[fill; 10]).into_uuid())
    }
}

impl Default for Guid {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Guid {
    type Err = uuid::Error;
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        uuid::Uuid::from_str(s).map(Self)
    }
}

impl ToSql<sql::Guid, Pg> for Guid {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        ToSql::<diesel::sql_types::Uuid, Pg>::to_sql(&self.0, &mut out.reborrow())
    }
}
impl FromSql<sql::Guid, Pg> for Guid {
    fn from_sql(bytes: diesel::pg::PgValue<'_>) -> deserialize::Result<Self> {
        <uuid::Uuid as FromSql<diesel::sql_types::Uuid, Pg>>::from_sql(bytes).map(Self)
    }
}
impl ToSql<sql::Guid, Sqlite> for Guid {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.as_bytes().as_slice());
        Ok(IsNull::No)
    }
}
impl FromSql<sql::Guid, Sqlite> for Guid {
    fn from_sql(mut value: <Sqlite as diesel::backend::Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        Ok(Self(uuid::Uuid::from_slice(value.read_blob())?))
    }
}
multi_backend!([] Guid, sql::Guid);

/// A point in time, UTC, to the microsecond. Shown as RFC 3339.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, AsExpression, FromSqlRow)]
#[diesel(sql_type = sql::Instant)]
pub struct Instant(i64);

/// Microseconds between 1970 and 2000, where PostgreSQL's clock starts.
const POSTGRES_EPOCH: i64 = 946_684_800_000_000;

impl Instant {
    /// 0001-01-01T00:00:00Z: no fact is older.
    pub const MIN: Self = Self(-62_135_596_800_000_000);
    /// 9999-12-31T23:59:59.999999Z: no fact is younger.
    pub const MAX: Self = Self(253_402_300_799_999_999);

    /// The present moment.
    #[must_use]
    pub fn now() -> Self {
        Self(Utc::now().timestamp_micros())
    }

    /// From microseconds since 1970-01-01T00:00:00Z; `None` outside years 1 to 9999.
    #[must_use]
    pub fn from_micros(micros: i64) -> Option<Self> {
        (Self::MIN.0..=Self::MAX.0).contains(&micros).then_some(Self(micros))
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// This instant moved by `delta`, kept within [`Self::MIN`] and [`Self::MAX`].
    #[must_use]
    pub fn plus(self, delta: TimeDelta) -> Self {
        let micros = delta.num_microseconds().unwrap_or(i64::MAX);
        Self(self.0.saturating_add(micros).clamp(Self::MIN.0, Self::MAX.0))
    }

    /// The time from `earlier` to this instant.
    #[must_use]
    pub fn since(self, earlier: Self) -> TimeDelta {
        TimeDelta::microseconds(self.0 - earlier.0)
    }

    /// The calendar form, for reading fields or formatting.
    #[must_use]
    pub fn to_utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0).unwrap_or_default()
    }
}

impl From<DateTime<Utc>> for Instant {
    fn from(value: DateTime<Utc>) -> Self {
        Self(value.timestamp_micros().clamp(Self::MIN.0, Self::MAX.0))
    }
}

impl fmt::Debug for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_utc().to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

impl FromStr for Instant {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        let parsed =
            DateTime::parse_from_rfc3339(s).map_err(|_| "must be a time like 2026-01-31T12:00:00Z".to_owned())?;
        Self::from_micros(parsed.timestamp_micros()).ok_or_else(|| "must lie within the years 1 to 9999".to_owned())
    }
}

impl Serialize for Instant {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl utoipa::PartialSchema for Instant {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            .into()
    }
}
impl utoipa::ToSchema for Instant {}

impl ToSql<sql::Instant, Pg> for Instant {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        let since_2000 = self.0 - POSTGRES_EPOCH;
        ToSql::<diesel::sql_types::BigInt, Pg>::to_sql(&since_2000, &mut out.reborrow())
    }
}
impl FromSql<sql::Instant, Pg> for Instant {
    fn from_sql(bytes: diesel::pg::PgValue<'_>) -> deserialize::Result<Self> {
        let since_2000 = <i64 as FromSql<diesel::sql_types::BigInt, Pg>>::from_sql(bytes)?;
        Ok(Self(since_2000 + POSTGRES_EPOCH))
    }
}
impl ToSql<sql::Instant, Sqlite> for Instant {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0);
        Ok(IsNull::No)
    }
}
impl FromSql<sql::Instant, Sqlite> for Instant {
    fn from_sql(mut value: <Sqlite as diesel::backend::Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        Ok(Self(value.read_long()))
    }
}
multi_backend!([] Instant, sql::Instant);

/// A JSON column holding a `T`.
#[derive(Debug, Clone, Default, PartialEq, Eq, AsExpression, FromSqlRow, Serialize, Deserialize)]
#[diesel(sql_type = sql::Json)]
#[serde(transparent)]
pub struct Json<T: 'static>(pub T);

impl<T: Serialize + fmt::Debug> ToSql<sql::Json, Pg> for Json<T> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        use std::io::Write;
        out.write_all(&[1])?; // the version byte of jsonb's binary form
        serde_json::to_writer(out, &self.0)?;
        Ok(IsNull::No)
    }
}
impl<T: DeserializeOwned> FromSql<sql::Json, Pg> for Json<T> {
    fn from_sql(value: diesel::pg::PgValue<'_>) -> deserialize::Result<Self> {
        let (_version, text) = value.as_bytes().split_first().ok_or("an empty jsonb value")?;
        Ok(Self(serde_json::from_slice(text)?))
    }
}
impl<T: Serialize + fmt::Debug> ToSql<sql::Json, Sqlite> for Json<T> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(serde_json::to_string(&self.0)?);
        Ok(IsNull::No)
    }
}
impl<T: DeserializeOwned> FromSql<sql::Json, Sqlite> for Json<T> {
    fn from_sql(mut value: <Sqlite as diesel::backend::Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        Ok(Self(serde_json::from_str(value.read_text())?))
    }
}
multi_backend!([T: Serialize + DeserializeOwned + fmt::Debug + Send + Sync] Json<T>, sql::Json);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_cut_to_microseconds_and_printed_as_rfc_3339() {
        let parsed: Instant = "2024-02-29T23:59:59.123456789+03:00".parse().unwrap();
        assert_eq!(parsed.to_string(), "2024-02-29T20:59:59.123456Z");
    }

    #[test]
    fn an_instant_outside_four_digit_years_is_refused() {
        assert!(Instant::from_micros(i64::MAX).is_none());
        assert!(Instant::from_micros(Instant::MIN.micros() - 1).is_none());
        assert_eq!(Instant::MAX.plus(TimeDelta::days(1)), Instant::MAX);
    }
}
