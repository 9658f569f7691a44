//! Plain HTML forms: what visitors type, from pages that need no script. Anybody can fill in a form, so it makes or
//! completes a contact, but never changes what is known.

use std::num::NonZeroU32;

use actix_multipart::Multipart;
use actix_web::HttpRequest;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::Bytes;
use futures_util::{StreamExt, stream};
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use serde_json::{Map, Value};

use super::campaign::Origin;
use super::who::{self, Clues, People};
use super::{groups, profile};
use crate::accounts::Principal;
use crate::accounts::throttle;
use crate::accounts::write_keys::{self, WriteKey};
use crate::contacts::identity::{Identity, IdentityKind};
use crate::db::Connection;
use crate::db::types::{Instant, Json};
use crate::error::{Code, Error, Result};
use crate::interactions::{self, Channel, Direction, Interaction};

/// The field that people do not see and programs fill in.
const HONEYPOT: &str = "_gotcha";
/// The most fields of a form, and the most characters of a field.
const MOST_FIELDS: usize = 100;
const MOST_TEXT: usize = 20_000;

/// How many forms one address may send: so many at once, and so many a minute after that.
const ALLOWANCE: NonZeroU32 = NonZeroU32::new(20).unwrap();

/// Limits how many forms an address sends.
pub struct Limiter(DefaultKeyedRateLimiter<throttle::Origin>);

impl std::fmt::Debug for Limiter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Limiter(..)")
    }
}

impl Default for Limiter {
    fn default() -> Self {
        Self(RateLimiter::keyed(Quota::per_minute(ALLOWANCE)))
    }
}

impl Limiter {
    /// Counts a form.
    ///
    /// # Errors
    /// [`Code::TooMany`] where the address has sent too many.
    pub fn check(&self, from: throttle::Origin) -> Result<()> {
        if self.0.len() > 10_000 {
            self.0.retain_recent();
        }
        self.0.check_key(&from).map_err(|wait| {
            let seconds = wait.wait_time_from(DefaultClock::default().now()).as_secs() + 1;
            let error = Error::because(Code::TooMany, "Too many forms from this address.");
            Error { retry_after: Some(seconds), ..error }
        })
    }
}

/// What was typed into a form.
#[derive(Debug, Clone, Default)]
pub struct Form {
    /// What identifies the visitor, and the name given.
    clues: Vec<Identity>,
    /// Fields of a contact.
    contact: Map<String, Value>,
    company: Option<String>,
    origin: Origin,
    subject: Option<String>,
    body: Option<String>,
    id: Option<String>,
    /// Everything that was typed, by the names of the form.
    fields: Map<String, Value>,
    /// Where the visitor wants to go next.
    pub redirect: Option<String>,
    /// Whether a program filled it in.
    pub is_caught: bool,
}

/// The names and values of a form, files as their names.
///
/// # Errors
/// [`Code::MalformedBody`] where the body cannot be read.
pub async fn fields(req: &HttpRequest, body: Bytes) -> Result<Vec<(String, String)>> {
    let media = req.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !media.to_ascii_lowercase().starts_with("multipart/form-data") {
        let pairs = form_urlencoded::parse(&body).take(MOST_FIELDS);
        return Ok(pairs.map(|(name, value)| (name.into_owned(), value.into_owned())).collect());
    }
    let malformed = |error: actix_multipart::MultipartError| Error::because(Code::MalformedBody, error.to_string());
    let mut parts = Multipart::new(req.headers(), stream::iter([Ok(body)]));
    let mut out = Vec::new();
    while let Some(part) = parts.next().await {
        let mut part = part.map_err(malformed)?;
        let about = part.content_disposition().cloned();
        let name = about.as_ref().and_then(|about| about.get_name()).unwrap_or_default().to_owned();
        let file = about.and_then(|about| about.get_filename().map(str::to_owned));
        let mut bytes = Vec::new();
        while let Some(chunk) = part.next().await {
            let chunk = chunk.map_err(malformed)?;
            if file.is_none() {
                bytes.extend_from_slice(&chunk);
            }
        }
        if out.len() < MOST_FIELDS && !name.is_empty() {
            out.push((name, file.unwrap_or_else(|| String::from_utf8_lossy(&bytes).into_owned())));
        }
    }
    Ok(out)
}

impl Form {
    /// Reads what was typed; `page` is where the form stood, as the browser says.
    #[must_use]
    pub fn read(pairs: Vec<(String, String)>, page: Option<&str>, region: &str) -> Self {
        let mut form = Self::default();
        let mut name = None;
        for (key, value) in pairs {
            let value: String = value.chars().filter(|c| *c != '\0').take(MOST_TEXT).collect();
            let value = value.trim().to_owned();
            let key: String = key.chars().filter(|c| *c != '\0').take(100).collect();
            if !value.is_empty() && !form.take(&key, &value, region, &mut name) {
                form.fields.insert(key, value.into());
            }
        }
        form.origin.url = form.origin.url.or_else(|| page.map(str::to_owned));
        if let Some(url) = form.origin.url.as_deref().and_then(|url| url::Url::parse(url).ok()) {
            form.origin.read_query(url.query().unwrap_or_default());
        }
        if let Some(name) = name {
            form.contact.entry("display_name").or_insert(name.into());
        }
        form
    }

