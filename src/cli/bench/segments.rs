//! Segments: what a touchpoint that arrives costs where very many rules are kept, counts over very many clients, and what a
//! web site asks.

use std::time::{Duration, Instant as Clock};

use diesel::prelude::*;
use serde_json::{Value, json};

use super::client::Request;
use super::fill::Sample;
use super::place::Place;
use super::report::Goal;
use super::stats::ratio;
use super::work::{Thing, touch_of};
use crate::accounts::Principal;
use crate::cli::{Failure, Outcome, say};
use crate::contacts::ContactId;
use crate::db::schema::{segment_members, segments};
use crate::db::types::Instant;
use crate::db::{Connection, Db, Opener, Sizes, generate, settings};
use crate::error::{Error, Result};
use crate::segments::keeper::Keeper;
use crate::segments::model::NewSegment;
use crate::segments::{SegmentId, decide, members, store};
use crate::{insert_all, interactions};

/// What a web site asks of a visitor.
pub const DECIDE: &str = "decide for a visitor";
/// One touchpoint among so many rules.
pub const KEEP: &str = "segments: a touchpoint, 100 rules";
/// Over 1,000,000 clients and 3,000,000 touchpoints.
pub const COUNT: &str = "segments: count and preview of a rule";
const RULES: usize = 100;
const CLIENTS: usize = 1_000_000;
const TOUCHPOINTS: usize = 3_000_000;

/// What was measured, in milliseconds.
#[derive(Debug, Clone, Copy, Default)]
pub struct Figures {
    keep: Option<f64>,
    count: Option<f64>,
    preview: Option<f64>,
}

fn make(conn: &mut Connection, name: &str, rule: Option<Value>) -> Result<SegmentId> {
    let wish = json!({ "name": name, "rule": rule });
    let wish: NewSegment = serde_json::from_value(wish).map_err(Error::internal)?;
    Ok(store::insert(conn, &Principal::system(), &wish)?.id)
}

/// Makes five lists, puts every known visitor on two of them, and lets a web site see all five.
///
/// # Errors
/// The database refuses.
pub fn introduce(db: &Db, known: &[ContactId]) -> Result<()> {
    #[derive(Debug, Insertable)]
    #[diesel(table_name = segment_members, treat_none_as_default_value = false)]
    struct Listed {
        contact_id: ContactId,
        segment_id: SegmentId,
        entered_at: Instant,
    }
    let lists = db.write_now(|conn| {
        let lists = (0..5).map(|n| make(conn, &format!("List {n}"), None)).collect::<Result<Vec<_>>>()?;
        let shown = json!({ "segments": lists, "fields": ["given_name", "language"], "lookups": ["anonymous_id"] });
        settings::put(conn, decide::KEY, shown)?;
        Ok(lists)
    })?;
    for (some, first) in known.chunks(1000).zip((0..).step_by(1000)) {
        let numbered = some.iter().zip(first..);
        let listed = numbered.flat_map(|(contact, n): (&ContactId, usize)| {
            let of = [lists.get(n % 5), lists.get((n + 1) % 5)];
            let entered_at = Instant::now();
            of.into_iter().flatten().map(move |id| Listed { contact_id: *contact, segment_id: *id, entered_at })
        });
        let listed: Vec<Listed> = listed.collect();
        db.write_now(move |conn| Ok(insert_all!(conn, segment_members::table, listed: Listed)?))?;
    }
    Ok(())
}

/// `GET /v1/decide` of a known visitor.
#[must_use]
pub fn thing(known: usize) -> Thing {
    let name = move |n: u64| super::ingest::browser_of(known, n);
    Thing {
        name: DECIDE,
        request: Box::new(move |n| Request::get(format!("/v1/decide?identity=anonymous_id:{}", name(n)))),
        local: Box::new(move |conn, n| {
            decide::answer(conn, &format!("anonymous_id:{}", name(n)), "US").map(|a| a.len())
        }),
        writes: false,
    }
}

