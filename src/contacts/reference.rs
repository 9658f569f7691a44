//! Which client a request means: an id, or anything that identifies the client. Every way in (interactions, leads,
//! imports) asks here, so a client is recognised the same way everywhere.

use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

use super::identity::{Identity, is_blocked};
use super::model::ContactChange;
use super::parts::{ExternalId, Faults};
use super::recognise::{Sighting, recognise};
use super::{ContactId, store};
use crate::accounts::Principal;
use crate::db::Connection;
use crate::db::types::Instant;
use crate::error::{Error, Result};
use crate::text::{one_line, trimmed};

/// A client in a request: `id`, or any of `email`, `phone`, `external_ids`. The names serve where the client is new.
#[derive(Debug, Clone, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactRef {
    /// The contact itself: then nothing else may be given.
    pub id: Option<ContactId>,
    #[validate(length(max = 254), custom(function = one_line))]
    #[schema(max_length = 254, example = "ann@example.com")]
    pub email: Option<String>,
    #[validate(length(max = 60), custom(function = one_line))]
    #[schema(max_length = 60, example = "+14155550100")]
    pub phone: Option<String>,
    /// Ids in other systems.
    #[validate(length(max = 20), nested)]
    #[schema(max_items = 20)]
    pub external_ids: Option<Vec<ExternalId>>,
    /// The name to show for a new contact.
    #[validate(length(max = 200), custom(function = one_line))]
    #[schema(max_length = 200)]
    pub name: Option<String>,
    #[validate(length(max = 100), custom(function = one_line))]
    #[schema(max_length = 100)]
    pub given_name: Option<String>,
    #[validate(length(max = 100), custom(function = one_line))]
    #[schema(max_length = 100)]
    pub family_name: Option<String>,
}

/// A client, normalised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientRef {
    /// This contact.
    Id(ContactId),
    /// Whoever has any of these identities; there is at least one.
    Known {
        /// What identifies the client.
        identities: Vec<Identity>,
        /// The name to show, for a new contact.
        name: Option<String>,
        /// For a new contact.
        given_name: Option<String>,
        /// For a new contact.
        family_name: Option<String>,
    },
}

/// What to do about a client nobody knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unknown<'a> {
    /// Make a contact.
    Create {
        /// The new contact's source.
        source: Option<&'a str>,
    },
    /// Refuse the request.
    Refuse,
}

/// The client that was meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resolved {
    /// The contact.
    pub contact_id: ContactId,
    /// Whether it was made just now.
    pub created: bool,
}

impl ContactRef {
    /// Normalises the reference; bad fields are named as parts of `contact`, where requests carry it.
    ///
    /// # Errors
    /// Every bad field; or nothing identifies the client.
    pub fn parse(self, region: &str) -> Result<ClientRef> {
        let mut faults = Faults::default();
        let mut identities = Vec::new();
        let mut blocked = false;
        let names = [&self.name, &self.given_name, &self.family_name];
        let names = names.map(|name| name.as_deref().and_then(trimmed));
        let nothing_else = names.iter().all(Option::is_none);
        let external = self.external_ids.unwrap_or_default();
        for (index, given) in external.iter().enumerate() {
            let field = format!("contact.external_ids[{index}].id");
            if !given.source.trim().is_empty() && is_blocked(&given.id) {
                blocked = true;
                continue;
            }
            identities.extend(faults.take(&field, Identity::external(&given.source, &given.id)));
        }
        if let Some(email) = self.email.as_deref().and_then(trimmed) {
            identities.extend(faults.take("contact.email", Identity::email(&email)));
        }
        if let Some(phone) = self.phone.as_deref().and_then(trimmed) {
            identities.extend(faults.take("contact.phone", Identity::phone(&phone, region)));
        }
        faults.finish()?;
        identities.sort();
        identities.dedup();
        match (self.id, identities.is_empty()) {
            (Some(id), true) if nothing_else => Ok(ClientRef::Id(id)),
            (Some(_), _) => Err(Error::field("contact", "format", "give either the id or identities, not both")),
            (None, true) if blocked => Err(Error::field("contact", "blocked", "these values identify nobody")),
            (None, true) => Err(Error::field("contact", "required", "give an id, email, phone or external_ids")),
            (None, false) => {
                let [name, given_name, family_name] = names;
                Ok(ClientRef::Known { identities, name, given_name, family_name })
            }
        }
    }
}

/// Finds the client, or makes one where that is allowed: see [`recognise`](super::recognise::recognise).
///
/// # Errors
/// Not found where there is no contact of that id or the caller may not see the one meant; a bad field `contact` where
/// nobody has the identities and none may be made; a transient error where a concurrent request is making the same.
pub fn resolve(conn: &mut Connection, by: &Principal, client: &ClientRef, unknown: Unknown<'_>) -> Result<Resolved> {
    let (identities, name, given_name, family_name) = match client {
        ClientRef::Id(id) => {
            let contact_id = store::visible(conn, by, *id)?.id;
            return Ok(Resolved { contact_id, created: false });
        }
        ClientRef::Known { identities, name, given_name, family_name } => (identities, name, given_name, family_name),
    };
    let new = match unknown {
        Unknown::Refuse => None,
        Unknown::Create { source } => Some(ContactChange {
            display_name: Some(name.clone()),
            given_name: Some(given_name.clone()),
            family_name: Some(family_name.clone()),
            source: Some(source.map(str::to_owned)),
            ..ContactChange::default()
        }),
    };
    recognise(conn, by, &Sighting { identities, at: Instant::now(), message_id: None, new: new.as_ref() })
}
