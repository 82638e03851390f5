//! Finds settings that are valid but unwise.

use std::{collections::HashSet, fmt, time::Duration};

use crate::{
    origin::{
        CustomMatchers, Origin, OriginSet, Parts, Port, Wildcard, made_up, shortened,
        similar_scheme,
    },
    policy::{Policy, fetch, rules::DEFAULT_MAX_AGE},
};

#[cfg(feature = "regex")]
mod regex;
#[cfg(feature = "public-suffix")]
mod suffix;

/// A setting that is valid but unwise. `Display` prints one sentence with the remedy.
///
/// Found by [`Policy::warnings`].
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

impl Policy {
    /// Returns the settings that are valid but unwise: origins first, then methods, headers, max-age.
    ///
    /// It looks at every pattern, so call it once, when the program starts, or in a test:
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let policy = corsac::CorsLayer::builder()
    ///     .allow_origins(["https://app.example.com"])
    ///     .max_age(Duration::from_secs(86_400))
    ///     .build_policy()?;
    ///
    /// let warnings = policy.warnings();
    /// assert_eq!(
    ///     warnings[0].to_string(),
    ///     "max age 86400 s: Chromium forgets after 7200 s, and no browser notices a change before \
    ///      it asks again; write 7200 s",
    /// );
    /// # Ok::<(), corsac::BuildError>(())
    /// ```
    ///
    /// Redundant but harmless entries are not reported, such as `GET` in `allow_methods`.
    #[must_use]
    pub fn warnings(&self) -> Vec<Warning> {
        let mut warnings = Vec::new();
        if let Some(set) = self.origin_set() {
            check_origins(set, self, &mut warnings);
        }
        // Fetch, "normalize": browsers send other methods as the page writes them.
        let known: HashSet<&String> = self.methods.names.iter().collect();
        warnings.extend(self.rules.methods.listed.iter().filter_map(|name| {
            let suggestion = name.to_ascii_uppercase();
            let is_unusual = *name != suggestion && !known.contains(&suggestion);
            is_unusual.then(|| Warning::MethodCase { value: name.clone(), suggestion })
        }));
        let exposed =
            self.rules.exposed_headers.listed.iter().map(|name| name.to_ascii_lowercase());
        // Fetch, "CORS-safelisted response-header name".
        let needless = exposed.filter(|name| fetch::is_safelisted_response_header(name));
        warnings.extend(needless.map(|value| Warning::AlwaysExposed { value }));
        // Fetch, "CORS-preflight cache": "user agents may impose a limit".
        let max_age = self.rules.max_age.filter(|max_age| *max_age > LONGEST_IN_CHROMIUM);
        warnings.extend(max_age.map(|value| Warning::MaxAge { value }));
        warnings
    }
}

const LONGEST_IN_CHROMIUM: Duration = DEFAULT_MAX_AGE;

fn check_origins(set: &OriginSet, policy: &Policy, warnings: &mut Vec<Warning>) {
    let credentials = policy.rules.allows_credentials();
    let mut on_loopback = Vec::new();
    let mut has_public = false;
    for pattern in set.patterns() {
        let parts = pattern.parts();
        if is_for_development(parts) {
            on_loopback.push(pattern.to_string());
        }
        has_public |= is_public(parts);
        warnings.extend(misspelled_scheme(pattern.as_str(), parts.scheme));
        #[cfg(feature = "public-suffix")]
        if let Some(suffix) = suffix::public_suffix_of(parts) {
            let (value, suffix) = (pattern.to_string(), suffix.to_owned());
            warnings.push(Warning::PublicSuffix { value, suffix, credentials });
        }
    }
    // With credentials it is an error, unless every origin is allowed on purpose.
    if let Some(custom) = set.custom() {
        warnings.extend(
            open_matchers(custom)
                .map(|(place, origin)| Warning::OpenMatcher { place, origin: origin.to_string() }),
        );
    }
    #[cfg(feature = "regex")]
    if let Some(custom) = set.custom() {
        for (text, regex) in policy.rules.origin_regexes.iter().zip(&custom.regexes) {
            warnings.extend(regex::check(text, regex, set.denies_insecure()));
        }
    }
    if has_public && !on_loopback.is_empty() {
        warnings.push(Warning::LoopbackOrigins { values: on_loopback, credentials });
    }
}

fn misspelled_scheme(value: &str, scheme: &str) -> Option<Warning> {
    let suggestion = similar_scheme(scheme)?.to_owned();
    let (value, scheme) = (value.to_owned(), scheme.to_owned());
    Some(Warning::MisspelledScheme { value, scheme, suggestion })
}

/// Returns the regexes and predicates that allow made-up origins, each with its place.
fn open_matchers(custom: &CustomMatchers) -> impl Iterator<Item = (String, Origin)> {
    #[cfg(feature = "regex")]
    let regexes = custom.regexes.iter().enumerate().filter_map(|(index, regex)| {
        let origin = made_up::find_allowed(|origin| regex.is_match(origin.as_str()))?;
        Some((format!("allow_origin_regexes[{index}]"), origin))
    });
    #[cfg(not(feature = "regex"))]
    let regexes = std::iter::empty();
    let predicates = custom.predicates.iter().filter_map(|allows| {
        let origin = made_up::find_allowed(|origin| allows(origin))?;
        Some(("allow_origin_if".to_owned(), origin))
    });
    regexes.chain(predicates)
}

/// Returns whether pages of this origin are under development.
fn is_for_development(parts: Parts<'_>) -> bool {
    // The web views of apps: Capacitor, Cordova and Ionic have the first, Tauri has the second. The
    // other schemes of theirs, such as `capacitor://localhost`, are no servers on the machine either.
    let is_app =
        matches!(parts.host, "localhost" | "tauri.localhost") && parts.port == Port::Default;
    let is_host = parts.wildcard == Wildcard::None;
    matches!(parts.scheme, "http" | "https") && parts.is_loopback() && !(is_app && is_host)
}

/// Returns whether an origin is on the Internet: not on the loopback, and not in a private network, as
/// far as its name shows.
fn is_public(parts: Parts<'_>) -> bool {
    // RFC 6761, RFC 6762, RFC 8375, and `internal`, which ICANN has reserved.
    const PRIVATE: [&str; 6] =
        [".test", ".local", ".localhost", ".internal", ".home.arpa", ".invalid"];
    let name = parts.host.strip_suffix('.').unwrap_or(parts.host);
    let is_address =
        name.starts_with('[') || name.bytes().all(|byte| byte == b'.' || byte.is_ascii_digit());
    matches!(parts.scheme, "http" | "https")
        && name.contains('.')
        && !is_address
        && !PRIVATE.iter().any(|suffix| name.ends_with(suffix))
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
            Self::MisspelledScheme { value, scheme, suggestion } => write!(
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
