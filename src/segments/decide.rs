//! What a web site may know of its visitor: `GET /v1/decide`, by write key. A write key stands in the page for everybody to
//! read, so nothing is shown that an allow-list does not name, and nobody is looked up by what others can guess unless the
//! installation says so. Whoever is not known looks exactly like one who belongs nowhere.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use diesel::dsl::case_when;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use super::{SegmentId, store};
use crate::accounts::audit::{self, Subject};
use crate::accounts::permissions::grants;
use crate::accounts::{May, Principal};
use crate::app::App;
use crate::contacts::identity::Identity;
use crate::contacts::{Address, ContactId};
use crate::db::schema::{contacts, identities, segment_members as stays, segments, settings as kept};
use crate::db::types::{Guid, Instant, Json};
use crate::db::{Connection, settings};
use crate::error::{Error, FieldError, Problem, Result};
use crate::fields::{self, Entity, Field};
use crate::http::{Body, Query, Reply, Routes, handlers};
use crate::ingest::write_key;

/// Under which name the settings are kept.
pub const KEY: &str = "decide";
/// How long a browser may keep an answer, in seconds.
const FRESH: u32 = 60;
/// The fields of a contact that may be shown, beside custom ones.
const FIELDS: [&str; 8] =
    ["given_name", "family_name", "display_name", "job_title", "language", "time_zone", "city", "country"];

crate::text_enum! {
    /// What a web site may look a visitor up by.
    pub enum Lookup {
        /// The anonymous id that events bear: as good as a secret.
        Anonymous = "anonymous_id",
        /// The user id that events bear.
        User = "user_id",
        /// An e-mail address, which others may know.
        Email = "email",
        /// A phone number, which others may know.
        Phone = "phone",
    }
}

/// What `/v1/decide` may show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecideSettings {
    /// The segments that may be shown.
    #[validate(length(max = 200))]
    #[schema(max_items = 200)]
    pub segments: Vec<SegmentId>,
    /// The fields that may be shown: `given_name`, `family_name`, `display_name`, `job_title`, `language`, `time_zone`,
    /// `city`, `country`, or `custom.` and the key of a custom field.
    #[validate(length(max = 50))]
    #[schema(max_items = 50)]
    pub fields: Vec<String>,
    /// By what a visitor may be looked up; only by `anonymous_id` where nobody has said otherwise.
    #[validate(length(max = 4))]
    #[schema(max_items = 4)]
    pub lookups: Vec<Lookup>,
}

impl Default for DecideSettings {
    fn default() -> Self {
        Self { segments: Vec::new(), fields: Vec::new(), lookups: vec![Lookup::Anonymous] }
    }
}

/// The settings; those of a new installation show nothing.
fn load(conn: &mut Connection) -> Result<DecideSettings> {
    Ok(settings::get(conn, KEY)?.unwrap_or_default())
}

/// The settings without what there is no longer.
fn without_gone(conn: &mut Connection, settings: &DecideSettings) -> Result<DecideSettings> {
    let there = segments::table.filter(segments::id.eq_any(&settings.segments).and(segments::deleted_at.is_null()));
    let there: BTreeSet<SegmentId> = there.select(segments::id).load(conn)?.into_iter().collect();
    let custom = fields::all(conn, Some(Entity::Contact))?;
    let mut left = settings.clone();
    left.segments.retain(|id| there.contains(id));
    left.fields.retain(|name| is_field(name, &custom));
    Ok(left)
}

/// Takes out of the settings segments and custom fields that were deleted: another field that is given the same key is not
/// shown before somebody says so.
///
/// # Errors
/// The database is away.
pub fn forget_gone(conn: &mut Connection, by: &Principal) -> Result<()> {
    let Some(before) = settings::get::<DecideSettings>(conn, KEY)? else { return Ok(()) };
    let after = without_gone(conn, &before)?;
    if after == before { Ok(()) } else { put(conn, by, &before, &after) }
}

