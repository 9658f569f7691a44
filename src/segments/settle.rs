//! Who enters and who leaves: what the rules say of some clients now, against what is kept.

use std::collections::{BTreeMap, BTreeSet};

use diesel::dsl::{exists, not};
use diesel::prelude::*;

use super::SegmentId;
use super::compile::{Asked, condition};
use super::facts::{self, Needs};
use super::judge;
use super::news::{self, News};
use super::rule::Rule;
use super::rules::{Known, Rules};
use crate::accounts::Principal;
use crate::contacts::ContactId;
use crate::db::Connection;
use crate::db::answers::asked;
use crate::db::composed::{Sql, Value};
use crate::db::conditions::OneOf;
use crate::db::schema::{contacts, segment_members as stays, segments};
use crate::db::statement::Statement;
use crate::db::types::{Guid, Instant};
use crate::error::Result;
use crate::insert_all;

/// A client who enters or leaves a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Step {
    /// Who.
    pub contact: ContactId,
    /// Which segment.
    pub segment: SegmentId,
    /// In, or out.
    pub enters: bool,
    /// Whether others are told.
    pub told: bool,
}

/// Some clients, as their facts are read: those that are there, and whose facts count for whom.
struct Families {
    live: BTreeSet<ContactId>,
    whose: BTreeMap<ContactId, ContactId>,
}

fn ids(of: impl IntoIterator<Item = ContactId>) -> Vec<Guid> {
    of.into_iter().map(|id| id.0).collect()
}

/// Lists of any length make few texts of statements, which are worth keeping prepared.
fn padded<T: Copy>(of: &[T]) -> Vec<T> {
    let mut out = of.to_vec();
    if let Some(last) = of.last() {
        let mut size = 1;
        while size < out.len() {
            size *= 4;
        }
        out.resize(size, *last);
    }
    out
}

/// A contact as far as it says whose facts count for whom.
type Standing = (ContactId, Option<ContactId>, Option<Instant>, i32);

fn standing(conn: &mut Connection, of: Vec<Guid>) -> Result<Vec<Standing>> {
    let columns = (contacts::id, contacts::merged_into, contacts::deleted_at, contacts::members);
    Ok(contacts::table.filter(OneOf::new("contacts.id", of)).select(columns).load(conn)?)
}

/// These contacts, and those whom they are merged into.
fn with_survivors(conn: &mut Connection, named: &BTreeSet<ContactId>) -> Result<Vec<Standing>> {
    let mut rows = standing(conn, ids(named.iter().copied()))?;
    let merged_into = rows.iter().filter_map(|(_, merged_into, ..)| *merged_into);
    let survivors: BTreeSet<_> = merged_into.filter(|id| !named.contains(id)).collect();
    if !survivors.is_empty() {
        rows.extend(standing(conn, ids(survivors))?);
    }
    Ok(rows)
}

fn families(conn: &mut Connection, rows: &[Standing]) -> Result<Families> {
    let live = rows.iter().filter(|(_, merged_into, deleted_at, _)| merged_into.is_none() && deleted_at.is_none());
    let large = live.clone().filter(|(.., members)| *members > 0).map(|(id, ..)| *id);
    let (live, large): (BTreeSet<_>, Vec<_>) = (live.map(|(id, ..)| *id).collect(), large.collect());
    let mut whose: BTreeMap<ContactId, ContactId> = live.iter().map(|id| (*id, *id)).collect();
    if !large.is_empty() {
        let merged = contacts::table.filter(OneOf::new("contacts.merged_into", ids(large)));
        let merged = merged.select((contacts::id, contacts::merged_into.assume_not_null()));
        whose.extend(merged.load::<(ContactId, ContactId)>(conn)?);
    }
    Ok(Families { live, whose })
}

impl Families {
    /// Only these of the clients.
    fn of(&self, clients: &BTreeSet<ContactId>) -> Self {
        let live = self.live.intersection(clients).copied().collect();
        let whose = self.whose.iter().filter(|(_, root)| clients.contains(root)).map(|(id, root)| (*id, *root));
        Self { live, whose: whose.collect() }
    }

