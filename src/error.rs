//! What can be wrong with a policy, in words.

use std::{error::Error, fmt, time::Duration};

use crate::{
    compile::LONGEST_MAX_AGE,
    origin::{OriginError, repair, shortened},
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
    /// There are regexes, in a config file, and the feature `regex` is off.
    NoRegexes,
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
    /// The status of what is rejected is not from 400 to 599, or nothing is rejected.
    #[non_exhaustive]
    RejectStatus {
        /// The status.
        value: u16,
        /// Whether anything is rejected.
        is_used: bool,
    },
}

impl BuildError {
    /// The problems: origins first, then methods, headers, the rest.
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
        list(&self.problems, f)
    }
}

/// How many there are, then each in its line.
pub(crate) fn list(problems: &[impl fmt::Display], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    const SHOWN: usize = 50;
    let count = problems.len();
    write!(f, "invalid CORS policy ({count} problem{}):", if count == 1 { "" } else { "s" })?;
    for problem in problems.iter().take(SHOWN) {
        write!(f, "\n  - {problem}")?;
    }
    match count.saturating_sub(SHOWN) {
        0 => Ok(()),
        more => write!(f, "\n  - and {more} more"),
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
        f.write_str(match self {
            Self::NoOrigins
            | Self::NoRegexes
            | Self::CredentialsForAnyOrigin
            | Self::Wildcard { .. } => "",
            Self::Origin(_) | Self::InsecureOrigin { .. } => "origin ",
            Self::OriginRegex { .. } => "origin regex ",
            Self::InvalidMethod { .. } | Self::ForbiddenMethod { .. } | Self::MethodCase { .. } => {
                "method "
            }
            Self::InvalidHeader { .. } => "header ",
            Self::ForbiddenRequestHeader { .. } | Self::ResponseHeader { .. } => "request header ",
            Self::ForbiddenResponseHeader { .. } | Self::NotOnResponses { .. } => "exposed header ",
            Self::MaxAge { .. } => "max age ",
            Self::RejectStatus { .. } => "reject status ",
        })?;
        self.tell(f, Speech::OfCode)
    }
}

/// How a message calls what it tells to use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Speech {
    /// The setters of the builder.
    OfCode,
    /// The fields of a config file.
    #[cfg(feature = "serde")]
    OfFiles,
}

impl Speech {
    /// To use what is `dangerous_allow_null_origin` in both.
    pub(crate) fn switch_on(self, name: &str) -> String {
        match self {
            Self::OfCode => format!("use `{name}()`"),
            #[cfg(feature = "serde")]
            Self::OfFiles => format!("set `{name}` to true"),
        }
    }
}

impl Problem {
    /// Whether what is told begins with the value.
    #[cfg(feature = "serde")]
    pub(crate) fn has_value(&self) -> bool {
        !matches!(
            self,
            Self::NoOrigins
                | Self::NoRegexes
                | Self::CredentialsForAnyOrigin
                | Self::Wildcard { .. }
        )
    }

    /// The value in quotes, what is wrong with it, and what to write instead; without what kind of
    /// value it is.
    pub(crate) fn tell(&self, f: &mut fmt::Formatter<'_>, speech: Speech) -> fmt::Result {
        match self {
            Self::NoOrigins => {
                let any = match speech {
                    Speech::OfCode => "use `allow_any_origin()`",
                    #[cfg(feature = "serde")]
                    Speech::OfFiles => "write \"*\" for any",
                };
                write!(f, "no origin is allowed; list the origins you trust, or {any}")
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
                    "{value:?}: credentials would travel over plain http; write {:?}, or {}",
                    secure.unwrap_or_default(),
                    speech.switch_on("dangerous_allow_insecure_origins")
                )
            }
            Self::CredentialsForAnyOrigin => f.write_str(
                "credentials cannot be allowed for any origin; list the origins you trust",
            ),
            Self::Wildcard { list, instead } => {
                write!(f, "`*` is not an entry of `{list}`; use `{instead}()`")
            }
            Self::InvalidMethod { value } => tell_token(f, value, "method", "a method"),
            Self::InvalidHeader { value, .. } => tell_token(f, value, "name", "a name"),
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
                let switch = match speech {
                    Speech::OfCode => "use `enforcement(Enforcement::Reject)`",
                    #[cfg(feature = "serde")]
                    Speech::OfFiles => "set `enforcement` to \"reject\"",
                };
                write!(f, "{value}: nothing is rejected; {switch}, or leave it out")
            }
        }
    }
}

/// Of a text that is no token.
fn tell_token(f: &mut fmt::Formatter<'_>, value: &str, noun: &str, subject: &str) -> fmt::Result {
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

/// The first item of what looks like a list.
fn one_of_several(value: &str) -> Option<&str> {
    let mut items = value.split([',', ' ', ';']).filter(|item| !item.is_empty());
    items.next().filter(|_| items.next().is_some())
}
