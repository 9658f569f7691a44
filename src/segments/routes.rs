//! `/api/v1/segments`.

use actix_web::web::{Bytes, Data, Path};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use super::describe::Language;
use super::growth::{self, SegmentSize};
use super::list_file::File;
use super::lists;
use super::members::{self, Overlap, Preview};
use super::model::{MembersChange, MembersChanged, NewSegment, NewSnapshot, Segment, SegmentChange, SegmentKind};
use super::split::{Part, Side};
use super::stays::{self, Memberships};
use super::{SegmentId, bin, decide, keeper, rfm_report, store};
use crate::accounts::permissions::grants;
use crate::accounts::{May, Principal};
use crate::app::App;
use crate::calendar::period::Unit;
use crate::calendar::span::AskedSpan;
use crate::contacts::{Contact, ContactId};
use crate::db::types::Instant;
use crate::error::{Error, Problem, Result};
use crate::http::{Body, IfMatch, Limit, Page, Post, Query, Reply, Routes, handlers};

fn reply(segment: &Segment) -> Result<Reply> {
    Ok(Reply::ok(segment)?.version(segment.version))
}

fn created(segment: &Segment) -> Result<Reply> {
    Ok(Reply::created(segment, format!("/api/v1/segments/{}", segment.id))?.version(segment.version))
}

/// Which segments.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct SegmentQuery {
    /// Only of this kind.
    #[param(inline)]
    kind: Option<SegmentKind>,
    /// Those in the bin instead of those in use.
    deleted: Option<bool>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    #[serde(default)]
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200)]
    limit: Limit,
}

/// Lists segments, the newest first.
#[utoipa::path(get, path = "/segments", operation_id = "list_segments", tag = "segments", security(("bearer" = ["segments:read"])), params(SegmentQuery), responses((status = 200, body = Page<Segment>)))]
async fn list(actor: May<grants::SegmentsRead>, app: Data<App>, query: Query<SegmentQuery>) -> Result<Reply> {
    let SegmentQuery { kind, deleted, cursor, limit } = query.0;
    let which = (kind, deleted == Some(true));
    app.read(&actor, move |conn, by| Reply::ok(&store::page(conn, by, which, cursor.as_deref(), limit.get()?)?)).await
}

/// Shows a segment.
#[utoipa::path(get, path = "/segments/{id}", operation_id = "get_segment", tag = "segments", security(("bearer" = ["segments:read"])), params(("id" = SegmentId, Path)), responses((status = 200, body = Segment)))]
async fn show(actor: May<grants::SegmentsRead>, app: Data<App>, id: Path<SegmentId>) -> Result<Reply> {
    let id = *id;
    app.read(&actor, move |conn, by| {
        let stored = store::find(conn, id)?;
        reply(&store::show(conn, by, stored)?)
    })
    .await
}

/// Creates a segment: a dynamic one where there is a rule, else an empty list. Of those for whom the rule is true when it is
/// made nobody is told: the answer comes when they are found, or after two seconds where they are many. Whoever enters or
/// leaves by what happens afterwards is told (`segment.entered`, `segment.left`); by what happens before all are found only
/// the rest is.
#[utoipa::path(post, path = "/segments", operation_id = "create_segment", tag = "segments", security(("bearer" = ["segments:write"])), params(("Idempotency-Key" = Option<String>, Header)), request_body = NewSegment, responses((status = 201, body = Segment)))]
async fn create(actor: May<grants::SegmentsWrite>, app: Data<App>, body: Post<NewSegment>) -> Result<Reply> {
    let Post { value, retry } = body;
    let dynamic = value.has_rule();
    let reply = app.write_apart(&actor, retry, move |conn, by| created(&store::insert(conn, by, &value)?)).await?;
    if dynamic {
        keeper::fill_new(&app.db).await;
    }
    Ok(reply)
}