    fn members(&self) -> Vec<ContactId> {
        self.whose.keys().copied().collect()
    }
}

/// One client; nobody where it is not there.
fn family(conn: &mut Connection, contact: ContactId) -> Result<Families> {
    let rows = standing(conn, vec![contact.0])?;
    families(conn, &rows)
}

/// Which of the questions are true of which of the clients.
fn answers(conn: &mut Connection, families: &Families, questions: &[Sql]) -> Result<BTreeSet<(usize, ContactId)>> {
    let live: Vec<_> = padded(&families.live.iter().copied().collect::<Vec<_>>());
    let among = Sql::list(live.iter().map(|id| Value::Id(id.0)));
    let from = Sql::text("contacts.id FROM contacts WHERE contacts.id IN (").then(among).and_text(") AND ");
    let found = asked(conn, &Sql::default(), &from, questions)?;
    Ok(found.into_iter().map(|(n, id)| (n, ContactId(id))).collect())
}

/// Which of some conditions are true of one client; empty where the client is not there.
///
/// # Errors
/// The database is away.
pub fn true_of(
    conn: &mut Connection,
    contact: ContactId,
    conditions: &[Rule],
    now: Instant,
) -> Result<BTreeSet<usize>> {
    let families = family(conn, contact)?;
    Ok(true_of_all(conn, &families, &conditions.iter().collect::<Vec<_>>(), now)?.into_iter().map(|(n, _)| n).collect())
}

/// What is known of one client without asking the database about each condition, and what is not; nothing where the client is
/// not there.
///
/// # Errors
/// The database is away.
pub fn judged(
    conn: &mut Connection,
    contact: ContactId,
    conditions: &[Rule],
    now: Instant,
) -> Result<Vec<Option<bool>>> {
    let families = family(conn, contact)?;
    let clients = facts::load(conn, &families.whose, Needs::of(conditions.iter()))?;
    let answers = clients.values().flat_map(|client| conditions.iter().map(|rule| judge::holds(rule, client, now)));
    Ok(answers.collect())
}

/// Which rules are true of which of the clients. What is known of them is read once and every rule asked of that; the
/// database is asked only what cannot be told so.
fn true_of_all(
    conn: &mut Connection,
    families: &Families,
    rules: &[&Rule],
    now: Instant,
) -> Result<BTreeSet<(usize, ContactId)>> {
    let (mut found, mut open) = (BTreeSet::new(), BTreeSet::new());
    if families.live.is_empty() || rules.is_empty() {
        return Ok(found);
    }
    let clients = facts::load(conn, &families.whose, Needs::of(rules.iter().copied()))?;
    for (id, client) in &clients {
        for (n, rule) in rules.iter().enumerate() {
            match judge::holds(rule, client, now) {
                Some(true) => drop(found.insert((n, *id))),
                Some(false) => {}
                None => drop(open.insert((n, *id))),
            }
        }
    }
    if open.is_empty() {
        return Ok(found);
    }
    let families = families.of(&open.iter().map(|(_, id)| *id).collect());
    let numbers: Vec<usize> = open.iter().map(|(n, _)| *n).collect::<BTreeSet<_>>().into_iter().collect();
    let only = padded(&families.members());
    let those = Asked::of(now, &only);
    let questions: Vec<_> = numbers.iter().filter_map(|n| Some(condition(rules.get(*n)?, &those))).collect();
    let answers = answers(conn, &families, &questions)?;
    let answers = answers.into_iter().filter_map(|(n, id)| Some((*numbers.get(n)?, id)));
    found.extend(answers.filter(|answer| open.contains(answer)));
    Ok(found)
}