/// A rule of each shape; none is true of anybody before a touchpoint of now.
fn rule(n: usize) -> Value {
    let channel = ["web", "email", "call", "store", "ad"].get(n % 5).copied().unwrap_or("web");
    let touched = |window: &str| json!({ "touchpoints": { "channel": channel }, "window": { "last": window } });
    let mut rule = match n / 10 {
        0..=2 => json!({ "all": [touched("1m"), { "touchpoints": { "kind": "visit" }, "window": { "last": "30d" },
            "count": { "at_least": n % 7 + 1 } }] }),
        3 => {
            json!({ "touchpoints": { "channel": channel, "property": { "key": "page", "op": "is", "value": "/none" } },
            "window": { "last": "90d" }, "count": { "at_least": 1 } })
        }
        4 => json!({ "sequence": [{ "channel": channel, "kind": "form" }, { "kind": "visit" }], "within": "7d" }),
        5 => json!({ "all": [{ "field": "source", "op": "is", "value": "web" }, { "tag": format!("none {n}") }] }),
        6 => json!({ "all": [{ "leads": { "status": "won", "closed": { "last": "1m" } } }, touched("90d")] }),
        7 => {
            json!({ "all": [{ "leads": { "value": { "currency": "EUR", "at_least": 1 } }, "count": { "at_least": 50 } },
            { "not": touched("30d") }] })
        }
        8 => json!({ "all": [{ "field": "job_title", "op": "changed_in_last", "value": "30d" },
            { "consent": "email", "state": "granted" }] }),
        _ => json!({ "touchpoints": { "channel": channel }, "window": { "last": "1m" },
            "sum": { "currency": "EUR", "at_least": 1 } }),
    };
    if let Some(map) = rule.as_object_mut() {
        map.insert("version".to_owned(), json!(1));
    }
    rule
}

/// Half of them took at most this long, in milliseconds.
fn middle(mut times: Vec<Duration>) -> Option<f64> {
    times.sort_unstable();
    times.get(times.len() / 2).map(|time| time.as_secs_f64() * 1000.0)
}

/// From a touchpoint that is on disk to its client's memberships that are.
fn keep(db: &Db, sample: &Sample) -> Outcome<Option<f64>> {
    let now = Instant::now();
    db.write_now(move |conn| {
        for n in 0..RULES {
            make(conn, &format!("Rule {n}"), Some(rule(n)))?;
        }
        // Nobody belongs anywhere yet: there is nothing to be found.
        diesel::update(segments::table).set(segments::swept_at.eq(now)).execute(conn)?;
        Ok(())
    })?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failure::new)?;
    let mut keeper = Keeper::default();
    runtime.block_on(async {
        while keeper.step(db).await? {}
        Ok::<(), Error>(())
    })?;
    let mut times = Vec::new();
    for (contact, n) in sample.contacts.iter().zip(0..300_u64) {
        let contact = *contact;
        db.write_now(move |conn| {
            interactions::store::record(conn, &Principal::system(), &touch_of(contact, n * 5)?).map(drop)
        })?;
        let started = Clock::now();
        runtime.block_on(keeper.step(db))?;
        times.push(started.elapsed());
    }
    let entered: i64 = db.read_now(|conn| {
        Ok(segment_members::table.filter(segment_members::left_at.is_null()).count().get_result(conn)?)
    })?;
    if entered < 300 {
        return Err(Failure::new(format!("{KEEP}: only {entered} memberships were kept")));
    }
    Ok(middle(times))
}

fn widen(db: &Db) -> Outcome {
    const CONTACTS: &str = "contacts (id, display_name, name_key, emails, phones, external_ids, source, tags, consents, \
        custom, search_text, version, created_at, updated_at, members, anonymous)";
    const ENTRIES: &str = "timeline_entries (contact_id, occurred_at, id, entry_type, channel, online, direction, kind, \
        subject, amount, currency, utm_source, utm_campaign, properties, version, recorded_at, updated_at)";
    const TOGETHER: usize = 100_000;
    let now = Instant::now().micros();
    for from in (0..CLIENTS).step_by(TOGETHER) {
        let row = format!(
            "{{id:n}}, 'Client', 'client', '[]', '[]', '[]', CASE n % 5 WHEN 0 THEN 'web' WHEN 1 THEN 'fair' WHEN 2 THEN \
             'ad' WHEN 3 THEN 'store' ELSE 'referral' END, '[]', '{{}}', '{{}}', '', 1, {{at:{now} - n}}, {{at:{now} - n}}, \
             0, false"
        );
        db.write_now(move |conn| Ok(generate::rows(conn, CONTACTS, &row, (from, from + TOGETHER)).map(drop)?))?;
    }
    for from in (0..TOUCHPOINTS).step_by(TOGETHER) {
        let row = format!(
            "{{id:(n * 2654435761) % {CLIENTS}}}, {{at:{now} - ((n * 40503) % 43200000) * 1000000}}, {{id:n}}, \
             'interaction', CASE n % 5 WHEN 0 THEN 'web' WHEN 1 THEN 'email' WHEN 2 THEN 'call' WHEN 3 THEN 'store' \
             ELSE 'ad' END, n % 5 IN (0, 1, 4), 'inbound', CASE n % 7 WHEN 0 THEN 'purchase' WHEN 1 THEN 'form' ELSE \
             'page_view' END, 'Touchpoint', 1000, 'EUR', 'newsletter', 'spring', '{{\"page\": \"/prices\"}}', 1, \
             {{at:{now}}}, {{at:{now}}}"
        );
        db.write_now(move |conn| Ok(generate::rows(conn, ENTRIES, &row, (from, from + TOGETHER)).map(drop)?))?;
    }
    Ok(())
}

