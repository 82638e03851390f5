//! The part of a decision that outlives the request: the headers and the status that it calls for.

use http::{
    HeaderMap, HeaderValue, StatusCode,
    header::{ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS},
};

use super::{
    AllowOrigin, Policy,
    headers::{self, Replaced, try_set},
};

/// The headers of a response. `'static`, so that a future can hold it.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(super) action: Action,
    /// The request's origin, if it is allowed and the policy lists origins.
    pub(super) origin: Option<HeaderValue>,
    pub(super) mirrored: Option<Box<Mirrored>>,
}

/// The kind of a reply. The first two are for the inner service's response; the others replace it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    Allow,
    Deny,
    AllowPreflight,
    DenyPreflight,
    Reject,
}

/// The policy's lists with the names that the preflight asks for.
#[derive(Debug)]
pub(crate) struct Mirrored {
    pub(super) methods: Option<HeaderValue>,
    pub(super) headers: Option<HeaderValue>,
}

impl Reply {
    #[inline]
    pub(super) fn new(action: Action, origin: Option<HeaderValue>) -> Self {
        Self { action, origin, mirrored: None }
    }

    /// Writes the headers. Returns those of the inner service that were removed.
    #[inline]
    pub(crate) fn apply(&mut self, policy: &Policy, response: &mut HeaderMap) -> Replaced {
        match self.action {
            Action::Deny | Action::Reject => headers::deny(response),
            Action::Allow => {
                let replaced = policy.headers().allow(self.origin.take(), response);
                if policy.rules.exposes_present_headers() {
                    headers::expose_present_headers(&policy.exposed, response);
                }
                replaced
            }
            Action::AllowPreflight => {
                policy.headers().allow_preflight(self.origin.take(), response);
                if let Some(mirrored) = self.mirrored.take() {
                    mirrored.apply(response);
                }
                Replaced::default()
            }
            Action::DenyPreflight => {
                policy.headers().deny_preflight(response);
                Replaced::default()
            }
        }
    }
}

impl Action {
    /// Returns the status of a response that replaces the inner service's.
    pub(crate) fn status(self, policy: &Policy) -> Option<StatusCode> {
        match self {
            Self::Allow | Self::Deny => None,
            // Fetch, "HTTP responses": any ok status will do, and for a denial "403 can be used".
            Self::AllowPreflight => Some(StatusCode::NO_CONTENT),
            Self::DenyPreflight => Some(StatusCode::FORBIDDEN),
            Self::Reject => Some(policy.rules.reject_status()),
        }
    }
}

impl Mirrored {
    fn apply(self, response: &mut HeaderMap) {
        if let Some(methods) = self.methods {
            try_set(response, ACCESS_CONTROL_ALLOW_METHODS, methods);
        }
        if let Some(headers) = self.headers {
            try_set(response, ACCESS_CONTROL_ALLOW_HEADERS, headers);
        }
    }
}

impl From<AllowOrigin<'_>> for Reply {
    /// Makes the reply to a request that the inner service answers.
    #[inline]
    fn from(origin: AllowOrigin<'_>) -> Self {
        match origin {
            AllowOrigin::None | AllowOrigin::Denied(..) => Self::new(Action::Deny, None),
            AllowOrigin::Any => Self::new(Action::Allow, None),
            AllowOrigin::Echo(origin) => Self::new(Action::Allow, Some(origin.clone())),
        }
    }
}
