//! Recency, frequency, monetary value: quintiles over all clients who have bought (metrics.md §6).
//!
//! A purchase is a won lead, at the time it was won, or a touchpoint of the kind `purchase`. A client's score is 5 for the
//! best fifth and 1 for the last; clients with equal values share the better score. Money counts in one currency, the one
//! most purchases are in: others are never added to it. Groups are made of the scores as [`RfmGroup::of`] says.

use std::collections::BTreeMap;
use std::time::Duration;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Double, Text};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::rule::Range;
use crate::contacts::ContactId;
use crate::db::composed::{Sql, Value as Bound};
use crate::db::schema::{contacts, rfm_scores as scores};
use crate::db::types::{Instant, sql};
use crate::db::{Connection, Db, settings};
use crate::error::Result;
use crate::on;

crate::text_enum! {
    /// Clients alike in how lately, how often and for how much they bought.
    pub enum RfmGroup {
        /// Lately, often, for much: R ≥ 4, F ≥ 4, M ≥ 4.
        Champions = "champions",
        /// Often, and not long ago: R ≥ 3, F ≥ 4.
        Loyal = "loyal",
        /// Lately, a few times: R ≥ 4, F 2–3.
        PotentialLoyalists = "potential_loyalists",
        /// Lately, hardly ever: R ≥ 4, F 1.
        New = "new",
        /// A while ago, a few times: R 3, F 2–3.
        NeedAttention = "need_attention",
        /// A while ago, hardly ever: R 3, F 1.
        AboutToSleep = "about_to_sleep",
        /// Often and for much, but long ago: R ≤ 2, F ≥ 4, M ≥ 4.
        CannotLose = "cannot_lose",
        /// Rather often, but long ago: R ≤ 2, F ≥ 3.
        AtRisk = "at_risk",
        /// Long ago, a few times: R ≤ 2, F 2.
        Hibernating = "hibernating",
        /// Long ago, hardly ever: R ≤ 2, F 1.
        Lost = "lost",
    }
}

impl RfmGroup {
    /// The group of three scores from 1 to 5: the first that fits, in the order of declaration.
    #[must_use]
    pub const fn of(recency: i32, frequency: i32, monetary: i32) -> Self {
        match (recency, frequency, monetary) {
            (4.., 4.., 4..) => Self::Champions,
            (3.., 4.., _) => Self::Loyal,
            (4.., 2.., _) => Self::PotentialLoyalists,
            (4.., _, _) => Self::New,
            (3, 2.., _) => Self::NeedAttention,
            (3, _, _) => Self::AboutToSleep,
            (_, 4.., 4..) => Self::CannotLose,
            (_, 3.., _) => Self::AtRisk,
            (_, 2, _) => Self::Hibernating,
            _ => Self::Lost,
        }
    }
}

/// Whose scores lie so; who has not bought has none.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RfmTest {
    /// In one of these groups; in any where there are none.
    pub groups: Vec<RfmGroup>,
    /// The score of recency.
    pub recency: Option<Range>,
    /// The score of frequency.
    pub frequency: Option<Range>,
    /// The score of monetary value.
    pub monetary: Option<Range>,
}

impl RfmTest {
    /// The statement that gives their ids, by the scores as they were last computed.
    #[must_use]
    pub fn select(&self) -> Sql {
        let mut all = vec![Sql::text("r.recency > 0")];
        if !self.groups.is_empty() {
            let names = Sql::list(self.groups.iter().map(|group| Bound::Text(group.to_string())));
            all.push(Sql::text("r.grp IN (").then(names).and_text(")"));
        }
        for (column, range) in
            [("r.recency", self.recency), ("r.frequency", self.frequency), ("r.monetary", self.monetary)]
        {
            let range = range.unwrap_or_default();
            let end = |text: &'static str, end: i64| Sql::text(column).and_text(text).bind(Bound::Whole(end));
            all.extend(range.least.map(|least| end(" >= ", least)));
            all.extend(range.most.map(|most| end(" <= ", most)));
        }
        Sql::text("SELECT r.contact_id FROM rfm_scores r WHERE ").then(Sql::all(all))
    }
}

/// A client's purchases.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bought {
    pub contact: ContactId,
    pub last_at: Instant,
    pub purchases: i64,
    pub amount: i64,
}

/// A client's scores.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize, ToSchema)]
#[diesel(table_name = scores, treat_none_as_default_value = false)]
pub struct RfmScore {
    pub contact_id: ContactId,
    /// 5 for the fifth that bought last.
    pub recency: i32,
    /// 5 for the fifth that bought most often.
    pub frequency: i32,
    /// 5 for the fifth that spent most.
    pub monetary: i32,
    /// The group of these scores.
    #[diesel(column_name = grp)]
    pub group: RfmGroup,
    /// The last purchase.
    pub last_at: Instant,
    /// How many purchases there were.
    pub purchases: i64,
    /// What was spent, in minor units of the currency that counts.
    pub amount: i64,
}

