//! Lists of contacts: which, in which order, a page at a time.

use diesel::prelude::*;
use serde::Deserialize;
use utoipa::IntoParams;

use super::ContactId;
use super::identity::{Identity, IdentityKind};
use super::model::Contact;
use super::parts::{ConsentChannel, ConsentState};
use crate::accounts::Principal;
use crate::accounts::owners::Whose;
use crate::companies::CompanyId;
use crate::db::conditions::{Beyond, Direction};
use crate::db::dialect::Condition;
use crate::db::schema::{contact_tags, contacts};
use crate::db::search::contact_text_contains;
use crate::db::types::Instant;
use crate::db::{Connection, MultiBackend};
use crate::error::{Error, FieldError, Result};
use crate::fields::{self, Entity, Wanted};
use crate::http::{Limit, Page, Sort};
use crate::segments::split::{self, Part, Side};
use crate::segments::{self, SegmentId};
use crate::text;

/// Which contacts. All conditions must hold; custom fields are asked for as `custom.<key>=value`, numbers, days and
/// money also as `custom.<key>.min` and `custom.<key>.max`.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ContactQuery {
    /// Only these: up to 200 ids with commas between.
    id: Option<String>,
    /// Words or parts of words in names, e-mail addresses, phone numbers and the company's name; all must be found.
    q: Option<String>,
    /// A user's id, `me`, or `none`.
    #[param(value_type = Option<String>)]
    owner_id: Option<Whose>,
    /// A company's id, or `none`.
    company_id: Option<String>,
    source: Option<String>,
    tag: Option<String>,
    language: Option<String>,
    time_zone: Option<String>,
    /// Two letters.
    country: Option<String>,
    city: Option<String>,
    job_title: Option<String>,
    email: Option<String>,
    phone: Option<String>,
    /// `source:id`.
    external_id: Option<String>,
    /// `channel:state`, such as `email:granted`.
    consent: Option<String>,
    /// Made at this time or later.
    #[param(value_type = Option<String>, format = DateTime)]
    created_from: Option<Instant>,
    /// Made before this time.
    #[param(value_type = Option<String>, format = DateTime)]
    created_to: Option<Instant>,
    /// Changed at this time or later.
    #[param(value_type = Option<String>, format = DateTime)]
    updated_from: Option<Instant>,
    /// Changed before this time.
    #[param(value_type = Option<String>, format = DateTime)]
    updated_to: Option<Instant>,
    /// Members of this segment.
    #[param(value_type = Option<uuid::Uuid>)]
    segment_id: Option<SegmentId>,
    /// Splits the segment in two, with so many percent in a control group that stays the same; goes with `segment_id`.
    #[param(minimum = 0, maximum = 100)]
    holdout: Option<u8>,
    /// The side of the split: `target` (default) or `control`. A page of one side may be short although there is more.
    #[param(inline)]
    side: Option<Side>,
    /// The bin instead of the contacts in use.
    deleted: Option<bool>,
    /// `-created_at` where absent.
    sort: Option<Sort>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    #[serde(default)]
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200)]
    limit: Limit,
    /// Whether to count the whole list.
    total: Option<bool>,
}

impl ContactQuery {
    /// Whether a contact is on the side of the split that is asked for, if any.
    ///
    /// # Errors
    /// A bad split, or one of no segment.
    pub fn side(&self) -> Result<impl Fn(ContactId) -> bool + use<>> {
        let part = Part::asked(self.holdout, self.side)?;
        if part.is_some() && self.segment_id.is_none() {
            return Err(Error::field("segment_id", "required", "goes with holdout"));
        }
        let split = part.zip(self.segment_id);
        Ok(move |id| split.is_none_or(|(part, segment)| part.holds(segment, id)))
    }
}

type Conditions = Vec<Condition<contacts::table>>;

/// A page of the contacts the caller sees.
///
/// # Errors
/// A bad parameter.
pub fn page(
    conn: &mut Connection,
    by: &Principal,
    query: &ContactQuery,
    custom: &[Wanted],
    region: &str,
) -> Result<Page<Contact>> {
    let (limit, sort) = (query.limit.get()?, query.sort.unwrap_or(Sort::NewestFirst));
    let side = query.side()?;
    let mut read = |cursor: Option<&str>, count: i64| -> Result<Vec<Contact>> {
        let mut rows = contacts::table.select(Contact::as_select()).into_boxed::<MultiBackend>();
        for condition in conditions(conn, by, query, custom, region)? {
            rows = rows.filter(condition);
        }
        if let Some(cursor) = cursor {
            rows = rows.filter(sort.after::<contacts::table>("contacts", cursor)?);
        }
        Ok(rows.order(sort.order("contacts")).limit(count).load(conn)?)
    };
    let place = |last: &Contact| sort.cursor(last.created_at, last.updated_at, &last.name_key, last.id.0);
    let cursor = query.cursor.as_deref();
    let mut page = if query.holdout.is_some() {
        split::page(limit, cursor, |contact: &Contact| side(contact.id), place, read)?
    } else {
        Page::cut(read(cursor, limit + 1)?, limit, place)
    };
    if query.total == Some(true) {
        page.total = Some(total(conn, by, query, custom, region)?);
    }
    Ok(page)
}

