//! What is asked, and why it is refused: always in the same shape.

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, PathRejection, QueryRejection};
use axum::extract::{self, FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use lease::{Problem, UnknownSku};
use serde::de::DeserializeOwned;

use super::{LONGEST_BODY, VERSIONS};
use crate::pool::body::{ErrorBody, ErrorText};
use crate::pool::keeper::Fault;

/// Why a request is not obeyed.
#[derive(Debug)]
pub(super) struct Refusal(StatusCode, &'static str, String);

impl Refusal {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self(status, code, message.into())
    }

    pub(super) fn unknown() -> Self {
        let message = "send the token of the pool as `Authorization: Bearer TOKEN`";
        Self::new(StatusCode::UNAUTHORIZED, "AuthenticationFailed", message)
    }

    pub(super) fn version() -> Self {
        let message = format!("say ?api-version=, one of {}", VERSIONS.join(", "));
        Self::new(StatusCode::BAD_REQUEST, "InvalidApiVersionParameter", message)
    }

    pub(super) fn nowhere() -> Self {
        Self::new(StatusCode::NOT_FOUND, "NotFound", "there is nothing here: see /openapi.json")
    }

    pub(super) fn not_allowed() -> Self {
        let message = "that cannot be done here: see /openapi.json";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed", message)
    }

    pub(super) fn broken() -> Self {
        let message = "the request was broken off; the log of the pool says where";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "InternalServerError", message)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let Self(status, code, message) = self;
        (status, Json(ErrorBody { error: ErrorText { code, message } })).into_response()
    }
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        let (status, code) = match &fault {
            Fault::Problem(Problem::NoResource(_) | Problem::NoAppliance(_)) => {
                (StatusCode::NOT_FOUND, "ResourceNotFound")
            }
            Fault::Problem(Problem::Invalid(_)) => (StatusCode::BAD_REQUEST, "InvalidRequest"),
            Fault::Problem(Problem::Conflict(_)) => (StatusCode::CONFLICT, "Conflict"),
            Fault::Disk(_) => (StatusCode::INTERNAL_SERVER_ERROR, "InternalServerError"),
        };
        Self::new(status, code, fault.to_string())
    }
}

impl From<UnknownSku> for Refusal {
    fn from(unknown: UnknownSku) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "InvalidSku", unknown.to_string())
    }
}

impl From<PathRejection> for Refusal {
    fn from(rejection: PathRejection) -> Self {
        Self::new(rejection.status(), "InvalidPath", rejection.body_text())
    }
}

impl From<QueryRejection> for Refusal {
    fn from(rejection: QueryRejection) -> Self {
        Self::new(rejection.status(), "InvalidQuery", rejection.body_text())
    }
}

impl From<BytesRejection> for Refusal {
    fn from(rejection: BytesRejection) -> Self {
        if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
            let message = format!("the body has more than {LONGEST_BODY} bytes");
            return Self::new(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge", message);
        }
        Self::new(rejection.status(), "InvalidRequestContent", rejection.body_text())
    }
}

/// Words of the path.
pub(super) struct Path<T>(pub(super) T);

/// Words behind the path.
pub(super) struct Query<T>(pub(super) T);

/// JSON behind the head, whatever its `Content-Type` says.
pub(super) struct Body<T>(pub(super) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        Ok(Self(extract::Path::from_request_parts(parts, state).await?.0))
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        Ok(Self(extract::Query::from_request_parts(parts, state).await?.0))
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let bytes = Bytes::from_request(request, state).await?;
        serde_json::from_slice(&bytes).map(Self).map_err(|error| {
            Refusal::new(StatusCode::BAD_REQUEST, "InvalidRequestContent", error.to_string())
        })
    }
}
