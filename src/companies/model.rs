//! A company as stored and shown, and what may be said about one in a request.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use validator::Validate;

use super::CompanyId;
use crate::accounts::UserId;
use crate::contacts::identity::{normalise_email, normalise_phone};
use crate::contacts::parts::{Address, Faults, parse_address, parse_tags, short_tags};
use crate::db::schema::companies;
use crate::db::types::{Instant, Json};
use crate::error::{FieldError, Result};
use crate::fields::is_web_address;
use crate::http::{Version, nullable};
use crate::text::{filled, fold, one_line, sort_key, trimmed};

/// A company.
#[derive(
    Debug, Clone, PartialEq, Serialize, ToSchema, Queryable, Selectable, Insertable, AsChangeset, Identifiable,
)]
#[diesel(table_name = companies, treat_none_as_null = true)]
pub struct Company {
    pub id: CompanyId,
    pub name: String,
    #[serde(skip)]
    pub name_key: String,
    /// Such as `example.com`.
    pub domain: Option<String>,
    pub website: Option<String>,
    pub industry: Option<String>,
    pub email: Option<String>,
    /// E.164.
    pub phone: Option<String>,
    #[schema(value_type = Option<Address>)]
    pub address: Option<Json<Address>>,
    pub owner_id: Option<UserId>,
    pub source: Option<String>,
    #[schema(value_type = Vec<String>)]
    pub tags: Json<Vec<String>>,
    /// By key of its definition.
    #[schema(value_type = Object)]
    pub custom: Json<Map<String, Value>>,
    #[serde(skip)]
    pub search_text: String,
    pub version: Version,
    pub created_at: Instant,
    pub updated_at: Instant,
    /// Set while the company is in the bin.
    pub deleted_at: Option<Instant>,
}

/// What is said about a company: in a PATCH absent fields stay and `null` clears. A new company needs its name.
#[derive(Debug, Clone, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CompanyInput {
    #[serde(default, deserialize_with = "nullable")]
    #[validate(length(min = 1, max = 200), custom(function = filled))]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 200)]
    name: Option<Option<String>>,
    /// Such as `example.com`.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(length(max = 253), custom(function = one_line))]
    #[schema(value_type = Option<String>, max_length = 253)]
    domain: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    #[validate(length(max = 2000), custom(function = one_line))]
    #[schema(value_type = Option<String>, max_length = 2000, example = "https://example.com")]
    website: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    #[validate(length(max = 100), custom(function = one_line))]
    #[schema(value_type = Option<String>, max_length = 100)]
    industry: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    #[validate(length(max = 254), custom(function = one_line))]
    #[schema(value_type = Option<String>, max_length = 254, example = "office@example.com")]
    email: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    #[validate(length(max = 60), custom(function = one_line))]
    #[schema(value_type = Option<String>, max_length = 60, example = "+14155550100")]
    phone: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    #[validate(nested)]
    #[schema(value_type = Option<Address>)]
    address: Option<Option<Address>>,
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<UserId>)]
    owner_id: Option<Option<UserId>>,
    #[serde(default, deserialize_with = "nullable")]
    #[validate(length(max = 100), custom(function = one_line))]
    #[schema(value_type = Option<String>, max_length = 100)]
    source: Option<Option<String>>,
    /// All of them: those left out are removed.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(length(max = 50), custom(function = short_tags))]
    #[schema(value_type = Option<Vec<String>>, max_items = 50)]
    tags: Option<Option<Vec<String>>>,
    /// By key of its definition; keys left out stay, `null` clears.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<Object>)]
    custom: Option<Option<Map<String, Value>>>,
}

/// What is known of a company, normalised: `None` says nothing, `Some(None)` clears.
#[derive(Debug, Clone, Default)]
pub struct CompanyChange {
    pub name: Option<String>,
    pub domain: Option<Option<String>>,
    pub website: Option<Option<String>>,
    pub industry: Option<Option<String>>,
    pub email: Option<Option<String>>,
    pub phone: Option<Option<String>>,
    pub address: Option<Option<Address>>,
    pub owner_id: Option<Option<UserId>>,
    pub source: Option<Option<String>>,
    pub tags: Option<Vec<String>>,
    /// Not yet checked against the definitions: the store does that.
    pub custom: Option<Option<Map<String, Value>>>,
}

impl CompanyInput {
    /// Normalises what was said; phone numbers without a country code are read as in `region`.
    ///
    /// # Errors
    /// Every bad field.
    pub fn parse(self, region: &str) -> Result<CompanyChange> {
        let mut faults = Faults::default();
        let clean = |text: Option<Option<String>>| text.map(|text| text.as_deref().and_then(trimmed));
        if self.name == Some(None) {
            faults.0.push(FieldError::new("name", "required", "must not be null"));
        }
        let mut read = |field, text: Option<Option<String>>, parse: &dyn Fn(&str) -> Result<String, &'static str>| {
            clean(text).map(|text| text.and_then(|text| faults.take(field, parse(&text))))
        };
        let domain = read("domain", self.domain, &parse_domain);
        let website = read("website", self.website, &parse_website);
        let email = read("email", self.email, &normalise_email);
        let phone = read("phone", self.phone, &|text| normalise_phone(text, region));
        let change = CompanyChange {
            name: clean(self.name).flatten(),
            domain,
            website,
            industry: clean(self.industry),
            email,
            phone,
            address: self.address.map(|address| address.and_then(|address| parse_address(address, &mut faults))),
            owner_id: self.owner_id,
            source: clean(self.source),
            tags: self.tags.map(|tags| parse_tags(tags.unwrap_or_default())),
            custom: self.custom,
        };
        faults.finish().map(|()| change)
    }
}

fn parse_domain(text: &str) -> Result<String, &'static str> {
    let domain = text.to_lowercase();
    let fits = domain.contains('.') && email_address::EmailAddress::is_valid_domain(&domain);
    if fits { Ok(domain) } else { Err("must be a domain such as example.com") }
}

fn parse_website(text: &str) -> Result<String, &'static str> {
    if is_web_address(text) { Ok(text.to_owned()) } else { Err("must be a URL such as https://example.com") }
}

impl Company {
    /// A company of which nothing is known yet.
    #[must_use]
    pub fn blank(now: Instant) -> Self {
        Self {
            id: CompanyId::new(),
            name: String::new(),
            name_key: String::new(),
            domain: None,
            website: None,
            industry: None,
            email: None,
            phone: None,
            address: None,
            owner_id: None,
            source: None,
            tags: Json::default(),
            custom: Json::default(),
            search_text: String::new(),
            version: 1,
            created_at: now,
            updated_at: now,
            deleted_at: None,
        }
    }

    /// Takes over what is known; custom fields are the store's business.
    pub fn apply(&mut self, change: &CompanyChange) {
        macro_rules! set {
            ($($field:ident),+) => { $(if let Some(value) = &change.$field { self.$field.clone_from(value); })+ };
        }
        set!(name, domain, website, industry, email, phone, owner_id, source);
        if let Some(address) = &change.address {
            self.address = address.clone().map(Json);
        }
        if let Some(tags) = &change.tags {
            self.tags.0.clone_from(tags);
        }
        self.name_key = sort_key(&self.name);
        let texts = [Some(&self.name), self.domain.as_ref(), self.email.as_ref(), self.phone.as_ref()];
        self.search_text = texts.into_iter().flatten().map(|text| fold(text)).collect::<Vec<_>>().join("\n");
    }
}
