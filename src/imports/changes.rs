//! What an import did, record by record: enough to take it back.

use std::collections::HashMap;

use diesel::prelude::*;
use serde::Serialize;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::ImportId;
use crate::accounts::{Principal, audit};
use crate::contacts::ContactId;
use crate::db::Connection;
use crate::db::schema::import_changes as changes;
use crate::db::types::{Guid, Json};
use crate::error::{Error, Result};
use crate::insert_all;

crate::text_enum! {
    /// What kind of record was changed. Undone in this order.
    pub enum Of {
        /// A touchpoint or a note.
        Interaction = "interaction",
        /// Something to do.
        Task = "task",
        /// A lead.
        Lead = "lead",
        /// A stay of a lead in a stage.
        StageMove = "stage_move",
        /// A pair of clients suggested to be one.
        Suggestion = "suggestion",
        /// A client.
        Contact = "contact",
        /// A company.
        Company = "company",
        /// A stage.
        Stage = "stage",
        /// A pipeline.
        Pipeline = "pipeline",
        /// The definition of a custom field.
        Field = "field",
    }
}

crate::text_enum! {
    /// What was done.
    pub enum Action {
        /// It was made.
        Created = "created",
        /// It was changed.
        Updated = "updated",
        /// It was taken away: an assumed stay whose real time the file told.
        Removed = "removed",
    }
}

crate::text_enum! {
    /// What undoing came to.
    pub enum Undone {
        /// It is in the bin, or as it was before.
        TakenBack = "taken_back",
        /// It stayed, wholly or in part: see `reason`.
        Kept = "kept",
    }
}

/// What an import did to a record.
#[derive(Debug, Clone, Serialize, ToSchema, Queryable, Selectable, Insertable)]
#[diesel(table_name = changes, treat_none_as_default_value = false)]
pub struct ImportChange {
    #[serde(skip)]
    pub(super) import_id: ImportId,
    /// What kind of record.
    pub entity: Of,
    /// The record.
    #[schema(value_type = uuid::Uuid)]
    pub entity_id: Guid,
    /// The client it belongs to.
    pub contact_id: Option<ContactId>,
    /// What was done.
    pub action: Action,
    #[serde(skip)]
    pub(super) state: Option<i64>,
    /// Field by field, from what to what; of a stay its lead.
    #[schema(value_type = Option<Object>)]
    pub fields: Option<Json<Map<String, Value>>>,
    /// What undoing came to; `null` while it has not been undone.
    pub outcome: Option<Undone>,
    /// Why it was kept.
    pub reason: Option<String>,
}

/// A digest of a record without its bookkeeping: the same as long as nobody changes it, or when it is changed back.
///
/// # Errors
/// It cannot be serialised.
pub fn state<T: Serialize>(record: &T) -> Result<i64> {
    // What follows from other facts is no change of the record.
    const BOOKKEEPING: [&str; 8] = [
        "version",
        "created_at",
        "updated_at",
        "recorded_at",
        "channel_group",
        "first_touch_group",
        "last_touch_group",
        "touch_campaign",
    ];
    let mut digest = Sha256::new();
    match serde_json::to_value(record).map_err(Error::internal)? {
        Value::Object(fields) => {
            for (name, value) in fields.iter().filter(|(name, _)| !BOOKKEEPING.contains(&name.as_str())) {
                digest.update(name.as_bytes());
                digest.update(serde_json::to_vec(value).map_err(Error::internal)?);
            }
        }
        other => digest.update(serde_json::to_vec(&other).map_err(Error::internal)?),
    }
    let digest = digest.finalize();
    let first: [u8; 8] = digest.first_chunk().copied().unwrap_or_default();
    Ok(i64::from_be_bytes(first))
}

/// The fields that differ, custom fields each by its key: `{"custom.size": {"from": …, "to": …}}`.
///
/// # Errors
/// A version cannot be serialised.
pub fn difference<T: Serialize>(before: &T, after: &T) -> Result<Map<String, Value>> {
    let mut found = audit::difference(before, after)?;
    if let Some(Value::Object(custom)) = found.shift_remove("custom") {
        let map = |side: &str| custom.get(side).and_then(Value::as_object).cloned().unwrap_or_default();
        let (from, to) = (map("from"), map("to"));
        for key in from.keys().chain(to.keys().filter(|key| !from.contains_key(*key))) {
            let (from, to) = (from.get(key).unwrap_or(&Value::Null), to.get(key).unwrap_or(&Value::Null));
            if from != to {
                found.insert(format!("custom.{key}"), json!({ "from": from, "to": to }));
            }
        }
    }
    Ok(found)
}

/// The name under which a company's ids in other systems stand among its changed fields.
pub(super) const EXTERNAL_IDS: &str = "external_ids";

