//! How events are taken: which trait fills which field, and whom e-mail makes known.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::accounts::Principal;
use crate::db::{Connection, settings};
use crate::error::{Error, FieldError, Result};

const KEY: &str = "ingest";

/// The fields of a contact that a trait may fill.
pub const FIELDS: [&str; 12] = [
    "given_name",
    "family_name",
    "display_name",
    "job_title",
    "language",
    "time_zone",
    "street",
    "city",
    "region",
    "postal_code",
    "country",
    "company",
];

/// How events are taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Which field of a contact a trait fills: `given_name`, `family_name`, `display_name`, `job_title`, `language`,
    /// `time_zone`, `street`, `city`, `region`, `postal_code`, `country`, `company`, or `custom.` and the key of a
    /// custom field. A trait inside an object is named with a dot: `address.city`.
    pub traits: BTreeMap<String, String>,
    /// Whether an e-mail from an unknown sender makes a contact.
    pub email_creates_contacts: bool,
    /// Mail domains that are ours, besides the addresses of users.
    #[validate(length(max = 100))]
    #[schema(max_items = 100)]
    pub our_domains: Vec<String>,
}

impl Default for Settings {
    fn default() -> Self {
        let names = [
            ("firstName", "given_name"),
            ("first_name", "given_name"),
            ("lastName", "family_name"),
            ("last_name", "family_name"),
            ("name", "display_name"),
            ("title", "job_title"),
            ("language", "language"),
            ("locale", "language"),
            ("timezone", "time_zone"),
            ("company", "company"),
            ("company.name", "company"),
            ("address.street", "street"),
            ("address.city", "city"),
            ("address.state", "region"),
            ("address.postalCode", "postal_code"),
            ("address.country", "country"),
        ];
        Self {
            traits: names.iter().map(|(name, field)| ((*name).to_owned(), (*field).to_owned())).collect(),
            email_creates_contacts: true,
            our_domains: Vec::new(),
        }
    }
}

impl Settings {
    /// Checks and normalises what was asked.
    ///
    /// # Errors
    /// Every bad entry.
    pub fn parse(mut self) -> Result<Self> {
        let mut errors = Vec::new();
        for (name, field) in &self.traits {
            let custom = field.strip_prefix("custom.").is_some_and(|key| !key.is_empty());
            if !custom && !FIELDS.contains(&field.as_str()) {
                let message = format!("must be one of {}, or custom. and a key", FIELDS.join(", "));
                errors.push(FieldError::new(format!("traits.{name}"), "choice", message));
            }
        }
        if self.traits.len() > 200 {
            errors.push(FieldError::new("traits", "length", "must have at most 200 entries"));
        }
        for (n, domain) in self.our_domains.iter_mut().enumerate() {
            *domain = domain.trim().trim_start_matches('@').to_lowercase();
            if domain.is_empty() || domain.len() > 253 || domain.contains(|c: char| c == '@' || c.is_whitespace()) {
                errors.push(FieldError::new(format!("our_domains[{n}]"), "format", "must be a domain"));
            }
        }
        if errors.is_empty() { Ok(self) } else { Err(Error::invalid(errors)) }
    }
}

/// The settings in force.
///
/// # Errors
/// The database is away.
pub fn load(conn: &mut Connection) -> Result<Settings> {
    Ok(settings::get(conn, KEY)?.unwrap_or_default())
}

/// Replaces the settings.
///
/// # Errors
/// The database is away.
pub fn save(conn: &mut Connection, by: &Principal, new: &Settings) -> Result<()> {
    use crate::accounts::audit::{self, Subject};
    let before = load(conn)?;
    settings::put(conn, KEY, new.clone())?;
    let subject =
        Subject { entity: "ingest_settings", id: crate::db::types::Guid(uuid::Uuid::nil()), contact_id: None };
    audit::record(conn, by, "update", subject, Some(&before), Some(new))
}
