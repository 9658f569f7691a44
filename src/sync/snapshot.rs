//! `/api/v1/changes/snapshot`: all records, page by page, and the place from which the feed of changes completes them.
//!
//! The place is taken before the first page is read. Whatever is committed later stands behind it in the feed, and a change
//! bears the record as it is, so that a copy of all pages, with the changes behind the place applied, is the present state.
//! However few records the caller sees, a page looks at no more than [`WINDOW`] of a kind: it then ends early.

use actix_web::web::Data;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::{IntoParams, ToSchema};

use super::change::{RecordType, to_raw};
use super::log::{self, Bookmark};
use crate::accounts::permissions::grants;
use crate::accounts::{May, Principal};
use crate::app::App;
use crate::companies::Company;
use crate::contacts::{Contact, ContactId};
use crate::db::conditions::OneOf;
use crate::db::dialect::Condition;
use crate::db::schema::{companies, contacts, leads, tasks, timeline_entries as entries};
use crate::db::types::Guid;
use crate::db::{Connection, MultiBackend, life};
use crate::error::{Error, Result};
use crate::http::{Cursor, Limit, Query, Reply, Routes, handlers};
use crate::interactions::Interaction;
use crate::interactions::tasks::Task;
use crate::pipelines::leads::Lead;
use crate::timeline::filter::{keep, several};
use crate::timeline::page::of_seen_leads;

/// Which records.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct SnapshotQuery {
    /// Only these kinds, with commas between: `contact`, `company`, `lead`, `interaction`, `task`. All that the caller may
    /// read where absent.
    #[param(example = "contact,lead")]
    types: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// How many: 1 to 200.
    #[serde(default)]
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200, default = 50)]
    limit: Limit,
}

/// A record of a snapshot.
#[derive(Debug, Clone, Serialize, ToSchema)]
struct SnapshotItem {
    /// Its kind.
    record_type: RecordType,
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    record_id: Guid,
    /// The contact that stands for this one, where this one is merged.
    #[serde(skip_serializing_if = "Option::is_none")]
    merged_into: Option<ContactId>,
    /// The record, as its own endpoint shows it; `null` where it is merged.
    #[schema(value_type = Option<Object>)]
    record: Option<Box<RawValue>>,
}

/// A page of a snapshot.
#[derive(Debug, Clone, Serialize, ToSchema)]
struct SnapshotPage {
    /// When all pages are read, go on with `/api/v1/changes?after=` this. The same on each page.
    changes_after: String,
    /// The records.
    items: Vec<SnapshotItem>,
    /// Give this as `cursor` for the next page; `null` on the last.
    next_cursor: Option<String>,
}

/// The feed's place, and behind which record of which kind the page begins.
type Position = Cursor<(String, RecordType), Option<Guid>>;

fn page(conn: &mut Connection, by: &Principal, query: &SnapshotQuery) -> Result<SnapshotPage> {
    let mut errors = Vec::new();
    let wanted: Vec<RecordType> = several("types", query.types.as_deref(), &mut errors);
    let limit = keep(query.limit.get(), &mut errors).unwrap_or(1);
    let position = keep(query.cursor.as_deref().map(Position::decode).transpose(), &mut errors).flatten();
    if !errors.is_empty() {
        return Err(Error::invalid(errors));
    }
    for named in &wanted {
        by.require(named.permission())?;
    }
    let mut kinds = RecordType::ALL
        .iter()
        .copied()
        .filter(|kind| *kind != RecordType::Segment)
        .filter(|kind| by.permissions.contains(&kind.permission()) && (wanted.is_empty() || wanted.contains(kind)));
    let (changes_after, mut at) = match position {
        Some(Cursor((place, kind), last)) => {
            kinds
                .by_ref()
                .find(|each| *each == kind)
                .ok_or_else(|| Error::field("cursor", "format", "is not a cursor of a snapshot of these types"))?;
            (place, Some((kind, last)))
        }
        None => (
            Bookmark { place: log::end(conn)?, life: life::id(conn)? }.to_string(),
            kinds.next().map(|kind| (kind, None)),
        ),
    };
    let (mut items, limit) = (Vec::new(), usize::try_from(limit).unwrap_or(1));
    while let Some((kind, last)) = at {
        let room = limit - items.len();
        let piece = Piece::behind(conn, kind, last, room)?;
        let mut found = records(conn, by, kind, piece)?;
        let more = found.len() > room;
        found.truncate(room);
        let last = if more { found.last().map(|item| item.record_id) } else { piece.until };
        items.extend(found);
        at = if last.is_some() { Some((kind, last)) } else { kinds.next().map(|kind| (kind, None)) };
        if items.len() == limit || last.is_some() {
            break;
        }
    }
    let next_cursor = at.map(|(kind, last)| Cursor((changes_after.clone(), kind), last).encode());
    Ok(SnapshotPage { changes_after, items, next_cursor })
}

