//! What is wrong with a config, and where.

use std::{error::Error, fmt};

use super::path::PrefixProblem;
use crate::error::{Problem, Speech, list};

/// Everything that is wrong with a [`Config`](crate::Config), at once, each with its place.
///
/// ```
/// let config: corsac::Config = serde_json::from_str(r#"{
///     "allow_origins": ["*"],
///     "allow_credentials": true,
///     "expose_headers": ["x-id", "set-cookie"]
/// }"#)?;
/// let error = config.build().unwrap_err();
/// assert_eq!(error.to_string(), "\
/// invalid CORS policy (2 problems):
///   - allow_credentials: credentials cannot be allowed for any origin; list the origins you trust
///   - expose_headers[1] \"set-cookie\": no page may ever read it; leave it out");
/// assert_eq!(error.problems()[1].path(), "expose_headers[1]");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConfigError {
    problems: Vec<ConfigProblem>,
}

/// One thing that is wrong with a config. Prints its place, and what to write instead.
///
/// ```
/// let config: corsac::Config = serde_json::from_str("{}")?;
/// let error = config.build().unwrap_err();
/// let [problem] = error.problems() else { unreachable!() };
/// assert_eq!(problem.path(), "allow_origins");
/// assert_eq!(problem.problem(), Some(&corsac::Problem::NoOrigins));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConfigProblem {
    path: String,
    what: What,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum What {
    Policy(Problem),
    Prefix(PrefixProblem),
}

impl ConfigError {
    /// The problems: of each policy origins first, then methods, headers, max-age.
    #[must_use]
    pub fn problems(&self) -> &[ConfigProblem] {
        &self.problems
    }

    pub(super) fn new(problems: Vec<ConfigProblem>) -> Self {
        Self { problems }
    }
}

impl ConfigProblem {
    /// Where it is: `allow_origins[2]`, `max_age`; in a map of paths, `"/public/".allow_origins[2]`.
    /// Entries are counted from zero. Empty where there is no path prefix at all.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What a builder would say of the same; `None` where it is a path prefix that is wrong.
    #[must_use]
    pub fn problem(&self) -> Option<&Problem> {
        match &self.what {
            What::Policy(problem) => Some(problem),
            What::Prefix(_) => None,
        }
    }

    pub(super) fn in_field(field: &str, index: Option<usize>, problem: Problem) -> Self {
        let path = match index {
            Some(index) => format!("{field}[{index}]"),
            None => field.to_owned(),
        };
        Self { path, what: What::Policy(problem) }
    }

    pub(super) fn of_prefix(prefix: &str, problem: PrefixProblem) -> Self {
        Self { path: format!("{prefix:?}"), what: What::Prefix(problem) }
    }

    pub(super) fn without_prefix() -> Self {
        Self { path: String::new(), what: What::Prefix(PrefixProblem::None) }
    }

    pub(super) fn below(self, prefix: &str) -> Self {
        Self { path: format!("{prefix:?}.{}", self.path), ..self }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        list(&self.problems, f)
    }
}

/// The same, because `unwrap()` and `fn main() -> Result<..>` show this to people.
impl fmt::Debug for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Error for ConfigError {}

impl Error for ConfigProblem {}

impl fmt::Display for ConfigProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)?;
        match &self.what {
            What::Prefix(PrefixProblem::None) => PrefixProblem::None.fmt(f),
            What::Prefix(problem) => write!(f, ": {problem}"),
            What::Policy(problem) => {
                // A value follows its place; a sentence without one follows a colon.
                f.write_str(if problem.has_value() { " " } else { ": " })?;
                problem.tell(f, Speech::OfFiles)
            }
        }
    }
}
