//! The way back: from a policy to what it was made from.

use super::{Config, Refused};
use crate::{
    builder::CorsBuilder,
    fetch,
    origin::{CustomMatchers as Code, OriginPattern},
    policy::{Enforcement, HeaderNames, Methods, Origins, Policy},
};

/// What a builder was told, as far as the compiled policy does not tell.
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each stands for one setter")]
pub(crate) struct Switches {
    any_origin: bool,
    any_origin_with_credentials: bool,
    null_origin: bool,
    insecure_origins: bool,
    credentials: bool,
    max_age: Option<u64>,
}

impl Switches {
    pub(crate) fn of(builder: &CorsBuilder) -> Self {
        Self {
            any_origin: builder.any_origin,
            any_origin_with_credentials: builder.any_origin_with_credentials,
            null_origin: builder.null_origin,
            insecure_origins: builder.insecure_origins,
            credentials: builder.credentials,
            max_age: builder.max_age.map(|it| it.as_secs()),
        }
    }
}

impl Policy {
    /// What the policy was made from, as data; `None` where a predicate
    /// ([`allow_origin_if`](CorsBuilder::allow_origin_if)) is part of it, because that is code, and
    /// for a policy [of nobody](Policy::of_nobody), which no config can say.
    ///
    /// A policy that is built from the result allows the same, and gives the same back. It may differ
    /// from what was written:
    ///
    /// * `"*"` comes first, and what it covers is left out: all other origins and the regexes (but not
    ///   beside `dangerous_allow_any_origin_with_credentials`), and the usual methods.
    /// * Each entry is there once; of header names that differ in case only, the first.
    /// * Methods are as browsers write them: `PUT` for `put`.
    ///
    /// ```
    /// use corsac::{Config, CorsLayer};
    ///
    /// let policy = CorsLayer::builder()
    ///     .allow_origins(["https://a.example", "https://a.example"])
    ///     .allow_any_method()
    ///     .build_policy()?;
    /// let config = policy.config().ok_or("a predicate")?;
    /// assert_eq!(
    ///     serde_json::to_value(&config)?,
    ///     serde_json::json!({ "allow_origins": ["https://a.example"], "allow_methods": ["*"] }),
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[cfg_attr(docsrs, doc(cfg(feature = "serde")))]
    #[must_use]
    pub fn config(&self) -> Option<Config> {
        let (patterns, code) = match &self.origins {
            Origins::Any => (Vec::new(), None),
            Origins::Listed(set) => {
                (set.patterns().iter().map(OriginPattern::to_string).collect(), set.custom())
            }
        };
        let has_code = code.is_some_and(|code| !code.predicates.is_empty());
        if has_code || self.nobody.is_some() {
            return None;
        }
        let switches = self.switches;
        Some(Config {
            allow_origins: starred(switches.any_origin, patterns.into_iter()),
            allow_origin_regexes: code.map(regexes).unwrap_or_default(),
            allow_methods: methods(&self.methods),
            allow_headers: header_names(&self.request_headers),
            expose_headers: header_names(&self.exposed),
            allow_credentials: switches.credentials,
            max_age: switches.max_age,
            enforcement: match self.enforcement {
                Enforcement::OmitHeaders => Refused::OmitHeaders,
                Enforcement::Reject => Refused::Reject,
            },
            reject_status: self.reject_status.map(|it| it.as_u16()),
            dangerous_allow_any_origin_with_credentials: switches.any_origin_with_credentials,
            dangerous_allow_null_origin: switches.null_origin,
            dangerous_allow_insecure_origins: switches.insecure_origins,
        })
    }
}

#[cfg(feature = "regex")]
fn regexes(code: &Code) -> Vec<String> {
    let mut texts: Vec<String> = Vec::new();
    for regex in &code.regexes {
        let text = regex.as_str();
        // What the compiler puts around it.
        let own = text.strip_prefix(r"\A(?:").and_then(|it| it.strip_suffix(r")\z"));
        let own = own.unwrap_or(text);
        if !texts.iter().any(|known| known == own) {
            texts.push(own.to_owned());
        }
    }
    texts
}

#[cfg(not(feature = "regex"))]
fn regexes(_: &Code) -> Vec<String> {
    Vec::new()
}

fn methods(methods: &Methods) -> Vec<String> {
    // The compiler puts them in front.
    let usual = if methods.any { fetch::USUAL_METHODS.split(", ").count() } else { 0 };
    starred(methods.any, methods.names.iter().skip(usual).cloned())
}

fn header_names(names: &HeaderNames) -> Vec<String> {
    let line = names.header.as_ref().and_then(|line| line.to_str().ok());
    starred(names.any, line.into_iter().flat_map(|line| line.split(", ")).map(str::to_owned))
}

fn starred(any: bool, entries: impl Iterator<Item = String>) -> Vec<String> {
    any.then(|| "*".to_owned()).into_iter().chain(entries).collect()
}
