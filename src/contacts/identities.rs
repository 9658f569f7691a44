//! What finds a client and why, and the rules by which events find their client, over HTTP.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::web::{Data, Path};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use super::decide::Rules;
use super::identity::{IdentityKind, LinkCause};
use super::log::{self, IdentityDecision};
use super::{ContactId, cluster, moved, recognise, store};
use crate::accounts::audit::{self, Subject};
use crate::accounts::permissions::grants;
use crate::accounts::{May, Principal};
use crate::app::App;
use crate::db::schema::identities;
use crate::db::types::{Guid, Instant};
use crate::db::{Connection, settings};
use crate::error::{Error, FieldError, Result};
use crate::http::{Body, Reply, Routes, handlers};

/// An identity of a client, and how it came to be theirs.
#[derive(Debug, Serialize, ToSchema, Queryable, Selectable)]
#[diesel(table_name = identities)]
pub struct LinkedIdentity {
    kind: IdentityKind,
    /// The system an id belongs to; empty for addresses and numbers.
    source: String,
    value: String,
    /// The contact that has it: the client itself, or one merged into it.
    contact_id: ContactId,
    /// Why it is the client's.
    cause: LinkCause,
    /// How sure that is, in percent.
    confidence: i32,
    /// When an event had it first; to the hour for the last.
    first_seen: Instant,
    last_seen: Instant,
    /// When it was linked.
    #[diesel(column_name = created_at)]
    linked_at: Instant,
}

/// All that finds a client, and the newest decisions about it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Identities {
    items: Vec<LinkedIdentity>,
    /// The newest first, at most 100.
    decisions: Vec<ContactDecision>,
}

/// A decision, with the contact it was about.
#[derive(Debug, Serialize, ToSchema)]
pub struct ContactDecision {
    /// The client, or one merged into it.
    contact_id: ContactId,
    /// What was decided.
    outcome: IdentityDecision,
}

/// Changes to the rules; what is absent takes the default.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RulesInput {
    /// Every kind once, the most telling first.
    priority: Option<Vec<IdentityKind>>,
    /// The most identifiers of a kind that events may give a contact: 1 to 10,000.
    #[schema(value_type = Option<BTreeMap<String, i64>>)]
    limits: Option<BTreeMap<IdentityKind, u32>>,
    /// Values that identify nobody, beside the built-in ones.
    #[validate(length(max = 1000))]
    #[schema(max_items = 1000)]
    blocked: Option<Vec<String>>,
}

impl RulesInput {
    fn parse(self) -> Result<Rules> {
        let mut rules = Rules::default();
        let mut faults = Vec::new();
        if let Some(priority) = self.priority {
            let all: BTreeSet<_> = priority.iter().copied().collect();
            if all.len() != IdentityKind::ALL.len() || priority.len() != all.len() {
                faults.push(FieldError::new("priority", "format", "must name every kind once"));
            }
            rules.priority = priority;
        }
        for (kind, limit) in self.limits.unwrap_or_default() {
            if !(1..=10_000).contains(&limit) {
                faults.push(FieldError::outside(format!("limits.{kind}"), 1, 10_000));
            }
            rules.limits.insert(kind, limit);
        }
        for (n, value) in self.blocked.unwrap_or_default().iter().enumerate() {
            if value.chars().count() > 200 || value.contains(char::is_control) {
                faults.push(FieldError::new(format!("blocked[{n}]"), "format", "must be one line of 200 characters"));
            }
            rules.blocked.insert(value.trim().to_lowercase());
        }
        if faults.is_empty() { Ok(rules) } else { Err(Error::invalid(faults)) }
    }
}

fn of_contact(conn: &mut Connection, root: ContactId) -> Result<Identities> {
    let members = cluster::members_of(conn, root)?;
    let items = identities::table
        .filter(identities::contact_id.eq_any(&members).and(identities::retired_at.is_null()))
        .order((identities::kind, identities::source, identities::value))
        .select(LinkedIdentity::as_select())
        .load(conn)?;
    let decisions = log::newest(conn, &members, 100)?;
    let decisions = decisions.into_iter().map(|(contact_id, outcome)| ContactDecision { contact_id, outcome });
    Ok(Identities { items, decisions: decisions.collect() })
}

fn set_rules(conn: &mut Connection, by: &Principal, rules: &Rules) -> Result<()> {
    let before = recognise::rules(conn)?;
    settings::put(conn, recognise::SETTING, rules.clone())?;
    let subject = Subject { entity: "identity_rules", id: Guid(uuid::Uuid::nil()), contact_id: None };
    audit::record(conn, by, "update", subject, Some(&before), Some(rules))
}

/// Shows what finds a client, with cause and time, and the newest decisions; of a merged one at its survivor.
#[utoipa::path(get, path = "/contacts/{id}/identities", operation_id = "list_contact_identities", tag = "contacts", security(("bearer" = ["contacts:read"])), params(("id" = ContactId, Path)), responses((status = 200, body = Identities), (status = 301, description = "Merged: `Location` names the survivor")))]
async fn list(actor: May<grants::ContactsRead>, app: Data<App>, id: Path<ContactId>) -> Result<Reply> {
    let id = *id;
    app.read(&actor, move |conn, by| match store::visible(conn, by, id)?.merged_into {
        Some(survivor) => Ok(moved(survivor, "identities", "")),
        None => Reply::ok(&of_contact(conn, id)?),
    })
    .await
}

/// Shows the rules by which events find their client.
#[utoipa::path(get, path = "/settings/identity-rules", operation_id = "get_identity_rules", tag = "settings", security(("bearer" = ["settings:read"])), responses((status = 200, body = Rules)))]
async fn show_rules(actor: May<grants::SettingsRead>, app: Data<App>) -> Result<Reply> {
    app.read(&actor, |conn, _| Reply::ok(&recognise::rules(conn)?)).await
}

/// Sets the rules by which events find their client, from now on.
#[utoipa::path(put, path = "/settings/identity-rules", operation_id = "put_identity_rules", tag = "settings", security(("bearer" = ["settings:write"])), request_body = RulesInput, responses((status = 200, body = Rules)))]
async fn put_rules(actor: May<grants::SettingsWrite>, app: Data<App>, body: Body<RulesInput>) -> Result<Reply> {
    let rules = body.0.parse()?;
    app.write(&actor, None, move |conn, by| {
        set_rules(conn, by, &rules)?;
        Reply::ok(&rules)
    })
    .await
}

/// The routes of identities and their rules.
pub fn routes(cfg: &mut Routes) {
    handlers!(cfg: list, show_rules, put_rules);
}