/// How many records of a kind one page looks at.
const WINDOW: i64 = 5000;

/// Where a page looks for records of a kind.
#[derive(Debug, Clone, Copy)]
struct Piece {
    after: Guid,
    /// The last one looked at; `None` where that is the last there is.
    until: Option<Guid>,
    count: i64,
}

impl Piece {
    fn behind(conn: &mut Connection, kind: RecordType, after: Option<Guid>, room: usize) -> Result<Self> {
        macro_rules! end {
            ($table:ident, $after:expr) => {
                $table::table
                    .filter($table::id.gt($after))
                    .order($table::id)
                    .select($table::id)
                    .limit(1)
                    .offset(WINDOW)
                    .first::<Guid>(conn)
                    .optional()
            };
        }
        let after = after.unwrap_or(Guid(uuid::Uuid::nil()));
        let until = match kind {
            RecordType::Contact => end!(contacts, after),
            RecordType::Company => end!(companies, after),
            RecordType::Lead => end!(leads, after),
            RecordType::Interaction => end!(entries, after),
            RecordType::Task => end!(tasks, after),
            RecordType::Segment => Ok(None),
        }?;
        Ok(Self { after, until, count: i64::try_from(room + 1).unwrap_or(i64::MAX) })
    }

    /// No id looked at is beyond this.
    fn end(self) -> Guid {
        self.until.unwrap_or(Guid(uuid::Uuid::max()))
    }
}

/// The records of a kind in a piece.
fn records(conn: &mut Connection, by: &Principal, kind: RecordType, piece: Piece) -> Result<Vec<SnapshotItem>> {
    let Piece { after, count, .. } = piece;
    match kind {
        RecordType::Contact => {
            let mut rows = contacts::table
                .filter(contacts::deleted_at.is_null())
                .filter(contacts::id.gt(after).and(contacts::id.le(piece.end())))
                .select(Contact::as_select())
                .into_boxed::<MultiBackend>();
            if let Some(owners) = owners(by) {
                rows = rows.filter(contacts::owner_id.is_null().or(OneOf::new("contacts.owner_id", owners)));
            }
            let mut found = Vec::new();
            for one in rows.order(contacts::id).limit(count).load::<Contact>(conn)? {
                let record = one.merged_into.is_none().then(|| to_raw(&one)).transpose()?;
                let (record_id, merged_into) = (one.id.0, one.merged_into);
                found.push(SnapshotItem { record_type: kind, record_id, merged_into, record });
            }
            Ok(found)
        }
        RecordType::Company => {
            let rows = companies::table
                .filter(companies::deleted_at.is_null())
                .filter(companies::id.gt(after).and(companies::id.le(piece.end())));
            let rows = rows.order(companies::id).limit(count).select(Company::as_select()).load(conn)?;
            items(kind, rows, |one: &Company| one.id.0)
        }
        RecordType::Lead => {
            let mut rows = leads::table
                .filter(leads::deleted_at.is_null())
                .filter(leads::id.gt(after).and(leads::id.le(piece.end())))
                .select(Lead::as_select())
                .into_boxed::<MultiBackend>();
            if let Some(owners) = owners(by) {
                rows = rows.filter(leads::owner_id.is_null().or(OneOf::new("leads.owner_id", owners)));
            }
            items(kind, rows.order(leads::id).limit(count).load(conn)?, |one: &Lead| one.id.0)
        }
        RecordType::Interaction => items(kind, interactions(conn, by, piece)?, |one| one.id.0),
        RecordType::Task => items(kind, tasks(conn, by, piece)?, |one| one.id.0),
        // Who belongs to a segment is read from its list of members.
        RecordType::Segment => Ok(Vec::new()),
    }
}

