//! Everything that can be wrong with a policy.

use std::{borrow::Cow, error::Error, fmt};

use crate::origin::{OriginError, shortened};

/// All problems of a policy, whether code or a file sets it.
///
/// ```
/// let built = corsac::CorsLayer::builder()
///     .allow_origins(["https://a.example/", "*"])
///     .expose_headers(["x-id", "set-cookie"])
///     .build();
/// assert_eq!(built.unwrap_err().to_string(), "\
/// invalid CORS policy (3 problems):
///   - allow_origins[0] \"https://a.example/\": an origin has no path; write \"https://a.example\"
///   - allow_origins[1] \"*\": `*` is not a pattern; use `allow_any_origin()`
///   - expose_headers[1] \"set-cookie\": no page may ever read it; leave it out");
/// ```
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct BuildError {
    problems: Vec<Problem>,
}

/// One problem of a policy. `Display` prints its place, the value, and what to write instead.
///
/// ```
/// use corsac::{CorsLayer, ProblemKind};
///
/// let error = CorsLayer::builder().allow_origins(["https://a.example/"]).build().unwrap_err();
/// let [problem] = error.problems() else { unreachable!() };
/// assert_eq!(problem.place(), "allow_origins[0]");
/// assert_eq!(problem.kind(), ProblemKind::InvalidOrigin);
/// assert_eq!(problem.value(), Some("https://a.example/"));
/// assert_eq!(problem.suggestion(), Some("https://a.example"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Problem {
    place: Cow<'static, str>,
    kind: ProblemKind,
    pub(super) value: Option<String>,
    message: Cow<'static, str>,
    suggestion: Option<String>,
}

/// The kind of a [`Problem`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ProblemKind {
    /// No setting allows any origin.
    NoOrigins,
    /// An entry of `allow_origins` or `trusted_senders` is neither an origin nor a
    /// pattern, or an entry of `own_origins` is not an origin.
    InvalidOrigin,
    /// A regex does not compile.
    InvalidRegex,
    /// A regex can match no origin: `example\.com`, `https://a\.example/`.
    RegexNeverMatches,
    /// A regex is set, but the feature `regex` is off.
    RegexFeature,
    /// Credentials are allowed, and this origin is plain http and not on the loopback.
    InsecureOrigin,
    /// Credentials are allowed, and so is any origin.
    CredentialsForAnyOrigin,
    /// A list stands beside the setter that allows any, so that it has no effect.
    AnyBesideList,
    /// Credentials are allowed, and a regex or a predicate allows origins that do not exist.
    OpenMatcher,
    /// A name in a list contains `*`.
    Wildcard,
    /// An entry of `allow_methods` is not a method.
    InvalidMethod,
    /// An entry of `allow_methods` is a method that browsers never send: `CONNECT`, `TRACE`, `TRACK`.
    ForbiddenMethod,
    /// An entry of `allow_methods` is written in a case that no server expects: `patch`.
    MethodCase,
    /// An entry of `allow_headers` or `expose_headers` is not a header name.
    InvalidHeader,
    /// An entry of `allow_headers` is a header that browsers set themselves: `cookie`,
    /// `sec-fetch-mode`.
    ForbiddenRequestHeader,
    /// An entry of `allow_headers` is a header that only servers send:
    /// `access-control-allow-origin`.
    ResponseHeader,
    /// An entry of `expose_headers` is a header that no page may read: `set-cookie`.
    ForbiddenResponseHeader,
    /// An entry of `expose_headers` is never on a response that a page reads: `origin`,
    /// `access-control-allow-methods`.
    NotOnResponses,
    /// The max-age has fractions of a second, or is longer than browsers can read.
    MaxAge,
    /// The `reject_status` is not from 400 to 599, or the policy does not reject.
    RejectStatus,
    /// The `preflight_status` is not from 200 to 299.
    PreflightStatus,
    /// There are `trusted_senders`, but the policy does not reject.
    TrustedSenders,
    /// Forwarded headers are trusted although `own_origins` are named.
    ForwardedHeaders,
    /// A path prefix is missing or invalid.
    PathPrefix,
}

impl BuildError {
    /// Returns the problems: origins first, then methods, headers and the rest. For a map of paths,
    /// in the order of the prefixes.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    pub(super) fn new(problems: Vec<Problem>) -> Self {
        Self { problems }
    }
}

