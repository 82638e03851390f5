//! The warnings, and their sentences.

use std::{fmt, time::Duration};

use super::LONGEST_IN_CHROMIUM;
use crate::origin::shortened;

/// A setting that is valid but unwise. `Display` prints one sentence with the remedy.
///
/// Found by [`Policy::warnings`](crate::Policy::warnings).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// A wildcard covers a domain under which any person can register a name: `https://*.github.io`.
    ///
    /// Needs the feature `public-suffix`.
    #[non_exhaustive]
    PublicSuffix {
        /// The pattern.
        value: String,
        /// The public domain: `github.io`.
        suffix: String,
        /// Whether credentials are allowed, so that the owner of such a name can act for the users of
        /// the service.
        credentials: bool,
    },
    /// A regex or a predicate allows origins that do not exist, and so every page.
    #[non_exhaustive]
    OpenMatcher {
        /// The setter or field, with the index of a regex.
        place: String,
        /// A made-up origin that it allows.
        origin: String,
    },
    /// A scheme is one letter away from `http` or `https`: `httpx://a.example`.
    #[non_exhaustive]
    MisspelledScheme {
        /// The pattern or the regex.
        value: String,
        /// The scheme: `httpx`.
        scheme: String,
        /// `http` or `https`.
        suggestion: String,
        /// Whether `value` is a regex.
        is_regex: bool,
    },
    /// No origin matches one alternative of a regex: `https://a\.example|b\.example`.
    #[non_exhaustive]
    AlternativeNeverMatches {
        /// The regex.
        value: String,
        /// The alternative: `b\.example`.
        alternative: String,
        /// The reason.
        reason: String,
    },
    /// Patterns can express a regex, and are less prone to mistakes.
    #[non_exhaustive]
    RegexIsPattern {
        /// The regex.
        value: String,
        /// The patterns to write instead.
        patterns: Vec<String>,
        /// An origin that only the regex allows, by mistake.
        regex_allows: Option<String>,
        /// An origin that only the patterns allow: a deeper subdomain, or the default port.
        patterns_allow: Option<String>,
    },
    /// A list of public origins contains loopback origins.
    #[non_exhaustive]
    LoopbackOrigins {
        /// The origins or patterns.
        values: Vec<String>,
        /// Whether credentials are allowed.
        credentials: bool,
    },
    /// A method has lower-case letters, which is almost always a mistake: `purge`.
    #[non_exhaustive]
    MethodCase {
        /// The method.
        value: String,
        /// The usual spelling.
        suggestion: String,
    },
    /// The policy exposes a header that every page can read anyway: `content-type`.
    #[non_exhaustive]
    AlwaysExposed {
        /// The name, in lower case.
        value: String,
    },
    /// The max-age is longer than the maximum in Chromium.
    #[non_exhaustive]
    MaxAge {
        /// The max-age.
        value: Duration,
    },
}

