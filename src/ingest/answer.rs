//! What senders are told. SDKs read `code` and `message`, and take anything but 200 for a failure of the whole.

use actix_web::HttpResponse;
use actix_web::http::header;
use serde::Serialize;
use utoipa::ToSchema;

use super::store::EventOutcome;
use crate::error::Error;

/// What became of a request's events.
#[derive(Debug, Serialize, ToSchema)]
pub struct Taken {
    /// Always true: the request was taken.
    pub success: bool,
    /// How many events were stored.
    pub accepted: usize,
    /// How many had been stored before.
    pub duplicates: usize,
    /// How many were refused; they are kept with the reason.
    pub refused: usize,
    /// One for each event, in their order.
    pub events: Vec<EventOutcome>,
}

/// Why a request was not taken.
#[derive(Debug, Serialize, ToSchema)]
pub struct Untaken {
    /// A stable word.
    pub code: &'static str,
    /// The reason, for a person.
    pub message: String,
}

/// The answer to a request that was not taken.
#[must_use]
pub fn untaken(error: &Error) -> HttpResponse {
    if error.code.status() >= 500 {
        tracing::error!(code = error.code.as_str(), cause = error.cause.as_deref(), "events were not taken");
    }
    let told = error.detail.as_deref().unwrap_or(error.code.title()).to_owned();
    let fields = error.errors.iter().map(|field| format!(" {}: {}.", field.field, field.message));
    let message = fields.fold(told, |told, field| told + &field);
    let mut response = HttpResponse::build(error.status());
    if let Some(seconds) = error.retry_after {
        response.insert_header((header::RETRY_AFTER, seconds));
    }
    response.json(Untaken { code: error.code.as_str(), message })
}
