//! Many records in one request: each item stands alone, a bad one harms no other, and the whole is written in parts so
//! short that nobody waits behind it.

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::idempotency::Retry;
use super::reply::{JSON, Reply};
use crate::accounts::Principal;
use crate::app::App;
use crate::db::dialect::take_turns;
use crate::db::types::Guid;
use crate::db::{Connection, savepoint};
use crate::error::{Code, Error, FieldError, Problem, Result};

/// The most items of a request.
const MOST: usize = 1000;
/// How many are written together: others who write do not wait longer than for these.
const TOGETHER: usize = 100;

crate::text_enum! {
    /// What became of an item.
    pub enum UpsertStatus {
        /// It is new.
        Created = "created",
        /// It was known, and something is different.
        Updated = "updated",
        /// It was known, and as the item says.
        Unchanged = "unchanged",
        /// Nothing was done about it.
        Error = "error",
    }
}

/// What became of an item.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct UpsertResult {
    /// The item's place in the request, from 0.
    index: usize,
    /// What became of it.
    status: UpsertStatus,
    /// The record.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<uuid::Uuid>)]
    id: Option<Guid>,
    /// Why nothing was done; fields are named as they stand within the item.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<Problem>,
}

/// What became of each item, in the order of the request.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct UpsertResults {
    /// One for each item.
    items: Vec<UpsertResult>,
}

/// What was done about an item, and the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is new.
    Created(Guid),
    /// Something is different.
    Updated(Guid),
    /// It was as the item says.
    Unchanged(Guid),
}

impl Outcome {
    /// The record, changed or as it was.
    #[must_use]
    pub const fn changed(id: Guid, is_changed: bool) -> Self {
        if is_changed { Self::Updated(id) } else { Self::Unchanged(id) }
    }
}

impl UpsertResult {
    /// The result of an item.
    ///
    /// # Errors
    /// What is not the item's fault: the whole part is to be tried again, or has failed.
    pub fn of(index: usize, done: Result<Outcome>) -> Result<Self> {
        let (status, id) = match done {
            Ok(Outcome::Created(id)) => (UpsertStatus::Created, id),
            Ok(Outcome::Updated(id)) => (UpsertStatus::Updated, id),
            Ok(Outcome::Unchanged(id)) => (UpsertStatus::Unchanged, id),
            Err(error) if error.transient || error.code.status() >= 500 => return Err(error),
            Err(error) => {
                let problem = Some(error.to_problem());
                return Ok(Self { index, status: UpsertStatus::Error, id: None, problem });
            }
        };
        Ok(Self { index, status, id: Some(id), problem: None })
    }
}

/// Items as they came, each with its place: ready, or why it is not.
pub type Items<T> = Vec<(usize, Result<T>)>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Envelope<'a> {
    #[serde(borrow)]
    items: Vec<&'a RawValue>,
}

/// Reads the items one by one.
///
/// # Errors
/// The body is not an object with 1 to 1,000 `items`.
pub fn parse<T>(body: &[u8], read: impl Fn(&[u8]) -> Result<T>) -> Result<Items<T>> {
    parse_up_to(MOST, body, read)
}

/// [`parse`] for fewer items.
///
/// # Errors
/// The body is not an object with 1 to `most` `items`.
pub fn parse_up_to<T>(most: usize, body: &[u8], read: impl Fn(&[u8]) -> Result<T>) -> Result<Items<T>> {
    let envelope: Envelope<'_> = serde_json::from_slice(body).map_err(|error| match error.classify() {
        serde_json::error::Category::Data => Error::field("items", "format", format!("must be a list: {error}")),
        _ => Error::because(Code::MalformedBody, error.to_string()),
    })?;
    if !(1..=most).contains(&envelope.items.len()) {
        return Err(Error::invalid(vec![
            FieldError::new("items", "length", format!("must have 1 to {most} entries"))
                .with("min", 1)
                .with("max", most),
        ]));
    }
    Ok(envelope.items.into_iter().map(|item| read(item.get().as_bytes())).enumerate().collect())
}

