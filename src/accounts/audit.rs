//! The append-only trail: who changed what, when, from what to what, in which request.

use actix_web::web::Data;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use utoipa::{IntoParams, ToSchema};

use super::permissions::grants;
use super::{ApiKeyId, May, Principal, UserId};
use crate::app::App;
use crate::db::conditions::OneOf;
use crate::db::schema::audit_log;
use crate::db::types::{Guid, Instant, Json};
use crate::db::{Connection, MultiBackend};
use crate::error::{Error, Result};
use crate::http::{Cursor, Limit, Page, Query, Reply, Routes, handlers};
use crate::insert_all;

/// What was changed.
#[derive(Debug, Clone, Copy)]
pub struct Subject {
    /// The kind of record: `contact`, `lead`, `user`, ….
    pub entity: &'static str,
    /// The record.
    pub id: Guid,
    /// The client it belongs to: erasing the client empties `before` and `after`.
    pub contact_id: Option<Guid>,
}

/// Notes a change in the transaction that makes it.
///
/// `action` is `create`, `update`, `delete`, `restore`, `erase`, `move`, …. `before` and `after` are the record as the API shows it
/// (secrets never among it).
///
/// # Errors
/// The database refuses the row.
pub fn record<B: Serialize, A: Serialize>(
    conn: &mut Connection,
    by: &Principal,
    action: &str,
    subject: Subject,
    before: Option<&B>,
    after: Option<&A>,
) -> Result<()> {
    diesel::insert_into(audit_log::table)
        .values((
            audit_log::id.eq(Guid::new()),
            audit_log::at.eq(Instant::now()),
            audit_log::user_id.eq(by.actor.user().map(|id| id.0)),
            audit_log::api_key_id.eq(by.actor.key().map(|id| id.0)),
            audit_log::request_id.eq(by.request_id.as_deref()),
            audit_log::action.eq(action),
            audit_log::entity.eq(subject.entity),
            audit_log::entity_id.eq(subject.id),
            audit_log::contact_id.eq(subject.contact_id),
            audit_log::before.eq(before.map(text).transpose()?),
            audit_log::after.eq(after.map(text).transpose()?),
        ))
        .execute(conn)?;
    Ok(())
}

#[derive(Debug, Insertable)]
#[diesel(table_name = audit_log, treat_none_as_default_value = false)]
struct Made {
    id: Guid,
    at: Instant,
    user_id: Option<Guid>,
    api_key_id: Option<Guid>,
    request_id: Option<String>,
    action: &'static str,
    entity: &'static str,
    entity_id: Guid,
    contact_id: Option<Guid>,
    after: Json<Box<RawValue>>,
}

/// Notes of records that were made, ready to be written.
#[derive(Debug)]
pub struct Created(Vec<Made>);

