//! Clients whose last message needs no answer: put aside until they turn to us again.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use super::list;
use crate::accounts::{Principal, audit};
use crate::contacts::{self, ContactId, cluster};
use crate::db::Connection;
use crate::db::schema::conversations;
use crate::db::types::Instant;
use crate::error::{Code, Error, Result};

/// Which message needs no answer.
#[derive(Debug, Clone, Copy, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DismissQuery {
    /// `waiting_since` as the list shows it: where the client has turned to us again since, nothing is done (`conflict`).
    /// Whatever was the last message, where absent.
    waiting_since: Option<Instant>,
}

/// What the record says of it.
#[derive(Serialize)]
struct Dismissed {
    waiting_since: Instant,
}

/// Puts a client aside who waits for an answer; one who does not wait stays as it is.
///
/// # Errors
/// The client is not visible; [`Code::Conflict`] where it has turned to us since.
pub fn dismiss(conn: &mut Connection, by: &Principal, client: ContactId, query: DismissQuery) -> Result<()> {
    contacts::store::visible(conn, by, client)?;
    let members = cluster::all_of(conn, client)?;
    let Some(since) = list::since(conn, by, &members)? else { return Ok(()) };
    if query.waiting_since.is_some_and(|seen| seen != since) {
        return Err(Error::because(Code::Conflict, "The client has turned to us since: look at the message first."));
    }
    let waiting = conversations::table
        .filter(conversations::contact_id.eq_any(&members))
        .filter(conversations::waiting_since.is_not_null());
    diesel::update(waiting).set(conversations::dismissed_at.eq(conversations::asked_at)).execute(conn)?;
    let after = Dismissed { waiting_since: since };
    audit::record(conn, by, "dismiss_reply", contacts::store::subject(client), None::<&Dismissed>, Some(&after))
}

/// Lets a client wait again that was put aside.
///
/// # Errors
/// The client is not visible.
pub fn undo(conn: &mut Connection, by: &Principal, client: ContactId) -> Result<()> {
    contacts::store::visible(conn, by, client)?;
    let members = cluster::all_of(conn, client)?;
    let aside = conversations::table
        .filter(conversations::contact_id.eq_any(&members))
        .filter(conversations::dismissed_at.is_not_null());
    if diesel::update(aside).set(conversations::dismissed_at.eq(None::<Instant>)).execute(conn)? == 0 {
        return Ok(());
    }
    let after = list::since(conn, by, &members)?.map(|waiting_since| Dismissed { waiting_since });
    audit::record(conn, by, "await_reply", contacts::store::subject(client), None::<&Dismissed>, after.as_ref())
}
