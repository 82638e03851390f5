//! Policies by path.

use std::{collections::HashMap, sync::Arc};

use http::request::Parts;

use super::{DenialKind, Enforcement, Policy, path::is_plain, rules::Rules};

/// A policy for each path prefix. The longest prefix that matches decides.
///
/// Made by [`PathConfigs::build`](crate::PathConfigs::build). Use it with [`CorsLayer::per_path`](crate::CorsLayer::per_path):
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

/// A prefix and its policy.
#[derive(Debug)]
pub(crate) struct PathPolicy {
    /// As in the file.
    pub(crate) written: String,
    /// Without the slash at the end.
    pub(crate) prefix: String,
    pub(crate) policy: Arc<Policy>,
}

impl PathPolicies {
    pub(crate) fn new(policies: Vec<PathPolicy>) -> Self {
        Self { table: Arc::new(Table::new(policies)) }
    }

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

    /// Returns the policy for all paths, if it is the only one.
    #[cfg(feature = "export")]
    pub(crate) fn everywhere(&self) -> Option<&Policy> {
        self.table.everywhere().map(AsRef::as_ref)
    }

    /// Returns the policy for paths that servers can read in more than one way.
    #[cfg(feature = "export")]
    pub(crate) fn ambiguous(&self) -> &Policy {
        &self.table.deny_ambiguous
    }

    /// Returns each prefix, without the slash at its end, with its policy, in no order.
    #[cfg(feature = "export")]
    pub(crate) fn by_prefix(&self) -> impl Iterator<Item = (&str, &Policy)> {
        self.table.policies.values().map(|path| (path.prefix.as_str(), &*path.policy))
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
    fn new(policies: Vec<PathPolicy>) -> Self {
        let deny_ambiguous = Arc::new(deny_ambiguous(&policies));
        let key = |path: &PathPolicy| path.prefix.to_ascii_lowercase().into_bytes();
        Self {
            longest: policies.iter().map(|path| path.prefix.len()).max().unwrap_or(0),
            policies: policies.into_iter().map(|path| (key(&path), path)).collect(),
            deny_ambiguous,
        }
    }

    /// Returns the policy for all paths, if it is the only one.
    fn everywhere(&self) -> Option<&Arc<Policy>> {
        let root = self.policies.get(&b""[..]).filter(|_| self.policies.len() == 1);
        root.map(|path| &path.policy)
    }

    fn find(&self, path: &str) -> Option<&Arc<Policy>> {
        if let Some(everywhere) = self.everywhere() {
            return Some(everywhere);
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
        let is_exact = bytes[..end] == *found.prefix.as_bytes();
        Some(if is_exact { &found.policy } else { &self.deny_ambiguous })
    }
}

/// Returns a policy that allows no origin, and that rejects if any of the policies does.
fn deny_ambiguous(policies: &[PathPolicy]) -> Policy {
    let rejecting = policies.iter().map(|path| &path.policy.rules);
    let rejecting: Vec<&Rules> =
        rejecting.filter(|rules| rules.enforcement == Enforcement::Reject).collect();
    // The service's own pages are the same on all paths.
    let own_origins = rejecting.iter().flat_map(|rules| rules.own_origins.iter().cloned());
    let ambiguous = Rules {
        enforcement: match rejecting.first() {
            Some(_) => Enforcement::Reject,
            None => Enforcement::OmitHeaders,
        },
        reject_status: rejecting.iter().find_map(|rules| rules.reject_status),
        trust_forwarded_headers: !rejecting.is_empty()
            && rejecting.iter().all(|rules| rules.trust_forwarded_headers),
        own_origins: own_origins.collect(),
        ..Rules::default()
    };
    Policy::deny_all_because(DenialKind::AmbiguousPath, ambiguous)
}