impl Created {
    /// What is noted of `made`; needs no database, so that it can be done beside the writing.
    ///
    /// # Errors
    /// A record cannot be serialised.
    pub fn of<'a, A: Serialize + 'a>(by: &Principal, made: impl Iterator<Item = (Subject, &'a A)>) -> Result<Self> {
        let at = Instant::now();
        let row = |(subject, after): (Subject, &A)| {
            Ok(Made {
                id: Guid::new(),
                at,
                user_id: by.actor.user().map(|id| id.0),
                api_key_id: by.actor.key().map(|id| id.0),
                request_id: by.request_id.clone(),
                action: "create",
                entity: subject.entity,
                entity_id: subject.id,
                contact_id: subject.contact_id,
                after: text(after)?,
            })
        };
        made.map(row).collect::<Result<_>>().map(Self)
    }

    /// Writes them in few statements.
    ///
    /// # Errors
    /// The database refuses the rows.
    pub fn write(self, conn: &mut Connection) -> Result<()> {
        let rows = self.0;
        Ok(insert_all!(conn, audit_log::table, rows: Made)?)
    }
}

fn text<T: Serialize>(value: &T) -> Result<Json<Box<RawValue>>> {
    serde_json::value::to_raw_value(value).map(Json).map_err(Error::internal)
}

fn to_json<T: Serialize>(value: &T) -> Result<Json<Value>> {
    serde_json::to_value(value).map(Json).map_err(Error::internal)
}

/// The fields that differ between two versions of a record: `{"field": {"from": …, "to": …}}`.
///
/// # Errors
/// A version cannot be serialised.
pub fn difference<T: Serialize>(before: &T, after: &T) -> Result<serde_json::Map<String, Value>> {
    const BOOKKEEPING: [&str; 3] = ["version", "updated_at", "created_at"];
    let (Json(Value::Object(mut old)), Json(Value::Object(new))) = (to_json(before)?, to_json(after)?) else {
        return Err(Error::internal("only objects have differing fields"));
    };
    let mut out = serde_json::Map::new();
    for (field, to) in new {
        let from = old.remove(&field).unwrap_or(Value::Null);
        if from != to && !BOOKKEEPING.contains(&field.as_str()) {
            out.insert(field, serde_json::json!({ "from": from, "to": to }));
        }
    }
    Ok(out)
}

/// Empties what the log holds of an erased client; that something was done, when and by whom stays.
///
/// # Errors
/// The database is away.
pub fn forget_contact(conn: &mut Connection, contact_id: Guid) -> Result<usize> {
    let entries = audit_log::table.filter(audit_log::contact_id.eq(contact_id));
    let empty = (audit_log::before.eq(None::<Json<Value>>), audit_log::after.eq(None::<Json<Value>>));
    Ok(diesel::update(entries).set(empty).execute(conn)?)
}

/// One change that somebody made.
#[derive(Debug, Clone, Serialize, ToSchema, Queryable, Selectable)]
#[diesel(table_name = audit_log)]
pub struct AuditEntry {
    #[schema(value_type = uuid::Uuid)]
    id: Guid,
    at: Instant,
    /// The person who did it; `null` where a program or Touchline itself did.
    #[schema(value_type = Option<uuid::Uuid>)]
    user_id: Option<Guid>,
    /// The API key that did it.
    #[schema(value_type = Option<uuid::Uuid>)]
    api_key_id: Option<Guid>,
    request_id: Option<String>,
    /// `create`, `update`, `delete`, `restore`, `erase`, `login`, `login_failed`, ….
    action: String,
    /// The kind of record: `contact`, `lead`, `user`, `session`, ….
    entity: String,
    #[schema(value_type = uuid::Uuid)]
    entity_id: Guid,
    /// The client it belongs to.
    #[schema(value_type = Option<uuid::Uuid>)]
    contact_id: Option<Guid>,
    /// The record before; `null` where there was none, or the client has been erased.
    #[schema(value_type = Value)]
    before: Option<Json<Value>>,
    /// The record after; `null` where there is none, or the client has been erased.
    #[schema(value_type = Value)]
    after: Option<Json<Value>>,
}

impl AuditEntry {
    /// Its id, which grows with time.
    #[must_use]
    pub const fn id(&self) -> Guid {
        self.id
    }
}

/// Which entries of the log.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AuditFilter {
    /// The kind of record: `contact`, `lead`, `user`, ….
    entity: Option<String>,
    /// The record.
    #[param(value_type = Option<uuid::Uuid>)]
    entity_id: Option<Guid>,
    /// What this person did.
    user_id: Option<UserId>,
    /// What this API key did.
    api_key_id: Option<ApiKeyId>,
    /// `create`, `update`, `delete`, `login`, ….
    action: Option<String>,
    /// From this time on.
    from: Option<Instant>,
    /// Before this time.
    to: Option<Instant>,
    /// Where the last page ended.
    cursor: Option<String>,
    /// 1 to 200; 50 by default.
    #[serde(default)]
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200)]
    limit: Limit,
}

fn newest(conn: &mut Connection, by: &Principal, filter: &AuditFilter) -> Result<Page<AuditEntry>> {
    let limit = filter.limit.get()?;
    let rows = match (by.scope.owners(), filter.user_id) {
        (None, user) => rows(conn, filter, user, limit + 1)?,
        (Some(seen), Some(user)) if !seen.contains(&user) => Vec::new(),
        (Some(_), Some(user)) => rows(conn, filter, Some(user), limit + 1)?,
        // Each person's newest are found by index; of them the newest of all.
        (Some(seen), None) => {
            let found = seen.into_iter().map(|user| rows(conn, filter, Some(user), limit + 1));
            let mut found: Vec<_> = found.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect();
            found.sort_unstable_by_key(|entry| std::cmp::Reverse(entry.id));
            found
        }
    };
    Ok(Page::cut(rows, limit, |entry| Cursor((), entry.id).encode()))
}

