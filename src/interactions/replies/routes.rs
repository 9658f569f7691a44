//! Clients who wait for an answer, over HTTP.

use actix_web::web::Data;

use super::list::{self, AwaitingQuery, AwaitingReply};
use crate::accounts::May;
use crate::accounts::permissions::grants;
use crate::app::App;
use crate::error::Result;
use crate::http::{Page, Query, Reply, Routes, handlers};

/// Lists the clients whose last message nobody has answered, whoever waits longest first. Messages are e-mails, chats,
/// posts, texts, letters and forms that came in, and calls that nobody took; answers are messages to the client that are
/// part of no campaign, calls that were taken, meetings and visits.
#[utoipa::path(get, path = "/interactions/awaiting-reply", operation_id = "list_awaiting_replies", tag = "interactions", security(("bearer" = ["interactions:read"])), params(AwaitingQuery), responses((status = 200, body = Page<AwaitingReply>)))]
async fn awaiting(actor: May<grants::InteractionsRead>, app: Data<App>, query: Query<AwaitingQuery>) -> Result<Reply> {
    app.read(&actor, move |conn, by| Reply::ok(&list::page(conn, by, &query.0)?)).await
}

/// The route of the list.
pub fn routes(cfg: &mut Routes) {
    handlers!(cfg: awaiting);
}
