//! What can go wrong: one type, two faces.
//!
//! A handler returns an [`Error`]. It travels through the response's extensions to the edge, where the page's or the
//! API's face gives it words ([`crate::page::faces`], [`crate::api::faces`]) and [`crate::web`] logs it, once. What is
//! internal is logged and never shown.

use std::{num::NonZeroU32, sync::Arc};

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::choice::Unknown;

/// Short for a result with the house's one error.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, named by what it is.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is nothing of that name that the caller may see.
    #[error("there is no {0} here")]
    NotFound(&'static str),
    /// No API key, or none that is valid.
    #[error("the X-API-Key header is missing or holds no valid key")]
    Unauthorized,
    /// An API key whose time is over.
    #[error("the key in X-API-Key has expired")]
    KeyExpired,
    /// An API key that does not reach so far.
    #[error("this key has not the scope that the call needs: {needed}; it has {has}")]
    Forbidden {
        /// The scope that the call needs.
        needed: &'static str,
        /// Those that the key has.
        has: String,
    },
    /// Fields that cannot be accepted; never empty.
    #[error("{}", sentence(.0))]
    Invalid(Vec<Invalid>),
    /// What is asked for contradicts what is there.
    #[error("{0}")]
    Conflict(String),
    /// Meta did not answer, or asks for a wait of that many seconds: nothing was changed, and later it may work.
    #[error("Meta could not be asked now; nothing was changed, try again later")]
    MetaDown(Option<u64>),
    /// What the caller means to change is not as they saw it.
    #[error("the thing has changed since: its ETag is not the one in If-Match")]
    Changed,
    /// The same request, under the same key, has not been answered yet.
    #[error("a request with this Idempotency-Key is still running; ask again for its answer")]
    StillRunning,
    /// The key has called as often as it may.
    #[error("too many calls: a key may make {limit} a minute")]
    TooMany {
        /// Calls a minute.
        limit: NonZeroU32,
        /// Seconds until the next.
        retry_after: i64,
    },
    /// Too much comes from one address.
    #[error("too many requests from your address; try again later")]
    Crowded {
        /// Seconds after which it is worth asking again.
        retry_after: i64,
    },
    /// A request whose body did not come in time.
    #[error("the request's body did not arrive in time")]
    TooSlow,
    /// A request with more in it than anybody needs.
    #[error("the body is too large")]
    TooLarge,
    /// The house has too much to do, or its database has.
    #[error("busy: {0}")]
    Busy(String),
    /// Somebody we depend on does not answer.
    #[error("{0} is not answering; try again in a minute")]
    Unavailable(&'static str),
    /// A login's answer that does not belong to a login of this browser.
    #[error("the login's answer does not belong to this browser")]
    ForeignLogin,
    /// A form or address that our own pages never send.
    #[error("the request is not one that our pages send: {0}")]
    BadRequest(&'static str),
    /// The database did not do what it was asked.
    #[error("database: {}", in_words(.0))]
    Database(sqlx::Error),
    /// The database does nothing for anybody now: its disk is full or may not be written, it is busy or away.
    #[error("database, for now: {}", in_words(.0))]
    DatabaseDown(sqlx::Error),
    /// Something sealed does not open: its key is not in `SECRET_KEYS`, or the row was tampered with.
    #[error("sealed data in {0} does not open with any of SECRET_KEYS")]
    Sealed(String),
    /// Something else of ours is broken.
    #[error("{0}")]
    Internal(String),
}

/// One field that cannot be accepted.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[schema(as = FieldError)]
pub struct Invalid {
    /// The field, as a path inside the envelope: `theme_config.primary_color`.
    #[schema(examples("language"))]
    pub field: String,
    /// What is allowed there.
    #[schema(examples("language must be one of en, es, pt, hi, id, ar"))]
    pub message: String,
}

impl Error {
    /// One field that cannot be accepted, and what is allowed there.
    #[must_use]
    pub fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Invalid(vec![Invalid { field: field.into(), message: message.into() }])
    }

    /// The status both faces answer with.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::NotFound(_) => StatusCode::NOT_FOUND,
            Self::Unauthorized | Self::KeyExpired => StatusCode::UNAUTHORIZED,
            Self::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Conflict(_) | Self::StillRunning => StatusCode::CONFLICT,
            Self::MetaDown(_) | Self::Unavailable(_) | Self::DatabaseDown(_) | Self::Busy(_) => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Changed => StatusCode::PRECONDITION_FAILED,
            Self::TooMany { .. } | Self::Crowded { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::ForeignLogin | Self::Forbidden { .. } => StatusCode::FORBIDDEN,
            Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::Database(_) | Self::Sealed(_) | Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The machine-readable name that stands beside the sentence in API errors.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound(_) => "not_found",
            Self::Unauthorized => "unauthorized",
            Self::KeyExpired => "key_expired",
            Self::Forbidden { .. } => "forbidden",
            Self::Invalid(_) => "invalid",
            Self::Conflict(_) => "conflict",
            Self::MetaDown(_) => "meta_unavailable",
            Self::Changed => "precondition_failed",
            Self::StillRunning => "request_in_progress",
            Self::TooMany { .. } | Self::Crowded { .. } => "rate_limited",
            Self::TooSlow => "timeout",
            Self::TooLarge => "too_large",
            Self::Unavailable(_) | Self::DatabaseDown(_) | Self::Busy(_) => "unavailable",
            Self::ForeignLogin => "foreign_login",
            Self::BadRequest(_) => "bad_request",
            Self::Database(_) | Self::Sealed(_) | Self::Internal(_) => "internal",
        }
    }

    /// Seconds after which it is worth asking again.
    #[must_use]
    pub fn retry_after(&self) -> Option<i64> {
        match self {
            Self::TooMany { retry_after, .. } | Self::Crowded { retry_after } => Some(*retry_after),
            Self::StillRunning => Some(1),
            Self::DatabaseDown(_) => Some(30),
            Self::Busy(_) => Some(5),
            _ => None,
        }
    }

    /// Whether it is trouble of ours that may be over in a moment: the same request is worth sending again.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Busy(_) | Self::DatabaseDown(_))
    }

    /// Whether the text is for the log alone, and may not leave the house.
    #[must_use]
    pub fn is_internal(&self) -> bool {
        self.status() == StatusCode::INTERNAL_SERVER_ERROR || self.is_passing()
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        if is_passing(&error) { Self::DatabaseDown(error) } else { Self::Database(error) }
    }
}

