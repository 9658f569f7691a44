//! Lists of companies: which, in which order, a page at a time.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use serde::Deserialize;
use utoipa::IntoParams;

use super::CompanyId;
use super::model::Company;
use crate::accounts::Principal;
use crate::accounts::owners::Whose;
use crate::contacts::filter::parse_ids;
use crate::contacts::identity::{normalise_email, normalise_phone};
use crate::db::conditions::{Beyond, Direction};
use crate::db::dialect::Condition;
use crate::db::schema::companies;
use crate::db::search::company_text_contains;
use crate::db::types::Instant;
use crate::db::{Connection, MultiBackend};
use crate::error::{Error, Result};
use crate::fields::{self, Entity, Wanted, holds_entry};
use crate::http::{Limit, Page, Sort};
use crate::text;

/// Which companies. All conditions must hold; custom fields are asked for as `custom.<key>=value`, numbers, days and
/// money also as `custom.<key>.min` and `custom.<key>.max`.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct CompanyQuery {
    /// Only these: up to 200 ids with commas between.
    id: Option<String>,
    /// Words or parts of words in names, domains, e-mail addresses and phone numbers; all must be found.
    q: Option<String>,
    /// A user's id, `me`, or `none`.
    #[param(value_type = Option<String>)]
    owner_id: Option<Whose>,
    source: Option<String>,
    tag: Option<String>,
    domain: Option<String>,
    industry: Option<String>,
    email: Option<String>,
    phone: Option<String>,
    /// Two letters.
    country: Option<String>,
    city: Option<String>,
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
    /// The bin instead of the companies in use.
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

type Conditions = Vec<Condition<companies::table>>;

/// A page of companies.
///
/// # Errors
/// A bad parameter.
pub fn page(
    conn: &mut Connection,
    by: &Principal,
    query: &CompanyQuery,
    custom: &[Wanted],
    region: &str,
) -> Result<Page<Company>> {
    let (limit, sort) = (query.limit.get()?, query.sort.unwrap_or(Sort::NewestFirst));
    let mut rows = companies::table.select(Company::as_select()).into_boxed::<MultiBackend>();
    for condition in conditions(conn, by, query, custom, region)? {
        rows = rows.filter(condition);
    }
    if let Some(cursor) = &query.cursor {
        rows = rows.filter(sort.after::<companies::table>("companies", cursor)?);
    }
    let rows: Vec<Company> = rows.order(sort.order("companies")).limit(limit + 1).load(conn)?;
    let mut page =
        Page::cut(rows, limit, |last| sort.cursor(last.created_at, last.updated_at, &last.name_key, last.id.0));
    if query.total == Some(true) {
        let mut rows = companies::table.count().into_boxed::<MultiBackend>();
        for condition in conditions(conn, by, query, custom, region)? {
            rows = rows.filter(condition);
        }
        page.total = Some(rows.get_result(conn)?);
    }
    Ok(page)
}

/// Up to `count` companies, the newest first, behind the one made at that time with that id: the whole list piece by
/// piece, in an order that no change of a company disturbs.
///
/// # Errors
/// A bad parameter.
pub fn newest(
    conn: &mut Connection,
    by: &Principal,
    query: &CompanyQuery,
    custom: &[Wanted],
    region: &str,
    after: Option<(Instant, CompanyId)>,
    count: i64,
) -> Result<Vec<Company>> {
    let mut rows = companies::table.select(Company::as_select()).into_boxed::<MultiBackend>();
    for condition in conditions(conn, by, query, custom, region)? {
        rows = rows.filter(condition);
    }
    if let Some((at, id)) = after {
        rows = rows.filter(Beyond::new("companies.created_at, companies.id", Direction::Descending, at, id.0));
    }
    Ok(rows.order(Sort::NewestFirst.order("companies")).limit(count).load(conn)?)
}

