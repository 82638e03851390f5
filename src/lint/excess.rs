//! The ways in which a policy allows more than its ceiling, and their sentences.

use std::{fmt, time::Duration};

use crate::origin::shortened;

/// Something that a policy allows, and that its ceiling does not. `Display` prints one sentence.
///
/// Found by [`Policy::within`](crate::Policy::within).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Excess {
    /// An origin, or a pattern of which the ceiling does not allow every origin.
    #[non_exhaustive]
    Origin {
        /// The origin or the pattern.
        value: String,
        /// An origin that the pattern allows, and the ceiling does not. `None` if the value is an origin
        /// itself, or if no example was found: then no pattern of the ceiling covers this one, but
        /// several together, a regex or a predicate might.
        example: Option<String>,
    },
    /// Any origin.
    AnyOrigin,
    /// A regex or a predicate, which cannot be compared with the ceiling.
    #[non_exhaustive]
    OriginCode {
        /// The regex, or `None` for a predicate.
        regex: Option<String>,
    },
    /// The origin `null`.
    NullOrigin,
    /// An opaque origin: `file://`.
    #[non_exhaustive]
    OpaqueOrigin {
        /// The origin.
        value: String,
    },
    /// A method.
    #[non_exhaustive]
    Method {
        /// The method.
        value: String,
    },
    /// Any method.
    AnyMethod,
    /// A request header.
    #[non_exhaustive]
    Header {
        /// The name.
        value: String,
    },
    /// Any request header.
    AnyHeader,
    /// A response header that pages may read.
    #[non_exhaustive]
    ExposedHeader {
        /// The name.
        value: String,
    },
    /// Any response header.
    AnyExposedHeader,
    /// Credentials.
    Credentials,
    /// A browser may keep the answer to a preflight for longer.
    #[non_exhaustive]
    MaxAge {
        /// The max-age of the policy.
        value: Duration,
        /// The max-age of the ceiling.
        ceiling: Duration,
    },
    /// The ceiling rejects requests of other origins, and the policy lets them reach the service.
    Enforcement,
    /// An origin whose requests pass, although the ceiling rejects them.
    #[non_exhaustive]
    TrustedSender {
        /// The origin or the pattern.
        value: String,
    },
    /// One of the service's own origins, from which the ceiling rejects requests.
    #[non_exhaustive]
    OwnOrigin {
        /// The origin.
        value: String,
    },
    /// The policy recognizes the service's own pages by the host of the request, and the ceiling by
    /// `own_origins`.
    OwnHost,
    /// The policy trusts forwarded headers to name the service's own host.
    ForwardedHeaders,
}

impl Excess {
    /// Returns a short, stable name, the variant in kebab-case: `origin`, `any-method`, `max-age`.
    #[must_use]
    pub fn id(&self) -> &'static str {
        match self {
            Self::Origin { .. } => "origin",
            Self::AnyOrigin => "any-origin",
            Self::OriginCode { .. } => "origin-code",
            Self::NullOrigin => "null-origin",
            Self::OpaqueOrigin { .. } => "opaque-origin",
            Self::Method { .. } => "method",
            Self::AnyMethod => "any-method",
            Self::Header { .. } => "header",
            Self::AnyHeader => "any-header",
            Self::ExposedHeader { .. } => "exposed-header",
            Self::AnyExposedHeader => "any-exposed-header",
            Self::Credentials => "credentials",
            Self::MaxAge { .. } => "max-age",
            Self::Enforcement => "enforcement",
            Self::TrustedSender { .. } => "trusted-sender",
            Self::OwnOrigin { .. } => "own-origin",
            Self::OwnHost => "own-host",
            Self::ForwardedHeaders => "forwarded-headers",
        }
    }

    /// Returns the field of a config file that allows it: `allow_origins`, `max_age`. For a predicate,
    /// which no file has, the setter `allow_origin_if`.
    #[must_use]
    pub fn field(&self) -> &'static str {
        match self {
            Self::Origin { .. } | Self::AnyOrigin => "allow_origins",
            Self::OriginCode { regex: Some(_) } => "allow_origin_regexes",
            Self::OriginCode { regex: None } => "allow_origin_if",
            Self::NullOrigin => "dangerous_allow_null_origin",
            Self::OpaqueOrigin { .. } => "dangerous_allow_opaque_origins",
            Self::Method { .. } | Self::AnyMethod => "allow_methods",
            Self::Header { .. } | Self::AnyHeader => "allow_headers",
            Self::ExposedHeader { .. } | Self::AnyExposedHeader => "expose_headers",
            Self::Credentials => "allow_credentials",
            Self::MaxAge { .. } => "max_age",
            Self::Enforcement => "enforcement",
            Self::TrustedSender { .. } => "trusted_senders",
            Self::OwnOrigin { .. } | Self::OwnHost => "own_origins",
            Self::ForwardedHeaders => "trust_forwarded_headers",
        }
    }

    /// Returns the entry of the field, if the field is a list that has it.
    #[must_use]
    pub fn value(&self) -> Option<&str> {
        match self {
            Self::Origin { value, .. }
            | Self::OpaqueOrigin { value }
            | Self::Method { value }
            | Self::Header { value }
            | Self::ExposedHeader { value }
            | Self::TrustedSender { value }
            | Self::OwnOrigin { value } => Some(value),
            Self::OriginCode { regex } => regex.as_deref(),
            Self::AnyOrigin | Self::AnyMethod | Self::AnyHeader | Self::AnyExposedHeader => {
                Some("*")
            }
            _ => None,
        }
    }
}

