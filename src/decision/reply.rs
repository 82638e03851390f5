//! What a decision leaves to be done, once the request is gone.

use std::borrow::Borrow;

use http::{
    HeaderMap, HeaderValue, StatusCode,
    header::{ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS},
};

use super::headers::{self, Removed, put};
use crate::policy::Policy;

/// Who may read the inner service's response. `P` is the policy, borrowed or shared.
#[derive(Debug)]
pub(crate) enum Grant<P> {
    /// Somebody else does CORS.
    Untouched,
    /// No page of another origin.
    ToNobody,
    /// Those of `origin`, or of every origin where the policy names none.
    ToReaders { policy: P, origin: Option<HeaderValue> },
}

/// What is answered without the inner service.
#[derive(Debug)]
pub(crate) enum Answer<P> {
    /// To a preflight of `origin`, or of every origin where the policy names none.
    Preflight { policy: P, origin: Option<HeaderValue>, mirrored: Option<Box<Mirrored>> },
    /// A preflight is refused altogether.
    RefusedPreflight { policy: P },
    /// Any other request is refused.
    Refused,
}

/// What stands in for the policy's own lists, because the request's names are in it.
#[derive(Debug)]
pub(crate) struct Mirrored {
    pub(super) methods: Option<HeaderValue>,
    pub(super) headers: Option<HeaderValue>,
}

impl<P: Borrow<Policy>> Grant<P> {
    /// Returns which CORS headers were there before, and are gone now.
    pub(crate) fn apply(&mut self, response: &mut HeaderMap) -> Removed {
        match self {
            Self::Untouched => Removed::default(),
            Self::ToNobody => headers::withhold(response),
            Self::ToReaders { policy, origin } => {
                headers::grant((*policy).borrow(), origin.take(), response)
            }
        }
    }
}

impl<P: Borrow<Policy>> Answer<P> {
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            // Fetch, "HTTP responses": any ok status will do, and for a refusal "403 can be used".
            Self::Preflight { .. } => StatusCode::NO_CONTENT,
            Self::RefusedPreflight { .. } | Self::Refused => StatusCode::FORBIDDEN,
        }
    }

    pub(crate) fn apply(&mut self, response: &mut HeaderMap) {
        match self {
            Self::Preflight { policy, origin, mirrored } => {
                headers::grant_preflight((*policy).borrow(), origin.take(), response);
                if let Some(mirrored) = mirrored {
                    mirrored.apply(response);
                }
            }
            Self::RefusedPreflight { policy } => {
                headers::refuse_preflight((*policy).borrow(), response);
            }
            Self::Refused => _ = headers::withhold(response),
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
