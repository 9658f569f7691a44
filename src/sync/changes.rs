//! `/api/v1/changes`: every change in the order of the commits, for systems that keep a copy.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use utoipa::{IntoParams, ToSchema};

use super::change::{self, Change, ChangeType, RecordType};
use super::log::{self, Bookmark, Logged, Place};
use super::present::Present;
use super::wake::Wake;
use crate::accounts::permissions::grants;
use crate::accounts::{May, Principal};
use crate::app::App;
use crate::db::{Connection, life};
use crate::error::{Error, Problem, Result};
use crate::http::{Query, Reply, Routes, handlers};
use crate::segments::SegmentId;

/// Which changes.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct ChangesQuery {
    /// The `cursor` of the last answer, or a snapshot's `changes_after`; the oldest changes kept where absent.
    after: Option<String>,
    /// Only these types, with commas between: `contact.merged`, or `contact.*` for all of contacts.
    #[param(example = "contact.*,lead.stage_changed")]
    types: Option<String>,
    /// Only entries into this segment and exits from it.
    segment_id: Option<SegmentId>,
    /// How many: 1 to 1,000.
    #[param(minimum = 1, maximum = 1000, default = 200)]
    limit: Option<i64>,
    /// Where there is none, wait for one up to so many seconds.
    #[param(minimum = 0, maximum = 30, default = 0)]
    wait: Option<u32>,
}

/// A piece of the feed of changes.
#[derive(Debug, Clone, Serialize, ToSchema)]
struct ChangePage {
    /// The changes that the caller may see, the oldest first.
    items: Vec<Change>,
    /// Give this as `after` to go on, also where there are no items.
    cursor: String,
    /// Whether there is more at once.
    more: bool,
}

/// A readable wish.
#[derive(Debug)]
struct Wish {
    after: Option<Bookmark>,
    which: Which,
    limit: usize,
    wait: Duration,
}

/// Which changes are told.
#[derive(Debug)]
struct Which {
    types: BTreeSet<ChangeType>,
    /// Only those of the members of this segment.
    segment: Option<SegmentId>,
}

impl Which {
    fn has(&self, change: ChangeType, row: &Logged) -> bool {
        let of = |segment: SegmentId| change.record_type() == RecordType::Segment && row.record_id == segment.0;
        self.types.contains(&change) && self.segment.is_none_or(of)
    }
}

impl ChangesQuery {
    fn parse(&self) -> Result<Wish> {
        let mut errors = Vec::new();
        let mut refuse = |error: Error| errors.extend(error.errors);
        let after = match self.after.as_deref().map(str::parse) {
            Some(Err(())) => {
                refuse(Error::field("after", "format", "is not a cursor given by this feed"));
                None
            }
            after => after.and_then(Result::ok),
        };
        let limit = self.limit.unwrap_or(200);
        if !(1..=1000).contains(&limit) {
            refuse(Error::outside("limit", 1, 1000));
        }
        let wait = self.wait.unwrap_or(0);
        if wait > 30 {
            refuse(Error::outside("wait", 0, 30));
        }
        let types = change::selected("types", self.types.as_deref().unwrap_or("*").split(',').map(str::trim));
        let types = types.unwrap_or_else(|bad| {
            errors.extend(bad.into_iter().take(1).map(|bad| crate::error::FieldError { field: "types".into(), ..bad }));
            BTreeSet::new()
        });
        if !errors.is_empty() {
            return Err(Error::invalid(errors));
        }
        let limit = usize::try_from(limit).unwrap_or(1);
        let which = Which { types, segment: self.segment_id };
        Ok(Wish { after, which, limit, wait: Duration::from_secs(wait.into()) })
    }
}

/// Rows looked at in one piece, and pieces looked at in one answer.
const PIECE: usize = 500;
const PIECES: usize = 20;

/// The next changes behind a place, and whether there is more at once.
fn read(
    conn: &mut Connection,
    by: &Principal,
    mut place: Place,
    which: &Which,
    limit: usize,
) -> Result<(Vec<Change>, Place, bool)> {
    let mut items = Vec::new();
    for _ in 0..PIECES {
        let rows = log::after(conn, place, i64::try_from(PIECE).unwrap_or(i64::MAX))?;
        let whole = rows.len() == PIECE;
        let Some(end) = rows.last().map(|row| row.place) else { return Ok((items, place, false)) };
        let told = rows.into_iter().filter_map(|row| Some((ChangeType::of(&row.kind)?, row)));
        let mut told: Vec<_> =
            told.filter(|(change, row)| which.has(*change, row)).map(|(change, row)| (row, change)).collect();
        let room = limit - items.len();
        let cut = told.len() > room;
        told.truncate(room);
        place = if cut { told.last().map_or(place, |(row, _)| row.place) } else { end };
        let present = Present::load(conn, &told)?;
        for (row, change) in &told {
            items.extend(present.change(by, row, *change)?);
        }
        if cut || !whole || items.len() == limit {
            return Ok((items, place, cut || whole));
        }
    }
    Ok((items, place, true))
}

/// Gives the changes of contacts, companies, leads, interactions and tasks in the order of their transactions: none is
/// left out, none comes twice, however many write at the same time. Each bears the record as it is now, so that the
/// last change of a record always tells its present state. What the caller may not see is left out.
///
/// A new consumer begins with `/api/v1/changes/snapshot`. Changes are kept for 30 days, unless set otherwise; a cursor older
/// than that, or given out by a database that was since brought back from a backup, is answered with 410 `cursor_expired`:
/// take a new snapshot. Interactions and tasks of a contact in the bin are `null` too;
/// after `contact.restored` read its timeline again, after `contact.erased` forget all that has its `contact_id`.
#[utoipa::path(get, path = "/changes", operation_id = "list_changes", tag = "sync", security(("bearer" = ["changes:read"])), params(ChangesQuery), responses((status = 200, body = ChangePage), (status = 410, body = Problem, content_type = "application/problem+json", description = "A problem: cursor_expired")))]
async fn list(actor: May<grants::ChangesRead>, app: Data<App>, query: Query<ChangesQuery>) -> Result<Reply> {
    let wish = query.0.parse()?;
    let _listening = (!wish.wait.is_zero()).then(|| app.streams.enter()).transpose()?;
    let mut wake = Wake::new(&app.db, app.streams.closing());
    let ends = Instant::now() + wish.wait;
    let (by, which) = (Arc::new(Principal::clone(&actor)), Arc::new(wish.which));
    let begin = move |conn: &mut Connection| match wish.after {
        None => Ok(Bookmark { place: Place::START, life: life::id(conn)? }),
        Some(after) => log::find(conn, after),
    };
    let Bookmark { mut place, life } = app.db.read(begin).await?;
    loop {
        let (by, which, limit) = (by.clone(), which.clone(), wish.limit);
        let (items, end, more) = app.db.read(move |conn| read(conn, &by, place, &which, limit)).await?;
        place = end;
        if !items.is_empty() || Instant::now() >= ends || wake.is_closing() {
            return Reply::ok(&ChangePage { items, cursor: Bookmark { place, life }.to_string(), more });
        }
        if !more {
            wake.wait(ends).await;
        }
    }
}

/// The route of the feed.
pub(super) fn routes(cfg: &mut Routes) {
    handlers!(cfg: list);
}