/// What was done since it was last written down.
#[derive(Debug, Default)]
pub struct Ledger(HashMap<(Of, Guid), ImportChange>);

impl Ledger {
    /// A record was made.
    ///
    /// # Errors
    /// It cannot be serialised.
    pub fn created<T: Serialize>(&mut self, of: Of, id: Guid, contact: Option<ContactId>, record: &T) -> Result<()> {
        self.made(of, id, contact, state(record)?);
        Ok(())
    }

    /// A record was made, whose [`state`] is known.
    pub fn made(&mut self, of: Of, id: Guid, contact: Option<ContactId>, state: i64) {
        self.note(of, id, contact, Action::Created, Some(state), None);
    }

    /// A record was changed; where nothing differs nothing is noted.
    ///
    /// # Errors
    /// It cannot be serialised.
    pub fn updated<T: Serialize>(
        &mut self,
        of: Of,
        id: Guid,
        contact: Option<ContactId>,
        before: &T,
        after: &T,
    ) -> Result<()> {
        let fields = difference(before, after)?;
        if !fields.is_empty() {
            self.note(of, id, contact, Action::Updated, Some(state(after)?), Some(Json(fields)));
        }
        Ok(())
    }

    /// A stay of a lead was made or taken away; `facts` is what bringing it back needs.
    pub fn stay(&mut self, id: Guid, contact: ContactId, action: Action, facts: Map<String, Value>) {
        self.note(Of::StageMove, id, Some(contact), action, None, Some(Json(facts)));
    }

    /// Something that is kept beside a record was changed: `fields` as for [`Self::updated`].
    pub fn changed(&mut self, of: Of, id: Guid, fields: Map<String, Value>) {
        self.note(of, id, None, Action::Updated, None, Some(Json(fields)));
    }

    fn note(
        &mut self,
        entity: Of,
        entity_id: Guid,
        contact_id: Option<ContactId>,
        action: Action,
        state: Option<i64>,
        fields: Option<Json<Map<String, Value>>>,
    ) {
        let import_id = ImportId(Guid(uuid::Uuid::nil()));
        let (outcome, reason) = (None, None);
        let new = ImportChange { import_id, entity, entity_id, contact_id, action, state, fields, outcome, reason };
        let merged = match self.0.remove(&(entity, entity_id)) {
            Some(known) => known.then(new),
            None => new,
        };
        self.0.insert((entity, entity_id), merged);
    }

    /// Takes over what another has noted.
    pub fn absorb(&mut self, other: Self) {
        for (key, new) in other.0 {
            let merged = match self.0.remove(&key) {
                Some(known) => known.then(new),
                None => new,
            };
            self.0.insert(key, merged);
        }
    }

    /// Writes it all down as this import's.
    ///
    /// # Errors
    /// The database refuses a row.
    pub fn write(self, conn: &mut Connection, import: ImportId) -> Result<()> {
        let mut all = self.0;
        let mut seen_before: HashMap<Of, Vec<Guid>> = HashMap::new();
        for change in all.values().filter(|change| change.action != Action::Created) {
            seen_before.entry(change.entity).or_default().push(change.entity_id);
        }
        for (entity, ids) in seen_before.iter().flat_map(|(of, ids)| ids.chunks(1000).map(|some| (*of, some))) {
            let known = changes::table.filter(changes::import_id.eq(import).and(changes::entity.eq(entity)));
            let known = known.filter(changes::entity_id.eq_any(ids));
            for known in known.select(ImportChange::as_select()).load::<ImportChange>(conn)? {
                let key = (entity, known.entity_id);
                diesel::delete(changes::table.find((import, entity, known.entity_id))).execute(conn)?;
                if let Some(new) = all.remove(&key) {
                    all.insert(key, known.then(new));
                }
            }
        }
        let mut rows: Vec<ImportChange> =
            all.into_values().map(|change| ImportChange { import_id: import, ..change }).collect();
        rows.sort_unstable_by_key(|change| (change.entity.as_str(), change.entity_id));
        Ok(insert_all!(conn, changes::table, rows: ImportChange)?)
    }
}

impl ImportChange {
    /// This change and a later one of the same import as one.
    fn then(self, later: Self) -> Self {
        match (self.action, later.action) {
            // What was made stays made, as it is now.
            (Action::Created, _) => Self { state: later.state.or(self.state), ..self },
            (Action::Updated, Action::Updated) => {
                let mut fields = self.fields.unwrap_or_default().0;
                for (name, change) in later.fields.unwrap_or_default().0 {
                    let from = fields.get(&name).and_then(|known| known.get("from")).or_else(|| change.get("from"));
                    let merged = json!({ "from": from, "to": change.get("to") });
                    fields.insert(name, merged);
                }
                fields.retain(|_, change| change.get("from") != change.get("to"));
                Self { fields: Some(Json(fields)), state: later.state.or(self.state), ..self }
            }
            _ => later,
        }
    }
}

