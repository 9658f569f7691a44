//! What leads were worth before: amounts and expected closes as of an instant, from the changes that each lead's client's line
//! tells. A lead made later with a back-dated entry counts with the first amount that is known of it.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use serde_json::Value;

use super::LeadId;
use crate::db::Connection;
use crate::db::schema::timeline_entries as entries;
use crate::db::types::{Instant, Json};
use crate::error::Result;

/// Amount in minor units and ISO 4217 code.
pub type Money = (i64, [u8; 3]);

/// What a lead had before the changes since an instant; `None` of what was not changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Before {
    amount: Option<Option<i64>>,
    currency: Option<Option<String>>,
    expected_close_on: Option<Option<NaiveDate>>,
}

/// What leads were worth at an instant, of those that were changed since.
#[derive(Debug, Clone, Default)]
pub struct Worth(HashMap<LeadId, Before>);

impl Worth {
    /// Reads the changes since an instant; none where that is now.
    ///
    /// # Errors
    /// The database is away.
    pub fn at(conn: &mut Connection, as_of: Instant) -> Result<Self> {
        if as_of >= Instant::now() {
            return Ok(Self::default());
        }
        // Said in the words of the index of these changes.
        let changes = sql::<Bool>("timeline_entries.entry_type = 'change' AND timeline_entries.kind = 'lead.updated'");
        let rows = entries::table
            .filter(changes)
            .filter(entries::occurred_at.ge(as_of))
            .filter(entries::lead_id.is_not_null().and(entries::properties.is_not_null()))
            .order((entries::occurred_at, entries::id))
            .select((entries::lead_id.assume_not_null(), entries::properties.assume_not_null()));
        let mut all: HashMap<LeadId, Before> = HashMap::new();
        for row in rows.load_iter::<(LeadId, Json<Value>), _>(conn)? {
            let (lead, Json(change)) = row?;
            let before = |field: &str| change.get(field).and_then(|change| change.get("from"));
            let known = all.entry(lead).or_default();
            // The first change tells what was before all of them.
            if let (None, Some(from)) = (&known.amount, before("amount")) {
                known.amount = Some(from.as_i64());
            }
            if let (None, Some(from)) = (&known.currency, before("currency")) {
                known.currency = Some(from.as_str().map(str::to_owned));
            }
            if let (None, Some(from)) = (&known.expected_close_on, before("expected_close_on")) {
                known.expected_close_on = Some(from.as_str().and_then(|day| day.parse().ok()));
            }
        }
        all.retain(|_, before| *before != Before::default());
        Ok(Self(all))
    }

    /// Whether all leads are worth what they are worth now.
    #[must_use]
    pub fn is_of_now(&self) -> bool {
        self.0.is_empty()
    }

    /// What a lead was worth, of which is known what it is worth now.
    #[must_use]
    pub fn money(&self, lead: LeadId, now: Option<Money>) -> Option<Money> {
        let Some(before) = self.0.get(&lead) else { return now };
        let amount = before.amount.unwrap_or_else(|| now.map(|(amount, _)| amount))?;
        let code = match &before.currency {
            None => now.map(|(_, code)| code)?,
            Some(code) => code.as_ref()?.as_bytes().try_into().ok()?,
        };
        Some((amount, code))
    }

    /// When a lead was expected to close, of which is known when it is now.
    #[must_use]
    pub fn expected_close_on(&self, lead: LeadId, now: Option<NaiveDate>) -> Option<NaiveDate> {
        self.0.get(&lead).and_then(|before| before.expected_close_on).unwrap_or(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_changed_is_that_of_now() {
        let lead = LeadId::new();
        let of = |amount, currency: Option<Option<&str>>| {
            let currency = currency.map(|code| code.map(str::to_owned));
            Worth(HashMap::from([(lead, Before { amount, currency, expected_close_on: None })]))
        };
        let now = Some((7, *b"EUR"));
        assert_eq!(of(Some(Some(5)), None).money(lead, now), Some((5, *b"EUR")));
        assert_eq!(of(None, Some(Some("USD"))).money(lead, now), Some((7, *b"USD")));
        assert_eq!(of(Some(None), Some(None)).money(lead, now), None);
        assert_eq!(of(Some(Some(5)), Some(Some("USD"))).money(lead, None), Some((5, *b"USD")));
        assert_eq!(of(Some(Some(5)), None).money(LeadId::new(), now), now);
        assert_eq!(of(None, None).expected_close_on(lead, None), None);
    }
}
