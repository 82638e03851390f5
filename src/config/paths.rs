//! Policies by path.

use std::{
    collections::{BTreeMap, HashMap, btree_map::Entry},
    fmt,
};

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{Error, MapAccess, Visitor},
};

use super::{
    BuildError, Config, Problem, ProblemKind,
    path::{PrefixProblem, parse_prefix},
};
use crate::policy::{PathPolicies, paths::PathPolicy};

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
    /// The JSON Schema of a file with a policy for each path, for editors.
    pub const JSON_SCHEMA: &str = include_str!("schema/paths.json");

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
        let mut policies = Vec::new();
        let mut known: HashMap<Vec<u8>, String> = HashMap::new();
        if self.prefixes.is_empty() {
            problems.push(PrefixProblem::None.at(String::new()));
        }
        for (written, config) in self.prefixes {
            let prefix = parse_prefix(&written).and_then(|prefix| {
                let first = known.entry(prefix.as_bytes().to_ascii_lowercase());
                let first = first.or_insert_with(|| written.clone());
                if *first == written {
                    Ok(prefix.to_owned())
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
                policies.push(PathPolicy { written, prefix, policy: policy.into() });
            }
        }
        if problems.is_empty() {
            Ok(PathPolicies::new(policies))
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