/// Whether the database would have refused anything else as well, and what it was asked may work later as it stands.
fn is_passing(error: &sqlx::Error) -> bool {
    match error {
        // The row is a newer version's, beside which this one runs: that can answer.
        sqlx::Error::ColumnDecode { source, .. } => source.is::<Unknown>(),
        sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => true,
        sqlx::Error::Database(e) => {
            let code = e.code().unwrap_or_default();
            if e.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some() {
                // The low byte is the primary code: busy, read-only, input or output, full, cannot open.
                code.parse().is_ok_and(|code: i32| matches!(code & 0xff, 5 | 8 | 10 | 13 | 14))
            } else {
                // Connections, resources such as the disk, an operator at work or a time-out; a server that only reads,
                // a lock that somebody keeps, a transaction that was ended because we said nothing.
                ["08", "53", "57"].iter().any(|class| code.starts_with(class))
                    || ["25006", "55P03", "25P03"].contains(&&*code)
            }
        }
        _ => false,
    }
}

/// What the database says, and its code: sqlx adds a line of PostgreSQL's own source, which nobody looks for there.
pub(crate) fn in_words(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Database(e) => match e.code() {
            Some(code) => format!("{} (code {code})", e.message()),
            None => e.message().to_owned(),
        },
        other => other.to_string(),
    }
}

/// All fields in one readable sentence, the first of them first.
fn sentence(fields: &[Invalid]) -> String {
    fields.iter().map(|f| f.message.as_str()).collect::<Vec<_>>().join("; ")
}

impl IntoResponse for Error {
    /// The bare status, with the error in the extensions for the face that the route belongs to.
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        if let Some(seconds) = self.retry_after() {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}
