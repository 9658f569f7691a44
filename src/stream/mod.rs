//! What happens, as it happens: new timeline entries and lead moves, and entries taken back, as Server-Sent Events. A client that was away goes on
//! where it stopped, without gap, also on another server.

pub mod feed;

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header::{CACHE_CONTROL, ContentEncoding, HeaderName};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use bytes::Bytes;
use futures_util::Stream;
use serde::Deserialize;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::Instant;
use utoipa::IntoParams;

use self::feed::{News, Wanted};
use crate::accounts::permissions::grants;
use crate::accounts::{May, Principal};
use crate::app::App;
use crate::contacts::{self, ContactId};
use crate::error::{Code, Error, Result};
use crate::http::{Query, Routes, handlers};
use crate::pipelines::LeadId;
use crate::sync::log::{self, Place};
use crate::sync::wake::Wake;
use crate::timeline::filter::several;

/// The most streams at once: each is a client that reads when something was written.
const MOST: usize = 500;
/// Without news a line is sent, so that nobody on the way takes the connection for dead.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// A stream ends after so many seconds; the client comes back with fresh credentials.
const LONGEST: u32 = 600;

/// The streams of this server.
#[derive(Debug)]
pub struct Streams {
    places: Arc<Semaphore>,
    closing: watch::Sender<bool>,
}

impl Default for Streams {
    fn default() -> Self {
        Self { places: Arc::new(Semaphore::new(MOST)), closing: watch::Sender::new(false) }
    }
}

impl Streams {
    /// A place among those who listen, to be kept while listening.
    ///
    /// # Errors
    /// All are taken.
    pub fn enter(&self) -> Result<OwnedSemaphorePermit> {
        self.places
            .clone()
            .try_acquire_owned()
            .map_err(|_| Error { retry_after: Some(5), ..Error::because(Code::TooMany, "Too many streams are open.") })
    }

    /// Tells when the server is to stop.
    #[must_use]
    pub fn closing(&self) -> watch::Receiver<bool> {
        self.closing.subscribe()
    }

    /// Ends all streams, for the server to stop; clients come back to whoever serves next.
    pub fn close(&self) {
        self.closing.send_replace(true);
    }
}

/// Which news.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct StreamQuery {
    /// Only of this client, with all that is merged into it.
    contact_id: Option<ContactId>,
    /// Only about this lead.
    lead_id: Option<LeadId>,
    /// Only these types: `interaction`, `note`, `task`, `stage_move`, `change`, with commas between; `deleted` is sent of
    /// entries that were of these types.
    #[param(example = "stage_move,change")]
    types: Option<String>,
    /// End after so many seconds: up to 600, which is the default; 0 sends what there is and ends.
    #[param(minimum = 0, maximum = 600)]
    seconds: Option<u32>,
}

struct Listener {
    app: Data<App>,
    by: Arc<Principal>,
    wanted: Wanted,
    place: Place,
    greeting: Option<Bytes>,
    more: bool,
    ends: Instant,
    last_sent: Instant,
    wake: Wake,
    _place: OwnedSemaphorePermit,
}

