//! Merging contacts, reversibly. Facts never move: a merged contact keeps its timeline, leads, tasks and identities, and
//! points to its survivor, through which all of them are read. So a merge writes a few rows however long the histories
//! are, undoing it gives both back exactly, and a fact that arrives later stays with the contact whose identity it came by.

mod fields;
mod fold;
mod routes;
mod undo;

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

pub use fields::{CHOOSABLE, Choices, Fields};
pub use routes::routes;
pub use undo::undo;

use super::log::{self, Decided, Note};
use super::store::{self, subject};
use super::{Contact, ContactId, cluster, duplicates};
use crate::accounts::{ApiKeyId, Principal, UserId, audit};
use crate::companies;
use crate::db::Connection;
use crate::db::schema::{contacts, merges};
use crate::db::types::{Instant, Json};
use crate::error::{Error, Result};
use crate::pipelines::leads::touches;

crate::id! {
    /// A merge's id.
    MergeId
}

crate::text_enum! {
    /// What led to a merge.
    pub enum MergeCause {
        /// Somebody asked for it.
        Requested = "requested",
        /// A visitor turned out to be this contact.
        Identified = "identified",
    }
}

/// A merge of one contact into another.
#[derive(Debug, Clone, Serialize, ToSchema, Queryable, Selectable, Insertable)]
#[diesel(table_name = merges)]
pub struct Merge {
    pub id: MergeId,
    /// The contact that stayed.
    pub survivor_id: ContactId,
    /// The contact that was merged into it.
    pub loser_id: ContactId,
    /// The merged contact and those merged into it before.
    #[schema(value_type = Vec<ContactId>)]
    pub moved: Json<Vec<ContactId>>,
    /// Field by field, whose value the caller chose.
    #[schema(value_type = Object)]
    pub choices: Json<Choices>,
    #[serde(skip)]
    pub loser_newer: bool,
    #[serde(skip)]
    pub loser_older: bool,
    /// What changed on the survivor: `{"field": {"from": …, "to": …}}`.
    #[schema(value_type = Object)]
    pub changes: Json<Map<String, Value>>,
    #[serde(skip)]
    pub kept: Json<Kept>,
    pub cause: MergeCause,
    pub reason: Option<String>,
    /// Who merged: a person, …
    pub user_id: Option<UserId>,
    /// … or a program.
    pub api_key_id: Option<ApiKeyId>,
    pub at: Instant,
    /// Set where the merge was undone.
    pub undone_at: Option<Instant>,
}

/// What undoing needs to know.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    /// Whose the merged contact was: while merged it shows the survivor's owner.
    pub loser_owner: Option<UserId>,
    /// What people had changed on the survivor since earlier merges: as computed, and as shown.
    pub edits: Option<Box<(Fields, Fields)>>,
}

/// A survivor's own fields before its first merge.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Own {
    /// That first merge.
    pub since: MergeId,
    /// The fields.
    pub fields: Fields,
}

/// What somebody asked for.
#[derive(Debug, Clone, Default)]
pub struct Wish {
    /// Who is merged.
    pub losers: Vec<ContactId>,
    /// Field by field, whose value to take.
    pub choices: Choices,
    /// Why.
    pub reason: Option<String>,
}

/// Merges contacts into a survivor, each with a merge of its own; those already merged are left out.
///
/// # Errors
/// Not found where the caller does not see one of them; bad choices; a transient error where one was changed meanwhile.
pub fn merge(conn: &mut Connection, by: &Principal, survivor: ContactId, wish: &Wish) -> Result<(Contact, Vec<Merge>)> {
    let mut survivor = store::find(conn, by, survivor)?;
    let mut choices = Choices::new();
    for (field, chosen) in &wish.choices {
        choices.insert(field.clone(), cluster::root_of(conn, *chosen)?);
    }
    let mut done = Vec::new();
    for loser in &wish.losers {
        let loser = store::find(conn, by, *loser)?;
        if loser.id != survivor.id {
            let (after, merge) =
                one(conn, by, &survivor, &loser, &choices, MergeCause::Requested, wish.reason.as_deref())?;
            survivor = after;
            done.push(merge);
        }
    }
    Ok((survivor, done))
}

/// Merges a visitor into the contact it turned out to be.
///
/// # Errors
/// A transient error where one was changed meanwhile.
pub fn join(
    conn: &mut Connection,
    by: &Principal,
    survivor: ContactId,
    visitor: ContactId,
    cause: MergeCause,
) -> Result<()> {
    let (survivor, visitor) = (store::raw(conn, survivor)?, store::raw(conn, visitor)?);
    one(conn, by, &survivor, &visitor, &Choices::new(), cause, None).map(drop)
}

