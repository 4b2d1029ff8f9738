//! What a client is told when something cannot be done: a status, a word for programs and a sentence for people. What only the
//! operator needs to know, such as hosts and names of collections, goes to the log.

use axum::{
    Json,
    extract::rejection::{JsonRejection, PathRejection},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use strandscope::{Error, ErrorKind};

/// Why a request came to nothing.
#[derive(Debug)]
pub struct Fault {
    status: StatusCode,
    code: &'static str,
    message: String,
    /// The session and the turn that it is about: the same turn can be asked for again.
    turn: Option<Box<(String, String)>>,
}

impl Fault {
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), turn: None }
    }

    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid", message)
    }

    pub fn busy() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", "the service has too much to do now; try again in a moment")
    }

    pub fn crash() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "something went wrong here")
    }

    /// Nobody can say yet whether a turn will be stored.
    pub fn unconfirmed() -> Self {
        Self::new(
            StatusCode::GATEWAY_TIMEOUT,
            "unconfirmed",
            "it may have been stored or may still be; ask for the same turn_id again, and it is stored once",
        )
    }

    pub fn no_route() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "there is nothing at this address")
    }

    pub fn no_method() -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method", "this address does not take that method")
    }

    /// The same, about a turn.
    pub fn of_turn(mut self, session: &str, turn: &str) -> Self {
        self.turn = Some(Box::new((session.to_owned(), turn.to_owned())));
        self
    }

    /// `{error, message, session_id?, turn_id?}`.
    pub fn body(&self) -> Value {
        let mut body = json!({ "error": self.code, "message": self.message });
        if let Some(about) = &self.turn {
            body["session_id"] = json!(about.0);
            body["turn_id"] = json!(about.1);
        }
        body
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body())).into_response();
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from_static("1"));
        }
        response
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        let fault = of_error(&error);
        if fault.status.is_server_error() {
            tracing::error!(%error, "a request failed");
        }
        fault
    }
}

fn of_error(error: &Error) -> Fault {
    // What these say is about what the client gave, and names no place.
    match error {
        Error::TooLarge { .. } => {
            return Fault::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", error.to_string());
        }
        Error::Key { .. } | Error::Invalid { .. } => return Fault::invalid(error.to_string()),
        _ => {}
    }
    match error.kind() {
        ErrorKind::NotFound => Fault::new(StatusCode::NOT_FOUND, "not_found", "there is no such session"),
        ErrorKind::Conflict => {
            Fault::new(StatusCode::CONFLICT, "conflict", "it was changed meanwhile; read it again, then try again")
        }
        ErrorKind::Refused => Fault::new(StatusCode::UNPROCESSABLE_ENTITY, "refused", error.to_string()),
        ErrorKind::Connection => Fault::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "unavailable",
            "the sessions cannot be reached now; try again in a moment",
        ),
        ErrorKind::Busy => Fault::busy(),
        ErrorKind::Unconfirmed => Fault::new(
            StatusCode::GATEWAY_TIMEOUT,
            "unconfirmed",
            "it may have been carried out or may still be; read before you try again",
        ),
        _ => Fault::crash(),
    }
}

impl From<JsonRejection> for Fault {
    fn from(rejection: JsonRejection) -> Self {
        let code = if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE { "too_large" } else { "invalid" };
        Self::new(rejection.status(), code, rejection.body_text())
    }
}

impl From<PathRejection> for Fault {
    fn from(rejection: PathRejection) -> Self {
        Self::new(rejection.status(), "invalid", rejection.body_text())
    }
}
