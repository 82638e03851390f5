//! Everything that can be wrong with a policy, in words.

use std::{error::Error, fmt, time::Duration};

use super::compile::LONGEST_MAX_AGE;
use crate::origin::{OriginError, repair, shortened};

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

/// One problem of a policy, and its place. `Display` prints what to write instead.
///
/// ```
/// use corsac::{CorsLayer, ProblemKind};
///
/// let error = CorsLayer::builder().build().unwrap_err();
/// let [problem] = error.problems() else { unreachable!() };
/// assert_eq!(problem.place(), "allow_origins");
/// assert_eq!(problem.kind(), &ProblemKind::NoOrigins);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    place: String,
    kind: ProblemKind,
}

/// The kind of a [`Problem`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProblemKind {
    /// No setting allows any origin.
    NoOrigins,
    /// An entry of `allow_origins` is neither an origin nor a pattern.
    Origin(OriginError),
    /// A regex does not compile.
    #[non_exhaustive]
    OriginRegex {
        /// The regex.
        value: String,
        /// The reason that the regex crate gives.
        reason: String,
    },
    /// A config file has regexes, but the feature `regex` is off.
    NoRegexes,
    /// Credentials are allowed, and this origin is plain http and not on the loopback.
    #[non_exhaustive]
    InsecureOrigin {
        /// The origin or pattern.
        value: String,
    },
    /// Credentials are allowed, and so is any origin.
    CredentialsForAnyOrigin,
    /// A list of names contains `*`.
    #[non_exhaustive]
    Wildcard {
        /// The list's setter: `allow_methods`, `allow_headers`, `expose_headers`.
        list: &'static str,
        /// The setter that allows any: `allow_any_method`, `allow_any_header`, `expose_any_header`.
        instead: &'static str,
    },
    /// An entry of `allow_methods` is not a method.
    #[non_exhaustive]
    InvalidMethod {
        /// The entry.
        value: String,
    },
    /// An entry of `allow_methods` is a method that browsers never send: `CONNECT`, `TRACE`, `TRACK`.
    #[non_exhaustive]
    ForbiddenMethod {
        /// The entry.
        value: String,
    },
    /// An entry of `allow_methods` is written in a case that no server expects: `patch`.
    #[non_exhaustive]
    MethodCase {
        /// The entry.
        value: String,
        /// The usual spelling.
        suggestion: String,
    },
    /// An entry of `allow_headers` or `expose_headers` is not a header name.
    #[non_exhaustive]
    InvalidHeader {
        /// The list's setter.
        list: &'static str,
        /// The entry.
        value: String,
    },
    /// An entry of `allow_headers` is a header that browsers set themselves: `cookie`, `sec-fetch-mode`.
    #[non_exhaustive]
    ForbiddenRequestHeader {
        /// The entry.
        value: String,
    },
    /// An entry of `allow_headers` is a header that only servers send: `access-control-allow-origin`.
    #[non_exhaustive]
    ResponseHeader {
        /// The entry.
        value: String,
    },
    /// An entry of `expose_headers` is a header that no page may read: `set-cookie`.
    #[non_exhaustive]
    ForbiddenResponseHeader {
        /// The entry.
        value: String,
    },
    /// An entry of `expose_headers` is never on a response that a page reads: `origin`,
    /// `access-control-allow-methods`.
    #[non_exhaustive]
    NotOnResponses {
        /// The entry.
        value: String,
    },
    /// The max-age has fractions of a second, or is longer than browsers can read.
    #[non_exhaustive]
    MaxAge {
        /// The max-age.
        value: Duration,
    },
    /// The `reject_status` is not from 400 to 599, or the policy does not reject.
    #[non_exhaustive]
    RejectStatus {
        /// The status.
        value: u16,
        /// Whether the policy rejects requests.
        is_used: bool,
    },
    /// A path prefix is missing or invalid.
    #[cfg(feature = "serde")]
    #[cfg_attr(docsrs, doc(cfg(feature = "serde")))]
    #[non_exhaustive]
    PathPrefix {
        /// The reason, and what to write instead.
        reason: String,
    },
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
    pub fn kind(&self) -> &ProblemKind {
        &self.kind
    }

    pub(super) fn new(place: impl Into<String>, kind: ProblemKind) -> Self {
        Self { place: place.into(), kind }
    }

    pub(super) fn at(list: &str, index: usize, kind: ProblemKind) -> Self {
        Self::new(format!("{list}[{index}]"), kind)
    }

    /// Returns the same problem with the path prefix in its place.
    #[cfg(feature = "serde")]
    pub(super) fn under(&self, prefix: &str) -> Self {
        Self::new(format!("{prefix:?}.{}", self.place), self.kind.clone())
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

impl Error for BuildError {}

impl Error for Problem {}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.place)?;
        // A value follows its place; a sentence without a value follows a colon.
        f.write_str(match &self.kind {
            _ if self.place.is_empty() => "",
            ProblemKind::NoOrigins
            | ProblemKind::NoRegexes
            | ProblemKind::CredentialsForAnyOrigin => ": ",
            #[cfg(feature = "serde")]
            ProblemKind::PathPrefix { .. } => ": ",
            _ => " ",
        })?;
        self.kind.fmt_message(f)
    }
}