/// Changes a segment: absent fields stay. A rule that would break segments which ask for this one is refused. Who comes and
/// goes by another rule is not told, as when a segment is made.
#[utoipa::path(patch, path = "/segments/{id}", operation_id = "update_segment", tag = "segments", security(("bearer" = ["segments:write"])), params(("id" = SegmentId, Path), ("If-Match" = Option<String>, Header)), request_body = SegmentChange, responses((status = 200, body = Segment)))]
async fn update(
    actor: May<grants::SegmentsWrite>,
    app: Data<App>,
    id: Path<SegmentId>,
    expected: IfMatch,
    body: Body<SegmentChange>,
) -> Result<Reply> {
    let (id, expected) = (*id, expected.expected(actor.is_person())?);
    let anew = body.0.has_rule();
    let work = move |conn: &mut _, by: &_| reply(&store::update(conn, by, id, expected, &body.0)?);
    let reply = app.write_apart(&actor, None, work).await?;
    if anew {
        keeper::fill_new(&app.db).await;
    }
    Ok(reply)
}

/// Puts a segment into the bin; its history stays. One that other segments ask for is kept.
#[utoipa::path(delete, path = "/segments/{id}", operation_id = "delete_segment", tag = "segments", security(("bearer" = ["segments:write"])), params(("id" = SegmentId, Path), ("If-Match" = Option<String>, Header)), responses((status = 204)))]
async fn remove(
    actor: May<grants::SegmentsWrite>,
    app: Data<App>,
    id: Path<SegmentId>,
    expected: IfMatch,
) -> Result<Reply> {
    let (id, expected) = (*id, expected.expected(actor.is_person())?);
    app.write_apart(&actor, None, move |conn, by| bin::delete(conn, by, id, expected).map(|()| Reply::no_content()))
        .await
}

/// Takes a segment out of the bin: a list with those who were on it. Of a rule, who belongs to it is found anew, and nobody is
/// told, as when a segment is made. What websites may be shown of it is to be allowed again.
#[utoipa::path(post, path = "/segments/{id}/restore", operation_id = "restore_segment", tag = "segments", security(("bearer" = ["segments:write"])), params(("id" = SegmentId, Path)), responses((status = 200, body = Segment)))]
async fn restore(actor: May<grants::SegmentsWrite>, app: Data<App>, id: Path<SegmentId>) -> Result<Reply> {
    let id = *id;
    let reply = app.write_apart(&actor, None, move |conn, by| reply(&bin::restore(conn, by, id)?)).await?;
    keeper::fill_new(&app.db).await;
    Ok(reply)
}

/// Which members.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct MembersQuery {
    /// Splits the segment in two, with so many percent in a control group that stays the same.
    #[param(minimum = 0, maximum = 100)]
    holdout: Option<u8>,
    /// The side of the split: `target` (default) or `control`.
    #[param(inline)]
    side: Option<Side>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    #[serde(default)]
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200)]
    limit: Limit,
}

/// Lists a segment's members that the caller sees, the newest client first: of a dynamic segment those of whom the rule is
/// true now.
#[utoipa::path(get, path = "/segments/{id}/members", operation_id = "list_segment_members", tag = "segments", security(("bearer" = ["segments:read", "contacts:read"])), params(("id" = SegmentId, Path), MembersQuery), responses((status = 200, body = Page<Contact>), (status = 409, body = Problem, content_type = "application/problem+json", description = "A problem: segment_broken")))]
async fn members_list(
    actor: May<(grants::SegmentsRead, grants::ContactsRead)>,
    app: Data<App>,
    id: Path<SegmentId>,
    query: Query<MembersQuery>,
) -> Result<Reply> {
    let (id, part) = (*id, Part::asked(query.0.holdout, query.0.side)?);
    app.read(&actor, move |conn, by| {
        Reply::ok(&members::page(conn, by, id, part, query.0.cursor.as_deref(), query.0.limit.get()?)?)
    })
    .await
}

/// Puts contacts on a list and takes others off it.
#[utoipa::path(post, path = "/segments/{id}/members", operation_id = "change_segment_members", tag = "segments", security(("bearer" = ["segments:write"])), params(("id" = SegmentId, Path), ("Idempotency-Key" = Option<String>, Header)), request_body = MembersChange, responses((status = 200, body = MembersChanged)))]
async fn members_change(
    actor: May<grants::SegmentsWrite>,
    app: Data<App>,
    id: Path<SegmentId>,
    body: Post<MembersChange>,
) -> Result<Reply> {
    let (id, Post { value, retry }) = (*id, body);
    app.write_apart(&actor, retry, move |conn, by| Reply::ok(&lists::change(conn, by, id, &value)?)).await
}