/// Came to the web site twice in a month, filled in a form in a quarter, bought nothing in a month.
fn behaviour() -> Value {
    json!({ "version": 1, "all": [
        { "touchpoints": { "channel": "web", "kind": "page_view" }, "window": { "last": "90d" } },
        { "touchpoints": { "kind": "form" }, "window": { "last": "90d" } },
        { "not": { "touchpoints": { "kind": "purchase" }, "window": { "last": "30d" } } },
    ] })
}

fn timed(conn: &mut Connection, work: impl Fn(&mut Connection) -> Result<i64>) -> Outcome<Option<f64>> {
    let mut times = Vec::new();
    for n in 0..8 {
        let started = Clock::now();
        let found = work(conn)?;
        if found < 1 || found > i64::try_from(CLIENTS).unwrap_or(i64::MAX) / 2 {
            return Err(Failure::new(format!("{COUNT}: {found} clients are not worth counting")));
        }
        // The first reads what is not in memory yet.
        times.extend((n > 0).then(|| started.elapsed()));
    }
    Ok(middle(times))
}

/// Measures what is wanted of these, on databases of their own.
///
/// # Errors
/// A database cannot be made or filled.
pub fn measure(place: &mut Place, only: &[String]) -> Outcome<Figures> {
    let wanted = |name: &str| super::wanted(only, name);
    let mut figures = Figures::default();
    if wanted(KEEP) {
        let (_, target) = place.database("kept")?;
        say(format!("Measuring: {KEEP}"));
        let db = Db::open(Opener::new(target.clone()), target.clone(), Sizes::for_target(&target))?;
        let amounts = super::fill::Amounts { contacts: 20_000, interactions: 200_000, intervals: 20_000 };
        let sample = super::fill::fill(&db, amounts, &|_| ())?;
        super::settle(&target)?;
        figures.keep = keep(&db, &sample)?;
    }
    if wanted(COUNT) {
        let (_, target) = place.database("wide")?;
        say(format!("Filling 'wide': {CLIENTS} clients, {TOUCHPOINTS} touchpoints"));
        let db = Db::open(Opener::new(target.clone()), target.clone(), Sizes::for_target(&target))?;
        widen(&db)?;
        drop(db);
        super::settle(&target)?;
        say(format!("Measuring: {COUNT}"));
        let mut conn = Opener::new(target).open().map_err(Failure::new)?;
        let (by, rule) = (Principal::system(), behaviour());
        figures.count = timed(&mut conn, |conn| members::how_many(conn, &by, &rule))?;
        let language = crate::segments::describe::Language::English;
        figures.preview =
            timed(&mut conn, |conn| members::preview(conn, &by, &rule, language).map(|preview| preview.count))?;
    }
    Ok(figures)
}

/// What must be reached.
#[must_use]
pub fn goals(figures: Figures, decide: Option<f64>, contact: Option<f64>) -> Vec<Goal> {
    let at_most = |name: &str, value, bound| Goal { name: name.to_owned(), value, bound, at_least: false };
    let per = decide.zip(contact).and_then(|(decide, contact)| ratio(decide, contact));
    vec![
        at_most("a touchpoint's memberships among 100 rules, ms", figures.keep, 5.0),
        at_most("count of three conditions, 1M clients, 3M touchpoints, ms", figures.count, 150.0),
        at_most("preview of the same rule, ms", figures.preview, 300.0),
        Goal { name: "decide / one contact (HTTP)".to_owned(), value: per, bound: 0.5, at_least: true },
    ]
}