/// Scores of values: 5 for the best fifth, equal ones sharing the better score.
fn quintiles(values: &[i64]) -> Vec<i32> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    let value = |n: &usize| values.get(*n).copied().unwrap_or_default();
    order.sort_by_key(|n| std::cmp::Reverse(value(n)));
    let mut out = vec![0; values.len()];
    let mut first = (0, None);
    for (place, n) in order.iter().enumerate() {
        if first.1 != Some(value(n)) {
            first = (place, Some(value(n)));
        }
        let fifth = i32::try_from(first.0 * 5 / values.len()).unwrap_or(4);
        if let Some(score) = out.get_mut(*n) {
            *score = 5 - fifth;
        }
    }
    out
}

/// Everybody's scores.
#[must_use]
pub fn score(bought: &[Bought]) -> Vec<RfmScore> {
    let of = |value: fn(&Bought) -> i64| quintiles(&bought.iter().map(value).collect::<Vec<_>>());
    let (recency, frequency, monetary) =
        (of(|one| one.last_at.micros()), of(|one| one.purchases), of(|one| one.amount));
    let all = bought.iter().zip(recency).zip(frequency).zip(monetary);
    all.map(|(((one, recency), frequency), monetary)| RfmScore {
        contact_id: one.contact,
        recency,
        frequency,
        monetary,
        group: RfmGroup::of(recency, frequency, monetary),
        last_at: one.last_at,
        purchases: one.purchases,
        amount: one.amount,
    })
    .collect()
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = sql::Guid)]
    contact_id: ContactId,
    #[diesel(sql_type = sql::Instant)]
    last_at: Instant,
    #[diesel(sql_type = BigInt)]
    purchases: i64,
    #[diesel(sql_type = Double)]
    amount: f64,
}

#[derive(QueryableByName)]
struct Currency {
    #[diesel(sql_type = Text)]
    currency: String,
}

/// All purchases before an instant, which is bound twice, under these names. SQLite numbers names as it comes upon them: they
/// must be bound in that order.
fn purchases(first: &str, second: &str) -> String {
    format!(
        "(SELECT e.contact_id, e.occurred_at AS at, e.amount, e.currency FROM timeline_entries e \
         WHERE e.channel IS NOT NULL AND e.channel <> 'note' AND e.deleted_at IS NULL AND e.kind = 'purchase' \
         AND e.occurred_at < {first} UNION ALL SELECT l.contact_id, l.closed_at, l.amount, l.currency FROM leads l \
         WHERE l.deleted_at IS NULL AND l.stage_kind = 'won' AND l.closed_at < {second}) p"
    )
}

/// The currency that most purchases are in; where several are, the first by name.
fn main_currency(conn: &mut Connection, as_of: Instant) -> Result<Option<String>> {
    let text = format!(
        "SELECT p.currency AS currency FROM {} WHERE p.currency IS NOT NULL \
         GROUP BY p.currency ORDER BY COUNT(*) DESC, p.currency LIMIT 1",
        purchases("$1", "$2")
    );
    let found: Option<Currency> = diesel::sql_query(text)
        .bind::<sql::Instant, _>(as_of)
        .bind::<sql::Instant, _>(as_of)
        .get_result(conn)
        .optional()?;
    Ok(found.map(|found| found.currency))
}

/// What every client has bought before an instant; those merged count for their survivors.
///
/// # Errors
/// The database is away.
pub fn bought(conn: &mut Connection, as_of: Instant, currency: &str) -> Result<Vec<Bought>> {
    let text = format!(
        "SELECT COALESCE(m.merged_into, p.contact_id) AS contact_id, MAX(p.at) AS last_at, COUNT(*) AS purchases, \
         COALESCE(SUM(CASE WHEN p.currency = $1 THEN CAST(p.amount AS DOUBLE PRECISION) END), 0.0) AS amount \
         FROM {} LEFT JOIN contacts m ON m.id = p.contact_id AND m.merged_into IS NOT NULL \
         JOIN contacts c ON c.id = COALESCE(m.merged_into, p.contact_id) AND c.deleted_at IS NULL \
         GROUP BY COALESCE(m.merged_into, p.contact_id)",
        purchases("$2", "$3")
    );
    let rows: Vec<Row> = diesel::sql_query(text)
        .bind::<Text, _>(currency)
        .bind::<sql::Instant, _>(as_of)
        .bind::<sql::Instant, _>(as_of)
        .load(conn)?;
    let whole = |amount: f64| format!("{amount:.0}").parse().unwrap_or(i64::MAX);
    Ok(rows
        .into_iter()
        .map(|row| Bought {
            contact: row.contact_id,
            last_at: row.last_at,
            purchases: row.purchases,
            amount: whole(row.amount),
        })
        .collect())
}

