//! What a row says about a client.

use std::borrow::Cow;
use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::countries;
use super::findings::Findings;
use super::mapping::{ContactField, RowKind, Target};
use super::reader::RowError;
use super::row::{Part, Reading};
use super::values;
use crate::contacts::identity::{Identity, IdentityKind};
use crate::contacts::model::{ContactChange, ContactInput};
use crate::spreadsheet::split_list;

impl Reading<'_> {
    /// What finds the client; several values in a cell are separated by line ends, commas, semicolons or Google's `:::`.
    pub(super) fn identities(&self, found: &mut Findings) -> Vec<Identity> {
        let region = &self.plan.region;
        // In the order of the columns: the first address is the one to use.
        let mut all = Vec::new();
        for (column, text) in self.texts() {
            let read: &dyn Fn(&str) -> Result<Identity, &'static str> = match &column.target {
                Target::Contact(ContactField::Email) => &Identity::email,
                Target::Contact(ContactField::Phone) => &|text| Identity::phone(plain_number(text), region),
                Target::ExternalId(source) => &|text| Identity::external(source, text),
                _ => continue,
            };
            let text = self.first_id(&column.target, &column.name, text, found);
            let several = !matches!(column.target, Target::ExternalId(_));
            for result in each(text, several, read) {
                match result {
                    Ok(identity) if self.plan.mapping.keeps && identity.is_blocked() => {
                        found.bad(&column.name, text, RowError::new("blocked", format!("'{text}' identifies nobody")));
                    }
                    Ok(identity) if all.contains(&identity) => {}
                    Ok(identity) => all.push(identity),
                    Err((text, message)) => {
                        found.bad(&column.name, &text, RowError::new("format", format!("'{text}' {message}")));
                    }
                }
            }
        }
        all
    }

    /// Of the several clients of a lead or a touchpoint the first; the others are kept to be seen, and share its visits.
    fn first_id<'t>(&self, target: &Target, column: &str, text: &'t str, found: &mut Findings) -> &'t str {
        match text.split_once(';') {
            Some((first, others)) if self.plan.mapping.row == RowKind::Lead || self.tells_of_touchpoints() => {
                let Target::ExternalId(source) = target else { return text };
                if self.plan.mapping.row == RowKind::Lead {
                    found.keep(column, text);
                }
                let others = others.split(';').map(str::trim).filter(|id| !id.is_empty());
                found.others.extend(others.filter_map(|id| Identity::external(source, id).ok()));
                first.trim()
            }
            _ => text,
        }
    }

    pub(super) fn contact(&self, identities: &[Identity], found: &mut Findings) -> Option<ContactChange> {
        let before = found.errors.len();
        let mut input = self.contact_input(identities, found);
        if found.errors.len() > before {
            return None;
        }
        let region = &self.plan.region;
        self.parsed(Part::Contact, &mut input, found, |read: ContactInput| read.parse(region))
    }

    fn contact_input(&self, identities: &[Identity], found: &mut Findings) -> Map<String, Value> {
        use ContactField as Field;
        let mut input = identity_lists(identities);
        let (mut custom, mut address) = (Map::new(), Map::new());
        let mut tags: Vec<Value> = Vec::new();
        for (column, text) in self.texts() {
            match &column.target {
                Target::Contact(Field::Email | Field::Phone | Field::Company | Field::Note) => {}
                Target::Contact(Field::Tags) => {
                    for part in text.split(" ::: ") {
                        for tag in split_list(part, &[',', ';', '\n']) {
                            push_new(&mut tags, json!(plain_tag(&tag)));
                        }
                    }
                }
                Target::Contact(Field::Owner) => self.owner(column, text, &mut input, found),
                Target::Contact(Field::EmailOptOut) => match values::yes(text) {
                    Some(true) => drop(input.insert("consents".to_owned(), withdrawn())),
                    Some(false) => {}
                    None => {
                        let error = RowError::new("format", format!("'{text}' is neither yes nor no"));
                        found.bad(&column.name, text, error);
                    }
                },
                Target::Contact(Field::Country) => {
                    country(&column.name, text, &mut address, found);
                }
                Target::Contact(field @ (Field::Street | Field::City | Field::Region | Field::PostalCode)) => {
                    let part = field.as_str().trim_start_matches("address.");
                    drop(address.insert(part.to_owned(), json!(self.line(text))));
                }
                Target::Contact(field) => drop(input.insert(field.to_string(), json!(self.line(text)))),
                Target::Custom(key) => match self.plan.lookups.contact_field(key, text, &self.plan.mapping) {
                    Ok(value) => drop(custom.insert(key.clone(), value)),
                    Err(error) => found.bad(&column.name, text, error),
                },
                _ => {}
            }
        }
        with_parts(input, tags, custom, address)
    }

    /// A text in one line, where cells are not refused for their line ends.
    pub(super) fn line(&self, text: &str) -> String {
        if self.plan.mapping.keeps && text.contains(char::is_control) {
            text.split(char::is_control).map(str::trim).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
        } else {
            text.to_owned()
        }
    }
}

