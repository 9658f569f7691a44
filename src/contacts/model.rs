//! A contact as stored and shown, and what may be said about one in a request.

use std::collections::BTreeMap;

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use validator::Validate;

use super::ContactId;
use super::identity::Identity;
use super::parts::{
    Address, Consent, ConsentChannel, ConsentInput, Email, ExternalId, Faults, Phone, parse_address, parse_emails,
    parse_external_ids, parse_language, parse_phones, parse_tags, parse_time_zone, short_tags,
};
use crate::accounts::UserId;
use crate::companies::CompanyId;
use crate::db::schema::contacts;
use crate::db::types::{Instant, Json};
use crate::error::Result;
use crate::http::{Version, nullable};
use crate::text::{fold, one_line, sort_key, trimmed};

/// A client.
#[derive(
    Debug, Clone, PartialEq, Serialize, ToSchema, Queryable, Selectable, Insertable, AsChangeset, Identifiable,
)]
#[diesel(table_name = contacts, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct Contact {
    pub id: ContactId,
    pub given_name: Option<String>,
    pub family_name: Option<String>,
    /// Made of the names, else of an address, where nobody has set it.
    pub display_name: String,
    #[serde(skip)]
    pub name_key: String,
    pub job_title: Option<String>,
    pub company_id: Option<CompanyId>,
    #[schema(value_type = Vec<Email>)]
    pub emails: Json<Vec<Email>>,
    #[schema(value_type = Vec<Phone>)]
    pub phones: Json<Vec<Phone>>,
    #[schema(value_type = Vec<ExternalId>)]
    pub external_ids: Json<Vec<ExternalId>>,
    #[schema(value_type = Option<Address>)]
    pub address: Option<Json<Address>>,
    /// BCP 47.
    pub language: Option<String>,
    /// IANA name.
    pub time_zone: Option<String>,
    pub owner_id: Option<UserId>,
    /// Where the contact came from first.
    pub source: Option<String>,
    #[schema(value_type = Vec<String>)]
    pub tags: Json<Vec<String>>,
    /// By channel.
    #[schema(value_type = BTreeMap<String, Consent>)]
    pub consents: Json<BTreeMap<ConsentChannel, Consent>>,
    /// By key of its definition.
    #[schema(value_type = Object)]
    pub custom: Json<Map<String, Value>>,
    #[serde(skip)]
    pub search_text: String,
    pub version: Version,
    pub created_at: Instant,
    pub updated_at: Instant,
    /// Set while the contact is in the bin.
    pub deleted_at: Option<Instant>,
    /// Set where the person's data has been erased for good.
    pub erased_at: Option<Instant>,
    /// The survivor, where this contact was merged.
    #[serde(skip)]
    pub merged_into: Option<ContactId>,
    /// How many contacts are merged into this one.
    #[serde(skip)]
    pub members: i32,
    /// A visitor of whom nothing is known but ids that mean nothing elsewhere.
    pub anonymous: bool,
}

/// What is said about a contact: in a PATCH absent fields stay and `null` clears.
#[derive(Debug, Clone, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactInput {
    #[serde(default, deserialize_with = "nullable")]
    #[validate(length(max = 100), custom(function = one_line))]
    #[schema(value_type = Option<String>, max_length = 100)]
    given_name: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    #[validate(length(max = 100), custom(function = one_line))]
    #[schema(value_type = Option<String>, max_length = 100)]
    family_name: Option<Option<String>>,
    /// Made of the names, else of an address, where absent.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(length(max = 200), custom(function = one_line))]
    #[schema(value_type = Option<String>, max_length = 200)]
    display_name: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    #[validate(length(max = 200), custom(function = one_line))]
    #[schema(value_type = Option<String>, max_length = 200)]
    job_title: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<CompanyId>)]
    company_id: Option<Option<CompanyId>>,
    /// All of them: those left out are removed.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(length(max = 20), nested)]
    #[schema(value_type = Option<Vec<Email>>, max_items = 20)]
    emails: Option<Option<Vec<Email>>>,
    /// All of them: those left out are removed.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(length(max = 20), nested)]
    #[schema(value_type = Option<Vec<Phone>>, max_items = 20)]
    phones: Option<Option<Vec<Phone>>>,
    /// All of them: those left out are removed.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(length(max = 50), nested)]
    #[schema(value_type = Option<Vec<ExternalId>>, max_items = 50)]
    external_ids: Option<Option<Vec<ExternalId>>>,
    #[serde(default, deserialize_with = "nullable")]
    #[validate(nested)]
    #[schema(value_type = Option<Address>)]
    address: Option<Option<Address>>,
    /// BCP 47, such as `pt-BR`.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(length(max = 35))]
    #[schema(value_type = Option<String>, max_length = 35)]
    language: Option<Option<String>>,
    /// IANA name, such as `Europe/Berlin`.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(length(max = 50))]
    #[schema(value_type = Option<String>, max_length = 50)]
    time_zone: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<UserId>)]
    owner_id: Option<Option<UserId>>,
    /// Where the contact came from first.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(length(max = 100), custom(function = one_line))]
    #[schema(value_type = Option<String>, max_length = 100)]
    source: Option<Option<String>>,
    /// All of them: those left out are removed.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(length(max = 50), custom(function = short_tags))]
    #[schema(value_type = Option<Vec<String>>, max_items = 50)]
    tags: Option<Option<Vec<String>>>,
    /// By channel; channels left out stay.
    #[schema(value_type = Option<BTreeMap<String, ConsentInput>>)]
    consents: Option<BTreeMap<ConsentChannel, ConsentInput>>,
    /// By key of its definition; keys left out stay, `null` clears.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<Object>)]
    custom: Option<Option<Map<String, Value>>>,
}

