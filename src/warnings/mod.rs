//! What a policy may say, and had better not.

use std::{fmt, time::Duration};

use crate::{
    fetch,
    origin::{OriginSet, Parts, Port, shortened},
    policy::{Origins, Policy},
};

#[cfg(feature = "regex")]
mod regex;
#[cfg(feature = "public-suffix")]
mod suffix;

/// Something in a policy that is legal and unwise. Prints one sentence that says what to do.
///
/// [`Policy::warnings`] finds them.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// A wildcard stands over a domain under which anybody can have one: `https://*.github.io`.
    ///
    /// Found with the feature `public-suffix` alone.
    #[non_exhaustive]
    PublicSuffix {
        /// The pattern.
        value: String,
        /// The domain that is everybody's: `github.io`.
        suffix: String,
        /// Credentials are allowed: whoever has such a domain can act for the users of the service.
        credentials: bool,
    },
    /// A regex says what patterns can say, which leave less to get wrong.
    #[non_exhaustive]
    RegexIsPattern {
        /// The regex.
        value: String,
        /// What to write instead.
        patterns: Vec<String>,
        /// An origin that only the regex allows, and that nobody meant.
        regex_allows: Option<String>,
        /// An origin that only the patterns allow: a deeper subdomain, or the scheme's own port.
        patterns_allow: Option<String>,
    },
    /// Origins on the loopback stand in a list of public ones.
    #[non_exhaustive]
    LoopbackOrigins {
        /// The origins or patterns.
        values: Vec<String>,
        /// Credentials are allowed.
        credentials: bool,
    },
    /// A method with lower-case letters, which are nearly never meant: `purge`.
    #[non_exhaustive]
    MethodCase {
        /// The method.
        value: String,
        /// The usual spelling.
        suggestion: String,
    },
    /// A header is exposed that every page can read anyway: `content-type`.
    #[non_exhaustive]
    AlwaysExposed {
        /// The name, in lower case.
        value: String,
    },
    /// The max-age is longer than Chromium honours.
    #[non_exhaustive]
    MaxAge {
        /// The max-age.
        value: Duration,
    },
}

impl Policy {
    /// What is legal and unwise in this policy: origins first, then methods, headers, max-age.
    ///
    /// It looks at every pattern, so ask once, where the program starts, or in a test:
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
    ///     "max age 86400 s: Chromium forgets after 7200 s, and no browser hears of a change before \
    ///      it asks again; write 7200 s",
    /// );
    /// # Ok::<(), corsac::BuildError>(())
    /// ```
    ///
    /// What merely changes nothing is not reported where people write it for their readers: `GET`,
    /// `HEAD` and `POST` among the methods. Nor are `accept`, `content-type` and their kin among the
    /// request headers: without permission they may carry some values only.
    #[must_use]
    pub fn warnings(&self) -> Vec<Warning> {
        let mut warnings = Vec::new();
        if let Origins::Listed(set) = &self.origins {
            of_origins(set, self.ready.allows_credentials(), &mut warnings);
        }
        let names = &self.methods.names;
        // Fetch, "normalize": browsers send other methods as the page writes them.
        let unusual = names.iter().map(|name| (name, name.to_ascii_uppercase()));
        let unusual = unusual.filter(|(name, upper)| *name != upper && !names.contains(upper));
        warnings.extend(
            unusual.map(|(name, upper)| Warning::MethodCase {
                value: name.clone(),
                suggestion: upper,
            }),
        );
        let exposed = self.exposed.names.iter();
        // Fetch, "CORS-safelisted response-header name".
        let needless = exposed.filter(|name| fetch::is_safelisted_response_header(name));
        warnings.extend(needless.map(|name| Warning::AlwaysExposed { value: name.clone() }));
        // Fetch, "CORS-preflight cache": "user agents may impose a limit".
        let max_age = self.ready.max_age().filter(|seconds| *seconds > LONGEST_IN_CHROMIUM);
        warnings
            .extend(max_age.map(|seconds| Warning::MaxAge { value: Duration::from_secs(seconds) }));
        warnings
    }
}

const LONGEST_IN_CHROMIUM: u64 = 2 * 60 * 60;

fn of_origins(set: &OriginSet, credentials: bool, warnings: &mut Vec<Warning>) {
    let mut on_loopback = Vec::new();
    let mut has_public = false;
    for pattern in set.patterns() {
        let (text, parts) = (pattern.as_str(), pattern.parts());
        if is_of_development(parts) {
            on_loopback.push(text.to_owned());
        }
        has_public |= is_public(parts);
        #[cfg(feature = "public-suffix")]
        if let Some(suffix) = suffix::below(parts) {
            let (value, suffix) = (text.to_owned(), suffix.to_owned());
            warnings.push(Warning::PublicSuffix { value, suffix, credentials });
        }
    }
    #[cfg(feature = "regex")]
    warnings.extend(
        set.custom()
            .iter()
            .flat_map(|custom| &custom.regexes)
            .filter_map(|it| regex::as_patterns(it, set.denies_insecure())),
    );
    if has_public && !on_loopback.is_empty() {
        warnings.push(Warning::LoopbackOrigins { values: on_loopback, credentials });
    }
}

/// A page that somebody develops. `https://localhost`, without a port, is what apps for telephones
/// have that are made of web pages; so are other schemes.
fn is_of_development(parts: Parts<'_>) -> bool {
    let is_app =
        parts.scheme == "https" && parts.host == "localhost" && parts.port == Port::Default;
    matches!(parts.scheme, "http" | "https") && parts.is_loopback() && !is_app
}

/// On the Internet, as far as a name tells: not on the loopback, not in somebody's own network.
fn is_public(parts: Parts<'_>) -> bool {
    // RFC 6761, RFC 6762, RFC 8375, and the one that ICANN keeps free.
    const PRIVATE: [&str; 6] =
        [".test", ".local", ".localhost", ".internal", ".home.arpa", ".invalid"];
    let name = parts.host.strip_suffix('.').unwrap_or(parts.host);
    let is_address =
        name.starts_with('[') || name.bytes().all(|it| it == b'.' || it.is_ascii_digit());
    matches!(parts.scheme, "http" | "https")
        && name.contains('.')
        && !is_address
        && !PRIVATE.iter().any(|it| name.ends_with(it))
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
                    "origin {value:?}: anybody can have a domain under {suffix:?}, and would {power}; \
                     list the ones that are yours"
                )
            }
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
                let shown: Vec<_> = values.iter().take(SHOWN).map(|it| format!("{it:?}")).collect();
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
                "max age {} s: Chromium forgets after {LONGEST_IN_CHROMIUM} s, and no browser hears \
                 of a change before it asks again; write {LONGEST_IN_CHROMIUM} s",
                value.as_secs()
            ),
        }
    }
}
