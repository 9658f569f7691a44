//! What is measured: each thing as an HTTP request and as the function behind it.

use diesel::prelude::*;
use serde_json::json;

use super::client::Request;
use super::fill::{Sample, touchpoint};
use super::local::Work;
use crate::accounts::Principal;
use crate::contacts::filter::ContactQuery;
use crate::contacts::model::{ContactInput, NewContact};
use crate::contacts::{self, ContactId};
use crate::db::Connection;
use crate::db::schema::timeline_entries;
use crate::db::types::Instant;
use crate::error::{Error, Result};
use crate::http::{Reply, parse_query, read_json};
use crate::interactions::{self, Interaction, NewInteraction};
use crate::on;
use crate::timeline::page::{self, Line};
use crate::timeline::{TimelineQuery, client360};

/// Something measured.
pub struct Thing {
    /// What.
    pub name: &'static str,
    /// The request with this number.
    pub request: Box<dyn Fn(u64) -> Request + Send + Sync>,
    /// The function behind it.
    pub local: Box<Work>,
    /// Whether it changes the database.
    pub writes: bool,
}

impl std::fmt::Debug for Thing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// Names used by goals.
pub const CONTACT: &str = "one contact";
/// A client with 20 entries.
pub const LINE_20: &str = "timeline page of 50, 20 entries";
/// A client with 50 entries.
pub const LINE_50: &str = "timeline page of 50, 50 entries";
/// A client with 2,000 entries.
pub const LINE_2000: &str = "timeline page of 50, 2,000 entries";
/// One touchpoint in a request.
pub const SINGLE: &str = "record one interaction";
/// A thousand touchpoints in a request.
pub const BATCH: &str = "record 1,000 interactions";

/// Everything that is measured on a database with this sample.
#[must_use]
pub fn things(sample: &Sample) -> Vec<Thing> {
    let mut all = vec![one_contact(&sample.contacts), list(), search()];
    all.push(line(LINE_20, &sample.with_20));
    all.push(line(LINE_50, &sample.with_50));
    all.push(line(LINE_2000, &sample.with_2000));
    all.push(record_page(&sample.contacts));
    all.push(create());
    all.push(single(&sample.contacts));
    all.push(batch(&sample.contacts));
    all.push(super::ingest::thing(&sample.contacts));
    all.push(super::segments::thing(super::ingest::known(&sample.contacts).len()));
    all.extend(sample.pipeline.into_iter().flat_map(super::reports::things));
    all
}

/// One of them, spread over all.
fn pick(ids: &[ContactId], number: u64) -> ContactId {
    // Neighbouring numbers land far apart.
    let spread = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 16;
    let index = usize::try_from(spread).unwrap_or(0) % ids.len().max(1);
    ids.get(index).copied().unwrap_or_else(ContactId::new)
}

fn size(reply: &Reply) -> usize {
    reply.body.len()
}

fn one_contact(ids: &[ContactId]) -> Thing {
    let (ids, local) = (ids.to_vec(), ids.to_vec());
    Thing {
        name: CONTACT,
        request: Box::new(move |n| Request::get(format!("/api/v1/contacts/{}", pick(&ids, n)))),
        local: Box::new(move |conn, n| {
            let contact = contacts::store::find(conn, &Principal::system(), pick(&local, n))?;
            Ok(size(&Reply::ok(&contact)?))
        }),
        writes: false,
    }
}

fn listed(query: &'static str) -> Box<Work> {
    Box::new(move |conn, _| {
        let query = parse_query::<ContactQuery>(query)?;
        let page = contacts::filter::page(conn, &Principal::system(), &query, &[], "US")?;
        Ok(size(&Reply::ok(&page)?))
    })
}

fn list() -> Thing {
    const QUERY: &str = "source=fair&limit=50";
    Thing {
        name: "list of 50, filtered by source",
        request: Box::new(|_| Request::get(format!("/api/v1/contacts?{QUERY}"))),
        local: listed(QUERY),
        writes: false,
    }
}

fn search() -> Thing {
    const QUERY: &str = "q=dvorak12&limit=50";
    Thing {
        name: "search by a fragment",
        request: Box::new(|_| Request::get(format!("/api/v1/contacts?{QUERY}"))),
        local: listed(QUERY),
        writes: false,
    }
}

fn line(name: &'static str, ids: &[ContactId]) -> Thing {
    let (ids, local) = (ids.to_vec(), ids.to_vec());
    Thing {
        name,
        request: Box::new(move |n| Request::get(format!("/api/v1/contacts/{}/timeline?limit=50", pick(&ids, n)))),
        local: Box::new(move |conn, n| {
            let (by, id) = (Principal::system(), pick(&local, n));
            let filter = parse_query::<TimelineQuery>("limit=50")?.parse()?;
            contacts::store::visible(conn, &by, id)?;
            Ok(size(&Reply::ok(&page::page(conn, &by, Line::Contact(id), &filter)?)?))
        }),
        writes: false,
    }
}