/// Changes of an import in the order of their records: up to `limit` behind `after`.
///
/// # Errors
/// The database is away.
pub fn list(
    conn: &mut Connection,
    import: ImportId,
    outcome: Option<Undone>,
    after: Option<(Of, Guid)>,
    limit: i64,
) -> Result<Vec<ImportChange>> {
    let mut query = changes::table.filter(changes::import_id.eq(import)).into_boxed();
    if let Some(outcome) = outcome {
        query = query.filter(changes::outcome.eq(outcome));
    }
    if let Some((of, id)) = after {
        query = query.filter(changes::entity.gt(of).or(changes::entity.eq(of).and(changes::entity_id.gt(id))));
    }
    let order = (changes::entity, changes::entity_id);
    Ok(query.order(order).limit(limit).select(ImportChange::as_select()).load(conn)?)
}

/// The same with the values of clients that the caller does not see left out.
///
/// # Errors
/// The database is away.
pub fn seen(conn: &mut Connection, by: &Principal, found: Vec<ImportChange>) -> Result<Vec<ImportChange>> {
    let mut ids: Vec<ContactId> = found.iter().filter_map(|change| change.contact_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let owners = crate::contacts::store::owners(conn, &ids)?;
    let hides = |change: &ImportChange| {
        let owner = change.contact_id.and_then(|contact| owners.get(&contact)).copied().flatten();
        !by.scope.sees(owner)
    };
    let hide = |change: ImportChange| if hides(&change) { ImportChange { fields: None, ..change } } else { change };
    Ok(found.into_iter().map(hide).collect())
}

/// Changes of one kind, and of one sort where it is given, that have not been undone: up to `limit` behind `after`.
///
/// # Errors
/// The database is away.
pub fn pending(
    conn: &mut Connection,
    import: ImportId,
    (of, action): (Of, Option<Action>),
    after: Option<Guid>,
    limit: i64,
) -> Result<Vec<ImportChange>> {
    let all = changes::table.filter(changes::import_id.eq(import).and(changes::entity.eq(of)));
    let mut query = all.filter(changes::outcome.is_null()).into_boxed();
    if let Some(action) = action {
        query = query.filter(changes::action.eq(action));
    }
    if let Some(after) = after {
        query = query.filter(changes::entity_id.gt(after));
    }
    Ok(query.order(changes::entity_id).limit(limit).select(ImportChange::as_select()).load(conn)?)
}

/// Notes what undoing came to.
///
/// # Errors
/// The database refuses it.
pub fn conclude(conn: &mut Connection, change: &ImportChange, outcome: Undone, reason: Option<&str>) -> Result<()> {
    diesel::update(changes::table.find((change.import_id, change.entity, change.entity_id)))
        .set((changes::outcome.eq(outcome), changes::reason.eq(reason)))
        .execute(conn)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Thing {
        name: &'static str,
        custom: Value,
        version: i64,
    }

    #[test]
    fn a_state_leaves_out_bookkeeping_and_a_difference_tells_custom_fields_by_key() {
        let thing = |name, custom, version| Thing { name, custom, version };
        let (before, after) = (thing("A", json!({ "x": 1, "y": 2 }), 1), thing("B", json!({ "x": 1, "z": 3 }), 2));
        assert_eq!(state(&before).unwrap(), state(&thing("A", json!({ "x": 1, "y": 2 }), 9)).unwrap());
        assert_ne!(state(&before).unwrap(), state(&after).unwrap());
        let told = Value::Object(difference(&before, &after).unwrap());
        let expected = json!({
            "name": { "from": "A", "to": "B" },
            "custom.y": { "from": 2, "to": null },
            "custom.z": { "from": null, "to": 3 },
        });
        assert_eq!(told, expected);
    }

    #[test]
    fn changes_of_one_record_become_one() {
        let id = Guid::new();
        let thing = |name| Thing { name, custom: Value::Null, version: 1 };
        let mut ledger = Ledger::default();
        ledger.updated(Of::Company, id, None, &thing("A"), &thing("B")).unwrap();
        ledger.updated(Of::Company, id, None, &thing("B"), &thing("C")).unwrap();
        let change = ledger.0.get(&(Of::Company, id)).unwrap();
        assert_eq!(change.fields.as_ref().unwrap().0["name"], json!({ "from": "A", "to": "C" }));
        let mut made = Ledger::default();
        made.created(Of::Lead, id, None, &thing("A")).unwrap();
        made.updated(Of::Lead, id, None, &thing("A"), &thing("B")).unwrap();
        let change = made.0.get(&(Of::Lead, id)).unwrap();
        assert_eq!((change.action, change.state), (Action::Created, Some(state(&thing("B")).unwrap())));
    }
}