fn one(
    conn: &mut Connection,
    by: &Principal,
    survivor: &Contact,
    loser: &Contact,
    choices: &Choices,
    cause: MergeCause,
    reason: Option<&str>,
) -> Result<(Contact, Merge)> {
    let (id, now) = (MergeId::new(), Instant::now());
    let shown = Fields::of(survivor);
    let own = fold::own(conn, survivor.id)?;
    let edits = match &own {
        None => None,
        Some(own) => {
            let computed = fold::Fold::load(conn, survivor.id, own)?.fields(None);
            (computed != shown).then(|| Box::new((computed, shown.clone())))
        }
    };
    let mut merge = Merge {
        id,
        survivor_id: survivor.id,
        loser_id: loser.id,
        moved: Json(cluster::members_of(conn, loser.id)?),
        choices: Json(choices.clone()),
        loser_newer: loser.updated_at > survivor.updated_at,
        loser_older: loser.created_at < survivor.created_at,
        changes: Json::default(),
        kept: Json(Kept { loser_owner: loser.owner_id, edits }),
        cause,
        reason: reason.map(str::to_owned),
        user_id: by.actor.user(),
        api_key_id: by.actor.key(),
        at: now,
        undone_at: None,
    };
    let mut after = survivor.clone();
    shown.with(&merge.step(Fields::of(loser))).put(&mut after, &survivor.display_name);
    after.members += i32::try_from(merge.moved.0.len()).unwrap_or(i32::MAX);
    let after = write(conn, survivor, after, now)?;
    if own.is_none() {
        fold::keep(conn, after.id, Some(&Own { since: id, fields: shown }))?;
    }
    hide(conn, loser, &after, now)?;
    merge.changes = Json(audit::difference(survivor, &after)?);
    diesel::insert_into(merges::table).values(&merge).execute(conn)?;
    tell(conn, by, survivor, &after, &merge)?;
    touches::of_clients(conn, &[after.id], None)?;
    duplicates::settle(conn, survivor.id, loser.id, now)?;
    Ok((after, merge))
}

impl Merge {
    fn step(&self, loser: Fields) -> fields::Step {
        fields::Step {
            loser: Fields { owner_id: self.kept.0.loser_owner, ..loser },
            survivor_id: self.survivor_id,
            loser_id: self.loser_id,
            choices: self.choices.0.clone(),
            loser_newer: self.loser_newer,
            loser_older: self.loser_older,
        }
    }
}

/// Writes a contact whose fields a merge or its undoing changed, with what is indexed of it.
fn write(conn: &mut Connection, before: &Contact, mut after: Contact, now: Instant) -> Result<Contact> {
    let company = after.company_id.map_or(Ok(None), |company| companies::name_of(conn, company))?;
    after.index(company.as_deref());
    after.version = before.version + 1;
    after.updated_at = now;
    store::move_tags(conn, after.id, &before.tags.0, &after.tags.0)?;
    store::overwrite(conn, before.version, &after)?;
    Ok(after)
}

/// Puts the loser and its members behind the survivor; all of them show the survivor's owner, so that whoever sees the
/// survivor sees their facts.
fn hide(conn: &mut Connection, loser: &Contact, survivor: &Contact, now: Instant) -> Result<()> {
    let unchanged = contacts::table.find(loser.id).filter(contacts::version.eq(loser.version));
    let hidden = diesel::update(unchanged)
        .set((
            contacts::merged_into.eq(survivor.id),
            contacts::members.eq(0),
            contacts::version.eq(loser.version + 1),
            contacts::updated_at.eq(now),
        ))
        .execute(conn)?;
    if hidden == 0 {
        return Err(Error { transient: true, ..Error::unavailable("a concurrent request changed the contact") });
    }
    diesel::update(contacts::table.filter(contacts::merged_into.eq(loser.id)))
        .set(contacts::merged_into.eq(survivor.id))
        .execute(conn)?;
    store::share_owner(conn, survivor)
}

fn tell(conn: &mut Connection, by: &Principal, before: &Contact, after: &Contact, merge: &Merge) -> Result<()> {
    audit::record(conn, by, "merge", subject(after.id), Some(before), Some(after))?;
    audit::record(conn, by, "merge", subject(merge.loser_id), None::<&Merge>, Some(merge))?;
    let facts =
        json!({ "merge_id": merge.id, "contact_id": merge.loser_id, "cause": merge.cause, "changes": merge.changes });
    store::record(conn, by, after, "contact.merged", facts.as_object().cloned())?;
    log::write(conn, after.id, &Note::between(Decided::Merged, merge.cause.as_str()).other(Some(merge.loser_id)))
}

/// The merges that made a contact what it is, newest first, with those undone: its own and its members'.
///
/// # Errors
/// The database is away.
pub fn of_contact(conn: &mut Connection, root: ContactId) -> Result<Vec<Merge>> {
    let members = cluster::members_of(conn, root)?;
    Ok(merges::table
        .filter(merges::survivor_id.eq_any(&members).or(merges::loser_id.eq_any(&members)))
        .order((merges::at.desc(), merges::id.desc()))
        .limit(200)
        .select(Merge::as_select())
        .load(conn)?)
}
