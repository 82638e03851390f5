//! Policies by path.

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
    BuildError, Config, Problem, ProblemKind,
    path::{PrefixProblem, is_plain, parse_prefix},
};
use crate::policy::{DenialKind, Enforcement, Policy, rules::Rules};

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
/// A prefix consists of letters, digits, `-`, `_`, `.` and `~` between slashes. A slash at its end
/// makes no difference. [`PathPolicies::get`] describes which paths a prefix matches.
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
    /// Builds the policies.
    ///
    /// # Errors
    ///
    /// Returns all that is wrong with any of the configs, as [`Config::build`] does, and with the
    /// prefixes: `public` without its slash, `/a//b`, `/a/../b`, `/caf%C3%A9`, `/a` together with
    /// `/a/` or `/A`; no prefix at all.
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
    pub fn build(self) -> Result<PathPolicies, BuildError> {
        let mut problems = Vec::new();
        let mut policies = HashMap::new();
        let mut known: HashMap<Vec<u8>, String> = HashMap::new();
        if self.prefixes.is_empty() {
            problems.push(PrefixProblem::None.at(String::new()));
        }
        for (written, config) in self.prefixes {
            let prefix = parse_prefix(&written).and_then(|prefix| {
                let first = known.entry(prefix.as_bytes().to_ascii_lowercase());
                let first = first.or_insert_with(|| written.clone());
                if *first == written {
                    Ok(prefix.as_bytes().to_vec())
                } else {
                    Err(PrefixProblem::Twice(first.clone()))
                }
            });
            let policy = config.build_policy();
            if let Err(problem) = &prefix {
                problems.push(problem.at(format!("{written:?}")));
            }
            if let Err(error) = &policy {
                problems.extend(
                    error.problems().iter().map(|problem| {
                        problem.clone().at(format!("{written:?}.{}", problem.place()))
                    }),
                );
            }
            if let (Ok(prefix), Ok(policy)) = (prefix, policy) {
                let key = prefix.to_ascii_lowercase();
                policies.insert(key, PathPolicy { written, prefix, policy: Arc::new(policy) });
            }
        }
        if problems.is_empty() {
            Ok(PathPolicies { table: Arc::new(Table::new(policies)) })
        } else {
            Err(BuildError::new(problems))
        }
    }
}

impl PrefixProblem {
    fn at(&self, place: String) -> Problem {
        Problem::new(ProblemKind::PathPrefix, self.to_string()).at(place)
    }
}

/// A policy for each path prefix. The longest prefix that matches decides.
///
/// Made by [`PathConfigs::build`]. Use it with [`CorsLayer::per_path`](crate::CorsLayer::per_path):
///
/// ```
/// use corsac::{CorsLayer, PathConfigs};
///
/// let paths: PathConfigs = toml::from_str("['/']\nallow_origins = 'https://app.example.com'")?;
/// let policies = paths.build()?;
/// for (prefix, policy) in policies.iter() {
///     for warning in policy.warnings() {
///         eprintln!("{prefix}: {warning}");
///     }
/// }
/// let cors = CorsLayer::per_path(policies);
/// # let app: axum::Router = axum::Router::new().layer(cors);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Cloning it clones one [`Arc`]. To replace it while requests arrive, keep it in an
/// `Arc<RwLock<PathPolicies>>` that the closure of a
/// [`CorsLayer::per_request`](crate::CorsLayer::per_request) reads.
#[derive(Debug, Clone)]
pub struct PathPolicies {
    table: Arc<Table>,
}

#[derive(Debug)]
struct Table {
    /// The keys are the prefixes in lower case.
    policies: HashMap<Vec<u8>, PathPolicy>,
    /// The length of the longest prefix.
    longest: usize,
    /// For paths that servers can read in more than one way.
    deny_ambiguous: Arc<Policy>,
}

#[derive(Debug)]
struct PathPolicy {
    /// As in the file.
    written: String,
    /// Without the slash at the end.
    prefix: Vec<u8>,
    policy: Arc<Policy>,
}