/// What must change for these contacts, and for those whom they are merged into, to be where the rules say they belong as of
/// an instant: who was merged belongs nowhere any more.
///
/// # Errors
/// The database is away.
pub fn steps(conn: &mut Connection, rules: &Rules, named: &BTreeSet<ContactId>, now: Instant) -> Result<Vec<Step>> {
    if named.is_empty() {
        return Ok(Vec::new());
    }
    let rows = with_survivors(conn, named)?;
    let families = families(conn, &rows)?;
    let mut wanted = BTreeSet::new();
    let asked: Vec<&Rule> = rules.known.iter().map(|known| &known.rule).collect();
    for (n, contact) in true_of_all(conn, &families, &asked, now)? {
        wanted.extend(rules.known.get(n).map(|known| (contact, known.id)));
    }
    let known = rules.by_id();
    let kept: Vec<(ContactId, SegmentId)> = stays::table
        .filter(OneOf::new("segment_members.contact_id", ids(rows.iter().map(|(id, ..)| *id))))
        .filter(stays::left_at.is_null())
        .select((stays::contact_id, stays::segment_id))
        .load(conn)?;
    // Lists keep their members whatever happens to them; so do broken segments, but for those who are there no longer.
    let kept: BTreeSet<_> = kept.into_iter().collect();
    let leaves = |(contact, segment): &&(ContactId, SegmentId)| {
        let gone = !families.live.contains(contact) && rules.broken.contains(segment);
        (known.contains_key(segment) && !wanted.contains(&(*contact, *segment))) || gone
    };
    let told = |segment: &SegmentId| known.get(segment).is_some_and(|known| known.swept);
    let entering = wanted.difference(&kept).map(|(contact, segment)| (*contact, *segment, true));
    let leaving = kept.iter().filter(leaves).map(|(contact, segment)| (*contact, *segment, false));
    let step = |(contact, segment, enters)| Step { contact, segment, enters, told: told(&segment) };
    Ok(entering.chain(leaving).map(step).collect())
}

/// Whom a segment has or lacks wrongly as a whole, up to so many of each.
///
/// # Errors
/// The database is away.
pub fn strays(conn: &mut Connection, known: &Known, now: Instant, most: i64) -> Result<BTreeSet<ContactId>> {
    let rule = condition(&known.rule, &Asked::of_all(now));
    let live = || contacts::table.filter(contacts::deleted_at.is_null().and(contacts::merged_into.is_null()));
    let there = || stays::table.filter(stays::segment_id.eq(known.id).and(stays::left_at.is_null()));
    // Said by EXISTS: neither side is held in memory, however large it is.
    let is_there = exists(there().filter(stays::contact_id.eq(contacts::id)));
    let lacking = live().filter(rule.clone()).filter(not(is_there)).select(contacts::id).limit(most);
    let mut found: BTreeSet<ContactId> = lacking.load(conn)?.into_iter().collect();
    let belongs = exists(live().filter(contacts::id.eq(stays::contact_id)).filter(rule));
    let wrong = there().filter(not(belongs)).select(stays::contact_id).limit(most);
    found.extend(wrong.load::<ContactId>(conn)?);
    Ok(found)
}

#[derive(Debug, Insertable)]
#[diesel(table_name = stays, treat_none_as_default_value = false)]
struct Stay {
    contact_id: ContactId,
    segment_id: SegmentId,
    entered_at: Instant,
    entered_by_rule: bool,
}