    /// Takes a field of known meaning; says whether it was one that need not be kept by its name.
    fn take(&mut self, key: &str, value: &str, region: &str, name: &mut Option<String>) -> bool {
        let mut field = |field: &str| drop(self.contact.insert(field.to_owned(), value.into()));
        match key.to_ascii_lowercase().replace([' ', '-'], "_").as_str() {
            "email" | "e_mail" | "mail" | "email_address" => self.clues.extend(Identity::email(value).ok()),
            "phone" | "tel" | "telephone" | "mobile" => self.clues.extend(Identity::phone(value, region).ok()),
            "name" | "full_name" | "your_name" => *name = Some(value.to_owned()),
            "first_name" | "given_name" | "firstname" => field("given_name"),
            "last_name" | "family_name" | "lastname" | "surname" => field("family_name"),
            "job_title" | "position" => field("job_title"),
            "company" | "organization" | "organisation" => self.company = Some(value.to_owned()),
            "subject" => self.subject = Some(value.chars().take(500).collect()),
            "message" | "comment" | "comments" | "body" | "question" => self.body = Some(value.to_owned()),
            "_url" => self.origin.url = Some(value.to_owned()),
            "_referrer" => self.origin.referrer = Some(value.to_owned()),
            "_id" => self.id = Some(value.chars().take(100).collect()),
            "_anonymous_id" => self.clues.extend(who::anonymous(value)),
            "_redirect" | "redirect" => {
                self.redirect = Some(value.to_owned());
                return true;
            }
            HONEYPOT => {
                self.is_caught = true;
                return true;
            }
            _ => return self.origin.read_parameter(key, value),
        }
        false
    }

    /// Where the visitor may be sent: an origin that the key names, or our own.
    #[must_use]
    pub fn destination(&self, key: &WriteKey, own: &str) -> Option<String> {
        let wanted = url::Url::parse(self.redirect.as_deref()?).ok()?;
        let origin = wanted.origin().ascii_serialization();
        let named = key.origins.iter().flatten().any(|each| *each == origin);
        let is_web = matches!(wanted.scheme(), "http" | "https") && wanted.username().is_empty();
        (is_web && (named || write_keys::origin(own).as_ref() == Some(&origin))).then(|| wanted.to_string())
    }
}

/// Puts a form on its visitor's line; says whether it is new.
///
/// # Errors
/// Nothing identifies the visitor; the database is away.
pub fn record(conn: &mut Connection, by: &Principal, key: &WriteKey, region: &str, form: &Form) -> Result<bool> {
    let mut identities = form.clues.clone();
    identities.sort_unstable();
    identities.dedup();
    let is_person = |identity: &Identity| identity.kind != IdentityKind::Anonymous;
    if !identities.iter().any(is_person) {
        return Err(Error::field("email", "required", "give an e-mail address or a phone number"));
    }
    if let Some(id) = &form.id
        && !interactions::store::by_source(conn, &key.name, &[id])?.is_empty()
    {
        return Ok(false);
    }
    let name = form.contact.get("display_name").and_then(Value::as_str);
    let clues = Clues { identities, name: name.map(|name| name.chars().take(200).collect()) };
    let contact = People::of(conn, &key.name, std::iter::once(&clues))?.find(
        conn,
        by,
        &clues,
        Instant::now(),
        form.id.as_deref(),
    )?;
    let company = form.company.as_deref().map_or(Ok(None), |name| groups::named(conn, by, name))?;
    profile::complete(conn, by, region, contact, &form.contact, company)?;
    let mut row = Interaction::blank(by, contact, Channel::Web, Instant::now());
    row.direction = Some(Direction::Inbound);
    row.kind = Some("form".to_owned());
    row.subject = form.subject.clone().or_else(|| form.origin.url.clone()).map(|text| text.chars().take(500).collect());
    row.body.clone_from(&form.body);
    form.origin.fill(&mut row);
    let mut properties = Map::from_iter([("fields".to_owned(), Value::Object(form.fields.clone()))]);
    properties.extend(form.origin.url.clone().map(|url| ("url".to_owned(), url.into())));
    properties.extend(form.origin.referrer.clone().map(|url| ("referrer".to_owned(), url.into())));
    properties.extend(form.origin.clicks().map(|clicks| ("click_ids".to_owned(), clicks)));
    properties.extend(form.origin.more().map(|more| ("utm".to_owned(), more)));
    let raw = serde_json::value::to_raw_value(&properties).map_err(Error::internal)?;
    row.properties = Some(Json(raw));
    row.source = Some(key.name.clone());
    row.source_id.clone_from(&form.id);
    interactions::store::insert(conn, &mut [row])?;
    Ok(true)
}
