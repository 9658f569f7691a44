//! The rules of all dynamic segments, read once and kept until something that rules name changes.

use std::collections::BTreeMap;
use std::sync::Arc;

use diesel::prelude::*;
use diesel::sql_types::Text;
use serde_json::Value;

use super::model::SegmentKind;
use super::parse::parse;
use super::rule::Rule;
use super::{SegmentId, store};
use crate::db::Connection;
use crate::db::composed::Sql;
use crate::db::schema::segments;
use crate::db::statement::Statement;
use crate::db::types::{Instant, Json};
use crate::error::{Error, Result};

/// A dynamic segment whose rule can be read.
#[derive(Debug, Clone)]
pub struct Known {
    /// Which.
    pub id: SegmentId,
    /// Its name.
    pub name: String,
    /// Its rule.
    pub rule: Rule,
    /// Whether its members were found since the rule was last changed. Until then who enters and who leaves is not told:
    /// that is news of the rule and not of the clients.
    pub swept: bool,
    /// Grows with every change of it.
    pub version: i64,
}

/// Every dynamic segment.
#[derive(Debug, Clone)]
pub struct Rules {
    stamp: String,
    /// Those that can be asked.
    pub known: Vec<Known>,
    /// Those that cannot: their members stay as they were.
    pub broken: Vec<SegmentId>,
    /// Those of which it is not written down yet whether they can: which version of them, and why not, where that is so.
    unmarked: Vec<(SegmentId, i64, Option<Json<Value>>)>,
}

/// What changes whenever something does that rules name, but for companies: the keeper hears of these from the log.
pub const STAMP: &str = "(SELECT CAST(COUNT(*) AS TEXT) || ':' || COALESCE(CAST(SUM(version) AS TEXT), '') || ':' || \
     CAST(COUNT(swept_at) AS TEXT) || ':' || CAST(COUNT(deleted_at) AS TEXT) || ':' || \
     CAST(COUNT(broken) AS TEXT) FROM segments) || '/' || \
     (SELECT CAST(COUNT(*) AS TEXT) || ':' || COALESCE(CAST(SUM(version) AS TEXT), '') FROM field_definitions) || '/' || \
     (SELECT CAST(COUNT(*) AS TEXT) || ':' || COALESCE(CAST(SUM(version + position) AS TEXT), '') || ':' || \
     COALESCE(CAST(MAX(updated_at) AS TEXT), '') FROM stages) || '/' || \
     (SELECT CAST(COUNT(*) AS TEXT) FROM users) || '/' || (SELECT CAST(COUNT(*) AS TEXT) FROM lost_reasons) || '/' || \
     (SELECT CAST(COUNT(*) AS TEXT) FROM pipelines)";

impl Rules {
    /// The rules as they are now: those given, where they still are.
    ///
    /// # Errors
    /// The database is away.
    pub fn load(conn: &mut Connection, before: Option<&Arc<Self>>) -> Result<Arc<Self>> {
        let stamp: String = Statement::<Text>::new(Sql::text("SELECT ").and_text(STAMP)).get_result(conn)?;
        Self::stamped(conn, before, stamp)
    }

    /// The rules as they are where [`STAMP`] is this: those given, where it is theirs.
    ///
    /// # Errors
    /// The database is away.
    pub fn stamped(conn: &mut Connection, before: Option<&Arc<Self>>, stamp: String) -> Result<Arc<Self>> {
        type Row = (SegmentId, String, Option<Json<Value>>, Option<Instant>, i64, bool);
        if let Some(before) = before.filter(|before| before.stamp == stamp) {
            return Ok(before.clone());
        }
        let catalogue = store::catalogue(conn, &[])?;
        let (mut known, mut broken, mut unmarked) = (Vec::new(), Vec::new(), Vec::new());
        let marked = segments::broken.is_not_null();
        let rows: Vec<Row> = segments::table
            .filter(segments::deleted_at.is_null().and(segments::kind.eq(SegmentKind::Dynamic)))
            .select((segments::id, segments::name, segments::rule, segments::swept_at, segments::version, marked))
            .order(segments::id)
            .load(conn)?;
        for (id, name, rule, swept_at, version, marked) in rows {
            let read = rule.map_or_else(|| Err(Vec::new()), |Json(rule)| parse(&rule, &catalogue, Some(id)));
            if read.is_err() != marked {
                let why = read.as_ref().err().map(serde_json::to_value).transpose().map_err(Error::internal)?;
                unmarked.push((id, version, why.map(Json)));
            }
            match read {
                Ok(rule) => known.push(Known { id, name, rule, swept: swept_at.is_some(), version }),
                Err(_) => broken.push(id),
            }
        }
        Ok(Arc::new(Self { stamp, known, broken, unmarked }))
    }

    /// Writes down which segments are broken, for those who cannot read all rules to know.
    ///
    /// # Errors
    /// The database is away.
    pub fn mark(&self, conn: &mut Connection) -> Result<()> {
        for (id, version, why) in &self.unmarked {
            let same = segments::table.find(id).filter(segments::version.eq(version));
            diesel::update(same).set(segments::broken.eq(why)).execute(conn)?;
        }
        Ok(())
    }

    /// The segments by id.
    #[must_use]
    pub fn by_id(&self) -> BTreeMap<SegmentId, &Known> {
        self.known.iter().map(|known| (known.id, known)).collect()
    }
}