impl Warning {
    /// Returns a short, stable name, the variant in kebab-case: `public-suffix`, `max-age`.
    #[must_use]
    pub fn id(&self) -> &'static str {
        match self {
            Self::PublicSuffix { .. } => "public-suffix",
            Self::OpenMatcher { .. } => "open-matcher",
            Self::MisspelledScheme { .. } => "misspelled-scheme",
            Self::AlternativeNeverMatches { .. } => "alternative-never-matches",
            Self::RegexIsPattern { .. } => "regex-is-pattern",
            Self::LoopbackOrigins { .. } => "loopback-origins",
            Self::MethodCase { .. } => "method-case",
            Self::AlwaysExposed { .. } => "always-exposed",
            Self::MaxAge { .. } => "max-age",
        }
    }

    /// Returns the field of a config file that the warning is about: `allow_origins`, `max_age`.
    #[must_use]
    pub fn field(&self) -> &'static str {
        match self {
            Self::PublicSuffix { .. }
            | Self::LoopbackOrigins { .. }
            | Self::MisspelledScheme { is_regex: false, .. } => "allow_origins",
            Self::OpenMatcher { place, .. } if place == "allow_origin_if" => "allow_origin_if",
            Self::OpenMatcher { .. }
            | Self::MisspelledScheme { .. }
            | Self::AlternativeNeverMatches { .. }
            | Self::RegexIsPattern { .. } => "allow_origin_regexes",
            Self::MethodCase { .. } => "allow_methods",
            Self::AlwaysExposed { .. } => "expose_headers",
            Self::MaxAge { .. } => "max_age",
        }
    }

    /// Returns the entries of the field that the warning is about. Empty if the field is no list, or if
    /// the entry is a predicate.
    #[must_use]
    pub fn values(&self) -> Vec<&str> {
        match self {
            Self::PublicSuffix { value, .. }
            | Self::MisspelledScheme { value, .. }
            | Self::AlternativeNeverMatches { value, .. }
            | Self::RegexIsPattern { value, .. }
            | Self::MethodCase { value, .. }
            | Self::AlwaysExposed { value } => vec![value],
            Self::LoopbackOrigins { values, .. } => values.iter().map(String::as_str).collect(),
            Self::OpenMatcher { .. } | Self::MaxAge { .. } => Vec::new(),
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PublicSuffix { value, suffix, credentials } => {
                let power = if *credentials {
                    "act for your users here and read the answers"
                } else {
                    "read what this service answers"
                };
                write!(
                    f,
                    "origin {value:?}: any person can register a name under {suffix:?}, and could {power}; \
                     list the ones that are yours"
                )
            }
            Self::OpenMatcher { place, origin } => write!(
                f,
                "{place}: it allows made-up origins such as {origin:?}, so every page can read this \
                 service; name your own domains, or use `allow_any_origin()`"
            ),
            Self::MisspelledScheme { value, scheme, suggestion, .. } => write!(
                f,
                "scheme {scheme:?} of {}: it differs from {suggestion:?} in one letter; write \
                 {suggestion:?}, unless pages really have this scheme",
                shortened(value)
            ),
            Self::AlternativeNeverMatches { value, alternative, reason } => write!(
                f,
                "origin regex {}: no origin matches the alternative {}, because {reason}; an \
                 alternative outside of a group is a whole regex",
                shortened(value),
                shortened(alternative)
            ),
            Self::RegexIsPattern { value, patterns, regex_allows, patterns_allow } => {
                write!(f, "origin regex {}: ", shortened(value))?;
                match regex_allows {
                    Some(origin) => write!(f, "it allows {origin:?} too")?,
                    None => f.write_str("patterns leave less to get wrong")?,
                }
                write!(f, "; write `.allow_origins({patterns:?})`")?;
                match patterns_allow {
                    Some(origin) => write!(f, " if {origin:?} may call too"),
                    None => Ok(()),
                }
            }
            Self::LoopbackOrigins { values, credentials } => {
                const SHOWN: usize = 8;
                let shown: Vec<_> =
                    values.iter().take(SHOWN).map(|value| format!("{value:?}")).collect();
                let more = if values.len() > SHOWN { " and more" } else { "" };
                let noun = if values.len() == 1 { "origin" } else { "origins" };
                let power = if *credentials { " for that user" } else { "" };
                write!(
                    f,
                    "{noun} {}{more}: any program on a user's machine can serve a page there, which \
                     then calls this service{power}; leave it to the policy for development",
                    shown.join(", ")
                )
            }
            Self::MethodCase { value, suggestion } => write!(
                f,
                "method {value:?}: methods are case-sensitive, and browsers send this one as the \
                 page writes it; write {suggestion:?} here and in the page, if the service has it so"
            ),
            Self::AlwaysExposed { value } => {
                write!(f, "exposed header {value:?}: every page can read it anyway; leave it out")
            }
            Self::MaxAge { value } => write!(
                f,
                "max age {} s: Chromium forgets after {max} s, and no browser notices a change \
                 before it asks again; write {max} s",
                value.as_secs(),
                max = LONGEST_IN_CHROMIUM.as_secs()
            ),
        }
    }
}