impl fmt::Display for Excess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Origin { value, example: Some(example) } => write!(
                f,
                "origin {value:?} is wider than the ceiling, which does not allow {example:?}"
            ),
            Self::Origin { value, example: None } if value.contains('*') => write!(
                f,
                "origin {value:?}: no pattern of the ceiling covers it, and regexes or predicates \
                 cannot be compared with it; list the origins that you need"
            ),
            Self::Origin { value, .. } => write!(f, "origin {value:?}: the ceiling does not allow it"),
            Self::AnyOrigin => f.write_str("any origin is allowed, and the ceiling lists its origins"),
            Self::OriginCode { regex: Some(regex) } => write!(
                f,
                "origin regex {}: a regex cannot be compared with the ceiling; write patterns in \
                 `allow_origins`",
                shortened(regex)
            ),
            Self::OriginCode { regex: None } => f.write_str(
                "`allow_origin_if`: a predicate cannot be compared with the ceiling; write patterns in \
                 `allow_origins`",
            ),
            Self::NullOrigin => f.write_str("origin \"null\": the ceiling does not allow it"),
            Self::OpaqueOrigin { value } => {
                write!(f, "origin {value:?}: the ceiling does not allow it")
            }
            Self::Method { value } => write!(f, "method {value:?}: the ceiling does not allow it"),
            Self::AnyMethod => f.write_str("any method is allowed, and the ceiling lists its methods"),
            Self::Header { value } => {
                write!(f, "request header {value:?}: the ceiling does not allow it")
            }
            Self::AnyHeader => {
                f.write_str("any request header is allowed, and the ceiling lists its headers")
            }
            Self::ExposedHeader { value } => {
                write!(f, "exposed header {value:?}: the ceiling does not expose it")
            }
            Self::AnyExposedHeader => {
                f.write_str("any response header is exposed, and the ceiling lists its headers")
            }
            Self::Credentials => {
                f.write_str("credentials are allowed, and the ceiling does not allow them")
            }
            Self::MaxAge { value, ceiling } => write!(
                f,
                "max age {} s: the ceiling is {} s; write a number up to that",
                value.as_secs(),
                ceiling.as_secs()
            ),
            Self::Enforcement => f.write_str(
                "requests of other origins reach the service, and the ceiling rejects them; set \
                 `enforcement` to `reject`",
            ),
            Self::TrustedSender { value } => {
                write!(f, "trusted sender {value:?}: the ceiling rejects its requests")
            }
            Self::OwnOrigin { value } => {
                write!(f, "own origin {value:?}: the ceiling rejects its requests")
            }
            Self::OwnHost => f.write_str(
                "the service's own pages are recognized by the host of the request, and the ceiling \
                 lists `own_origins`; list them here too",
            ),
            Self::ForwardedHeaders => f.write_str(
                "forwarded headers can make a page the service's own, and the ceiling does not trust \
                 them; remove `trust_forwarded_headers`",
            ),
        }
    }
}
