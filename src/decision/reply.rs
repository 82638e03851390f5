//! What a decision leaves to be done, once the request is gone.

use http::{
    HeaderMap, HeaderValue, StatusCode,
    header::{ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS},
};

use super::{
    headers::{self, Removed, put},
    ready::ReadyHeaders,
};
use crate::shared::Shared;

/// Who may read the inner service's response.
#[derive(Debug)]
pub(crate) enum Grant {
    /// Somebody else does CORS.
    Untouched,
    /// No page of another origin.
    ToNobody,
    /// Those of `origin`, or of every origin where the policy names none.
    ToReaders { ready: Shared<ReadyHeaders>, origin: Option<HeaderValue> },
}

/// What is answered without the inner service.
#[derive(Debug)]
pub(crate) enum Answer {
    /// To a preflight of `origin`, or of every origin where the policy names none.
    Preflight {
        ready: Shared<ReadyHeaders>,
        origin: Option<HeaderValue>,
        mirrored: Option<Box<Mirrored>>,
    },
    /// A preflight is refused altogether.
    RefusedPreflight { ready: Shared<ReadyHeaders> },
    /// Any other request is refused.
    Refused { status: StatusCode },
}

/// What stands in for the policy's own lists, because the request's names are in it.
#[derive(Debug)]
pub(crate) struct Mirrored {
    pub(super) methods: Option<HeaderValue>,
    pub(super) headers: Option<HeaderValue>,
}

impl Grant {
    /// Returns which CORS headers were there before, and are gone now.
    pub(crate) fn apply(&mut self, response: &mut HeaderMap) -> Removed {
        match self {
            Self::Untouched => Removed::default(),
            Self::ToNobody => headers::withhold(response),
            Self::ToReaders { ready, origin } => headers::grant(ready, origin.take(), response),
        }
    }
}

impl Answer {
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            // Fetch, "HTTP responses": any ok status will do, and for a refusal "403 can be used".
            Self::Preflight { .. } => StatusCode::NO_CONTENT,
            Self::RefusedPreflight { .. } => StatusCode::FORBIDDEN,
            Self::Refused { status } => *status,
        }
    }

    pub(crate) fn apply(&mut self, response: &mut HeaderMap) {
        match self {
            Self::Preflight { ready, origin, mirrored } => {
                headers::grant_preflight(ready, origin.take(), response);
                if let Some(mirrored) = mirrored {
                    mirrored.apply(response);
                }
            }
            Self::RefusedPreflight { ready } => {
                headers::refuse_preflight(ready, response);
            }
            Self::Refused { .. } => _ = headers::withhold(response),
        }
    }
}

impl Mirrored {
    fn apply(&mut self, response: &mut HeaderMap) {
        if let Some(methods) = self.methods.take() {
            put(response, ACCESS_CONTROL_ALLOW_METHODS, methods);
        }
        if let Some(headers) = self.headers.take() {
            put(response, ACCESS_CONTROL_ALLOW_HEADERS, headers);
        }
    }
}
