//! Applying the rules to the past: every touchpoint's group, then its client's leads, in short pieces that go on where
//! the last one ended, also after a restart.

use std::collections::BTreeSet;
use std::time::Duration;

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Arrival, store};
use crate::contacts::ContactId;
use crate::db::schema::{contacts, timeline_entries as entries};
use crate::db::types::{Guid, Instant};
use crate::db::{Connection, Db, settings};
use crate::error::Result;
use crate::interactions::{Interaction, InteractionId};
use crate::pipelines::leads::touches;

/// Where the work stands, among the settings.
const KEY: &str = "channel_rules_applied";
/// Touchpoints of one piece.
const PIECE: i64 = 300;

/// How far the rules have been applied to the past.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = ChannelApplication)]
pub struct Application {
    /// When it began.
    pub started_at: Instant,
    /// When it ended; `null` while it goes on.
    pub finished_at: Option<Instant>,
    /// Touchpoints looked at.
    pub seen: i64,
    /// Touchpoints that came into another group.
    pub changed: i64,
    /// The last touchpoint looked at, by client and time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(ignore)]
    pub after: Option<(ContactId, Instant, InteractionId)>,
}

/// How far it is; `None` where it never began.
///
/// # Errors
/// The database is away.
pub fn state(conn: &mut Connection) -> Result<Option<Application>> {
    settings::get(conn, KEY)
}

/// Begins anew; one that goes on begins again.
///
/// # Errors
/// The database is away.
pub fn begin(conn: &mut Connection) -> Result<Application> {
    let new = Application { started_at: Instant::now(), finished_at: None, seen: 0, changed: 0, after: None };
    settings::put(conn, KEY, new.clone())?;
    Ok(new)
}

/// Applies the rules for ever: whenever somebody asks, and once after an update from a version without them.
pub async fn run(db: Db) {
    loop {
        let begun = tokio::time::Instant::now();
        let wait = match step(&db).await {
            Ok(false) => Duration::from_secs(5),
            // Others come first.
            Ok(true) => (begun.elapsed() * 2).max(Duration::from_millis(20)),
            Err(error) => {
                tracing::warn!(%error, cause = error.cause.as_deref(), "applying channel rules failed");
                Duration::from_secs(60)
            }
        };
        tokio::time::sleep(wait).await;
    }
}

/// Takes the next piece; says whether there may be more.
///
/// # Errors
/// The database is away.
pub async fn step(db: &Db) -> Result<bool> {
    let goes_on = |state: &Option<Application>| state.as_ref().is_none_or(|state| state.finished_at.is_none());
    if !db.read(move |conn| Ok(goes_on(&state(conn)?))).await? {
        return Ok(false);
    }
    db.write(piece).await
}

fn piece(conn: &mut Connection) -> Result<bool> {
    let mut state = match state(conn)? {
        Some(state) => state,
        None => begin(conn)?,
    };
    if state.finished_at.is_some() {
        return Ok(false);
    }
    let rows = next(conn, state.after)?;
    let rules = store::in_force(conn)?;
    let clients: BTreeSet<ContactId> = rows.iter().map(|row| row.contact_id).collect();
    // What an erased person's touchpoints told is gone; their groups stay.
    let erased = contacts::table.filter(contacts::id.eq_any(&clients)).filter(contacts::erased_at.is_not_null());
    let erased: BTreeSet<ContactId> = erased.select(contacts::id).load(conn)?.into_iter().collect();
    let mut touched: BTreeSet<ContactId> = BTreeSet::new();
    for row in rows.iter().filter(|row| !erased.contains(&row.contact_id)) {
        let group = Arrival::of(row).map(|arrival| rules.group(&arrival).0.to_owned());
        if group != row.channel_group {
            state.changed += 1;
            touched.insert(row.contact_id);
            let own = entries::table.filter(entries::id.eq(row.id));
            diesel::update(own).set(entries::channel_group.eq(group)).execute(conn)?;
        }
    }
    touches::of_clients(conn, &touched.into_iter().collect::<Vec<_>>(), None)?;
    state.seen += i64::try_from(rows.len()).unwrap_or(0);
    state.after = rows.last().map(|last| (last.contact_id, last.occurred_at, last.id));
    state.finished_at = rows.is_empty().then(Instant::now);
    settings::put(conn, KEY, state)?;
    Ok(!rows.is_empty())
}

/// The next touchpoints in the order in which they are stored: deleted ones too, which may be restored.
fn next(conn: &mut Connection, after: Option<(ContactId, Instant, InteractionId)>) -> Result<Vec<Interaction>> {
    let nobody = (ContactId(Guid(uuid::Uuid::nil())), Instant::MIN, InteractionId(Guid(uuid::Uuid::nil())));
    let (client, at, id) = after.unwrap_or(nobody);
    let line = entries::table.filter(entries::channel.is_not_null()).into_boxed();
    let rest = line
        .filter(entries::contact_id.eq(client))
        .filter(entries::occurred_at.gt(at).or(entries::occurred_at.eq(at).and(entries::id.gt(id))))
        .order((entries::occurred_at, entries::id))
        .limit(PIECE)
        .select(Interaction::as_select());
    let mut rows: Vec<Interaction> = rest.load(conn)?;
    let room = PIECE - i64::try_from(rows.len()).unwrap_or(PIECE);
    if room > 0 {
        let others = entries::table.filter(entries::channel.is_not_null()).filter(entries::contact_id.gt(client));
        let ordered = others.order((entries::contact_id, entries::occurred_at, entries::id)).limit(room);
        rows.extend(ordered.select(Interaction::as_select()).load::<Interaction>(conn)?);
    }
    Ok(rows)
}