/// A tag without the star that Google sets before its own.
fn plain_tag(tag: &str) -> &str {
    tag.trim().trim_start_matches("* ").trim()
}

/// A country that cannot be told goes behind the region, so that no address is lost.
pub(super) fn country(column: &str, text: &str, address: &mut Map<String, Value>, found: &mut Findings) {
    match countries::code(text) {
        Some(letters) => drop(address.insert("country".to_owned(), json!(letters))),
        None => found.bad(column, text, RowError::new("unknown_country", format!("'{text}' is no country known here"))),
    }
}

fn withdrawn() -> Value {
    json!({ "email": { "state": "withdrawn", "how": "import" } })
}

/// Each value of a cell, or the part that is none and why.
fn each<'a>(
    text: &'a str,
    several: bool,
    read: &dyn Fn(&str) -> Result<Identity, &'static str>,
) -> Vec<Result<Identity, (Cow<'a, str>, &'static str)>> {
    let mut out = Vec::new();
    let lines = text.split(['\n', '\r']).flat_map(|line| line.split(" ::: "));
    let lines: Vec<&str> = if several { lines.collect() } else { vec![text] };
    for line in lines.into_iter().map(str::trim).filter(|line| !line.is_empty()) {
        let whole = read(line);
        // Some addresses hold a comma themselves, and the URI of a number a semicolon.
        let is_one = !several || line.contains(";ext=") || (!line.contains(';') && whole.is_ok());
        let parts = if is_one { Vec::new() } else { split_list(line, &[';', ',']) };
        if parts.len() > 1 {
            out.extend(parts.into_iter().map(|part| read(&part).map_err(|message| (part, message))));
        } else {
            out.push(whole.map_err(|message| (Cow::Borrowed(line), message)));
        }
    }
    out
}

/// A number without the apostrophe that keeps spreadsheets from reading it, and without its extension in a URI.
fn plain_number(text: &str) -> &str {
    let text = text.trim_start_matches(['\'', '\u{2019}', '`']).trim();
    let uri = text.to_ascii_lowercase().find(";ext=").map_or(text, |at| text.get(..at).unwrap_or(text));
    uri.split(";phone-context").next().unwrap_or(uri)
}

fn identity_lists(identities: &[Identity]) -> Map<String, Value> {
    let mut lists: HashMap<&str, Vec<Value>> = HashMap::new();
    for Identity { kind, source, value } in identities {
        match kind {
            IdentityKind::Email => lists.entry("emails").or_default().push(json!({ "address": value })),
            IdentityKind::Phone => lists.entry("phones").or_default().push(json!({ "number": value })),
            IdentityKind::External => {
                lists.entry("external_ids").or_default().push(json!({ "source": source, "id": value }));
            }
            IdentityKind::Custom | IdentityKind::Anonymous => {}
        }
    }
    lists.into_iter().map(|(name, list)| (name.to_owned(), Value::Array(list))).collect()
}

/// The fields, and of their parts those that are there.
pub(super) fn with_parts(
    mut input: Map<String, Value>,
    tags: Vec<Value>,
    custom: Map<String, Value>,
    address: Map<String, Value>,
) -> Map<String, Value> {
    if !tags.is_empty() {
        input.insert("tags".to_owned(), Value::Array(tags));
    }
    for (name, fields) in [("custom", custom), ("address", address)] {
        if !fields.is_empty() {
            input.insert(name.to_owned(), Value::Object(fields));
        }
    }
    input
}

pub(super) fn push_new(list: &mut Vec<Value>, value: Value) {
    if !list.contains(&value) {
        list.push(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_values_of_a_cell_are_taken_apart() {
        let read = |text: &str, region: &str| {
            each(text, true, &|text| Identity::phone(plain_number(text), region))
                .into_iter()
                .map(|result| result.map_or_else(|(part, _)| format!("?{part}"), |identity| identity.value))
                .collect::<Vec<_>>()
        };
        assert_eq!(read("'+7 912 345-67-89", "US"), ["+79123456789"]);
        assert_eq!(read("(415) 555-0100 ::: 415 555 0101", "US"), ["+14155550100", "+14155550101"]);
        assert_eq!(read("415 555 0100; n/a", "US"), ["+14155550100", "?n/a"]);
        assert_eq!(read("+1-418-656-9254;ext=102", "US"), ["+14186569254"]);
    }
}