/// What is known of a contact, normalised: `None` says nothing, `Some(None)` clears.
#[derive(Debug, Clone, Default)]
pub struct ContactChange {
    pub given_name: Option<Option<String>>,
    pub family_name: Option<Option<String>>,
    pub display_name: Option<Option<String>>,
    pub job_title: Option<Option<String>>,
    pub company_id: Option<Option<CompanyId>>,
    pub emails: Option<Vec<Email>>,
    pub phones: Option<Vec<Phone>>,
    pub external_ids: Option<Vec<ExternalId>>,
    pub address: Option<Option<Address>>,
    pub language: Option<Option<String>>,
    pub time_zone: Option<Option<String>>,
    pub owner_id: Option<Option<UserId>>,
    pub source: Option<Option<String>>,
    pub tags: Option<Vec<String>>,
    pub consents: BTreeMap<ConsentChannel, Consent>,
    /// Not yet checked against the definitions: the store does that.
    pub custom: Option<Option<Map<String, Value>>>,
}

/// A contact to be.
#[derive(Debug, Clone, Default)]
pub struct NewContact {
    /// What is known.
    pub fields: ContactChange,
    /// Learnt from a touchpoint or a file: required custom fields may be missing.
    pub partial: bool,
}

impl ContactInput {
    /// Normalises what was said; phone numbers without a country code are read as in `region`.
    ///
    /// # Errors
    /// Every bad field.
    pub fn parse(self, region: &str) -> Result<ContactChange> {
        let mut faults = Faults::default();
        let clean = |text: Option<Option<String>>| text.map(|text| text.as_deref().and_then(trimmed));
        let mut tag = |field, text: Option<Option<String>>, parse: fn(&str) -> Result<String, &'static str>| {
            clean(text).map(|text| text.and_then(|text| faults.take(field, parse(&text))))
        };
        let language = tag("language", self.language, parse_language);
        let time_zone = tag("time_zone", self.time_zone, parse_time_zone);
        let mut consents = BTreeMap::new();
        let now = Instant::now();
        for (channel, consent) in self.consents.unwrap_or_default() {
            match consent.parse(now) {
                Ok(consent) => drop(consents.insert(channel, consent)),
                Err(error) => faults.0.push(error.within(&format!("consents.{channel}"))),
            }
        }
        let change = ContactChange {
            given_name: clean(self.given_name),
            family_name: clean(self.family_name),
            display_name: clean(self.display_name),
            job_title: clean(self.job_title),
            company_id: self.company_id,
            emails: self.emails.map(|emails| parse_emails(emails.unwrap_or_default(), &mut faults)),
            phones: self.phones.map(|phones| parse_phones(phones.unwrap_or_default(), region, &mut faults)),
            external_ids: self.external_ids.map(|ids| parse_external_ids(ids.unwrap_or_default(), &mut faults)),
            address: self.address.map(|address| address.and_then(|address| parse_address(address, &mut faults))),
            language,
            time_zone,
            owner_id: self.owner_id,
            source: clean(self.source),
            tags: self.tags.map(|tags| parse_tags(tags.unwrap_or_default())),
            consents,
            custom: self.custom,
        };
        faults.finish().map(|()| change)
    }
}

