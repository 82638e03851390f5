//! A policy for each path.

use std::{
    collections::{BTreeMap, HashMap, btree_map::Entry},
    fmt,
    sync::Arc,
};

use http::request::Parts;
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{Error, MapAccess, Visitor},
};

use super::{
    Config, ConfigError, ConfigProblem,
    path::{PrefixProblem, is_plain, parse_prefix},
};
use crate::{
    decision::DenialKind,
    policy::{Enforcement, Policy},
};

/// A map from path prefixes to their [`Config`]s.
///
/// ```
/// use corsac::PathConfigs;
///
/// let paths: PathConfigs = toml::from_str(r#"
///     ["/"]
///     allow_origins = ["https://app.example.com"]
///     allow_credentials = true
///
///     ["/public/"]
///     allow_origins = ["*"]
/// "#)?;
/// let policies = paths.build()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// A prefix consists of letters, digits, `-`, `_`, `.` and `~` between slashes. One at the end makes
/// no difference. [`PathPolicies::get`] says which paths a prefix stands for.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(transparent)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(
    test,
    schemars(description = "A CORS policy for each path prefix; the longest one wins.")
)]
pub struct PathConfigs {
    prefixes: BTreeMap<String, Config>,
}

impl PathConfigs {
    /// Checks everything and makes the policies.
    ///
    /// # Errors
    ///
    /// All that is wrong with any of the configs, those of [`Config::build`], and with the prefixes:
    /// `public` without its slash, `/a//b`, `/a/../b`, `/caf%C3%A9`, `/a` beside `/a/` or `/A`; no
    /// prefix at all.
    ///
    /// ```
    /// let paths: corsac::PathConfigs = serde_json::from_str(r#"{
    ///     "/": { "allow_origins": ["https://a.example", "https://b.example/"] },
    ///     "public": { "allow_origins": ["*"] }
    /// }"#)?;
    /// assert_eq!(paths.build().unwrap_err().to_string(), "\
    /// invalid CORS policy (2 problems):
    ///   - \"/\".allow_origins[1] \"https://b.example/\": an origin has no path; \
    ///      write \"https://b.example\"
    ///   - \"public\": a path prefix starts with a slash; write \"/public\"");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn build(self) -> Result<PathPolicies, ConfigError> {
        let mut problems = Vec::new();
        let mut policies: HashMap<Vec<u8>, OfPrefix> = HashMap::new();
        if self.prefixes.is_empty() {
            problems.push(ConfigProblem::without_prefix());
        }
        for (written, config) in self.prefixes {
            let prefix = parse_prefix(&written).and_then(|prefix| {
                match policies.get(&prefix.as_bytes().to_ascii_lowercase()) {
                    Some(other) => Err(PrefixProblem::Twice(other.written.clone())),
                    None => Ok(prefix),
                }
            });
            if let Err(problem) = &prefix {
                problems.push(ConfigProblem::of_prefix(&written, problem.clone()));
            }
            match (prefix.map(str::as_bytes).map(<[u8]>::to_vec), config.compile()) {
                (Ok(prefix), Ok(policy)) => {
                    let key = prefix.to_ascii_lowercase();
                    let policy = Arc::new(policy);
                    policies.insert(key, OfPrefix { written, prefix, policy });
                }
                (Err(_), Ok(_)) => {}
                (_, Err(found)) => problems.extend(found.into_iter().map(|it| it.below(&written))),
            }
        }
        if problems.is_empty() {
            Ok(PathPolicies { inner: Arc::new(Inner::new(policies)) })
        } else {
            Err(ConfigError::new(problems))
        }
    }
}

/// A policy for each path; the longest prefix wins.
///
/// Made by [`PathConfigs::build`], mounted by [`CorsLayer::per_request`](crate::CorsLayer::per_request):
///
/// ```
/// use corsac::{CorsLayer, PathConfigs};
/// use http::request::Parts;
///
/// let paths: PathConfigs = toml::from_str("['/']\nallow_origins = 'https://app.example.com'")?;
/// let policies = paths.build()?;
/// for (prefix, policy) in policies.iter() {
///     for warning in policy.warnings() {
///         eprintln!("{prefix}: {warning}");
///     }
/// }
/// let cors = CorsLayer::per_request(move |parts: &Parts| policies.policy(parts));
/// # let app: axum::Router = axum::Router::new().layer(cors);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Cloning it clones one [`Arc`]. To replace it while requests come in, keep it in an
/// `Arc<RwLock<PathPolicies>>` that the closure reads.
#[derive(Debug, Clone)]
pub struct PathPolicies {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    /// Under their prefixes in lower case.
    policies: HashMap<Vec<u8>, OfPrefix>,
    /// Of the prefixes.
    longest: usize,
    /// For paths that can be read in more than one way.
    closed: Arc<Policy>,
}

#[derive(Debug)]
struct OfPrefix {
    /// In the file.
    written: String,
    /// Without the slash at the end.
    prefix: Vec<u8>,
    policy: Arc<Policy>,
}

