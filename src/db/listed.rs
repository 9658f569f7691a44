//! Conditions with a list that is bound as one value: the statement stays the same whatever the list's length, and is
//! prepared once. SQLite would plan each length anew, for longer than it takes to answer.

use serde::Serialize;
use uuid::Uuid;

use super::dialect::{Dialects, Phrase};
use super::types::Guid;

/// Contacts with one of these ids.
#[must_use]
pub fn contacts<'a>(ids: impl Iterator<Item = &'a Guid>) -> Dialects {
    let ids: Vec<String> = ids.map(|Guid(id)| Uuid::simple(*id).to_string()).collect();
    listed(
        &ids,
        ["contacts.id = ANY(ARRAY(SELECT json_array_elements_text(", "::json)::uuid))"],
        ["contacts.id IN (SELECT unhex(value) FROM json_each(", "))"],
    )
}

/// Identities with one of these values.
#[must_use]
pub fn identity_values(values: &[&String]) -> Dialects {
    listed(
        values,
        ["identities.value = ANY(ARRAY(SELECT json_array_elements_text(", "::json)))"],
        ["identities.value IN (SELECT value FROM json_each(", "))"],
    )
}

/// Companies with one of these names, in the form that is compared.
#[must_use]
pub fn company_names(keys: &[String]) -> Dialects {
    listed(
        keys,
        ["companies.name_key = ANY(ARRAY(SELECT json_array_elements_text(", "::json)))"],
        ["companies.name_key IN (SELECT value FROM json_each(", "))"],
    )
}

fn listed(list: &[impl Serialize], postgres: [&'static str; 2], sqlite: [&'static str; 2]) -> Dialects {
    let value = serde_json::to_string(list).unwrap_or_default();
    let phrase = |[before, after]: [&'static str; 2], value| Phrase { before, value, after };
    Dialects { postgres: phrase(postgres, value.clone()), sqlite: phrase(sqlite, value) }
}
