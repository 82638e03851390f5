//! Finds settings that are valid but unwise, and those that go beyond a ceiling.

use std::{collections::HashSet, time::Duration};

use crate::{
    origin::{CustomMatchers, Origin, OriginSet, Parts, Port, Wildcard, made_up, similar_scheme},
    policy::{Policy, fetch, rules::DEFAULT_MAX_AGE},
};

mod excess;
#[cfg(feature = "regex")]
mod regex;
#[cfg(feature = "public-suffix")]
mod suffix;
mod warning;
mod within;

pub use excess::Excess;
pub use warning::Warning;

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
        warnings.extend(misspelled_scheme(pattern.as_str(), parts.scheme, false));
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

fn misspelled_scheme(value: &str, scheme: &str, is_regex: bool) -> Option<Warning> {
    let suggestion = similar_scheme(scheme)?.to_owned();
    let (value, scheme) = (value.to_owned(), scheme.to_owned());
    Some(Warning::MisspelledScheme { value, scheme, suggestion, is_regex })
}

/// Returns the regexes and predicates that allow made-up origins, each with its place.
fn open_matchers(custom: &CustomMatchers) -> impl Iterator<Item = (String, Origin)> {
    #[cfg(feature = "regex")]
    let regexes = custom.regexes.iter().enumerate().filter_map(|(index, regex)| {
        let origin = made_up::find_allowed(&|origin| regex.is_match(origin.as_str()))?;
        Some((format!("allow_origin_regexes[{index}]"), origin))
    });
    #[cfg(not(feature = "regex"))]
    let regexes = std::iter::empty();
    let predicates = custom.predicates.iter().filter_map(|allows| {
        let origin = made_up::find_allowed(&**allows)?;
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
