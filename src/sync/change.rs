//! What a change is, as other systems are told of it.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::accounts::{Actor, Permission};
use crate::contacts::ContactId;
use crate::db::types::{Guid, Instant, Json};
use crate::error::{FieldError, Result};
use crate::timeline::page::AuthorType;

crate::text_enum! {
    /// A kind of record that changes are told of.
    pub enum RecordType {
        /// A client.
        Contact = "contact",
        /// A company.
        Company = "company",
        /// A lead.
        Lead = "lead",
        /// An interaction or a note.
        Interaction = "interaction",
        /// A task.
        Task = "task",
        /// A segment.
        Segment = "segment",
    }
}

impl RecordType {
    /// What a caller needs in order to see such records.
    #[must_use]
    pub const fn permission(self) -> Permission {
        match self {
            Self::Contact => Permission::ContactsRead,
            Self::Company => Permission::CompaniesRead,
            Self::Lead => Permission::LeadsRead,
            Self::Interaction => Permission::InteractionsRead,
            Self::Task => Permission::TasksRead,
            Self::Segment => Permission::SegmentsRead,
        }
    }
}

crate::text_enum! {
    /// What happened to a record.
    pub enum ChangeType {
        /// A contact was made.
        ContactCreated = "contact.created",
        /// Fields, tags, consents or the owner of a contact changed.
        ContactUpdated = "contact.updated",
        /// A contact went to the bin, and with it what is merged into it.
        ContactDeleted = "contact.deleted",
        /// A contact came back from the bin.
        ContactRestored = "contact.restored",
        /// A person was erased for good: forget all that has this contact.
        ContactErased = "contact.erased",
        /// A contact was merged into another, or into another than before.
        ContactMerged = "contact.merged",
        /// A contact stands alone again.
        ContactUnmerged = "contact.unmerged",
        /// A company was made.
        CompanyCreated = "company.created",
        /// Fields, tags or the owner of a company changed.
        CompanyUpdated = "company.updated",
        /// A company went to the bin.
        CompanyDeleted = "company.deleted",
        /// A company came back from the bin.
        CompanyRestored = "company.restored",
        /// A lead was made.
        LeadCreated = "lead.created",
        /// Fields or the owner of a lead changed.
        LeadUpdated = "lead.updated",
        /// A lead entered another stage, perhaps with effect from an earlier time.
        LeadStageChanged = "lead.stage_changed",
        /// A lead was deleted.
        LeadDeleted = "lead.deleted",
        /// A deleted lead came back.
        LeadRestored = "lead.restored",
        /// An interaction or a note was recorded.
        InteractionRecorded = "interaction.recorded",
        /// An interaction was corrected.
        InteractionUpdated = "interaction.updated",
        /// An interaction was taken off its client's timeline.
        InteractionDeleted = "interaction.deleted",
        /// A deleted interaction came back.
        InteractionRestored = "interaction.restored",
        /// A task was made.
        TaskCreated = "task.created",
        /// A task was changed.
        TaskUpdated = "task.updated",
        /// A task was done.
        TaskCompleted = "task.completed",
        /// A task was deleted.
        TaskDeleted = "task.deleted",
        /// A deleted task came back.
        TaskRestored = "task.restored",
        /// A client entered a segment: `contact_id` says who.
        SegmentEntered = "segment.entered",
        /// A client left a segment: `contact_id` says who.
        SegmentLeft = "segment.left",
    }
}

impl ChangeType {
    /// What a row of the log tells; `None` where the same change has another row.
    #[must_use]
    pub fn of(kind: &str) -> Option<Self> {
        match kind {
            "interaction" | "note" => Some(Self::InteractionRecorded),
            "stage_move" => Some(Self::LeadStageChanged),
            kind => kind.parse().ok(),
        }
    }

    /// The kind of record it happens to.
    #[must_use]
    pub const fn record_type(self) -> RecordType {
        match self {
            Self::ContactCreated
            | Self::ContactUpdated
            | Self::ContactDeleted
            | Self::ContactRestored
            | Self::ContactErased
            | Self::ContactMerged
            | Self::ContactUnmerged => RecordType::Contact,
            Self::CompanyCreated | Self::CompanyUpdated | Self::CompanyDeleted | Self::CompanyRestored => {
                RecordType::Company
            }
            Self::LeadCreated | Self::LeadUpdated | Self::LeadStageChanged | Self::LeadDeleted | Self::LeadRestored => {
                RecordType::Lead
            }
            Self::InteractionRecorded
            | Self::InteractionUpdated
            | Self::InteractionDeleted
            | Self::InteractionRestored => RecordType::Interaction,
            Self::TaskCreated | Self::TaskUpdated | Self::TaskCompleted | Self::TaskDeleted | Self::TaskRestored => {
                RecordType::Task
            }
            Self::SegmentEntered | Self::SegmentLeft => RecordType::Segment,
        }
    }
}