/// Those of the steps that are still to be taken: others may have taken some since these were found. Whether they are told is
/// said by the segment as it is now: one whose members were all found meanwhile is entered by what happened since.
fn open(conn: &mut Connection, rules: &Rules, steps: &[Step]) -> Result<Vec<Step>> {
    if steps.is_empty() {
        return Ok(Vec::new());
    }
    let whom: BTreeSet<ContactId> = steps.iter().map(|step| step.contact).collect();
    let rows: Vec<(ContactId, bool, Option<SegmentId>)> = contacts::table
        .left_join(stays::table.on(stays::contact_id.eq(contacts::id).and(stays::left_at.is_null())))
        .filter(OneOf::new("contacts.id", ids(whom)))
        .select((
            contacts::id,
            contacts::deleted_at.is_null().and(contacts::merged_into.is_null()),
            stays::segment_id.nullable(),
        ))
        .load(conn)?;
    // Nobody enters who was deleted, erased or merged since: the log tells of it next.
    let live: BTreeSet<_> = rows.iter().filter(|(_, live, _)| *live).map(|(id, ..)| *id).collect();
    let there: BTreeSet<_> = rows.into_iter().filter_map(|(id, _, segment)| Some((id, segment?))).collect();
    let which: BTreeSet<Guid> = steps.iter().map(|step| step.segment.0).collect();
    let swept: Vec<(SegmentId, i64, Option<Instant>)> = segments::table
        .filter(OneOf::new("segments.id", which.into_iter().collect()))
        .filter(segments::deleted_at.is_null())
        .select((segments::id, segments::version, segments::swept_at))
        .load(conn)?;
    let swept: BTreeMap<_, _> = swept.into_iter().map(|(id, version, at)| (id, at.map(|_| version))).collect();
    let known = rules.by_id();
    let step = |step: &Step| {
        let now = *swept.get(&step.segment)?;
        let same = known.get(&step.segment).is_some_and(|known| now == Some(known.version));
        let open = there.contains(&(step.contact, step.segment)) != step.enters;
        let open = open && (live.contains(&step.contact) || !step.enters);
        open.then_some(Step { told: step.told || same, ..*step })
    };
    Ok(steps.iter().filter_map(step).collect())
}

/// Takes the steps that are still to be taken, and tells of those that are told.
///
/// # Errors
/// The database refuses.
pub fn take(conn: &mut Connection, rules: &Rules, steps: &[Step], now: Instant) -> Result<()> {
    let names = rules.by_id();
    let mut changes: BTreeMap<SegmentId, i64> = BTreeMap::new();
    let mut leaving: BTreeMap<(ContactId, bool), Vec<Guid>> = BTreeMap::new();
    let (mut entering, mut news) = (Vec::new(), Vec::new());
    for step in open(conn, rules, steps)? {
        let (contact, segment, enters) = (step.contact, step.segment, step.enters);
        // Who leaves a broken segment is gone: that is not the rule's doing, though nobody is told.
        let by_rule = !step.told && names.contains_key(&segment);
        if enters {
            entering.push(Stay { contact_id: contact, segment_id: segment, entered_at: now, entered_by_rule: by_rule });
        } else {
            leaving.entry((contact, by_rule)).or_default().push(segment.0);
        }
        *changes.entry(segment).or_default() += if enters { 1 } else { -1 };
        let known = names.get(&segment).filter(|_| step.told);
        news.extend(known.map(|known| News { contact, segment, name: &known.name, enters }));
    }
    insert_all!(few conn, stays::table, entering: Stay)?;
    for ((contact, by_rule), segments) in leaving {
        let there = stays::table
            .filter(stays::contact_id.eq(contact).and(stays::left_at.is_null()))
            .filter(OneOf::new("segment_members.segment_id", segments));
        diesel::update(there).set((stays::left_at.eq(now), stays::left_by_rule.eq(by_rule))).execute(conn)?;
    }
    news::tell(conn, &Principal::system(), &news, now)?;
    resize(conn, changes)
}

/// Adds to the segments' numbers of members: those that change alike at once.
fn resize(conn: &mut Connection, changes: BTreeMap<SegmentId, i64>) -> Result<()> {
    let mut alike: BTreeMap<i64, Vec<Guid>> = BTreeMap::new();
    for (segment, change) in changes.into_iter().filter(|(_, change)| *change != 0) {
        alike.entry(change).or_default().push(segment.0);
    }
    for (change, which) in alike {
        let which = Sql::list(padded(&which).into_iter().map(Value::Id));
        let grown = Sql::text("UPDATE segments SET members = members + ").bind(Value::Whole(change));
        let grown = grown.and_text(" WHERE id IN (").then(which).and_text(")");
        Statement::<()>::new(grown).execute(conn)?;
    }
    Ok(())
}