fn put(conn: &mut Connection, by: &Principal, before: &DecideSettings, after: &DecideSettings) -> Result<()> {
    settings::put(conn, KEY, after.clone())?;
    let subject = Subject { entity: "decide_settings", id: Guid(uuid::Uuid::nil()), contact_id: None };
    audit::record(conn, by, "update", subject, Some(before), Some(after))
}

/// Whether there is such a field that can be shown.
fn is_field(name: &str, custom: &[Field]) -> bool {
    match name.strip_prefix("custom.") {
        Some(key) => custom.iter().any(|field| field.key == key),
        None => FIELDS.contains(&name),
    }
}

fn save(conn: &mut Connection, by: &Principal, wish: &DecideSettings) -> Result<()> {
    let mut faults = Vec::new();
    for (n, id) in wish.segments.iter().enumerate() {
        if store::find(conn, *id).is_err() {
            faults.push(FieldError::new(format!("segments[{n}]"), "unknown", "there is no such segment"));
        }
    }
    let custom = fields::all(conn, Some(Entity::Contact))?;
    for (n, name) in wish.fields.iter().enumerate() {
        if !is_field(name, &custom) {
            faults.push(FieldError::new(format!("fields[{n}]"), "unknown", "is not a field that can be shown"));
        }
    }
    if !faults.is_empty() {
        return Err(Error::invalid(faults));
    }
    let before = load(conn)?;
    put(conn, by, &before, wish)
}

/// A segment that a visitor belongs to.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DecidedSegment {
    id: SegmentId,
    name: String,
}

/// What a web site may know.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct Decision {
    /// The segments that the visitor belongs to, of those that may be shown, by name.
    segments: Vec<DecidedSegment>,
    /// The visitor's fields, of those that may be shown and are filled.
    #[schema(value_type = Object)]
    fields: BTreeMap<String, Value>,
}

/// Whom it is about.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct DecideQuery {
    /// `anonymous_id:…`, or, where the settings allow it, `user_id:…`, `email:…`, `phone:…`.
    #[param(example = "anonymous_id:5b2e6c7a")]
    identity: String,
}

fn lookup(text: &str, region: &str) -> Result<(Lookup, Identity)> {
    let wrong = |message: String| Error::field("identity", "format", message);
    let (kind, value) = text.split_once(':').ok_or_else(|| wrong("must be like anonymous_id:5b2e6c7a".to_owned()))?;
    let kind: Lookup = kind.parse().map_err(wrong)?;
    let identity = match kind {
        Lookup::Anonymous => Identity::anonymous(crate::ingest::who::ANONYMOUS_ID, value),
        Lookup::User => Identity::external(crate::ingest::who::USER_ID, value),
        Lookup::Email => Identity::email(value),
        Lookup::Phone => Identity::phone(value, region),
    };
    Ok((kind, identity.map_err(|message| wrong(message.to_owned()))?))
}

/// A client, as far as a web site may be shown anything of it.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = contacts)]
struct Visitor {
    id: ContactId,
    given_name: Option<String>,
    family_name: Option<String>,
    display_name: String,
    job_title: Option<String>,
    address: Option<Json<Address>>,
    language: Option<String>,
    time_zone: Option<String>,
    custom: Json<Box<RawValue>>,
    deleted_at: Option<Instant>,
    merged_into: Option<ContactId>,
    members: i32,
    anonymous: bool,
}

thread_local! {
    /// The settings that this thread has read last, and since when they are in force.
    static KNOWN: RefCell<(Instant, Rc<DecideSettings>)> = RefCell::new((Instant::MIN, Rc::default()));
}

/// What is known of whom an identity names: all in one question, since on PostgreSQL each costs a way there and back.
struct Found {
    shown: Rc<DecideSettings>,
    holder: Option<Visitor>,
    /// Where the holder belongs.
    there: Vec<Membership>,
}

type Membership = (SegmentId, String, super::SegmentKind);