/// The types that names stand for: `contact.merged` for itself, `contact.*` for all of contacts, `*` for all.
///
/// # Errors
/// One message for each name that stands for nothing, with `field[n]`.
pub fn selected<'a>(
    field: &str,
    names: impl Iterator<Item = &'a str>,
) -> std::result::Result<BTreeSet<ChangeType>, Vec<FieldError>> {
    let (mut types, mut errors) = (BTreeSet::new(), Vec::new());
    for (n, name) in names.enumerate() {
        let wanted = |each: &&ChangeType| match name.strip_suffix(".*") {
            Some(record) => each.record_type().as_str() == record,
            None => name == "*" || each.as_str() == name,
        };
        let found: Vec<_> = ChangeType::ALL.iter().filter(wanted).copied().collect();
        if found.is_empty() {
            let message = "must be a type of change such as contact.updated, or contact.*, or *";
            errors.push(FieldError::new(format!("{field}[{n}]"), "choice", message));
        }
        types.extend(found);
    }
    if errors.is_empty() { Ok(types) } else { Err(errors) }
}

/// Who made a change.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ChangeActor {
    /// What acted.
    #[serde(rename = "type")]
    actor_type: AuthorType,
    /// The person's or the API key's id.
    #[schema(value_type = Option<uuid::Uuid>)]
    id: Option<Guid>,
}

impl From<Actor> for ChangeActor {
    fn from(actor: Actor) -> Self {
        match actor {
            Actor::User(id) => Self { actor_type: AuthorType::User, id: Some(id.0) },
            Actor::Key(id) => Self { actor_type: AuthorType::ApiKey, id: Some(id.0) },
            Actor::System => Self { actor_type: AuthorType::System, id: None },
        }
    }
}

/// A change of a record.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Change {
    /// Its place: give it as `after` for what came behind.
    pub cursor: String,
    /// What happened.
    #[serde(rename = "type")]
    pub change_type: ChangeType,
    /// To what kind of record.
    pub record_type: RecordType,
    /// To which one.
    #[schema(value_type = uuid::Uuid)]
    pub record_id: Guid,
    /// The client of a lead, an interaction or a task.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact_id: Option<ContactId>,
    /// The contact that stands for this one now, where this one is merged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merged_into: Option<ContactId>,
    /// When it happened.
    pub at: Instant,
    /// Who did it, where that is known.
    pub actor: Option<ChangeActor>,
    /// Of a stage change: `from_stage`, `to_stage`, `reason`, ….
    #[serde(rename = "move", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub stage_move: Option<Json<Box<RawValue>>>,
    /// The record as it is now, as its own endpoint shows it; `null` where it is deleted, erased or merged.
    #[schema(value_type = Option<Object>)]
    pub record: Option<Box<RawValue>>,
}

/// A record as it is sent.
///
/// # Errors
/// It cannot be serialised: a fault of ours.
pub fn to_raw<T: Serialize>(record: &T) -> Result<Box<RawValue>> {
    serde_json::value::to_raw_value(record).map_err(crate::error::Error::internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_for_one_type_for_a_record_or_for_all() {
        let select = |names: &[&str]| selected("types", names.iter().copied());
        assert_eq!(select(&["contact.merged"]).unwrap(), BTreeSet::from([ChangeType::ContactMerged]));
        assert_eq!(select(&["lead.*"]).unwrap().len(), 5);
        assert_eq!(select(&["*"]).unwrap().len(), ChangeType::ALL.len());
        let fields: Vec<_> = select(&["lead.*", "lead", "x.*"]).unwrap_err().into_iter().map(|bad| bad.field).collect();
        assert_eq!(fields, ["types[1]", "types[2]"]);
    }

    #[test]
    fn every_type_begins_with_its_record() {
        for each in ChangeType::ALL {
            assert!(each.as_str().starts_with(&format!("{}.", each.record_type())), "{each}");
            assert_eq!(ChangeType::of(each.as_str()), Some(*each));
        }
    }
}