impl PathPolicies {
    /// The policy of the longest prefix; `None` where no prefix fits, so where CORS is not done.
    ///
    /// A prefix stands for itself and for what is below it, whole segments only: `/public/` is
    /// `/public`, `/public/` and `/public/a`, and not `/publicity`. `/` stands for everything.
    ///
    /// Some paths are read in one way here and in another by the server behind, which may resolve,
    /// decode, merge or cut before it looks: `/public/../admin`, `/public/%2e%2e/admin`, `//admin`,
    /// `/public\..\admin`, `/%61dmin`, `/a%2Fb`, `/admin;x`, `/ADMIN` beside the prefix `/admin`. For
    /// them the answer is a policy that allows no origin, and that rejects
    /// ([`Enforcement::Reject`]) if any of the policies does. Only where the one prefix is `/`, and
    /// they all mean the same, it is the policy of that.
    ///
    /// ```
    /// let paths: corsac::PathConfigs = serde_json::from_str(r#"{
    ///     "/public/": { "allow_origins": ["*"] },
    ///     "/admin/": { "allow_origins": ["https://admin.example.com"] }
    /// }"#)?;
    /// let policies = paths.build()?;
    ///
    /// let any = |path| policies.get(path).and_then(|it| it.config()).map(|it| it == public());
    /// assert_eq!(any("/public/news"), Some(true));
    /// assert_eq!(any("/admin/users"), Some(false));
    /// assert!(policies.get("/publicity").is_none());
    /// // Neither public nor untouched.
    /// assert!(policies.get("/public/../admin").is_some_and(|it| it.config().is_none()));
    /// # fn public() -> corsac::Config { serde_json::from_str(r#"{ "allow_origins": "*" }"#).unwrap() }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn get(&self, path: &str) -> Option<Arc<Policy>> {
        self.inner.find(path).cloned()
    }

    /// Each prefix, as written, with its policy, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Arc<Policy>)> {
        self.inner.policies.values().map(|it| (it.written.as_str(), &it.policy))
    }

    /// The same as [`get`](PathPolicies::get), for the path of a request.
    ///
    /// The preflight of a request has its path, and so its policy. Where a router cuts a prefix off
    /// before this is asked, as axum does inside of `nest`, the rest is all there is to see: ask
    /// outside of the router.
    ///
    /// ```
    /// let paths: corsac::PathConfigs = toml::from_str("['/']\nallow_origins = '*'")?;
    /// let policies = paths.build()?;
    ///
    /// let (parts, ()) = http::Request::get("https://api.example.com/news?page=2").body(())?.into_parts();
    /// assert!(policies.policy(&parts).is_some());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn policy(&self, parts: &Parts) -> Option<Arc<Policy>> {
        self.get(parts.uri.path())
    }
}

impl Inner {
    fn new(policies: HashMap<Vec<u8>, OfPrefix>) -> Self {
        let rejects = |it: &OfPrefix| it.policy.enforcement == Enforcement::Reject;
        let enforcement = if policies.values().any(rejects) {
            Enforcement::Reject
        } else {
            Enforcement::OmitHeaders
        };
        Self {
            longest: policies.keys().map(Vec::len).max().unwrap_or(0),
            policies,
            closed: Arc::new(Policy::of_nobody_because(DenialKind::AmbiguousPath, enforcement)),
        }
    }

    fn find(&self, path: &str) -> Option<&Arc<Policy>> {
        if let (1, Some(everywhere)) = (self.policies.len(), self.policies.get(&b""[..])) {
            return Some(&everywhere.policy);
        }
        if !is_plain(path) {
            return Some(&self.closed);
        }
        // No further than the longest prefix: a path of many segments costs no more than that.
        let bytes = path.as_bytes();
        let start = bytes[..bytes.len().min(self.longest)].to_ascii_lowercase();
        let is_end = |at: &usize| bytes.get(*at).is_none_or(|byte| *byte == b'/');
        let mut ends = (0..=start.len()).rev().filter(is_end);
        let (end, found) = ends.find_map(|end| Some((end, self.policies.get(&start[..end])?)))?;
        // Some servers and file systems do not look at the case.
        let is_exact = bytes[..end] == *found.prefix;
        Some(if is_exact { &found.policy } else { &self.closed })
    }
}

impl<'de> Deserialize<'de> for PathConfigs {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(Prefixes)
    }
}

/// A map of serde's would take the last of two entries for one prefix without a word.
struct Prefixes;

impl<'de> Visitor<'de> for Prefixes {
    type Value = PathConfigs;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map from path prefixes to policies")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<PathConfigs, A::Error> {
        let mut prefixes = BTreeMap::new();
        while let Some(prefix) = map.next_key::<String>()? {
            match prefixes.entry(prefix) {
                Entry::Vacant(place) => place.insert(map.next_value()?),
                Entry::Occupied(place) => {
                    let prefix = place.key();
                    return Err(Error::custom(format_args!(
                        "the path prefix {prefix:?} is there twice; leave one of the two out"
                    )));
                }
            };
        }
        Ok(PathConfigs { prefixes })
    }
}