/// Puts on a list whoever a table of text names: the columns called `id`, `email`, `phone` and `external_id` (as `source:id`)
/// count, of each row in their order, until somebody is found. The separator and the charset are found as imports find them.
/// Up to 100,000 rows; those that name nobody whom the caller sees are told and passed over. A file that ends inside quotes is
/// refused as a whole.
#[utoipa::path(post, path = "/segments/{id}/members/file", operation_id = "add_segment_members_from_file", tag = "segments", security(("bearer" = ["segments:write"])), params(("id" = SegmentId, Path)), request_body(content = String, content_type = "text/csv"), responses((status = 200, body = MembersChanged)))]
async fn members_file(
    actor: May<grants::SegmentsWrite>,
    app: Data<App>,
    id: Path<SegmentId>,
    body: Bytes,
) -> Result<Reply> {
    const TOGETHER: usize = 200;
    let id = *id;
    let file = File::read(&body, &app.config.region)?;
    let mut done = MembersChanged { errors: file.faults, ..MembersChanged::default() };
    for piece in file.rows.chunks(TOGETHER) {
        let (by, piece) = (Principal::clone(&actor), piece.to_vec());
        let part = app.db.write_apart(move |conn| lists::add_named(conn, &by, id, &piece)).await?;
        done.added += part.added;
        done.unchanged += part.unchanged;
        done.errors.extend(part.errors.into_iter().take(100_usize.saturating_sub(done.errors.len())));
    }
    Reply::ok(&done)
}

/// Freezes a segment: makes a snapshot of those who belong to it now.
#[utoipa::path(post, path = "/segments/{id}/snapshots", operation_id = "create_segment_snapshot", tag = "segments", security(("bearer" = ["segments:write"])), params(("id" = SegmentId, Path)), request_body = NewSnapshot, responses((status = 201, body = Segment)))]
async fn snapshot(
    actor: May<grants::SegmentsWrite>,
    app: Data<App>,
    id: Path<SegmentId>,
    body: Body<NewSnapshot>,
) -> Result<Reply> {
    const TOGETHER: usize = 1000;
    let id = *id;
    let (of, who) = app
        .db
        .read(move |conn| {
            let stored = store::find(conn, id)?;
            let who = members::everybody(conn, &stored, Instant::now())?;
            Ok((stored, who))
        })
        .await?;
    lists::check_size(who.len())?;
    let by = Principal::clone(&actor);
    let made = app.db.write(move |conn| lists::begin_snapshot(conn, &by, &of, &body.0.name)).await?;
    for piece in who.chunks(TOGETHER) {
        let (piece, id) = (piece.to_vec(), made.id);
        app.db.write_apart(move |conn| lists::fill_snapshot(conn, id, &piece)).await?;
    }
    app.write(&actor, None, move |conn, by| {
        lists::end_snapshot(conn, made.id)?;
        let stored = store::find(conn, made.id)?;
        created(&store::show(conn, by, stored)?)
    })
    .await
}

/// A rule to try.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct RulePreview {
    #[schema(value_type = super::schema::SegmentRule)]
    rule: Value,
    /// The language of the conditions' words; English where absent.
    #[schema(inline)]
    language: Option<Language>,
}

/// Tries a rule: how many clients there are, the newest of them, and how many there are of each condition alone.
#[utoipa::path(post, path = "/segments/preview", operation_id = "preview_segment", tag = "segments", security(("bearer" = ["segments:read", "contacts:read"])), request_body = RulePreview, responses((status = 200, body = Preview)))]
async fn preview(
    actor: May<(grants::SegmentsRead, grants::ContactsRead)>,
    app: Data<App>,
    body: Body<RulePreview>,
) -> Result<Reply> {
    let RulePreview { rule, language } = body.0;
    let language = language.unwrap_or(Language::English);
    app.read(&actor, move |conn, by| Reply::ok(&members::preview(conn, by, &rule, language)?)).await
}

/// The segments of a diagram.
#[derive(Debug, Clone, Deserialize, Serialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct OverlapWish {
    /// Two or three segments.
    #[validate(length(min = 2, max = 3))]
    #[schema(min_items = 2, max_items = 3)]
    segments: Vec<SegmentId>,
}

