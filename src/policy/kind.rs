//! The kinds of requests and denials. Their names are stable, so metrics can use them as labels.

/// The role of a request in the CORS protocol.
///
/// Fetch, "HTTP requests" of the CORS protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RequestKind {
    /// A request without `Origin`.
    NotCors,
    /// `OPTIONS` with `Origin` and `Access-Control-Request-Method`. The browser sends it before the
    /// actual request.
    Preflight,
    /// Any other request with `Origin`, plain `OPTIONS` included.
    Actual,
}

impl RequestKind {
    /// Returns a short, stable name: `not-cors`, `preflight`, `actual`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotCors => "not-cors",
            Self::Preflight => "preflight",
            Self::Actual => "actual",
        }
    }
}

/// The rule that denied a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DenialKind {
    /// The policy does not allow the origin.
    Origin,
    /// The origin is `null`: that of sandboxed frames, of files and of some redirects.
    NullOrigin,
    /// The request has several `Origin` lines. No browser sends that.
    SeveralOrigins,
    /// The `Origin` header is not an origin. No browser sends that.
    MalformedOrigin,
    /// A regex or a predicate allows the origin, but it is plain http and credentials are allowed.
    InsecureOrigin,
    /// The policy does not allow the method that the preflight asks for.
    Method,
    /// The preflight asks for something that is not a method, or for several methods.
    MalformedMethod,
    /// The policy does not allow a header that the preflight asks for.
    Header,
    /// The preflight asks for something that is not a header name.
    MalformedHeader,
    /// The preflight asks for more header names than any page sends.
    TooManyHeaders,
    /// The request has no policy: [`Policy::deny_all`](crate::Policy::deny_all), or a look-up that
    /// found none.
    NoPolicy,
    /// Each path has its own policy, and servers can read this path in more than one way, such as
    /// `/public/../admin`.
    AmbiguousPath,
}

impl DenialKind {
    /// Returns a short, stable name: `origin`, `null-origin`, `several-origins`, `malformed-origin`,
    /// `insecure-origin`, `method`, `malformed-method`, `header`, `malformed-header`,
    /// `too-many-headers`, `no-policy`, `ambiguous-path`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Origin => "origin",
            Self::NullOrigin => "null-origin",
            Self::SeveralOrigins => "several-origins",
            Self::MalformedOrigin => "malformed-origin",
            Self::InsecureOrigin => "insecure-origin",
            Self::Method => "method",
            Self::MalformedMethod => "malformed-method",
            Self::Header => "header",
            Self::MalformedHeader => "malformed-header",
            Self::TooManyHeaders => "too-many-headers",
            Self::NoPolicy => "no-policy",
            Self::AmbiguousPath => "ambiguous-path",
        }
    }

    /// Returns whether the origin gets nothing, and not only less than it asks for.
    #[inline]
    pub(crate) fn denies_all(self) -> bool {
        !matches!(self, Self::Method | Self::MalformedMethod | Self::Header | Self::MalformedHeader)
    }

    pub(crate) fn is_about_origin(self) -> bool {
        self.denies_all() && self != Self::TooManyHeaders
    }
}