fn find(conn: &mut Connection, identity: &Identity) -> Result<Found> {
    type Row = (Instant, Option<Json<DecideSettings>>, Option<Visitor>, Option<Membership>);
    let (since, known) = KNOWN.with_borrow(Clone::clone);
    // The settings are many times as long as the answer, and seldom new.
    let settings = case_when(kept::updated_at.ne(since), kept::value);
    let asked = kept::table
        .find(KEY)
        .left_join(
            identities::table.on(identities::value
                .eq(identity.value.clone())
                .and(identities::kind.eq(identity.kind))
                .and(identities::source.eq(identity.source.clone()))
                .and(identities::retired_at.is_null())),
        )
        .left_join(contacts::table.on(contacts::id.nullable().eq(identities::contact_id.nullable())))
        .left_join(
            stays::table.on(stays::contact_id.nullable().eq(contacts::id.nullable()).and(stays::left_at.is_null())),
        )
        .left_join(segments::table.on(segments::id.nullable().eq(stays::segment_id.nullable()).and(in_use())))
        .select((kept::updated_at, settings, Option::<Visitor>::as_select(), MEMBERSHIP.nullable()));
    let mut found = Found { shown: known, holder: None, there: Vec::new() };
    for (at, settings, holder, membership) in asked.load::<Row>(conn)? {
        if let Some(Json(settings)) = settings {
            found.shown = Rc::new(settings);
            KNOWN.set((at, found.shown.clone()));
        }
        found.holder = holder;
        found.there.extend(membership);
    }
    Ok(found)
}

const MEMBERSHIP: (segments::id, segments::name, segments::kind) = (segments::id, segments::name, segments::kind);

#[diesel::dsl::auto_type]
fn in_use() -> _ {
    segments::deleted_at.is_null().and(segments::broken.is_null())
}

/// Where a whole family belongs. Where a rule puts somebody is the survivor's alone; on a list are those too who were put there
/// before they were merged.
fn of_family(conn: &mut Connection, root: ContactId) -> Result<Vec<Membership>> {
    let mut all: Vec<Membership> = Vec::new();
    for member in crate::contacts::cluster::members_of(conn, root)? {
        let of_member = stays::table
            .inner_join(segments::table.on(segments::id.eq(stays::segment_id)))
            .filter(stays::contact_id.eq(member).and(stays::left_at.is_null()).and(in_use()))
            .select(MEMBERSHIP);
        let there: Vec<Membership> = of_member.load(conn)?;
        all.extend(there.into_iter().filter(|(.., kind)| *kind != super::SegmentKind::Dynamic || member == root));
    }
    Ok(all)
}

fn decide(conn: &mut Connection, kind: Lookup, identity: &Identity) -> Result<Decision> {
    let Found { shown, holder, mut there } = find(conn, identity)?;
    if !shown.lookups.contains(&kind) {
        return Err(Error::field("identity", "choice", "visitors may not be looked up by this here"));
    }
    let client = match holder.as_ref().and_then(|holder| holder.merged_into) {
        Some(root) => contacts::table.find(root).select(Visitor::as_select()).first(conn).optional()?,
        None => holder,
    };
    let Some(client) = client.filter(|client| client.deleted_at.is_none()) else { return Ok(Decision::default()) };
    if client.members > 0 {
        there = of_family(conn, client.id)?;
    }
    there.retain(|(id, ..)| shown.segments.contains(id));
    there.sort_by(|(a, name, _), (b, other, _)| (name, a).cmp(&(other, b)));
    there.dedup_by_key(|(id, ..)| *id);
    let segments = there.into_iter().map(|(id, name, _)| DecidedSegment { id, name }).collect();
    let custom = serde_json::from_str(client.custom.0.get()).map_err(Error::internal)?;
    let fields = shown.fields.iter().filter_map(|name| Some((name.clone(), value(&client, &custom, name)?))).collect();
    Ok(Decision { segments, fields })
}

/// What a web site may know of whom `identity` names, as JSON.
///
/// # Errors
/// No such way to be looked up.
pub fn answer(conn: &mut Connection, identity: &str, region: &str) -> Result<Vec<u8>> {
    let (kind, identity) = lookup(identity, region)?;
    serde_json::to_vec(&decide(conn, kind, &identity)?).map_err(Error::internal)
}