/// Entries, the newest first. Every filter but the times has an index that ends in the id; ids grow with time, so
/// times are bounds on the id too. `concat("")` keeps a planner without statistics off the wider of two indexes.
fn rows(conn: &mut Connection, filter: &AuditFilter, user: Option<UserId>, limit: i64) -> Result<Vec<AuditEntry>> {
    let mut query = audit_log::table.select(AuditEntry::as_select()).into_boxed::<MultiBackend>();
    let narrow = filter.entity_id.is_some() || user.is_some() || filter.api_key_id.is_some();
    if let Some(id) = filter.entity_id {
        query = query.filter(audit_log::entity_id.eq(id));
    }
    if let Some(id) = user {
        query = query.filter(audit_log::user_id.eq(id.0));
    }
    if let Some(id) = filter.api_key_id {
        query = query.filter(audit_log::api_key_id.eq(id.0));
    }
    match &filter.action {
        Some(action) if narrow => query = query.filter(audit_log::action.concat("").eq(action)),
        Some(action) => query = query.filter(audit_log::action.eq(action)),
        None => {}
    }
    match &filter.entity {
        Some(entity) if narrow || filter.action.is_some() => {
            query = query.filter(audit_log::entity.concat("").eq(entity));
        }
        Some(entity) => query = query.filter(audit_log::entity.eq(entity)),
        None => {}
    }
    if let Some(from) = filter.from {
        query = query.filter(audit_log::at.ge(from).and(audit_log::id.ge(id_bound(from, -CLOCK_STEP, 0))));
    }
    if let Some(to) = filter.to {
        query = query.filter(audit_log::at.lt(to).and(audit_log::id.le(id_bound(to, CLOCK_STEP, u8::MAX))));
    }
    if let Some(cursor) = &filter.cursor {
        let Cursor((), id) = Cursor::<(), Guid>::decode(cursor)?;
        query = query.filter(audit_log::id.lt(id));
    }
    Ok(query.order(audit_log::id.desc()).limit(limit).load(conn)?)
}

/// Who changed a record, and when: the person or the API key.
pub type Trace = (Guid, Instant, Option<Guid>, Option<Guid>);

/// Who changed these records from one instant to soon after another, in the order of time.
///
/// # Errors
/// The database is away.
pub fn authors(conn: &mut Connection, records: Vec<Guid>, from: Instant, to: Instant) -> Result<Vec<Trace>> {
    let span =
        audit_log::id.ge(id_bound(from, -CLOCK_STEP, 0)).and(audit_log::id.le(id_bound(to, CLOCK_STEP, u8::MAX)));
    Ok(audit_log::table
        .filter(OneOf::new("audit_log.entity_id", records))
        .filter(span)
        .filter(audit_log::at.ge(from))
        .order(audit_log::id)
        .select((audit_log::entity_id, audit_log::at, audit_log::user_id, audit_log::api_key_id))
        .load(conn)?)
}

/// How far an id's time may be off its entry's, since clocks are set.
const CLOCK_STEP: chrono::TimeDelta = chrono::TimeDelta::minutes(5);

/// The id (UUID version 7) of that time whose other bits are all `fill`.
fn id_bound(at: Instant, shift: chrono::TimeDelta, fill: u8) -> Guid {
    Guid::bound(at.plus(shift), fill)
}

/// Lists who did what, the newest first.
///
/// Where the caller's role does not see every record, only what the people it sees did is listed.
#[utoipa::path(get, path = "/audit", operation_id = "list_audit_entries", tag = "accounts", security(("bearer" = ["audit:read"])), params(AuditFilter), responses((status = 200, body = Page<AuditEntry>)))]
async fn list(actor: May<grants::AuditRead>, app: Data<App>, filter: Query<AuditFilter>) -> Result<Reply> {
    app.read(&actor, move |conn, by| Reply::ok(&newest(conn, by, &filter.0)?)).await
}

/// The routes of the audit log.
pub(super) fn routes(cfg: &mut Routes) {
    handlers!(cfg: list);
}
