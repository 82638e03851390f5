//! Turns code, files and the environment into a policy.

mod builder;
mod compile;
mod error;
mod list;
mod names;
#[cfg(feature = "regex")]
mod regex;

#[cfg(feature = "serde")]
mod fields;
#[cfg(feature = "serde")]
mod file;
#[cfg(feature = "serde")]
mod path;
#[cfg(feature = "serde")]
mod paths;
#[cfg(all(test, feature = "serde"))]
mod schema;

pub use builder::CorsBuilder;
pub use error::{BuildError, Problem, ProblemKind};
#[cfg(feature = "serde")]
pub use file::Config;
pub use list::StringList;
#[cfg(feature = "serde")]
pub use paths::PathConfigs;