/// A field of the client that may be shown.
fn value(client: &Visitor, custom: &Map<String, Value>, name: &str) -> Option<Value> {
    if let Some(key) = name.strip_prefix("custom.") {
        return custom.get(key).filter(|value| !value.is_null()).cloned();
    }
    let address = client.address.as_ref().map(|address| &address.0);
    let text = match name {
        "given_name" => client.given_name.clone(),
        "family_name" => client.family_name.clone(),
        "display_name" => (!client.anonymous).then(|| client.display_name.clone()),
        "job_title" => client.job_title.clone(),
        "language" => client.language.clone(),
        "time_zone" => client.time_zone.clone(),
        "city" => address.and_then(|address| address.city.clone()),
        "country" => address.and_then(|address| address.country.clone()),
        _ => None,
    };
    text.map(Value::from)
}

/// Tells a web site to which segments its visitor belongs, and fields of the visitor: only what the settings name. A segment whose
/// rule cannot be read any more is not shown. The write
/// key is the user name of `Basic`, or a bearer token. An answer may be kept for a minute, and asked for again with
/// `If-None-Match`.
#[utoipa::path(get, path = "/v1/decide", operation_id = "decide", tag = "ingest", params(DecideQuery, ("If-None-Match" = Option<String>, Header)), responses((status = 200, body = Decision), (status = 304, description = "As before"), (status = 401, body = Problem, content_type = "application/problem+json", description = "A problem: unauthorized"), (status = 403, body = Problem, content_type = "application/problem+json", description = "A problem: forbidden")))]
async fn ask(app: Data<App>, req: HttpRequest, query: Query<DecideQuery>) -> Result<HttpResponse> {
    let key = write_key::in_headers(&req);
    write_key::sender(&app, &req, key.as_deref()).await?;
    let (kind, identity) = lookup(&query.0.identity, &app.config.region)?;
    let body = app
        .db
        .read(move |conn| {
            let decision = decide(conn, kind, &identity)?;
            serde_json::to_vec(&decision).map_err(Error::internal)
        })
        .await?;
    let mut tag = String::from("\"");
    for byte in Sha256::digest(&body).iter().take(12) {
        use std::fmt::Write;
        write!(tag, "{byte:02x}").map_err(Error::internal)?;
    }
    tag.push('"');
    let asked = req.headers().get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let same = asked.split(',').any(|one| one.trim().trim_start_matches("W/") == tag);
    let mut response = if same { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response
        .insert_header((header::ETAG, tag))
        .insert_header((header::CACHE_CONTROL, format!("private, max-age={FRESH}")))
        .insert_header((header::VARY, "Authorization, Origin"));
    Ok(if same { response.finish() } else { response.content_type("application/json").body(body) })
}

/// Shows what `/v1/decide` may show.
#[utoipa::path(get, path = "/settings/decide", operation_id = "get_decide_settings", tag = "segments", security(("bearer" = ["segments:read"])), responses((status = 200, body = DecideSettings)))]
async fn show_settings(actor: May<grants::SegmentsRead>, app: Data<App>) -> Result<Reply> {
    app.read(&actor, |conn, _| {
        let settings = load(conn)?;
        Reply::ok(&without_gone(conn, &settings)?)
    })
    .await
}

/// Sets what `/v1/decide` may show to everybody who has the write key, which is whoever looks into the page.
#[utoipa::path(put, path = "/settings/decide", operation_id = "put_decide_settings", tag = "segments", security(("bearer" = ["segments:write", "contacts:read"])), request_body = DecideSettings, responses((status = 200, body = DecideSettings)))]
async fn put_settings(
    actor: May<(grants::SegmentsWrite, grants::ContactsRead)>,
    app: Data<App>,
    body: Body<DecideSettings>,
) -> Result<Reply> {
    app.write(&actor, None, move |conn, by| {
        save(conn, by, &body.0)?;
        Reply::ok(&body.0)
    })
    .await
}

/// The routes of the settings.
pub fn routes(cfg: &mut Routes) {
    handlers!(cfg: show_settings, put_settings);
}

/// The route that web sites ask.
pub fn root(cfg: &mut Routes) {
    handlers!(cfg: ask);
}
