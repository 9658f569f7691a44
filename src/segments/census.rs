//! Counts: who satisfies a rule, found as a set of ids. Each question is asked once, whatever is counted of its answer; sets are
//! joined in memory, and those whom the caller does not see are taken out last.

use diesel::prelude::*;

use super::plan::Plan;
use super::sets::{Set, without};
use crate::accounts::Principal;
use crate::contacts::{Contact, ContactId};
use crate::db::Connection;
use crate::db::answers::ids;
use crate::db::composed::{Sql, Value};
use crate::db::conditions::{Beyond, Direction, OneOf};
use crate::db::schema::contacts;
use crate::db::types::{Guid, Instant};
use crate::error::{Error, Result};

/// So few are asked about one by one what all contacts would have to be read for.
const FEW: usize = 20_000;
/// How many of them in a statement.
const TOGETHER: usize = 500;
/// How many contacts are looked at for a sample before it is known that they are not enough; then more and more.
const FIRST_LOOK: i64 = 1000;
const LONGEST_LOOK: i64 = 64_000;

/// Whom counts are about.
#[derive(Debug)]
pub(super) struct Census {
    /// Contacts that are not counted: in the bin, merged, or not for the caller to see.
    hidden: Vec<u128>,
    /// How many there are.
    everybody: Option<usize>,
}

impl Census {
    /// Looks up whom the caller does not see.
    ///
    /// # Errors
    /// The database is away.
    pub(super) fn new(conn: &mut Connection, by: &Principal) -> Result<Self> {
        // Two statements within the one: each is answered from an index of a few.
        let mut hidden = Sql::text(
            "SELECT contacts.id FROM contacts WHERE contacts.deleted_at IS NOT NULL \
             UNION ALL SELECT contacts.id FROM contacts WHERE contacts.merged_into IS NOT NULL",
        );
        if let Some(owners) = by.scope.owners() {
            hidden = hidden
                .and_text(" UNION ALL SELECT contacts.id FROM contacts WHERE contacts.owner_id IS NOT NULL AND NOT ")
                .then(Sql::any(owners.iter().map(|owner| Sql::text("contacts.owner_id = ").bind(Value::Id(owner.0)))));
        }
        let Set::Only(hidden) = Set::of(ids(conn, hidden)?) else { return Err(Error::internal("a list of ids")) };
        Ok(Self { hidden, everybody: None })
    }

    /// Who is there by a plan, hidden ones perhaps among them.
    ///
    /// # Errors
    /// The database is away.
    pub(super) fn set(conn: &mut Connection, plan: Plan) -> Result<Set> {
        Ok(match plan {
            Plan::Among(select) => Set::of(ids(conn, select)?),
            Plan::Holds(condition) => Set::of(ids(conn, rows(condition))?),
            Plan::Not(plan) => Self::set(conn, *plan)?.negated(),
            Plan::All(plans) => Self::joined(conn, plans)?,
            Plan::Any(plans) => {
                let negated = plans.into_iter().map(Plan::negated).collect();
                Self::joined(conn, negated)?.negated()
            }
        })
    }

    /// Those in each; what must be asked of every contact is asked last, of those alone who are left where they are few.
    fn joined(conn: &mut Connection, plans: Vec<Plan>) -> Result<Set> {
        let (last, first): (Vec<_>, Vec<_>) = plans.into_iter().partition(|plan| matches!(plan, Plan::Holds(_)));
        let mut found = Set::EVERYBODY;
        for plan in first {
            found = found.and(Self::set(conn, plan)?);
            if found == Set::NOBODY {
                return Ok(found);
            }
        }
        if last.is_empty() {
            return Ok(found);
        }
        let condition = Plan::all(last).sql();
        match found {
            Set::Only(left) if left.len() <= FEW => {
                let mut holds = Vec::new();
                for some in left.chunks(TOGETHER) {
                    let some = Sql::list(some.iter().map(|id| Value::Id(Guid(uuid::Uuid::from_u128(*id)))));
                    let asked = Sql::text("contacts.id IN (").then(some).and_text(") AND ").then(condition.clone());
                    holds.extend(ids(conn, rows(asked))?);
                }
                Ok(Set::of(holds))
            }
            found => Ok(found.and(Set::of(ids(conn, rows(condition))?))),
        }
    }