fn interactions(conn: &mut Connection, by: &Principal, piece: Piece) -> Result<Vec<Interaction>> {
    let client = contacts::table.filter(contacts::id.eq(entries::contact_id)).filter(contacts::deleted_at.is_null());
    let mut rows = entries::table
        .filter(entries::channel.is_not_null().and(entries::deleted_at.is_null()))
        .filter(entries::id.gt(piece.after).and(entries::id.le(piece.end())))
        .select(Interaction::as_select())
        .into_boxed::<MultiBackend>();
    rows = match owners(by) {
        None => rows.filter(diesel::dsl::exists(client)),
        Some(owners) => {
            let seen = contacts::owner_id.is_null().or(OneOf::new("contacts.owner_id", owners));
            rows.filter(diesel::dsl::exists(client.filter(seen)))
        }
    };
    if let Some(seen) = of_seen_leads(by) {
        rows = rows.filter(seen);
    }
    Ok(rows.order(entries::id).limit(piece.count).load(conn)?)
}

fn tasks(conn: &mut Connection, by: &Principal, piece: Piece) -> Result<Vec<Task>> {
    let client = contacts::table.filter(contacts::id.eq(tasks::contact_id)).filter(contacts::deleted_at.is_null());
    let mut rows = tasks::table
        .filter(tasks::deleted_at.is_null())
        .filter(tasks::id.gt(piece.after).and(tasks::id.le(piece.end())))
        .select(Task::as_select())
        .into_boxed::<MultiBackend>();
    rows = match owners(by) {
        None => rows.filter(diesel::dsl::exists(client)),
        Some(owners) => {
            let seen = contacts::owner_id.is_null().or(OneOf::new("contacts.owner_id", owners));
            rows.filter(diesel::dsl::exists(client.filter(seen))).filter(tasks_of_seen_leads(by))
        }
    };
    Ok(rows.order(tasks::id).limit(piece.count).load(conn)?)
}

fn tasks_of_seen_leads(by: &Principal) -> Condition<tasks::table> {
    let seen = leads::table
        .filter(leads::id.nullable().eq(tasks::lead_id))
        .filter(leads::owner_id.is_null().or(OneOf::new("leads.owner_id", owners(by).unwrap_or_default())));
    Box::new(tasks::lead_id.is_null().or(diesel::dsl::exists(seen)))
}

fn owners(by: &Principal) -> Option<Vec<Guid>> {
    by.scope.owners().map(|owners| owners.into_iter().map(|owner| owner.0).collect())
}

fn items<T: Serialize>(record_type: RecordType, rows: Vec<T>, id: impl Fn(&T) -> Guid) -> Result<Vec<SnapshotItem>> {
    let item = |row| {
        let record = Some(to_raw(row)?);
        Ok(SnapshotItem { record_type, record_id: id(row), merged_into: None, record })
    };
    rows.iter().map(item).collect()
}

/// Gives all records page by page, for a system that begins to keep a copy: read all pages, then go on with
/// `/api/v1/changes?after=` the `changes_after` of any of them. A change bears its record as it is then: putting it in place
/// of the record, or removing the record where it is `null`, makes the copy equal to the present state.
///
/// Facts stay with the contact they came to: those of a merged contact belong to the one named by `merged_into`. With a
/// contact that is deleted or erased goes all that is merged into it, and their interactions and tasks.
#[utoipa::path(get, path = "/changes/snapshot", operation_id = "get_snapshot", tag = "sync", security(("bearer" = ["changes:read"])), params(SnapshotQuery), responses((status = 200, body = SnapshotPage)))]
async fn snapshot(actor: May<grants::ChangesRead>, app: Data<App>, query: Query<SnapshotQuery>) -> Result<Reply> {
    app.read(&actor, move |conn, by| Reply::ok(&page(conn, by, &query.0)?)).await
}

/// The route of snapshots.
pub(super) fn routes(cfg: &mut Routes) {
    handlers!(cfg: snapshot);
}
