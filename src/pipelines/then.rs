//! What leads were before: amounts, expected closes, owners, companies, sources and custom fields as of an instant, from the
//! changes that each lead's client's line tells. A lead made later with a back-dated entry counts with what is first known of
//! it.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::NaiveDate;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::LeadId;
use crate::accounts::UserId;
use crate::companies::CompanyId;
use crate::db::Connection;
use crate::db::schema::timeline_entries as entries;
use crate::db::types::{Instant, Json};
use crate::error::Result;

/// Amount in minor units and ISO 4217 code.
pub type Money = (i64, [u8; 3]);

/// A field before the changes since an instant: `None` where it was not changed, `Some(None)` where it was empty.
type Was<T> = Option<Option<T>>;

/// What a lead had before the changes since an instant.
#[derive(Debug, Clone, Default, PartialEq)]
struct Before {
    amount: Was<i64>,
    currency: Was<String>,
    expected_close_on: Was<NaiveDate>,
    owner_id: Was<UserId>,
    company_id: Was<CompanyId>,
    source: Was<String>,
    custom: Was<Map<String, Value>>,
}

impl Before {
    /// Takes in a change; the first change of a field tells what was before all of them.
    fn learn(&mut self, change: &Value) {
        first(&mut self.amount, change, "amount");
        first(&mut self.currency, change, "currency");
        first(&mut self.expected_close_on, change, "expected_close_on");
        first(&mut self.owner_id, change, "owner_id");
        first(&mut self.company_id, change, "company_id");
        first(&mut self.source, change, "source");
        first(&mut self.custom, change, "custom");
    }
}

fn first<T: DeserializeOwned>(known: &mut Was<T>, change: &Value, field: &str) {
    if let (None, Some(from)) = (&known, change.get(field).and_then(|change| change.get("from"))) {
        *known = Some(T::deserialize(from).ok());
    }
}

/// What leads were at an instant, of those that were changed since; a copy costs nothing.
#[derive(Debug, Clone, Default)]
pub struct Then(Arc<HashMap<LeadId, Before>>);

impl Then {
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
            all.entry(lead).or_default().learn(&change);
        }
        Ok(Self(Arc::new(all)))
    }

    /// Whether all leads are what they are now.
    #[must_use]
    pub fn is_now(&self) -> bool {
        self.0.is_empty()
    }

    /// The leads that were changed since.
    pub fn changed(&self) -> impl Iterator<Item = LeadId> + '_ {
        self.0.keys().copied()
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

    /// Whose a lead was, of which is known whose it is now.
    #[must_use]
    pub fn owner_id(&self, lead: LeadId, now: Option<UserId>) -> Option<UserId> {
        self.0.get(&lead).and_then(|before| before.owner_id).unwrap_or(now)
    }

    /// Which company a lead was of, of which is known which it is now.
    #[must_use]
    pub fn company_id(&self, lead: LeadId, now: Option<CompanyId>) -> Option<CompanyId> {
        self.0.get(&lead).and_then(|before| before.company_id).unwrap_or(now)
    }

    /// Where a lead was said to come from, of which is known what is said now.
    #[must_use]
    pub fn source(&self, lead: LeadId, now: Option<String>) -> Option<String> {
        self.0.get(&lead).and_then(|before| before.source.clone()).unwrap_or(now)
    }

    /// The value of a custom field of each lead whose custom fields were changed since.
    pub fn custom<'a>(&'a self, key: &'a str) -> impl Iterator<Item = (LeadId, Option<&'a Value>)> + 'a {
        let was = |before: &'a Before| before.custom.as_ref();
        self.0.iter().filter_map(move |(lead, before)| {
            let fields = was(before)?;
            Some((*lead, fields.as_ref().and_then(|fields| fields.get(key))))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(lead: LeadId, changes: &[Value]) -> Then {
        let mut before = Before::default();
        for change in changes {
            before.learn(change);
        }
        Then(Arc::new(HashMap::from([(lead, before)])))
    }

    #[test]
    fn what_was_not_changed_is_that_of_now() {
        let lead = LeadId::new();
        let was = |change: Value| of(lead, &[change]);
        let now = Some((7, *b"EUR"));
        let from = |value: Value| json!({ "from": value });
        assert_eq!(was(json!({ "amount": from(json!(5)) })).money(lead, now), Some((5, *b"EUR")));
        assert_eq!(was(json!({ "currency": from(json!("USD")) })).money(lead, now), Some((7, *b"USD")));
        let none = json!({ "amount": from(Value::Null), "currency": from(Value::Null) });
        assert_eq!(was(none).money(lead, now), None);
        let both = json!({ "amount": from(json!(5)), "currency": from(json!("USD")) });
        assert_eq!(was(both.clone()).money(lead, None), Some((5, *b"USD")));
        assert_eq!(was(both).money(LeadId::new(), now), now);
        assert_eq!(was(json!({})).expected_close_on(lead, None), None);
    }

    #[test]
    fn the_first_change_tells_what_was_before_all() {
        let (lead, owner) = (LeadId::new(), UserId::new());
        let changes = [
            json!({ "owner_id": { "from": null, "to": owner }, "source": { "from": "fair", "to": "web" } }),
            json!({ "owner_id": { "from": owner, "to": null }, "custom": { "from": { "size": 3 }, "to": {} } }),
        ];
        let then = of(lead, &changes);
        assert_eq!(then.owner_id(lead, Some(owner)), None);
        assert_eq!(then.source(lead, None).as_deref(), Some("fair"));
        assert_eq!(then.custom("size").collect::<Vec<_>>(), [(lead, Some(&json!(3)))]);
        assert_eq!(then.custom("colour").collect::<Vec<_>>(), [(lead, None)]);
    }
}
