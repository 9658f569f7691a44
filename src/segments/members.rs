//! Who belongs to a segment: asked of the rule as of now, or of the list.

use diesel::prelude::*;
use serde::Serialize;
use serde_json::Value as Json;
use utoipa::ToSchema;

use super::catalogue::Catalogue;
use super::census::Census;
use super::compile::{Asked, listed, plan};
use super::describe::{Language, describe};
use super::model::{RuleWords, SegmentKind, Stored};
use super::plan::Plan;
use super::rule::{Node, Rule};
use super::sets::Set;
use super::split::{self, Part};
use super::{SegmentId, facts, store};
use crate::accounts::Principal;
use crate::contacts::{Contact, ContactId};
use crate::db::composed::Sql;
use crate::db::conditions::{Beyond, Direction};
use crate::db::schema::contacts;
use crate::db::types::Instant;
use crate::db::{Connection, MultiBackend};
use crate::error::{Error, Result};
use crate::http::{Cursor, Page};

type Contacts = contacts::BoxedQuery<'static, MultiBackend>;

/// The condition on `contacts` of belonging to a segment as of now.
///
/// # Errors
/// Not found; the segment is broken.
pub fn members_query(conn: &mut Connection, id: SegmentId) -> Result<Sql> {
    let stored = store::find(conn, id)?;
    members_of(conn, &stored, Instant::now())
}

/// [`members_query`] of a segment that was read, as of an instant.
///
/// # Errors
/// The segment is broken.
pub fn members_of(conn: &mut Connection, stored: &Stored, now: Instant) -> Result<Sql> {
    plan_of(conn, stored, now).map(Plan::sql)
}

fn plan_of(conn: &mut Connection, stored: &Stored, now: Instant) -> Result<Plan> {
    Ok(match store::rule_of(conn, stored)? {
        Some(rule) => plan(&rule, &Asked::as_of(now)),
        None => listed(stored.id, &Asked::as_of(now)),
    })
}

/// The condition on `leads` of belonging to a client of the segment, also one into whom the lead's contact was merged.
///
/// # Errors
/// Not found; the segment is broken.
pub fn leads_query(conn: &mut Connection, id: SegmentId) -> Result<Sql> {
    members_query(conn, id).map(of_clients)
}

/// The condition on `leads` of belonging to clients whom a condition on `contacts` holds of.
pub(super) fn of_clients(members: Sql) -> Sql {
    Sql::text("leads.contact_id IN (").then(with_merged(members)).and_text(")")
}

/// The statement that gives the ids of clients whom a condition on `contacts` holds of, and of all that are merged into them.
pub(super) fn with_merged(members: Sql) -> Sql {
    let roots =
        "SELECT contacts.id FROM contacts WHERE contacts.deleted_at IS NULL AND contacts.merged_into IS NULL AND ";
    let roots = Sql::text(roots).then(members);
    roots
        .clone()
        .and_text(" UNION ALL SELECT m.id FROM contacts m WHERE m.merged_into IS NOT NULL AND m.merged_into IN (")
        .then(roots)
        .and_text(")")
}

/// A segment that a filter names and that is not there is a bad parameter.
#[must_use]
pub fn named(error: Error) -> Error {
    if error.status() == 404 { Error::field("segment_id", "unknown", "there is no such segment") } else { error }
}

/// The clients that the caller sees.
fn seen(by: &Principal) -> Contacts {
    let rows = contacts::table.filter(contacts::deleted_at.is_null().and(contacts::merged_into.is_null())).into_boxed();
    let Some(owners) = by.scope.owners() else { return rows };
    let hidden = contacts::owner_id.is_not_null().and(contacts::owner_id.assume_not_null().ne_all(owners));
    rows.filter(diesel::dsl::not(hidden))
}

/// How many clients there are of whom a rule is true; only those that the caller sees.
///
/// # Errors
/// Every fault of it.
pub fn how_many(conn: &mut Connection, by: &Principal, rule: &Json) -> Result<i64> {
    let (read, _) = store::read_rule(conn, rule, None)?;
    let found = Census::set(conn, plan(&read, &Asked::of_all(Instant::now())))?;
    Census::new(conn, by)?.count(conn, &found)
}

/// A page of the members that the caller sees, the newest client first. Of a part of a split the page may be short, and
/// there may still be more: as long as there is a cursor.
///
/// # Errors
/// Not found, broken, a bad cursor.
pub fn page(
    conn: &mut Connection,
    by: &Principal,
    id: SegmentId,
    part: Option<Part>,
    cursor: Option<&str>,
    limit: i64,
) -> Result<Page<Contact>> {
    let members = members_query(conn, id)?;
    let mut read = |cursor: Option<&str>, count: i64| -> Result<Vec<Contact>> {
        let mut rows = seen(by).filter(members.clone()).select(Contact::as_select());
        if let Some(cursor) = cursor {
            let Cursor(at, id) = Cursor::<Instant, ContactId>::decode(cursor)?;
            rows = rows.filter(Beyond::new("contacts.created_at, contacts.id", Direction::Descending, at, id.0));
        }
        Ok(rows.order((contacts::created_at.desc(), contacts::id.desc())).limit(count).load(conn)?)
    };
    let place = |contact: &Contact| Cursor(contact.created_at, contact.id).encode();
    match part {
        None => Ok(Page::cut(read(cursor, limit + 1)?, limit, place)),
        Some(part) => split::page(limit, cursor, |contact| part.holds(id, contact.id), place, read),
    }
}

/// What a rule would find.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Preview {
    /// How many clients there are of whom it is true; only those that the caller sees.
    pub count: i64,
    /// The newest of them.
    pub sample: Vec<Contact>,
    /// How many there are of each condition alone.
    pub conditions: Vec<ConditionCount>,
    /// The rule in plain words.
    pub words: RuleWords,
}