/// When the scores were computed, and in which currency money counts.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Computed {
    pub(super) at: Instant,
    pub(super) currency: Option<String>,
}

/// When the kept scores were computed; `None` where none were yet.
///
/// # Errors
/// The database is away.
pub(super) fn computed(conn: &mut Connection) -> Result<Option<Computed>> {
    settings::get(conn, KEY)
}

const KEY: &str = "rfm";
/// Rows that are written together.
const BITE: usize = 500;

/// Computes everybody's scores where the last ones, perhaps of an earlier run or of another server, are `old`; says how long
/// the next ones have time.
///
/// # Errors
/// The database is away.
pub async fn refresh_when_old(db: &Db, old: Duration) -> Result<Duration> {
    let last = db.read(computed).await?;
    let now = Instant::now();
    let age = last.and_then(|last| now.since(last.at).to_std().ok()).unwrap_or(old);
    if age < old {
        return Ok(old.saturating_sub(age));
    }
    refresh(db, now).await?;
    Ok(old)
}

/// Computes everybody's scores as of an instant and keeps them; says how many have changed.
///
/// # Errors
/// The database is away.
pub async fn refresh(db: &Db, as_of: Instant) -> Result<usize> {
    let (new, gone, currency) = db
        .read(move |conn| {
            let currency = main_currency(conn, as_of)?;
            let wanted = score(&bought(conn, as_of, currency.as_deref().unwrap_or_default())?);
            let kept: Vec<RfmScore> = scores::table.select(RfmScore::as_select()).load(conn)?;
            let mut kept: BTreeMap<_, _> = kept.into_iter().map(|one| (one.contact_id, one)).collect();
            let new: Vec<_> =
                wanted.into_iter().filter(|one| kept.remove(&one.contact_id).as_ref() != Some(one)).collect();
            Ok((new, kept.into_keys().collect::<Vec<_>>(), currency))
        })
        .await?;
    let changed = new.len() + gone.len();
    for piece in gone.chunks(BITE) {
        let piece = piece.to_vec();
        db.write(
            move |conn| Ok(diesel::delete(scores::table.filter(scores::contact_id.eq_any(&piece))).execute(conn)?),
        )
        .await?;
    }
    for piece in new.chunks(BITE) {
        let piece = piece.to_vec();
        db.write(move |conn| replace(conn, &piece)).await?;
    }
    db.write(move |conn| settings::put(conn, KEY, Computed { at: as_of, currency: currency.clone() })).await?;
    Ok(changed)
}

fn replace(conn: &mut Connection, rows: &[RfmScore]) -> Result<()> {
    let ids: Vec<_> = rows.iter().map(|row| row.contact_id).collect();
    diesel::delete(scores::table.filter(scores::contact_id.eq_any(&ids))).execute(conn)?;
    // Who was erased meanwhile has no scores any more.
    let there: Vec<ContactId> = contacts::table
        .filter(contacts::id.eq_any(&ids).and(contacts::erased_at.is_null()))
        .select(contacts::id)
        .load(conn)?;
    let left: Vec<_> = rows.iter().filter(|row| there.contains(&row.contact_id)).collect();
    for chunk in left.chunks(100) {
        on!(conn, c => diesel::insert_into(scores::table).values(chunk.to_vec()).execute(c))?;
    }
    Ok(())
}

/// Forgets a person's scores.
///
/// # Errors
/// The database is away.
pub fn forget(conn: &mut Connection, contact: ContactId) -> Result<()> {
    diesel::delete(scores::table.find(contact)).execute(conn)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_share_the_better_score() {
        assert_eq!(quintiles(&[10, 20, 30, 40, 50]), [1, 2, 3, 4, 5]);
        assert_eq!(quintiles(&[7, 7, 7]), [5, 5, 5]);
        assert_eq!(quintiles(&[1, 1, 1, 1, 9]), [4, 4, 4, 4, 5]);
        assert_eq!(quintiles(&[3]), [5]);
        assert!(quintiles(&[]).is_empty());
    }

    #[test]
    fn every_three_scores_have_a_group() {
        assert_eq!(RfmGroup::of(5, 5, 5), RfmGroup::Champions);
        assert_eq!(RfmGroup::of(4, 4, 3), RfmGroup::Loyal);
        assert_eq!(RfmGroup::of(5, 1, 5), RfmGroup::New);
        assert_eq!(RfmGroup::of(1, 5, 5), RfmGroup::CannotLose);
        assert_eq!(RfmGroup::of(2, 3, 5), RfmGroup::AtRisk);
        assert_eq!(RfmGroup::of(1, 1, 5), RfmGroup::Lost);
    }
}