impl ProblemKind {
    /// Prints the value in quotes, what is wrong with it, and what to write instead.
    fn fmt_message(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoOrigins => {
                f.write_str("no origin is allowed; list the origins you trust, or allow any")
            }
            Self::Origin(error) => error.fmt_message(f),
            Self::OriginRegex { value, reason } => write!(f, "{}: {reason}", shortened(value)),
            Self::NoRegexes => f.write_str(
                "regexes are not built in; enable the feature `regex` of corsac, or write patterns",
            ),
            Self::InsecureOrigin { value } => {
                let secure = repair(&value.replacen("http://", "https://", 1));
                write!(
                    f,
                    "{value:?}: credentials would travel over plain http; write {:?}, or set \
                     `dangerous_allow_insecure_origins`",
                    secure.unwrap_or_default(),
                )
            }
            Self::CredentialsForAnyOrigin => f.write_str(
                "credentials cannot be allowed for any origin; list the origins you trust",
            ),
            Self::Wildcard { list, instead } => {
                write!(f, "\"*\": `*` is not an entry of `{list}`; use `{instead}()`")
            }
            Self::InvalidMethod { value } => fmt_token(f, value, "method", "a method"),
            Self::InvalidHeader { value, .. } => fmt_token(f, value, "name", "a name"),
            Self::ForbiddenMethod { value } => {
                write!(f, "{value:?}: browsers never send it for a page; leave it out")
            }
            Self::MethodCase { value, suggestion } => write!(
                f,
                "{value:?}: methods are case-sensitive, and browsers do not change this one; write \
                 {suggestion:?}"
            ),
            Self::ForbiddenRequestHeader { value } => write!(
                f,
                "{}: browsers set it themselves and never ask for it; leave it out",
                shortened(value)
            ),
            Self::ResponseHeader { value } => {
                write!(f, "{value:?}: only servers send it; leave it out")
            }
            Self::ForbiddenResponseHeader { value } => {
                write!(f, "{value:?}: no page may ever read it; leave it out")
            }
            Self::NotOnResponses { value } => {
                write!(f, "{value:?}: no response that a page reads carries it; leave it out")
            }
            Self::MaxAge { value } if *value < LONGEST_MAX_AGE => {
                let seconds = value.as_secs() + 1;
                write!(f, "{value:?}: whole seconds are expected; write {seconds} s")
            }
            Self::MaxAge { value } => {
                write!(f, "{value:?}: longer than browsers can read; they honour at most 86400 s")
            }
            Self::RejectStatus { value, is_used: true } => {
                write!(f, "{value}: a refusal is an error; write one of 400 to 599, such as 403")
            }
            Self::RejectStatus { value, .. } => {
                write!(
                    f,
                    "{value}: nothing is rejected; set `enforcement` to reject, or leave it out"
                )
            }
            #[cfg(feature = "serde")]
            Self::PathPrefix { reason } => f.write_str(reason),
        }
    }
}

/// Prints the message for a text that is not a token.
fn fmt_token(f: &mut fmt::Formatter<'_>, value: &str, noun: &str, subject: &str) -> fmt::Result {
    match one_of_several(value) {
        Some(first) => write!(
            f,
            "{}: one {noun} is expected; pass each one as an item of its own, {} first",
            shortened(value),
            shortened(first)
        ),
        None => write!(
            f,
            "{}: {subject} consists of letters, digits and {TOKEN_MARKS}",
            shortened(value)
        ),
    }
}

const TOKEN_MARKS: &str = "!#$%&'*+-.^_`|~";

/// Returns the first item of a text that looks like a list.
fn one_of_several(value: &str) -> Option<&str> {
    let mut items = value.split([',', ' ', ';']).filter(|item| !item.is_empty());
    items.next().filter(|_| items.next().is_some())
}
