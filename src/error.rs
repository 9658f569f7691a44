//! What can go wrong, and how it is told: one table from code to HTTP status and title.
//!
//! A problem is sent as RFC 9457 `application/problem+json`. Internal causes are logged with the request id and never sent.

use std::borrow::Cow;

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use diesel::result::{DatabaseErrorKind, Error as Diesel};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// The result of everything that can fail with an [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $text:literal, $status:literal, $title:literal;)+) => {
        /// Stable, machine-readable names of problems.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
        pub enum Code { $($(#[$doc])* #[serde(rename = $text)] $variant),+ }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The code as sent.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// The HTTP status it is sent with.
            #[must_use]
            pub const fn status(self) -> u16 {
                match self { $(Self::$variant => $status),+ }
            }

            /// A short human summary, the same for every occurrence.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title),+ }
            }
        }
    };
}

codes! {
    MalformedBody = "malformed_body", 400, "The body cannot be read";
    MalformedQuery = "malformed_query", 400, "The query string cannot be read";
    MalformedHeader = "malformed_header", 400, "A header cannot be read";
    Unauthorized = "unauthorized", 401, "Credentials are missing or not valid";
    InvalidCredentials = "invalid_credentials", 401, "The e-mail address or the password is wrong";
    TokenExpired = "token_expired", 401, "The access token has expired";
    TokenReused = "token_reused", 401, "The refresh token was used before: the session has been closed";
    Forbidden = "forbidden", 403, "You may not do this";
    NotFound = "not_found", 404, "There is no such thing";
    MethodNotAllowed = "method_not_allowed", 405, "The method is not allowed here";
    Conflict = "conflict", 409, "The change conflicts with the present state";
    AlreadyExists = "already_exists", 409, "It exists already";
    IdentityTaken = "identity_taken", 409, "The identity belongs to another contact";
    InUse = "in_use", 409, "It is in use";
    SegmentBroken = "segment_broken", 409, "The segment's rule cannot be read any more";
    SetupDone = "setup_done", 409, "The first administrator exists already";
    IdempotencyMismatch = "idempotency_mismatch", 409, "The Idempotency-Key was used for another request";
    CursorExpired = "cursor_expired", 410, "The cursor is older than what is kept";
    PreconditionFailed = "precondition_failed", 412, "It was changed by somebody else";
    TooLarge = "too_large", 413, "The request is too large";
    UnsupportedMediaType = "unsupported_media_type", 415, "The content type is not supported";
    Invalid = "invalid", 422, "Some fields are not valid";
    PreconditionRequired = "precondition_required", 428, "If-Match is required";
    TooMany = "too_many_requests", 429, "Too many requests";
    Internal = "internal", 500, "Something went wrong on our side";
    Unavailable = "unavailable", 503, "The service is not available for the moment";
    StorageFull = "storage_full", 503, "The disk is full";
}

crate::text_schema!(Code);

/// One bad field of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// Where it is: `name`, `emails[0].address`, or a header's or query parameter's name.
    pub field: Cow<'static, str>,
    /// What is wrong, as a stable word: `required`, `unknown`, `type`, `length`, `format`, `range`, ….
    pub code: Cow<'static, str>,
    /// What is wrong, for a person.
    pub message: Cow<'static, str>,
    /// The numbers and words of the message, for whoever says it in another language: `min` and `max` of a `length` or a
    /// `range`, the words that are `allowed` of a `choice`, what was `expected` of a `type`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub params: Option<Box<Map<String, Value>>>,
}

impl FieldError {
    /// A bad field.
    pub fn new(
        field: impl Into<Cow<'static, str>>,
        code: impl Into<Cow<'static, str>>,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { field: field.into(), code: code.into(), message: message.into(), params: None }
    }

    /// A number that lies outside the range.
    pub fn outside(field: impl Into<Cow<'static, str>>, min: i64, max: i64) -> Self {
        let message = format!("must be between {min} and {max}");
        Self::new(field, "range", message).with("min", min).with("max", max)
    }

    /// The same with a number or word of its message.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.params.get_or_insert_default().insert(name.into(), value.into());
        self
    }

    /// The same error of a field inside `parent`.
    #[must_use]
    pub fn within(mut self, parent: &str) -> Self {
        self.field = match self.field.chars().next() {
            None => parent.to_owned(),
            Some('[') => format!("{parent}{}", self.field),
            Some(_) => format!("{parent}.{}", self.field),
        }
        .into();
        self
    }
}

/// A problem on its way to the caller.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{}: {}", .code.as_str(), .detail.as_deref().unwrap_or(.code.title()))]
pub struct Error {
    /// Which problem.
    pub code: Code,
    /// What happened this time, for a person.
    pub detail: Option<Cow<'static, str>>,
    /// The bad fields, all of them at once.
    pub errors: Vec<FieldError>,
    /// Seconds after which a retry makes sense.
    pub retry_after: Option<u64>,
    /// The methods that are allowed, where another was used.
    pub allow: Option<String>,
    /// The cause, for the log only.
    pub cause: Option<String>,
    /// Set where running the same work again may succeed (a deadlock, a serialisation failure).
    pub transient: bool,
}

impl Error {
    /// A problem without detail.
    #[must_use]
    pub const fn new(code: Code) -> Self {
        Self { code, detail: None, errors: Vec::new(), retry_after: None, allow: None, cause: None, transient: false }
    }