impl Contact {
    /// A contact of which nothing is known yet.
    #[must_use]
    pub fn blank(now: Instant) -> Self {
        Self {
            id: ContactId::new(),
            given_name: None,
            family_name: None,
            display_name: String::new(),
            name_key: String::new(),
            job_title: None,
            company_id: None,
            emails: Json::default(),
            phones: Json::default(),
            external_ids: Json::default(),
            address: None,
            language: None,
            time_zone: None,
            owner_id: None,
            source: None,
            tags: Json::default(),
            consents: Json::default(),
            custom: Json::default(),
            search_text: String::new(),
            version: 1,
            created_at: now,
            updated_at: now,
            deleted_at: None,
            erased_at: None,
            merged_into: None,
            members: 0,
            anonymous: false,
        }
    }

    /// Takes over what is known; custom fields are the store's business.
    pub fn apply(&mut self, change: &ContactChange) {
        let named_by_hand = self.display_name != self.computed_name();
        set(&mut self.given_name, change.given_name.as_ref());
        set(&mut self.family_name, change.family_name.as_ref());
        set(&mut self.job_title, change.job_title.as_ref());
        set(&mut self.company_id, change.company_id.as_ref());
        set(&mut self.emails.0, change.emails.as_ref());
        set(&mut self.phones.0, change.phones.as_ref());
        set(&mut self.external_ids.0, change.external_ids.as_ref());
        if let Some(address) = &change.address {
            self.address = address.clone().map(Json);
        }
        set(&mut self.language, change.language.as_ref());
        set(&mut self.time_zone, change.time_zone.as_ref());
        set(&mut self.owner_id, change.owner_id.as_ref());
        set(&mut self.source, change.source.as_ref());
        set(&mut self.tags.0, change.tags.as_ref());
        self.consents.0.extend(change.consents.iter().map(|(channel, consent)| (*channel, consent.clone())));
        self.display_name = match &change.display_name {
            Some(Some(name)) => name.clone(),
            None if named_by_hand => return,
            None | Some(None) => self.computed_name(),
        };
    }

    /// The name shown where nobody has set one; empty where nothing is known.
    #[must_use]
    pub fn computed_name(&self) -> String {
        let name = match (&self.given_name, &self.family_name) {
            (Some(given), Some(family)) if is_east_asian(given) && is_east_asian(family) => format!("{family}{given}"),
            (Some(given), Some(family)) => format!("{given} {family}"),
            (Some(name), None) | (None, Some(name)) => name.clone(),
            (None, None) => return self.best_address().unwrap_or_default(),
        };
        name.chars().take(200).collect()
    }

    fn best_address(&self) -> Option<String> {
        let email = self.emails.0.iter().find(|email| email.primary).map(|email| email.address.clone());
        let phone = || self.phones.0.iter().find(|phone| phone.primary).map(|phone| phone.number.clone());
        let external = || self.external_ids.0.first().map(|external| external.id.clone());
        email.or_else(phone).or_else(external)
    }

    /// Makes the texts that search and sorting use.
    pub fn index(&mut self, company: Option<&str>) {
        self.name_key = sort_key(&self.display_name);
        let names = [Some(self.display_name.as_str()), self.given_name.as_deref(), self.family_name.as_deref()];
        let addresses = self.emails.0.iter().map(|email| email.address.as_str());
        let numbers = self.phones.0.iter().map(|phone| phone.number.as_str());
        let parts = names.into_iter().flatten().chain(addresses).chain(numbers).chain(company);
        let mut seen: Vec<String> = Vec::new();
        for part in parts.map(fold) {
            if !seen.iter().any(|known| known.contains(&part)) {
                seen.push(part);
            }
        }
        self.search_text = seen.join("\n");
    }

    /// Everything that finds this contact, with the field it stands in.
    #[must_use]
    pub fn identities(&self) -> Vec<(String, Identity)> {
        use super::identity::IdentityKind as Kind;
        let plain = |kind, value: &String| Identity { kind, source: String::new(), value: value.clone() };
        let emails = self.emails.0.iter().enumerate();
        let emails = emails.map(|(n, email)| (format!("emails[{n}].address"), plain(Kind::Email, &email.address)));
        let phones = self.phones.0.iter().enumerate();
        let phones = phones.map(|(n, phone)| (format!("phones[{n}].number"), plain(Kind::Phone, &phone.number)));
        let external = self.external_ids.0.iter().enumerate().map(|(n, external)| {
            let (source, value) = (external.source.clone(), external.id.clone());
            (format!("external_ids[{n}].id"), Identity { kind: Kind::External, source, value })
        });
        emails.chain(phones).chain(external).collect()
    }
}

fn set<T: Clone>(field: &mut T, change: Option<&T>) {
    if let Some(value) = change {
        field.clone_from(value);
    }
}

/// Scripts in which the family name comes first and no blank follows it.
fn is_east_asian(name: &str) -> bool {
    name.chars().all(|c| matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{20000}'..='\u{3ffff}'))
}
