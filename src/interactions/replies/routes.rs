//! Clients who wait for an answer, over HTTP.

use actix_web::web::{Data, Path};

use super::dismissal::{self, DismissQuery};
use super::list::{self, AwaitingQuery, AwaitingReply};
use crate::accounts::May;
use crate::accounts::permissions::grants;
use crate::app::App;
use crate::contacts::ContactId;
use crate::error::Result;
use crate::http::{Page, Query, Reply, Routes, handlers};

/// Lists the clients whose last message nobody has answered, whoever waits longest first. Messages are e-mails, chats,
/// posts, texts, letters and forms that came in, and calls that nobody took; answers are messages to the client that are
/// part of no campaign, calls that were taken, meetings and visits.
#[utoipa::path(get, path = "/interactions/awaiting-reply", operation_id = "list_awaiting_replies", tag = "interactions", security(("bearer" = ["interactions:read"])), params(AwaitingQuery), responses((status = 200, body = Page<AwaitingReply>)))]
async fn awaiting(actor: May<grants::InteractionsRead>, app: Data<App>, query: Query<AwaitingQuery>) -> Result<Reply> {
    app.read(&actor, move |conn, by| Reply::ok(&list::page(conn, by, &query.0)?)).await
}

/// Puts a client aside whose last message needs no answer: it waits no longer, until it turns to us again. One who does not
/// wait stays as it is.
#[utoipa::path(post, path = "/contacts/{id}/awaiting-reply/dismiss", operation_id = "dismiss_awaiting_reply", tag = "interactions", security(("bearer" = ["interactions:write"])), params(("id" = ContactId, Path), DismissQuery), responses((status = 204)))]
async fn dismiss(
    actor: May<grants::InteractionsWrite>,
    app: Data<App>,
    id: Path<ContactId>,
    query: Query<DismissQuery>,
) -> Result<Reply> {
    app.write(&actor, None, move |conn, by| dismissal::dismiss(conn, by, *id, query.0).map(|()| Reply::no_content()))
        .await
}

/// Lets a client wait again that was put aside.
#[utoipa::path(delete, path = "/contacts/{id}/awaiting-reply/dismiss", operation_id = "undo_dismiss_awaiting_reply", tag = "interactions", security(("bearer" = ["interactions:write"])), params(("id" = ContactId, Path)), responses((status = 204)))]
async fn undo(actor: May<grants::InteractionsWrite>, app: Data<App>, id: Path<ContactId>) -> Result<Reply> {
    app.write(&actor, None, move |conn, by| dismissal::undo(conn, by, *id).map(|()| Reply::no_content())).await
}

/// The routes of the list.
pub fn routes(cfg: &mut Routes) {
    handlers!(cfg: awaiting, dismiss, undo);
}
