//! Whether a view can be shown: its list is asked for one row of it.

use serde_json::{Map, Value};

use super::model::ViewList;
use crate::accounts::Principal;
use crate::db::Connection;
use crate::error::{Error, FieldError, Result};
use crate::fields::Wanted;
use crate::pipelines::leads;
use crate::{companies, contacts, http};

/// Parameters of lists that choose no rows.
const OTHERS: [&str; 4] = ["sort", "cursor", "limit", "total"];

/// Makes sure that the list takes the filter and the order.
///
/// # Errors
/// Every bad parameter, as `filter.<name>`, and a bad `sort`.
pub fn check(
    conn: &mut Connection,
    by: &Principal,
    region: &str,
    list: ViewList,
    filter: &Map<String, Value>,
    sort: Option<&str>,
) -> Result<()> {
    let (query, custom) = parameters(filter, sort)?;
    let asked = ask(conn, by, region, list, &query, &custom);
    asked.map_err(|error| {
        let named = |fault: FieldError| if fault.field == "sort" { fault } else { fault.within("filter") };
        Error { errors: error.errors.into_iter().map(named).collect(), ..error }
    })
}

/// The query string for the first row, and the conditions on custom fields.
fn parameters(filter: &Map<String, Value>, sort: Option<&str>) -> Result<(String, Vec<Wanted>)> {
    let mut faults = Vec::new();
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("limit", "1");
    let mut custom = Vec::new();
    for (name, value) in filter {
        let field = || format!("filter.{name}");
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            Value::Bool(flag) => flag.to_string(),
            _ => {
                faults.push(FieldError::new(field(), "type", "must be a text, a number, true or false"));
                continue;
            }
        };
        if OTHERS.contains(&name.as_str()) {
            faults.push(FieldError::new(field(), "unknown", "chooses no rows: it is not part of a filter"));
        } else if text.chars().count() > 10_000 || text.contains('\0') {
            faults.push(FieldError::new(field(), "format", "must have up to 10000 characters other than U+0000"));
        } else if name.starts_with("custom.") {
            custom.push((name.clone(), text));
        } else {
            query.append_pair(name, &text);
        }
    }
    if custom.len() > 20 {
        faults.push(FieldError::new("filter", "length", "at most 20 conditions on custom fields"));
    }
    if let Some(sort) = sort {
        query.append_pair("sort", sort);
    }
    if faults.is_empty() { Ok((query.finish(), custom)) } else { Err(Error::invalid(faults)) }
}

fn ask(
    conn: &mut Connection,
    by: &Principal,
    region: &str,
    list: ViewList,
    query: &str,
    custom: &[Wanted],
) -> Result<()> {
    match list {
        ViewList::Contacts => contacts::filter::page(conn, by, &http::parse_query(query)?, custom, region).map(drop),
        ViewList::Companies => companies::filter::page(conn, by, &http::parse_query(query)?, custom, region).map(drop),
        ViewList::Leads => leads::filter::page(conn, by, &http::parse_query(query)?, custom).map(drop),
    }
}
