//! What can be wrong with a policy, in words.

use std::{error::Error, fmt, time::Duration};

use crate::{
    compile::LONGEST_MAX_AGE,
    origin::{
        OriginError,
        error::{repair, shortened},
    },
};

/// Everything that is wrong with a policy, at once.
///
/// ```
/// let built = corsac::CorsLayer::builder()
///     .allow_origins(["https://a.example/", "*"])
///     .allow_any_origin()
///     .allow_credentials(true)
///     .build();
/// assert_eq!(built.unwrap_err().to_string(), "\
/// invalid CORS policy (3 problems):
///   - origin \"https://a.example/\": an origin has no path; write \"https://a.example\"
///   - origin \"*\": `*` is not a pattern; use `allow_any_origin()`
///   - credentials cannot be allowed for any origin; list the origins you trust");
/// ```
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct BuildError {
    problems: Vec<Problem>,
}

/// One thing that is wrong with a policy. Prints what to write instead.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// Nothing says which origins are allowed.
    NoOrigins,
    /// An entry of `allow_origins` is no origin and no pattern.
    Origin(OriginError),
    /// A regex does not compile.
    #[non_exhaustive]
    OriginRegex {
        /// The regex.
        value: String,
        /// What the regex crate says of it.
        reason: String,
    },
    /// Credentials are allowed, and this origin is plain http, not on the loopback.
    #[non_exhaustive]
    InsecureOrigin {
        /// The origin or pattern.
        value: String,
    },
    /// Credentials are allowed, and so is any origin.
    CredentialsForAnyOrigin,
    /// `*` stands in a list.
    #[non_exhaustive]
    Wildcard {
        /// The list's setter: `allow_methods`, `allow_headers`, `expose_headers`.
        list: &'static str,
        /// The setter that means any: `allow_any_method` and its like.
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
    /// An entry of `expose_headers` never stands on a response that a page reads: `origin`,
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
}

impl BuildError {
    /// The problems: origins first, then methods, headers, max-age.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    pub(crate) fn new(problems: Vec<Problem>) -> Self {
        Self { problems }
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

/// The same, because `unwrap()` and `fn main() -> Result<..>` show this to people.
impl fmt::Debug for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Error for BuildError {}

impl Error for Problem {}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoOrigins => f.write_str(
                "no origin is allowed; list the origins you trust, or use `allow_any_origin()`",
            ),
            Self::Origin(error) => error.fmt(f),
            Self::OriginRegex { value, reason } => {
                write!(f, "origin regex {}: {reason}", shortened(value))
            }
            Self::InsecureOrigin { value } => {
                let secure = repair(&value.replacen("http://", "https://", 1));
                write!(
                    f,
                    "origin {value:?}: credentials would travel over plain http; write {:?}, or \
                     use `dangerous_allow_insecure_origins()`",
                    secure.unwrap_or_default()
                )
            }
            Self::CredentialsForAnyOrigin => f.write_str(
                "credentials cannot be allowed for any origin; list the origins you trust",
            ),
            Self::Wildcard { list, instead } => {
                write!(f, "`*` is not an entry of `{list}`; use `{instead}()`")
            }
            Self::InvalidMethod { value } => match one_of_several(value) {
                Some(first) => write!(
                    f,
                    "method {}: one method is expected; pass each one as an item of its own, \
                     {} first",
                    shortened(value),
                    shortened(first)
                ),
                None => write!(
                    f,
                    "method {}: a method consists of letters, digits and {TOKEN_MARKS}",
                    shortened(value)
                ),
            },
            Self::ForbiddenMethod { value } => {
                write!(f, "method {value:?}: browsers never send it for a page; leave it out")
            }
            Self::MethodCase { value, suggestion } => write!(
                f,
                "method {value:?}: methods are case-sensitive, and browsers do not change this \
                 one; write {suggestion:?}"
            ),
            Self::InvalidHeader { value, .. } => match one_of_several(value) {
                Some(first) => write!(
                    f,
                    "header {}: one name is expected; pass each one as an item of its own, {} first",
                    shortened(value),
                    shortened(first)
                ),
                None => write!(
                    f,
                    "header {}: a name consists of letters, digits and {TOKEN_MARKS}",
                    shortened(value)
                ),
            },
            Self::ForbiddenRequestHeader { value } => write!(
                f,
                "request header {}: browsers set it themselves and never ask for it; leave it out",
                shortened(value)
            ),
            Self::ResponseHeader { value } => {
                write!(f, "request header {value:?}: only servers send it; leave it out")
            }
            Self::ForbiddenResponseHeader { value } => {
                write!(f, "exposed header {value:?}: no page may ever read it; leave it out")
            }
            Self::NotOnResponses { value } => write!(
                f,
                "exposed header {value:?}: no response that a page reads carries it; leave it out"
            ),
            Self::MaxAge { value } if *value < LONGEST_MAX_AGE => {
                let seconds = value.as_secs() + 1;
                write!(f, "max age {value:?}: whole seconds are expected; write {seconds} s")
            }
            Self::MaxAge { value } => write!(
                f,
                "max age {value:?}: longer than browsers can read; they honour at most 86400 s"
            ),
        }
    }
}

const TOKEN_MARKS: &str = "!#$%&'*+-.^_`|~";

/// The first item of what looks like a list.
fn one_of_several(value: &str) -> Option<&str> {
    let mut items = value.split([',', ' ', ';']).filter(|item| !item.is_empty());
    items.next().filter(|_| items.next().is_some())
}