/// How many clients there are of one condition of a rule.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ConditionCount {
    /// Where it stands: `rule.all[0]`.
    pub path: String,
    /// It in plain words, in the language asked for.
    pub words: String,
    /// How many there are.
    pub count: i64,
}

/// The most conditions that are counted alone.
const MOST_COUNTED: usize = 20;

/// Tries a rule.
///
/// # Errors
/// Every fault of it.
pub fn preview(conn: &mut Connection, by: &Principal, rule: &Json, language: Language) -> Result<Preview> {
    const SAMPLE: usize = 10;
    let (read, catalogue) = store::read_rule(conn, rule, None)?;
    facts::may_ask(by, &read)?;
    let mut tried = Tried { asked: Asked::of_all(Instant::now()), census: Census::new(conn, by)?, counts: Vec::new() };
    let found = tried.set(conn, &read)?;
    let condition = |((path, node), count)| {
        let alone = Rule { zone: read.zone, node };
        ConditionCount { path, words: describe(&alone, &catalogue, language), count }
    };
    Ok(Preview {
        count: tried.census.count(conn, &found)?,
        sample: tried.census.newest(conn, &found, SAMPLE)?,
        conditions: parts(&read.node).into_iter().zip(tried.counts).map(condition).collect(),
        words: words(&read, &catalogue),
    })
}

/// A rule as it is tried.
struct Tried<'a> {
    asked: Asked<'a>,
    census: Census,
    /// How many there are of each condition, in the order of [`parts`].
    counts: Vec<i64>,
}

impl Tried<'_> {
    /// Finds who satisfies a rule, and counts each condition on the way.
    fn set(&mut self, conn: &mut Connection, rule: &Rule) -> Result<Set> {
        let mut alone = |node: &Node| self.set(conn, &Rule { zone: rule.zone, node: node.clone() });
        match &rule.node {
            Node::All(nodes) => nodes.iter().try_fold(Set::EVERYBODY, |all, node| Ok(all.and(alone(node)?))),
            Node::Any(nodes) => nodes.iter().try_fold(Set::NOBODY, |all, node| Ok(all.or(alone(node)?))),
            _ => {
                let set = Census::set(conn, plan(rule, &self.asked))?;
                if self.counts.len() < MOST_COUNTED {
                    self.counts.push(self.census.count(conn, &set)?);
                }
                Ok(set)
            }
        }
    }
}

fn words(rule: &Rule, catalogue: &Catalogue) -> RuleWords {
    RuleWords::of(rule, catalogue)
}

/// The conditions that a rule joins, each with its place: those of the outermost `all` or `any`, and of those within it.
pub(super) fn parts(node: &Node) -> Vec<(String, Node)> {
    fn walk(node: &Node, path: &str, found: &mut Vec<(String, Node)>) {
        let (name, nodes) = match node {
            Node::All(nodes) => ("all", nodes),
            Node::Any(nodes) => ("any", nodes),
            _ => {
                found.push((path.to_owned(), node.clone()));
                return;
            }
        };
        for (n, node) in nodes.iter().enumerate() {
            walk(node, &format!("{path}.{name}[{n}]"), found);
        }
    }
    let mut found = Vec::new();
    walk(node, "rule", &mut found);
    found.truncate(MOST_COUNTED);
    found
}

/// How segments overlap.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Overlap {
    /// Every part of the diagram.
    pub parts: Vec<OverlapPart>,
}

/// Clients who belong to exactly these of the segments.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OverlapPart {
    /// The segments that they belong to; to none of the others asked for.
    pub segments: Vec<SegmentId>,
    /// How many the caller sees.
    pub count: i64,
}

/// Counts the parts of the diagram of two or three segments.
///
/// # Errors
/// Not found, broken.
pub fn overlap(conn: &mut Connection, by: &Principal, ids: &[SegmentId]) -> Result<Overlap> {
    let (now, mut census) = (Instant::now(), Census::new(conn, by)?);
    let mut sets = Vec::new();
    for id in ids {
        let stored = store::find(conn, *id)?;
        let plan = plan_of(conn, &stored, now)?;
        sets.push((*id, Census::set(conn, plan)?));
    }
    let mut parts = Vec::new();
    for mask in 1_usize..(1 << sets.len()) {
        let within = |n: usize| mask & (1 << n) != 0;
        let side =
            |(n, (_, set)): (usize, &(SegmentId, Set))| if within(n) { set.clone() } else { set.clone().negated() };
        let both = sets.iter().enumerate().map(side).fold(Set::EVERYBODY, Set::and);
        let segments = sets.iter().enumerate().filter(|(n, _)| within(*n)).map(|(_, (id, _))| *id).collect();
        parts.push(OverlapPart { segments, count: census.count(conn, &both)? });
    }
    Ok(Overlap { parts })
}

/// Every member that there is, as of an instant: for snapshots.
///
/// # Errors
/// Broken.
pub(super) fn everybody(conn: &mut Connection, stored: &Stored, now: Instant) -> Result<Vec<ContactId>> {
    let members = members_of(conn, stored, now)?;
    let all = contacts::table.filter(contacts::deleted_at.is_null().and(contacts::merged_into.is_null()));
    Ok(all.filter(members).select(contacts::id).order(contacts::id).load(conn)?)
}

/// Whether people keep the list themselves.
///
/// # Errors
/// [`crate::error::Code::Conflict`].
pub(super) fn check_kept(stored: &Stored) -> Result<()> {
    if stored.kind == SegmentKind::Static {
        return Ok(());
    }
    Err(Error::because(crate::error::Code::Conflict, "Only a list can be given members: this segment is none."))
}