/// Counts how two or three segments overlap: how many clients belong to exactly which of them.
#[utoipa::path(post, path = "/segments/overlap", operation_id = "overlap_segments", tag = "segments", security(("bearer" = ["segments:read"])), request_body = OverlapWish, responses((status = 200, body = Overlap)))]
async fn overlap(actor: May<grants::SegmentsRead>, app: Data<App>, body: Body<OverlapWish>) -> Result<Reply> {
    let ids = body.0.segments;
    if ids.iter().enumerate().any(|(n, id)| ids.iter().take(n).any(|other| other == id)) {
        return Err(Error::field("segments", "duplicate", "a segment is there twice"));
    }
    app.read(&actor, move |conn, by| Reply::ok(&members::overlap(conn, by, &ids)?)).await
}

/// In which language.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct WordsQuery {
    /// The language of the conditions' words; English where absent.
    #[param(inline)]
    language: Option<Language>,
}

/// Lists the segments that a client belongs to, and the conditions of their rules with whether each is true of the client.
/// Dynamic segments follow the client's facts within moments.
#[utoipa::path(get, path = "/contacts/{id}/segments", operation_id = "list_contact_segments", tag = "segments", security(("bearer" = ["segments:read", "contacts:read"])), params(("id" = ContactId, Path), WordsQuery), responses((status = 200, body = Memberships)))]
async fn of_client(
    actor: May<(grants::SegmentsRead, grants::ContactsRead)>,
    app: Data<App>,
    id: Path<ContactId>,
    query: Query<WordsQuery>,
) -> Result<Reply> {
    let (id, language) = (*id, query.0.language.unwrap_or(Language::English));
    app.read(&actor, move |conn, by| Reply::ok(&stays::of_client(conn, by, id, language)?)).await
}

/// Which periods.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct SizeQuery {
    /// From this day in `tz`, or this instant, on; 30 periods before `to` where absent.
    #[param(example = "2026-01-01")]
    from: Option<String>,
    /// Before this day in `tz`, or this instant; now where absent.
    #[param(example = "2026-02-01")]
    to: Option<String>,
    /// The length of a period; a day where absent.
    #[param(inline)]
    unit: Option<Unit>,
    /// IANA time zone of days, weeks and months; UTC where absent.
    #[param(example = "Europe/Lisbon")]
    tz: Option<String>,
}

/// Shows how a segment grew: who entered, who left, and how many there were, by day, week or month, of the clients whom the
/// caller sees. Whoever went into the bin left then. Of periods before the segment was made nothing is known.
#[utoipa::path(get, path = "/segments/{id}/size", operation_id = "get_segment_size", tag = "segments", security(("bearer" = ["segments:read"])), params(("id" = SegmentId, Path), SizeQuery), responses((status = 200, body = SegmentSize)))]
async fn size(
    actor: May<grants::SegmentsRead>,
    app: Data<App>,
    id: Path<SegmentId>,
    query: Query<SizeQuery>,
) -> Result<Reply> {
    let SizeQuery { from, to, unit, tz } = query.0;
    let mut faults = Vec::new();
    let asked = AskedSpan { from: from.as_deref(), to: to.as_deref(), tz: tz.as_deref(), as_of: None };
    let span = asked.parse(&mut faults);
    if !faults.is_empty() {
        return Err(Error::invalid(faults));
    }
    let (id, unit) = (*id, unit.unwrap_or(Unit::Day));
    let days = match unit {
        Unit::Day => 30,
        Unit::Week => 30 * 7,
        Unit::Month => 30 * 30,
    };
    let from = from.map_or_else(|| span.to.plus(-chrono::TimeDelta::days(days)), |_| span.from);
    app.read(&actor, move |conn, by| Reply::ok(&growth::size(conn, by, id, (from, span.to), unit, span.zone)?)).await
}

/// The routes of segments.
pub fn routes(cfg: &mut Routes) {
    handlers!(cfg: preview, overlap, list, create, show, update, remove, restore);
    cfg.configure(decide::routes);
    cfg.configure(rfm_report::routes);
    handlers!(cfg: of_client, size, members_list, members_change, members_file, snapshot);
}