    /// A problem explained.
    pub fn because(code: Code, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { detail: Some(detail.into()), ..Self::new(code) }
    }

    /// Bad fields.
    #[must_use]
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        Self { errors, ..Self::new(Code::Invalid) }
    }

    /// One bad field.
    pub fn field(
        field: impl Into<Cow<'static, str>>,
        code: impl Into<Cow<'static, str>>,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::invalid(vec![FieldError::new(field, code, message)])
    }

    /// One number that lies outside its range.
    pub fn outside(field: impl Into<Cow<'static, str>>, min: i64, max: i64) -> Self {
        Self::invalid(vec![FieldError::outside(field, min, max)])
    }

    /// There is no such thing, or the caller may not know of it.
    #[must_use]
    pub const fn not_found() -> Self {
        Self::new(Code::NotFound)
    }

    /// A failure of ours; `cause` goes to the log only.
    pub fn internal(cause: impl ToString) -> Self {
        Self { cause: Some(cause.to_string()), ..Self::new(Code::Internal) }
    }

    /// The database or a queue cannot take the work now.
    pub fn unavailable(cause: impl ToString) -> Self {
        Self { cause: Some(cause.to_string()), retry_after: Some(1), ..Self::new(Code::Unavailable) }
    }

    /// A file of ours cannot be written or read.
    #[must_use]
    pub fn from_io(error: &std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
                Self { cause: Some(error.to_string()), retry_after: Some(30), ..Self::new(Code::StorageFull) }
            }
            _ => Self::internal(error),
        }
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

/// RFC 9457 problem details.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Problem {
    /// Always `about:blank`: the meaning is in `code`.
    pub r#type: &'static str,
    /// A short summary of `code`.
    pub title: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// Stable name of the problem.
    pub code: Code,
    /// What happened this time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<Cow<'static, str>>,
    /// Every bad field.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// The request's id, to be quoted to support.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

impl Error {
    /// The problem as sent, without the request's id.
    #[must_use]
    pub fn to_problem(&self) -> Problem {
        Problem {
            r#type: "about:blank",
            title: self.code.title(),
            status: self.code.status(),
            code: self.code,
            detail: self.detail.clone(),
            errors: self.errors.clone(),
            request_id: None,
        }
    }
}

impl actix_web::ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        self.status()
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status());
        if let Some(seconds) = self.retry_after {
            response.insert_header((header::RETRY_AFTER, seconds));
        }
        if let Some(methods) = &self.allow {
            response.insert_header((header::ALLOW, methods.as_str()));
        }
        if self.status() == StatusCode::UNAUTHORIZED {
            response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
        }
        response.content_type("application/problem+json").json(self.to_problem())
    }
}

impl From<Diesel> for Error {
    fn from(error: Diesel) -> Self {
        use DatabaseErrorKind as Kind;
        match &error {
            Diesel::NotFound => Self::not_found(),
            Diesel::DatabaseError(Kind::UniqueViolation, info) => {
                Self { cause: Some(info.message().to_owned()), ..Self::new(Code::AlreadyExists) }
            }
            Diesel::DatabaseError(Kind::SerializationFailure, info) => transient(info.message()),
            Diesel::DatabaseError(
                Kind::ClosedConnection | Kind::UnableToSendCommand | Kind::ReadOnlyTransaction,
                info,
            ) => Self::unavailable(info.message()),
            Diesel::DatabaseError(_, info) => from_message(info.message()),
            Diesel::BrokenTransactionManager => Self::unavailable(error),
            _ => Self::internal(error),
        }
    }
}

fn transient(message: &str) -> Error {
    Error { transient: true, ..Error::unavailable(message) }
}

/// Reads the failures that the drivers tell by their text alone.
fn from_message(message: &str) -> Error {
    const GONE: [&str; 10] = [
        "terminating connection",
        "server closed the connection",
        "connection to server",
        "no connection to the server",
        "could not receive data",
        "shutting down",
        "starting up",
        "SSL connection has been closed",
        "lock timeout",
        "statement timeout",
    ];
    const FULL: [&str; 4] = ["database or disk is full", "No space left", "disk I/O error", "could not extend file"];
    const AGAIN: [&str; 3] = ["deadlock detected", "database is locked", "database table is locked"];
    if FULL.iter().any(|known| message.contains(known)) {
        Error { cause: Some(message.to_owned()), retry_after: Some(30), ..Error::new(Code::StorageFull) }
    } else if AGAIN.iter().any(|known| message.contains(known)) {
        transient(message)
    } else if GONE.iter().any(|known| message.contains(known)) {
        Error::unavailable(message)
    } else {
        Error::internal(message)
    }
}

/// Gives a unique violation the caller's meaning.
pub trait OnUnique<T> {
    /// Turns "a unique index refused the row" into `code`; other errors pass.
    fn on_unique(self, code: Code, detail: impl Into<Cow<'static, str>>) -> Result<T>;
}

impl<T> OnUnique<T> for std::result::Result<T, Diesel> {
    fn on_unique(self, code: Code, detail: impl Into<Cow<'static, str>>) -> Result<T> {
        self.map_err(|error| match error {
            Diesel::DatabaseError(DatabaseErrorKind::UniqueViolation, _) => Error::because(code, detail),
            other => other.into(),
        })
    }
}
