//! Merging and undoing over HTTP.

use actix_web::web::{Data, Path};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use super::fields::{CHOOSABLE, Choices};
use super::{Merge, MergeId, Wish};
use crate::accounts::May;
use crate::accounts::permissions::grants;
use crate::app::App;
use crate::contacts::{Contact, ContactId, moved, store};
use crate::error::{Error, FieldError, Result};
use crate::http::{Page, Post, Reply, Routes, handlers};
use crate::text::one_line;

/// Which contacts to merge into the one of the path.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MergeInput {
    /// Who is merged.
    #[validate(length(min = 1, max = 50))]
    #[schema(min_items = 1, max_items = 50)]
    contact_ids: Vec<ContactId>,
    /// Field by field (`job_title`, `custom.size`, …), whose value to take; else the newest that is filled. Lists
    /// are joined.
    #[schema(value_type = Option<std::collections::BTreeMap<String, ContactId>>)]
    fields: Option<Choices>,
    /// Why.
    #[validate(length(max = 500), custom(function = one_line))]
    #[schema(max_length = 500)]
    reason: Option<String>,
}

/// What became of a request to merge.
#[derive(Debug, Serialize, ToSchema)]
pub struct Merged {
    /// The survivor as it is now.
    contact: Contact,
    /// One for each contact merged; those merged before are left out.
    merges: Vec<Merge>,
}

impl MergeInput {
    fn parse(self, survivor: ContactId) -> Result<Wish> {
        let choices = self.fields.unwrap_or_default();
        let mut faults = Vec::new();
        for (field, chosen) in &choices {
            let at = format!("fields.{field}");
            if !CHOOSABLE.contains(&field.as_str()) && !field.starts_with("custom.") {
                faults.push(FieldError::new(at, "unknown", "is not a field whose value can be chosen"));
            } else if *chosen != survivor && !self.contact_ids.contains(chosen) {
                faults.push(FieldError::new(at, "unknown", "is none of the contacts to merge"));
            }
        }
        if self.contact_ids.contains(&survivor) {
            faults.push(FieldError::new("contact_ids", "same", "a contact cannot be merged into itself"));
        }
        if faults.is_empty() {
            Ok(Wish { losers: self.contact_ids, choices, reason: self.reason })
        } else {
            Err(Error::invalid(faults))
        }
    }
}

/// Merges contacts into this one. Their facts stay theirs and are shown on this one's line; every merge can be undone.
#[utoipa::path(post, path = "/contacts/{id}/merge", operation_id = "merge_contacts", tag = "contacts", security(("bearer" = ["contacts:write"])), params(("id" = ContactId, Path)), request_body = MergeInput, responses((status = 200, body = Merged)))]
async fn merge(
    actor: May<grants::ContactsWrite>,
    app: Data<App>,
    id: Path<ContactId>,
    body: Post<MergeInput>,
) -> Result<Reply> {
    let (id, Post { value, retry }) = (*id, body);
    let wish = value.parse(id)?;
    app.write(&actor, retry, move |conn, by| {
        let (contact, merges) = super::merge(conn, by, id, &wish)?;
        let version = contact.version;
        Ok(Reply::ok(&Merged { contact, merges })?.version(version))
    })
    .await
}

/// Lists the merges that made a contact what it is, newest first, also those undone.
#[utoipa::path(get, path = "/contacts/{id}/merges", operation_id = "list_contact_merges", tag = "contacts", security(("bearer" = ["contacts:read"])), params(("id" = ContactId, Path)), responses((status = 200, body = Page<Merge>), (status = 301, description = "Merged: `Location` names the survivor")))]
async fn list(actor: May<grants::ContactsRead>, app: Data<App>, id: Path<ContactId>) -> Result<Reply> {
    let id = *id;
    app.read(&actor, move |conn, by| {
        if let Some(survivor) = store::visible(conn, by, id)?.merged_into {
            return Ok(moved(survivor, "merges", ""));
        }
        Reply::ok(&Page { items: super::of_contact(conn, id)?, next_cursor: None, total: None })
    })
    .await
}

/// Undoes a merge: both contacts are what they were, with what arrived since for each. One undone before stays so.
#[utoipa::path(post, path = "/merges/{id}/undo", operation_id = "undo_merge", tag = "contacts", security(("bearer" = ["contacts:write"])), params(("id" = MergeId, Path)), responses((status = 200, body = Merge)))]
async fn undo(actor: May<grants::ContactsWrite>, app: Data<App>, id: Path<MergeId>) -> Result<Reply> {
    let id = *id;
    app.write(&actor, None, move |conn, by| Reply::ok(&super::undo(conn, by, id)?)).await
}

/// The routes of merges.
pub fn routes(cfg: &mut Routes) {
    handlers!(cfg: merge, list, undo);
}