impl PathPolicies {
    /// Returns the policy of the longest prefix that matches, or `None` if none does. Without a
    /// policy, corsac does not handle CORS for the path.
    ///
    /// A prefix matches itself and the paths below it, by whole segments: `/public/` matches
    /// `/public`, `/public/` and `/public/a`, but not `/publicity`. `/` matches every path.
    ///
    /// Servers read some paths in different ways, because they resolve, decode, merge or cut
    /// segments: `/public/../admin`, `/public/%2e%2e/admin`, `//admin`, `/public\..\admin`,
    /// `/%61dmin`, `/a%2Fb`, `/admin;x`, or `/ADMIN` if there is a prefix `/admin`. For such a path
    /// this returns a policy that allows no origin, and that rejects ([`Enforcement::Reject`]) if any
    /// of the policies does. The exception is a map with the one prefix `/`: its policy holds for all
    /// paths.
    ///
    /// ```
    /// let paths: corsac::PathConfigs = serde_json::from_str(r#"{
    ///     "/public/": { "allow_origins": ["*"] },
    ///     "/admin/": { "allow_origins": ["https://admin.example.com"] }
    /// }"#)?;
    /// let policies = paths.build()?;
    ///
    /// let is_public = |path| {
    ///     let config = policies.get(path)?.config()?;
    ///     Some(config == serde_json::from_str(r#"{ "allow_origins": "*" }"#).unwrap())
    /// };
    /// assert_eq!(is_public("/public/news"), Some(true));
    /// assert_eq!(is_public("/admin/users"), Some(false));
    /// assert!(policies.get("/publicity").is_none());
    /// // This path has a policy that allows no origin.
    /// assert!(policies.get("/public/../admin").is_some_and(|policy| policy.config().is_none()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn get(&self, path: &str) -> Option<Arc<Policy>> {
        self.table.find(path).cloned()
    }

    /// Returns each prefix, as written, with its policy, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Arc<Policy>)> {
        self.table.policies.values().map(|path| (path.written.as_str(), &path.policy))
    }

    /// Returns the policy for the path of a request, as [`get`](PathPolicies::get) does.
    ///
    /// A preflight has the path of the request that follows it, and so the same policy. Some routers
    /// remove a prefix from the path, as axum does inside of `nest`: use this outside of such a
    /// router.
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

impl Table {
    fn new(policies: HashMap<Vec<u8>, PathPolicy>) -> Self {
        let rejecting = policies.values().map(|path| &path.policy.rules);
        let rejecting: Vec<&Rules> =
            rejecting.filter(|rules| rules.enforcement == Enforcement::Reject).collect();
        // The service's own pages are the same on all paths.
        let own_origins = rejecting.iter().flat_map(|rules| rules.own_origins.iter().cloned());
        let own_origins: Vec<String> = own_origins.collect();
        let ambiguous = Rules {
            enforcement: match rejecting.first() {
                Some(_) => Enforcement::Reject,
                None => Enforcement::OmitHeaders,
            },
            reject_status: rejecting.iter().find_map(|rules| rules.reject_status),
            trust_forwarded_headers: !rejecting.is_empty()
                && rejecting.iter().all(|rules| rules.trust_forwarded_headers),
            own_origins,
            ..Rules::default()
        };
        Self {
            longest: policies.keys().map(Vec::len).max().unwrap_or(0),
            policies,
            deny_ambiguous: Arc::new(Policy::deny_all_because(
                DenialKind::AmbiguousPath,
                ambiguous,
            )),
        }
    }

    fn find(&self, path: &str) -> Option<&Arc<Policy>> {
        if let (1, Some(everywhere)) = (self.policies.len(), self.policies.get(&b""[..])) {
            return Some(&everywhere.policy);
        }
        if !is_plain(path) {
            return Some(&self.deny_ambiguous);
        }
        // No further than the longest prefix: a path of many segments costs no more than that.
        let bytes = path.as_bytes();
        let start = bytes[..bytes.len().min(self.longest)].to_ascii_lowercase();
        let is_end = |at: &usize| bytes.get(*at).is_none_or(|byte| *byte == b'/');
        let mut ends = (0..=start.len()).rev().filter(is_end);
        let (end, found) = ends.find_map(|end| Some((end, self.policies.get(&start[..end])?)))?;
        // Some servers and file systems do not look at the case.
        let is_exact = bytes[..end] == *found.prefix;
        Some(if is_exact { &found.policy } else { &self.deny_ambiguous })
    }
}

impl<'de> Deserialize<'de> for PathConfigs {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(Prefixes)
    }
}

/// Rejects a prefix that is there twice. A map of serde's would silently keep the last entry.
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