impl Problem {
    /// Returns the setter or the field, and the index of the entry if it is a list, counted from
    /// zero: `allow_origins[2]`, `max_age`; in a map of paths `"/public/".allow_origins[2]`. Empty if
    /// a map has no path prefix at all.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.place
    }

    /// Returns the kind of the problem.
    #[must_use]
    pub fn kind(&self) -> ProblemKind {
        self.kind
    }

    /// Returns the value that is wrong, if the problem is about one.
    #[must_use]
    pub fn value(&self) -> Option<&str> {
        self.value.as_deref()
    }

    /// Returns what is wrong and what to write instead, without the place and the value.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Returns the value to write instead, if it is known.
    #[must_use]
    pub fn suggestion(&self) -> Option<&str> {
        self.suggestion.as_deref()
    }

    /// A problem without a value, and without a place yet.
    pub(super) fn new(kind: ProblemKind, message: impl Into<Cow<'static, str>>) -> Self {
        let message = message.into();
        Self { place: Cow::Borrowed(""), kind, value: None, message, suggestion: None }
    }

    /// A problem of `value`, without a place yet.
    pub(super) fn of(
        kind: ProblemKind,
        value: &str,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { value: Some(value.to_owned()), ..Self::new(kind, message) }
    }

    /// The problem of a text that is not an origin, without a place yet.
    pub(super) fn of_origin(error: OriginError) -> Self {
        let message = error.message();
        let (value, suggestion) = error.into_value_and_suggestion();
        Self { value: Some(value), suggestion, ..Self::new(ProblemKind::InvalidOrigin, message) }
    }

    /// The message must contain the suggestion.
    pub(super) fn with_suggestion(self, suggestion: Option<&str>) -> Self {
        Self { suggestion: suggestion.map(str::to_owned), ..self }
    }

    pub(super) fn at(self, place: impl Into<Cow<'static, str>>) -> Self {
        Self { place: place.into(), ..self }
    }

    fn is_number(&self) -> bool {
        let (status, preflight) = (ProblemKind::RejectStatus, ProblemKind::PreflightStatus);
        [ProblemKind::MaxAge, status, preflight].contains(&self.kind)
    }
}

impl ProblemKind {
    /// Returns a short, stable name, the variant in kebab-case: `invalid-origin`, `max-age`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoOrigins => "no-origins",
            Self::InvalidOrigin => "invalid-origin",
            Self::InvalidRegex => "invalid-regex",
            Self::RegexNeverMatches => "regex-never-matches",
            Self::RegexFeature => "regex-feature",
            Self::InsecureOrigin => "insecure-origin",
            Self::CredentialsForAnyOrigin => "credentials-for-any-origin",
            Self::AnyBesideList => "any-beside-list",
            Self::OpenMatcher => "open-matcher",
            Self::Wildcard => "wildcard",
            Self::InvalidMethod => "invalid-method",
            Self::ForbiddenMethod => "forbidden-method",
            Self::MethodCase => "method-case",
            Self::InvalidHeader => "invalid-header",
            Self::ForbiddenRequestHeader => "forbidden-request-header",
            Self::ResponseHeader => "response-header",
            Self::ForbiddenResponseHeader => "forbidden-response-header",
            Self::NotOnResponses => "not-on-responses",
            Self::MaxAge => "max-age",
            Self::RejectStatus => "reject-status",
            Self::PreflightStatus => "preflight-status",
            Self::TrustedSenders => "trusted-senders",
            Self::ForwardedHeaders => "forwarded-headers",
            Self::PathPrefix => "path-prefix",
        }
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 50;
        let count = self.problems.len();
        write!(f, "invalid CORS policy ({count} problem{}):", if count == 1 { "" } else { "s" })?;
        for problem in self.problems.iter().take(SHOWN) {
            write!(f, "\n  - {problem}")?;
        }
        match count.saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(f, "\n  - and {more} more"),
        }
    }
}

/// Prints the same as `Display`, because `unwrap()` and `fn main() -> Result<..>` show it to people.
impl fmt::Debug for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { place, value, message, .. } = self;
        match value {
            Some(value) if self.is_number() => write!(f, "{place} {value}: {message}"),
            Some(value) => write!(f, "{place} {}: {message}", shortened(value)),
            None if place.is_empty() => f.write_str(message),
            None => write!(f, "{place}: {message}"),
        }
    }
}

impl Error for BuildError {}

impl Error for Problem {}