/// Sends new timeline entries as they are recorded (Server-Sent Events), and those that are put back. Each has the entry's
/// type as its event and an id to go on from with `Last-Event-ID`. An event `deleted` names, by `id`, `contact_id`, `type`
/// and `lead_id`, an interaction, note or task that was taken back. Moves and changes of leads bear the lead as it is now: `lead`
/// with `id`, `title`, `pipeline_id`, `stage_id`, `stage_name`, `stage_kind`, `stage_entered_at`, `version` and `deleted_at`. Without `Last-Event-ID` the stream begins now, with an event `ready`. An event `reset` says that
/// more was missed than is kept (30 days, unless set otherwise).
#[utoipa::path(get, path = "/stream", operation_id = "stream_entries", tag = "timeline", security(("bearer" = ["contacts:read"])), params(StreamQuery, ("Last-Event-ID" = Option<String>, Header)), responses((status = 200, content_type = "text/event-stream", body = String)))]
async fn stream(
    actor: May<grants::ContactsRead>,
    app: Data<App>,
    query: Query<StreamQuery>,
    req: HttpRequest,
) -> Result<HttpResponse> {
    let StreamQuery { contact_id, lead_id, types, seconds } = query.0;
    let seconds = seconds.unwrap_or(LONGEST);
    if seconds > LONGEST {
        return Err(Error::outside("seconds", 0, 600));
    }
    let mut errors = Vec::new();
    let types = several("types", types.as_deref(), &mut errors);
    if !errors.is_empty() {
        return Err(Error::invalid(errors));
    }
    let resume = req.headers().get("last-event-id").map(|value| value.to_str().ok().and_then(|text| text.parse().ok()));
    let resume: Option<Place> = match resume {
        Some(None) => return Err(Error::because(Code::MalformedHeader, "Last-Event-ID is not an id of this stream.")),
        resume => resume.flatten(),
    };
    let permit = app.streams.enter()?;
    let wake = Wake::new(&app.db, app.streams.closing());
    let by = Arc::new(Principal::clone(&actor));
    let caller = by.clone();
    let (place, forgotten) = app.db.read(move |conn| begin(conn, &caller, contact_id, resume)).await?;
    let event = if forgotten { "reset" } else { "ready" };
    let greeting = format!("retry: 2000\nid: {place}\nevent: {event}\ndata: {{}}\n\n");
    let now = Instant::now();
    let listener = Listener {
        wake,
        wanted: Wanted { contact: contact_id, lead: lead_id, types },
        greeting: Some(greeting.into()),
        more: true,
        ends: now + Duration::from_secs(seconds.into()),
        last_sent: now,
        _place: permit,
        app,
        by,
        place,
    };
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header((CACHE_CONTROL, "no-cache"))
        .insert_header((HeaderName::from_static("x-accel-buffering"), "no"))
        // Compression would hold small events back.
        .insert_header(ContentEncoding::Identity)
        .streaming(events(listener)))
}

fn begin(
    conn: &mut crate::db::Connection,
    by: &Principal,
    contact: Option<ContactId>,
    resume: Option<Place>,
) -> Result<(Place, bool)> {
    if let Some(contact) = contact {
        contacts::store::visible(conn, by, contact).map_err(|error| match error.code {
            Code::NotFound => Error::field("contact_id", "unknown", "there is no such contact"),
            _ => error,
        })?;
    }
    match resume {
        Some(place) if log::lost(conn, place)?.is_none() => Ok((place, false)),
        Some(_) => Ok((log::end(conn)?, true)),
        None => Ok((log::end(conn)?, false)),
    }
}

type Sent = std::result::Result<Bytes, Error>;

fn events(listener: Listener) -> Pin<Box<dyn Stream<Item = Sent>>> {
    Box::pin(futures_util::stream::unfold(listener, |mut listener| async move {
        let bytes = listener.next().await?;
        listener.last_sent = Instant::now();
        Some((Ok(bytes), listener))
    }))
}

impl Listener {
    /// What to send next; `None` ends the stream.
    async fn next(&mut self) -> Option<Bytes> {
        if let Some(greeting) = self.greeting.take() {
            return Some(greeting);
        }
        loop {
            if self.wake.is_closing() {
                return None;
            }
            let (by, place, wanted) = (self.by.clone(), self.place, self.wanted.clone());
            let read = self.app.db.read(move |conn| feed::after(conn, &by, place, &wanted)).await;
            let piece = match read {
                Ok(piece) => piece,
                Err(error) => {
                    tracing::warn!(%error, cause = error.cause.as_deref(), "a stream ends");
                    return None;
                }
            };
            (self.place, self.more) = (piece.place, piece.more);
            let text: String = piece.news.iter().filter_map(|(place, news)| event(*place, news)).collect();
            if !text.is_empty() {
                return Some(text.into());
            }
            if !self.more {
                if Instant::now() >= self.ends {
                    return None;
                }
                if self.last_sent.elapsed() >= HEARTBEAT {
                    // The place moves on also where nothing was for this listener.
                    return Some(format!("id: {}\n: still here\n\n", self.place).into());
                }
                self.wake.wait(self.ends).await;
            }
        }
    }
}

fn event(place: Place, news: &News) -> Option<String> {
    let (name, data) = match news {
        News::There(there) => (there.entry.entry_type.as_str(), serde_json::to_string(there)),
        News::Gone(entry) => ("deleted", serde_json::to_string(entry)),
    };
    Some(format!("id: {place}\nevent: {name}\ndata: {}\n\n", data.ok()?))
}

/// The route of the stream.
pub fn routes(cfg: &mut Routes) {
    handlers!(cfg: stream);
}