/// Up to `count` contacts that the caller sees, the newest first, behind the one made at that time with that id: the
/// whole list piece by piece, in an order that no change of a contact disturbs.
///
/// # Errors
/// A bad parameter.
pub fn newest(
    conn: &mut Connection,
    by: &Principal,
    query: &ContactQuery,
    custom: &[Wanted],
    region: &str,
    after: Option<(Instant, ContactId)>,
    count: i64,
) -> Result<Vec<Contact>> {
    let mut rows = contacts::table.select(Contact::as_select()).into_boxed::<MultiBackend>();
    for condition in conditions(conn, by, query, custom, region)? {
        rows = rows.filter(condition);
    }
    if let Some((at, id)) = after {
        rows = rows.filter(Beyond::new("contacts.created_at, contacts.id", Direction::Descending, at, id.0));
    }
    Ok(rows.order(Sort::NewestFirst.order("contacts")).limit(count).load(conn)?)
}

fn total(conn: &mut Connection, by: &Principal, query: &ContactQuery, custom: &[Wanted], region: &str) -> Result<i64> {
    let mut rows = contacts::table.into_boxed::<MultiBackend>();
    for condition in conditions(conn, by, query, custom, region)? {
        rows = rows.filter(condition);
    }
    if query.holdout.is_none() {
        return Ok(rows.count().get_result(conn)?);
    }
    // Which side somebody is on is not for the database to say.
    let (side, ids) = (query.side()?, rows.select(contacts::id).load::<ContactId>(conn)?);
    i64::try_from(ids.into_iter().filter(|id| side(*id)).count()).map_err(Error::internal)
}

fn conditions(
    conn: &mut Connection,
    by: &Principal,
    query: &ContactQuery,
    custom: &[Wanted],
    region: &str,
) -> Result<Conditions> {
    let in_bin = query.deleted == Some(true);
    let mut all: Conditions = if in_bin {
        vec![Box::new(contacts::deleted_at.is_not_null()), Box::new(contacts::erased_at.is_null())]
    } else {
        vec![Box::new(contacts::deleted_at.is_null())]
    };
    // Whoever was merged is shown as the survivor.
    all.push(Box::new(contacts::merged_into.is_null()));
    if let Some(owners) = by.scope.owners() {
        // Said by its opposite: SQLite would else gather all records of all these owners and sort them.
        let hidden = contacts::owner_id.is_not_null().and(contacts::owner_id.assume_not_null().ne_all(owners));
        all.push(Box::new(diesel::dsl::not(hidden)));
    }
    equal_fields(by, query, &mut all)?;
    reached_by(query, region, in_bin, &mut all)?;
    in_time(query, &mut all);
    if let Some(segment) = query.segment_id {
        all.push(Box::new(segments::members_query(conn, segment).map_err(segments::named)?));
    }
    if let Some(q) = &query.q {
        searched(conn, text::words(q)?, &mut all)?;
    }
    all.extend(fields::conditions(conn, Entity::Contact, "contacts.custom", custom)?);
    Ok(all)
}

fn equal_fields(by: &Principal, query: &ContactQuery, all: &mut Conditions) -> Result<()> {
    macro_rules! equal {
        ($($field:ident),+) => {
            $(if let Some(value) = &query.$field {
                all.push(Box::new(contacts::$field.assume_not_null().eq(value.trim().to_owned())));
            })+
        };
    }
    equal!(source, language, time_zone, job_title);
    if let Some(ids) = &query.id {
        all.push(Box::new(contacts::id.eq_any(parse_ids::<ContactId>(ids)?)));
    }
    match query.owner_id.map(|owner| owner.user("owner_id", by)).transpose()? {
        None => {}
        Some(None) => all.push(Box::new(contacts::owner_id.is_null())),
        Some(Some(owner)) => all.push(Box::new(contacts::owner_id.assume_not_null().eq(owner))),
    }
    match query.company_id.as_deref() {
        None => {}
        Some("none") => all.push(Box::new(contacts::company_id.is_null())),
        Some(id) => {
            let id = parse_id::<CompanyId>("company_id", id)?;
            all.push(Box::new(contacts::company_id.assume_not_null().eq(id)));
        }
    }
    if let Some(country) = &query.country {
        all.push(json_text("contacts.address->>'country' = ", country.trim().to_ascii_uppercase()));
    }
    if let Some(city) = &query.city {
        all.push(json_text("contacts.address->>'city' = ", city.trim().to_owned()));
    }
    if let Some(tag) = &query.tag {
        let tagged = contact_tags::table.filter(contact_tags::tag.eq(tag.trim().to_owned()));
        all.push(Box::new(contacts::id.eq_any(tagged.select(contact_tags::contact_id))));
    }
    if let Some(consent) = &query.consent {
        let (channel, state) = parse_consent(consent)?;
        all.push(json_text(&format!("contacts.consents->'{channel}'->>'state' = "), state.to_string()));
    }
    Ok(())
}