    /// How many of a set the caller sees.
    ///
    /// # Errors
    /// The database is away.
    pub(super) fn count(&mut self, conn: &mut Connection, set: &Set) -> Result<i64> {
        let (ids, others) = match set {
            Set::Only(ids) => (ids, false),
            Set::AllBut(ids) => (ids, true),
        };
        let seen = if self.hidden.is_empty() { ids.len() } else { without(ids, &self.hidden).len() };
        let count = if others { self.everybody(conn)?.saturating_sub(seen) } else { seen };
        i64::try_from(count).map_err(Error::internal)
    }

    /// Whether the caller sees a client.
    pub(super) fn sees(&self, id: u128) -> bool {
        self.hidden.binary_search(&id).is_err()
    }

    fn everybody(&mut self, conn: &mut Connection) -> Result<usize> {
        if let Some(known) = self.everybody {
            return Ok(known);
        }
        let rows: i64 = contacts::table.count().get_result(conn)?;
        let seen = usize::try_from(rows).map_err(Error::internal)?.saturating_sub(self.hidden.len());
        self.everybody = Some(seen);
        Ok(seen)
    }

    /// The newest clients of a set, of those that the caller sees.
    ///
    /// # Errors
    /// The database is away.
    pub(super) fn newest(&self, conn: &mut Connection, set: &Set, wanted: usize) -> Result<Vec<Contact>> {
        let found = match set {
            Set::Only(ids) if ids.len() <= TOGETHER => without(ids, &self.hidden),
            _ => self.walk(conn, set, wanted)?,
        };
        let found: Vec<Guid> = found.into_iter().map(|id| Guid(uuid::Uuid::from_u128(id))).collect();
        let rows = contacts::table.filter(OneOf::new("contacts.id", found)).select(Contact::as_select());
        let rows = rows.order((contacts::created_at.desc(), contacts::id.desc()));
        Ok(rows.limit(i64::try_from(wanted).map_err(Error::internal)?).load(conn)?)
    }

    /// Goes through the contacts, the newest first, until enough of the set are found.
    fn walk(&self, conn: &mut Connection, set: &Set, wanted: usize) -> Result<Vec<u128>> {
        let mut found = Vec::new();
        let (mut after, mut look): (Option<(Instant, ContactId)>, i64) = (None, FIRST_LOOK);
        loop {
            let mut rows = contacts::table.select((contacts::created_at, contacts::id)).into_boxed();
            if let Some((at, id)) = after {
                rows = rows.filter(Beyond::new("contacts.created_at, contacts.id", Direction::Descending, at, id.0));
            }
            let rows = rows.order((contacts::created_at.desc(), contacts::id.desc())).limit(look);
            let rows: Vec<(Instant, ContactId)> = rows.load(conn)?;
            let ids = rows.iter().map(|(_, id)| id.0.0.as_u128());
            found.extend(ids.filter(|id| set.holds(*id) && self.hidden.binary_search(id).is_err()));
            let ended = i64::try_from(rows.len()).is_ok_and(|read| read < look);
            if found.len() >= wanted || ended {
                found.truncate(wanted);
                return Ok(found);
            }
            after = rows.last().copied();
            look = (look * 4).min(LONGEST_LOOK);
        }
    }
}

/// Contacts of whose rows a condition holds.
fn rows(condition: Sql) -> Sql {
    Sql::text(
        "SELECT contacts.id FROM contacts WHERE contacts.deleted_at IS NULL AND contacts.merged_into IS NULL AND ",
    )
    .then(condition)
}