fn record_page(ids: &[ContactId]) -> Thing {
    let (ids, local) = (ids.to_vec(), ids.to_vec());
    Thing {
        name: "360",
        request: Box::new(move |n| Request::get(format!("/api/v1/contacts/{}/360", pick(&ids, n)))),
        local: Box::new(move |conn, n| {
            let page = client360::of(conn, &Principal::system(), pick(&local, n))?;
            Ok(size(&Reply::ok(&page)?))
        }),
        writes: false,
    }
}

fn create() -> Thing {
    // Rounds must not meet each other's addresses.
    let body = |n: u64| {
        let unique = format!("{n:x}.{}", Instant::now().micros());
        json!({ "given_name": "New", "family_name": format!("Client{n}"), "emails": [{ "address": format!("{unique}@example.com") }], "source": "web" })
    };
    let bytes = move |n| serde_json::to_vec(&body(n)).unwrap_or_default();
    Thing {
        name: "create a contact",
        request: Box::new(move |n| Request::post("/api/v1/contacts", bytes(n))),
        local: Box::new(move |conn, n| {
            let fields = read_json::<ContactInput>(&bytes(n))?.parse("US")?;
            let made = contacts::store::insert(conn, &Principal::system(), NewContact { fields, partial: false })?;
            Ok(size(&Reply::ok(&made)?))
        }),
        writes: true,
    }
}

/// The touchpoint with this number, ready to be recorded.
pub(super) fn touch_of(contact: ContactId, number: u64) -> Result<interactions::Draft> {
    let now = Instant::now();
    let bytes = serde_json::to_vec(&touchpoint(contact, now, number)).map_err(Error::internal)?;
    read_json::<NewInteraction>(&bytes)?.parse(now, "US")
}

/// One touchpoint of some client.
fn single(ids: &[ContactId]) -> Thing {
    let (ids, local) = (ids.to_vec(), ids.to_vec());
    let body =
        |ids: &[ContactId], n| serde_json::to_vec(&touchpoint(pick(ids, n), Instant::now(), n)).unwrap_or_default();
    Thing {
        name: SINGLE,
        request: Box::new(move |n| Request::post("/api/v1/interactions", body(&ids, n))),
        local: Box::new(move |conn, n| {
            let draft = read_json::<NewInteraction>(&body(&local, n))?.parse(Instant::now(), "US")?;
            interactions::store::record(conn, &Principal::system(), &draft)?;
            Ok(1)
        }),
        writes: true,
    }
}

/// A thousand; in process the bare rows in one transaction.
fn batch(ids: &[ContactId]) -> Thing {
    let (ids, local) = (ids.to_vec(), ids.to_vec());
    Thing {
        name: BATCH,
        request: Box::new(move |n| {
            let now = Instant::now();
            let items: Vec<_> = (0..1000).map(|item| touchpoint(pick(&ids, n * 1000 + item), now, item)).collect();
            Request::post(
                "/api/v1/interactions/batch",
                serde_json::to_vec(&json!({ "items": items })).unwrap_or_default(),
            )
        }),
        local: Box::new(move |conn, n| raw_rows(conn, &local, n)),
        writes: true,
    }
}

/// The same rows without anything that recording them means: the bare cost of the table.
fn raw_rows(conn: &mut Connection, ids: &[ContactId], n: u64) -> Result<usize> {
    let (by, now) = (Principal::system(), Instant::now());
    let bytes = serde_json::to_vec(&touchpoint(pick(ids, n), now, n)).map_err(Error::internal)?;
    let draft = read_json::<NewInteraction>(&bytes)?.parse(now, "US")?;
    let rows: Vec<_> = (0..1000)
        .map(|item| {
            let mut row = draft.of(&by, pick(ids, n * 1000 + item));
            row.id = interactions::InteractionId::new();
            row
        })
        .collect();
    insert_bare(conn, &rows)
}

/// Puts rows into the table and does nothing else; gives their number.
pub(super) fn insert_bare(conn: &mut Connection, rows: &[Interaction]) -> Result<usize> {
    let (some, rest) = rows.as_chunks::<64>();
    for chunk in some {
        on!(conn, c => diesel::insert_into(timeline_entries::table).values(chunk).execute(c))?;
    }
    on!(conn, c => diesel::insert_into(timeline_entries::table).values(rest).execute(c))?;
    Ok(rows.len())
}