/// An id in a query string.
///
/// # Errors
/// The parameter is no id.
fn parse_id<T: std::str::FromStr>(field: &'static str, text: &str) -> Result<T> {
    text.parse().map_err(|_| Error::field(field, "format", "must be an id, or none"))
}

/// The parameter `id`: several ids with commas between.
///
/// # Errors
/// One of them is no id, or there are more than a page holds.
pub fn parse_ids<T: std::str::FromStr>(text: &str) -> Result<Vec<T>> {
    let ids: std::result::Result<Vec<_>, _> = text.split(',').map(|id| id.trim().parse()).collect();
    let ids = ids.map_err(|_| Error::field("id", "format", "must be ids with commas between"))?;
    if ids.len() > 200 {
        return Err(Error::invalid(vec![FieldError::new("id", "length", "must be at most 200 ids").with("max", 200)]));
    }
    Ok(ids)
}

fn parse_consent(text: &str) -> Result<(ConsentChannel, ConsentState)> {
    let parsed = text.split_once(':').and_then(|(channel, state)| Some((channel.parse().ok()?, state.parse().ok()?)));
    parsed.ok_or_else(|| Error::field("consent", "format", "must be like email:granted"))
}

/// A comparison whose left side is the same text on both databases.
fn json_text(left: &str, value: String) -> Condition<contacts::table> {
    use diesel::sql_types::{Bool, Text};
    Box::new(diesel::dsl::sql::<Bool>(left).bind::<Text, _>(value))
}

fn reached_by(query: &ContactQuery, region: &str, in_bin: bool, all: &mut Conditions) -> Result<()> {
    let mut wanted = Vec::new();
    let wrong = |field: &'static str, message: &'static str| Error::field(field, "format", message);
    if let Some(email) = &query.email {
        wanted.push(Identity::email(email).map_err(|message| wrong("email", message))?);
    }
    if let Some(phone) = &query.phone {
        wanted.push(Identity::phone(phone, region).map_err(|message| wrong("phone", message))?);
    }
    if let Some(external) = &query.external_id {
        let (source, id) = external.split_once(':').ok_or_else(|| wrong("external_id", "must be like shop:4711"))?;
        wanted.push(Identity::external(source, id).map_err(|message| wrong("external_id", message))?);
    }
    all.extend(wanted.into_iter().map(|identity| found_by(identity, in_bin)));
    Ok(())
}

/// Whoever has the identity, or the survivor of whoever has it. Only identities in use are indexed for finding; those in
/// the bin are few.
fn found_by(Identity { kind, source, value }: Identity, in_bin: bool) -> Condition<contacts::table> {
    use diesel::sql_types::{Bool, Text};
    let holder = "contacts.id IN (SELECT COALESCE(holder.merged_into, holder.id) FROM identities \
                  JOIN contacts AS holder ON holder.id = identities.contact_id WHERE identities.kind = ";
    let retired =
        if in_bin { " AND identities.retired_at IS NOT NULL)" } else { " AND identities.retired_at IS NULL)" };
    Box::new(
        diesel::dsl::sql::<Bool>(holder)
            .bind::<Text, IdentityKind>(kind)
            .sql(" AND identities.source = ")
            .bind::<Text, _>(source)
            .sql(" AND identities.value = ")
            .bind::<Text, _>(value)
            .sql(retired),
    )
}

fn in_time(query: &ContactQuery, all: &mut Conditions) {
    if let Some(at) = query.created_from {
        all.push(Box::new(contacts::created_at.ge(at)));
    }
    if let Some(at) = query.created_to {
        all.push(Box::new(contacts::created_at.lt(at)));
    }
    if let Some(at) = query.updated_from {
        all.push(Box::new(contacts::updated_at.ge(at)));
    }
    if let Some(at) = query.updated_to {
        all.push(Box::new(contacts::updated_at.lt(at)));
    }
}

/// Words of three characters or more are found by the trigram index; shorter ones narrow down what these find, or where
/// there are none, names that begin with one of them.
fn searched(conn: &mut Connection, words: Vec<String>, all: &mut Conditions) -> Result<()> {
    let (long, short): (Vec<_>, Vec<_>) = words.into_iter().partition(|word| word.chars().count() >= 3);
    if long.is_empty() {
        let starts = short.iter().fold(None::<Condition<contacts::table>>, |starts, word| {
            let end = format!("{word}\u{10ffff}");
            let start = contacts::name_key.ge(word.clone()).and(contacts::name_key.lt(end));
            Some(match starts {
                Some(starts) => Box::new(starts.or(start)),
                None => Box::new(start),
            })
        });
        all.extend(starts);
    }
    if !long.is_empty() || short.len() > 1 {
        for word in &short {
            all.push(Box::new(contacts::search_text.like(text::like(word)).escape('\\')));
        }
    }
    for word in &long {
        all.push(Box::new(contact_text_contains(conn, word)?));
    }
    Ok(())
}
