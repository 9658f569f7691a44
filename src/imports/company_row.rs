//! What a row says about a company.

use serde_json::{Map, Value, json};

use super::contact_row::{country, push_new, with_parts};
use super::findings::Findings;
use super::mapping::{CompanyField, ContactField, PARENT, Target};
use super::reader::RowError;
use super::row::{CompanyFacts, Part, Reading};
use crate::companies::model::{CompanyChange, CompanyInput};
use crate::spreadsheet::split_list;

impl Reading<'_> {
    /// The company of a row: a client's, a lead's, or the row itself.
    pub(super) fn company(&self, found: &mut Findings) -> Option<CompanyFacts> {
        let is_name = |target: &Target| {
            matches!(target, Target::Contact(ContactField::Company) | Target::Company(CompanyField::Name))
        };
        let name = self.texts().find(|(column, _)| is_name(&column.target)).map(|(_, name)| self.line(name));
        let ids = self.company_ids(found);
        if name.is_none() && ids.is_empty() {
            return None;
        }
        let parent = self.text(&Target::Company(CompanyField::Parent)).map(|(_, id)| id.to_owned());
        let says_name_only = !self
            .texts()
            .any(|(column, _)| column.target.of_company() && column.target != Target::Company(CompanyField::Name));
        let change = if says_name_only {
            CompanyChange::default()
        } else {
            let mut input = self.company_input(found);
            let region = &self.plan.region;
            self.parsed(Part::Company, &mut input, found, |read: CompanyInput| read.parse(region))?
        };
        Some(CompanyFacts { name, ids, change, parent, says_name_only })
    }

    /// The ids that find it; of a cell with several the first.
    fn company_ids(&self, found: &mut Findings) -> Vec<(String, String)> {
        let mut ids = Vec::new();
        for (column, text) in self.texts() {
            let Target::CompanyId(source) = &column.target else { continue };
            let id = text.split([';', '\n']).map(str::trim).find(|id| !id.is_empty()).unwrap_or_default();
            if id.chars().count() > 200 || id.contains(char::is_control) {
                found.bad(&column.name, text, RowError::new("length", "needs an id of 1 to 200 characters"));
            } else if !id.is_empty() {
                ids.push((source.clone(), id.to_owned()));
            }
        }
        ids
    }

    fn company_input(&self, found: &mut Findings) -> Map<String, Value> {
        use CompanyField as Field;
        let (mut input, mut custom, mut address) = (Map::new(), Map::new(), Map::new());
        let mut tags: Vec<Value> = Vec::new();
        for (column, text) in self.texts() {
            match &column.target {
                Target::Company(Field::Name) => {}
                Target::Company(Field::Parent) => drop(custom.insert(PARENT.to_owned(), json!(text))),
                Target::Company(Field::Tags) => {
                    for tag in split_list(text, &[',', ';', '\n']) {
                        push_new(&mut tags, json!(tag));
                    }
                }
                Target::Company(Field::Owner) => self.owner(column, text, &mut input, found),
                Target::Company(Field::Country) => country(&column.name, text, &mut address, found),
                Target::Company(field @ (Field::Street | Field::City | Field::Region | Field::PostalCode)) => {
                    let part = field.as_str().trim_start_matches("address.");
                    drop(address.insert(part.to_owned(), json!(self.line(text))));
                }
                Target::Company(Field::Website) => drop(input.insert("website".to_owned(), json!(web_address(text)))),
                Target::Company(Field::Domain) => drop(input.insert("domain".to_owned(), json!(domain(text)))),
                Target::Company(field) => drop(input.insert(field.to_string(), json!(self.line(text)))),
                Target::CompanyCustom(key) => match self.plan.lookups.company_field(key, text, &self.plan.mapping) {
                    Ok(value) => drop(custom.insert(key.clone(), value)),
                    Err(error) => found.bad(&column.name, text, error),
                },
                _ => {}
            }
        }
        with_parts(input, tags, custom, address)
    }
}

/// An address of the web as people write it: `example.com` is `https://example.com`.
fn web_address(text: &str) -> String {
    let text = text.trim();
    if text.contains("://") || !text.contains('.') { text.to_owned() } else { format!("https://{text}") }
}

/// A domain as people write it: `https://www.Example.com/about` is `example.com`.
fn domain(text: &str) -> String {
    let text = text.trim().to_lowercase();
    let host = text.split_once("://").map_or(text.as_str(), |(_, rest)| rest);
    let host = host.split(['/', '?', '#']).next().unwrap_or_default();
    host.strip_prefix("www.").unwrap_or(host).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_the_web_are_read_as_people_write_them() {
        assert_eq!(web_address("example.com"), "https://example.com");
        assert_eq!(web_address("http://example.com/a"), "http://example.com/a");
        assert_eq!(domain("https://www.Example.com/about?x"), "example.com");
        assert_eq!(domain("example.com"), "example.com");
    }
}
