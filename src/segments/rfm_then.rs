//! What clients had bought by a past instant: recency, frequency, monetary value as they would have been computed then, from
//! the facts before it. Nothing is kept.
//!
//! A lead counts where it stood in a won stage at that instant, also one that was reopened since, with what it was worth
//! then; touchpoints and merges are those of now.

use std::collections::HashMap;

use diesel::dsl::{count_star, max, sql};
use diesel::prelude::*;
use diesel::sql_types::{Bool, Double, Nullable};

use super::rfm::{Bought, RfmScore, score};
use crate::contacts::ContactId;
use crate::db::Connection;
use crate::db::schema::{contacts, leads, stage_intervals as intervals, stages, timeline_entries as entries};
use crate::db::types::Instant;
use crate::error::Result;
use crate::pipelines::then;
use crate::pipelines::{LeadId, StageId, StageKind, visit};

/// Everybody's scores as of an instant.
#[derive(Debug)]
pub struct Then {
    /// The currency in which money counts: the one that most purchases are in; where several are, the first by name.
    pub currency: Option<String>,
    pub scores: Vec<RfmScore>,
}

/// Purchases of a contact in one currency.
#[derive(Debug, Clone)]
struct Purchases {
    contact: ContactId,
    currency: Option<String>,
    last_at: Instant,
    count: i64,
    amount: f64,
}

/// Computes everybody's scores from the facts before an instant.
///
/// # Errors
/// The database is away.
pub fn scores(conn: &mut Connection, as_of: Instant) -> Result<Then> {
    let mut bought = touchpoints(conn, as_of)?;
    bought.extend(won(conn, as_of)?);
    let currency = main_currency(&bought);
    let lines = survivors(conn)?;
    let mut clients: HashMap<ContactId, (Instant, i64, f64)> = HashMap::new();
    for some in bought {
        let root = lines.of(some.contact);
        if lines.gone.binary_search(&root).is_ok() {
            continue;
        }
        let own = clients.entry(root).or_insert((some.last_at, 0, 0.0));
        own.0 = own.0.max(some.last_at);
        own.1 += some.count;
        if some.currency.is_some() && some.currency == currency {
            own.2 += some.amount;
        }
    }
    let whole = |amount: f64| format!("{amount:.0}").parse().unwrap_or(i64::MAX);
    let mut bought: Vec<Bought> = clients
        .into_iter()
        .map(|(contact, (last_at, purchases, amount))| Bought { contact, last_at, purchases, amount: whole(amount) })
        .collect();
    bought.sort_unstable_by_key(|one| one.contact);
    Ok(Then { currency, scores: score(&bought) })
}

fn main_currency(bought: &[Purchases]) -> Option<String> {
    let mut counts: HashMap<&str, i64> = HashMap::new();
    for some in bought {
        if let Some(currency) = &some.currency {
            *counts.entry(currency).or_default() += some.count;
        }
    }
    counts.into_iter().max_by(|a, b| a.1.cmp(&b.1).then(b.0.cmp(a.0))).map(|(currency, _)| currency.to_owned())
}

/// Said in the words of the index of purchases.
const PURCHASE: &str = "timeline_entries.kind = 'purchase' AND timeline_entries.channel IS NOT NULL AND \
     timeline_entries.channel <> 'note' AND timeline_entries.deleted_at IS NULL";

/// Purchases that are touchpoints, summed by contact and currency.
fn touchpoints(conn: &mut Connection, as_of: Instant) -> Result<Vec<Purchases>> {
    type Row = (ContactId, Option<String>, Option<Instant>, i64, Option<f64>);
    let rows = entries::table
        .filter(sql::<Bool>(PURCHASE))
        .filter(entries::occurred_at.lt(as_of))
        .group_by((entries::contact_id, entries::currency))
        .select((
            entries::contact_id,
            entries::currency,
            max(entries::occurred_at),
            count_star(),
            sql::<Nullable<Double>>("SUM(CAST(timeline_entries.amount AS DOUBLE PRECISION))"),
        ));
    let rows: Vec<Row> = rows.load(conn)?;
    let some = |(contact, currency, last_at, count, amount): Row| {
        Some(Purchases { contact, currency, last_at: last_at?, count, amount: amount.unwrap_or_default() })
    };
    Ok(rows.into_iter().filter_map(some).collect())
}

type Stay = (LeadId, Instant, Option<Instant>, StageId);