/// Does the work for each item on its own; what keeps it from one is told in its result.
///
/// # Errors
/// The database is away.
pub fn each<T>(
    conn: &mut Connection,
    items: &Items<T>,
    mut work: impl FnMut(&mut Connection, &T) -> Result<Outcome>,
) -> Result<Vec<UpsertResult>> {
    take_turns(conn)?;
    let done = items.iter().map(|(index, item)| {
        let done = item.as_ref().map_err(Clone::clone).and_then(|item| savepoint(conn, |conn| work(conn, item)));
        UpsertResult::of(*index, done)
    });
    done.collect()
}

/// Writes the items part by part, each part once however often the request is retried.
///
/// # Errors
/// The database is away: what was written before stays, and a retry goes on behind it.
pub async fn write<T: Send + 'static>(
    app: &App,
    by: &Principal,
    retry: Option<&Retry>,
    mut items: Items<T>,
    work: impl Fn(&mut Connection, &Principal, &Items<T>) -> Result<Vec<UpsertResult>> + Clone + Send + 'static,
) -> Result<Reply> {
    let mut parts = Vec::new();
    while !items.is_empty() {
        let rest = items.split_off(items.len().min(TOGETHER));
        let together = std::mem::replace(&mut items, rest);
        let (retry, work) = (retry.map(|retry| retry.part(parts.len())), work.clone());
        let written = app.write_apart(by, retry, move |conn, by| Reply::ok(&work(conn, by, &together)?)).await?;
        parts.push(written.body);
    }
    Ok(joined(&parts))
}

/// The answer made of the answers to its parts, each a list.
#[must_use]
pub fn joined(parts: &[Bytes]) -> Reply {
    let mut body = Vec::with_capacity(parts.iter().map(Bytes::len).sum::<usize>() + 16);
    body.extend_from_slice(b"{\"items\":[");
    for (n, part) in parts.iter().enumerate() {
        if n > 0 {
            body.push(b',');
        }
        body.extend_from_slice(part.strip_prefix(b"[").and_then(|part| part.strip_suffix(b"]")).unwrap_or_default());
    }
    body.extend_from_slice(b"]}");
    Reply::raw(JSON, body.into())
}

/// The records of an answer that were changed, as far as their items are `wanted`.
///
/// # Errors
/// The answer is not one of [`write`].
pub fn updated(reply: &Reply, wanted: impl Fn(usize) -> bool) -> Result<Vec<Guid>> {
    #[derive(Deserialize)]
    struct Item {
        index: usize,
        status: UpsertStatus,
        id: Option<Guid>,
    }
    #[derive(Deserialize)]
    struct Answer {
        items: Vec<Item>,
    }
    let answer: Answer = serde_json::from_slice(&reply.body).map_err(Error::internal)?;
    let changed = answer.items.into_iter().filter(|item| item.status == UpsertStatus::Updated && wanted(item.index));
    Ok(changed.filter_map(|item| item.id).collect())
}

/// Takes `id` out of an item; gives it, and the rest as JSON.
///
/// # Errors
/// The item is not an object, or its `id` is none.
pub fn split_id<I: serde::de::DeserializeOwned>(
    item: &[u8],
) -> Result<(Option<I>, serde_json::Map<String, serde_json::Value>)> {
    let mut map: serde_json::Map<String, serde_json::Value> =
        serde_json::from_slice(item).map_err(|_| Error::field("", "type", "must be a JSON object"))?;
    let id = match map.shift_remove("id") {
        None | Some(serde_json::Value::Null) => None,
        Some(id) => Some(serde_json::from_value(id).map_err(|_| Error::field("id", "format", "is not an id"))?),
    };
    Ok((id, map))
}

/// An item's description: that of the record's input, and an `id`.
#[must_use]
pub fn describe_item(
    input: utoipa::openapi::RefOr<utoipa::openapi::schema::Schema>,
    about: &str,
) -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
    use utoipa::openapi::schema::{ArrayBuilder, KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type};
    let mut item = match input {
        utoipa::openapi::RefOr::T(Schema::Object(object)) => object,
        _ => ObjectBuilder::new().build(),
    };
    let id = ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)))
        .description(Some("The record itself; then nothing else is looked at to find it."));
    item.properties.insert("id".to_owned(), id.into());
    item.required.clear();
    item.description = Some(about.to_owned());
    let items = ArrayBuilder::new().items(item).min_items(Some(1)).max_items(Some(MOST));
    ObjectBuilder::new().property("items", items).required("items").into()
}