fn conditions(
    conn: &mut Connection,
    by: &Principal,
    query: &CompanyQuery,
    custom: &[Wanted],
    region: &str,
) -> Result<Conditions> {
    let mut all: Conditions = if query.deleted == Some(true) {
        vec![Box::new(companies::deleted_at.is_not_null())]
    } else {
        vec![Box::new(companies::deleted_at.is_null())]
    };
    equal_fields(by, query, region, &mut all)?;
    in_time(query, &mut all);
    if let Some(q) = &query.q {
        searched(conn, text::words(q)?, &mut all)?;
    }
    all.extend(fields::conditions(conn, Entity::Company, "companies.custom", custom)?);
    Ok(all)
}

fn equal_fields(by: &Principal, query: &CompanyQuery, region: &str, all: &mut Conditions) -> Result<()> {
    macro_rules! equal {
        ($($field:ident = $value:expr;)+) => {
            $(if let Some(value) = &query.$field {
                let value: String = $value(value.trim()).map_err(|m: &'static str| Error::field(stringify!($field), "format", m))?;
                all.push(Box::new(companies::$field.assume_not_null().eq(value)));
            })+
        };
    }
    equal! {
        source = |text: &str| Ok(text.to_owned());
        industry = |text: &str| Ok(text.to_owned());
        domain = |text: &str| Ok(text.to_lowercase());
        email = normalise_email;
        phone = |text: &str| normalise_phone(text, region);
    }
    if let Some(ids) = &query.id {
        all.push(Box::new(companies::id.eq_any(parse_ids::<CompanyId>(ids)?)));
    }
    match query.owner_id.map(|owner| owner.user("owner_id", by)).transpose()? {
        None => {}
        Some(None) => all.push(Box::new(companies::owner_id.is_null())),
        Some(Some(owner)) => all.push(Box::new(companies::owner_id.assume_not_null().eq(owner))),
    }
    if let Some(country) = &query.country {
        let country = country.trim().to_ascii_uppercase();
        all.push(Box::new(sql::<Bool>("companies.address->>'country' = ").bind::<Text, _>(country)));
    }
    if let Some(city) = &query.city {
        let city = city.trim().to_owned();
        all.push(Box::new(sql::<Bool>("companies.address->>'city' = ").bind::<Text, _>(city)));
    }
    if let Some(tag) = &query.tag {
        all.push(holds_entry("CAST(companies.tags AS TEXT)", tag.trim()));
    }
    Ok(())
}

fn in_time(query: &CompanyQuery, all: &mut Conditions) {
    if let Some(at) = query.created_from {
        all.push(Box::new(companies::created_at.ge(at)));
    }
    if let Some(at) = query.created_to {
        all.push(Box::new(companies::created_at.lt(at)));
    }
    if let Some(at) = query.updated_from {
        all.push(Box::new(companies::updated_at.ge(at)));
    }
    if let Some(at) = query.updated_to {
        all.push(Box::new(companies::updated_at.lt(at)));
    }
}

/// As for contacts: the trigram index finds words of three characters or more; shorter ones alone are beginnings of names.
fn searched(conn: &mut Connection, words: Vec<String>, all: &mut Conditions) -> Result<()> {
    let (long, short): (Vec<_>, Vec<_>) = words.into_iter().partition(|word| word.chars().count() >= 3);
    if long.is_empty() {
        all.extend(short.iter().fold(None::<Condition<companies::table>>, |starts, word| {
            let end = format!("{word}\u{10ffff}");
            let start = companies::name_key.ge(word.clone()).and(companies::name_key.lt(end));
            Some(match starts {
                Some(starts) => Box::new(starts.or(start)),
                None => Box::new(start),
            })
        }));
    }
    if !long.is_empty() || short.len() > 1 {
        for word in &short {
            all.push(Box::new(companies::search_text.like(text::like(word)).escape('\\')));
        }
    }
    for word in &long {
        all.push(Box::new(company_text_contains(conn, word)?));
    }
    Ok(())
}