/// Leads that stood in a won stage at the instant, each since it came to that stage.
fn won(conn: &mut Connection, as_of: Instant) -> Result<Vec<Purchases>> {
    type Row = (ContactId, LeadId, Option<i64>, Option<String>);
    let kinds: Vec<StageId> = stages::table.filter(stages::kind.eq(StageKind::Won)).select(stages::id).load(conn)?;
    let rows = intervals::table
        .filter(intervals::stage_id.eq_any(&kinds).and(intervals::visit.eq_any(visit::ALL)))
        .filter(intervals::entered_at.lt(as_of))
        .select((intervals::lead_id, intervals::entered_at, intervals::exited_at, intervals::stage_id));
    let since = standing(rows.load(conn)?, as_of);
    let leads_then = then::Then::at(conn, as_of)?;
    let there = intervals::table
        .filter(intervals::stage_id.eq_any(&kinds).and(intervals::visit.eq_any(visit::ALL)))
        .filter(intervals::entered_at.lt(as_of))
        .select(intervals::lead_id);
    let rows = leads::table.filter(leads::deleted_at.is_null()).filter(leads::id.eq_any(there));
    let rows: Vec<Row> = rows.select((leads::contact_id, leads::id, leads::amount, leads::currency)).load(conn)?;
    let some = |(contact, lead, amount, currency): Row| {
        let last_at = *since.get(&lead)?;
        let code = currency.and_then(|currency| currency.into_bytes().try_into().ok());
        let money = leads_then.money(lead, amount.zip(code));
        let currency = money.map(|(_, code)| String::from_utf8_lossy(&code).into_owned());
        #[expect(clippy::cast_precision_loss, reason = "sums of money are added as numbers, as the kept scores do")]
        let amount = money.map_or(0.0, |(amount, _)| amount as f64);
        Some(Purchases { contact, currency, last_at, count: 1, amount })
    };
    Ok(rows.into_iter().filter_map(some).collect())
}

/// Since when each lead stands in its stage at an instant; neighbours in one stage are one stay.
fn standing(mut stays: Vec<Stay>, as_of: Instant) -> HashMap<LeadId, Instant> {
    // Of two that begin at once, the one that lasts is the later.
    stays.sort_by_key(|(lead, at, until, _)| (*lead, *at, until.unwrap_or(Instant::MAX)));
    let mut since: HashMap<LeadId, Instant> = HashMap::new();
    let mut before: Option<Stay> = None;
    let mut began = None;
    for stay in stays {
        let (lead, at, until, stage) = stay;
        let goes_on = before.is_some_and(|(own, _, end, same)| (own, end, same) == (lead, Some(at), stage));
        began = began.filter(|_| goes_on).or(Some(at));
        if until.is_none_or(|until| until >= as_of) {
            since.extend(began.map(|began| (lead, began)));
        }
        before = Some(stay);
    }
    since
}

/// Whose facts belong to whom, and who is in the bin.
struct Lines {
    survivors: HashMap<ContactId, ContactId>,
    /// In order.
    gone: Vec<ContactId>,
}

impl Lines {
    fn of(&self, contact: ContactId) -> ContactId {
        self.survivors.get(&contact).copied().unwrap_or(contact)
    }
}

fn survivors(conn: &mut Connection) -> Result<Lines> {
    let merged = contacts::table.filter(contacts::merged_into.is_not_null());
    let merged = merged.select((contacts::id, contacts::merged_into.assume_not_null()));
    let gone = contacts::table.filter(contacts::deleted_at.is_not_null()).select(contacts::id).order(contacts::id);
    Ok(Lines { survivors: merged.load(conn)?.into_iter().collect(), gone: gone.load(conn)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(micros: i64) -> Instant {
        Instant::from_micros(micros).unwrap()
    }

    #[test]
    fn a_lead_stands_in_its_stage_since_it_came_there() {
        let (lead, won, better) = (LeadId::new(), StageId::new(), StageId::new());
        let stays = [
            (lead, at(1), Some(at(3)), won),
            (lead, at(5), Some(at(7)), won),
            (lead, at(7), Some(at(9)), won),
            (lead, at(9), None, better),
        ];
        let since = |as_of: i64| {
            let before = stays.iter().filter(|stay| stay.1 < at(as_of)).copied().collect();
            standing(before, at(as_of)).get(&lead).copied()
        };
        let wanted = [(2, Some(1)), (4, None), (6, Some(5)), (8, Some(5)), (12, Some(9))];
        for (as_of, began) in wanted {
            assert_eq!(since(as_of), began.map(at), "{as_of}");
        }
    }
}
