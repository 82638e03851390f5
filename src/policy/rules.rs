//! A policy as data.

use std::time::Duration;

use http::StatusCode;

use super::Enforcement;

/// A policy as data, except for its list of origins: the builder keeps that list as text, and
/// [`OriginSet`](crate::origin::OriginSet) keeps it parsed, in the same order.
///
/// The builder collects rules, a file holds them, `compile` checks them, and the policy keeps them.
/// In a policy each entry of a list is valid, normalized and unique.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "one for each setter")]
pub(crate) struct Rules {
    pub(crate) origin_regexes: Vec<String>,
    pub(crate) any_origin: bool,
    pub(crate) any_origin_with_credentials: bool,
    pub(crate) null_origin: bool,
    pub(crate) insecure_origins: bool,
    pub(crate) opaque_origins: Vec<String>,
    pub(crate) methods: Names,
    pub(crate) request_headers: Names,
    pub(crate) exposed_headers: Names,
    pub(crate) credentials: bool,
    pub(crate) max_age: Option<Duration>,
    pub(crate) enforcement: Enforcement,
    pub(crate) reject_status: Option<u16>,
    pub(crate) preflight_status: Option<u16>,
    pub(crate) own_origins: Vec<String>,
    pub(crate) trust_forwarded_headers: bool,
    pub(crate) trusted_senders: Vec<String>,
}

/// A list of methods or of header names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Names {
    /// Every name is allowed or exposed, in addition to the list.
    pub(crate) any: bool,
    pub(crate) listed: Vec<String>,
}

/// The longest time that Chromium keeps the answer to a preflight.
pub(crate) const DEFAULT_MAX_AGE: Duration = Duration::from_secs(2 * 60 * 60);

impl Rules {
    pub(crate) fn allows_credentials(&self) -> bool {
        self.credentials || self.any_origin_with_credentials
    }

    pub(crate) fn max_age(&self) -> Duration {
        self.max_age.unwrap_or(DEFAULT_MAX_AGE)
    }

    /// The status of a rejected request. Fetch, "HTTP responses": "403 can be used".
    pub(crate) fn reject_status(&self) -> StatusCode {
        status_or(self.reject_status, StatusCode::FORBIDDEN)
    }

    /// The status of an allowed preflight. Fetch, "HTTP responses": any ok status.
    pub(crate) fn preflight_status(&self) -> StatusCode {
        status_or(self.preflight_status, StatusCode::NO_CONTENT)
    }

    /// Responses name the headers that they carry, because `*` has no meaning with credentials
    /// (Fetch, "main fetch").
    pub(crate) fn exposes_present_headers(&self) -> bool {
        self.exposed_headers.any && self.allows_credentials()
    }
}

fn status_or(status: Option<u16>, default: StatusCode) -> StatusCode {
    status.and_then(|status| StatusCode::from_u16(status).ok()).unwrap_or(default)
}
