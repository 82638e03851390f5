//! The policies of a file.

use std::sync::Arc;

use corsac::{BuildError, Config, PathConfigs, PathPolicies, Policy};
use serde::Deserialize;

use super::tree::{Node, TreeError};

/// One policy for all paths, or one for each path prefix.
#[derive(Debug)]
pub enum Policies {
    Everywhere(Arc<Policy>),
    ByPath(PathPolicies),
}

/// The reason why a file has no policy.
#[derive(Debug)]
pub enum FileError {
    /// It does not have the fields of a policy.
    Fields(TreeError),
    /// Its fields are not a valid policy.
    Policy(BuildError),
}

impl Policies {
    pub fn build(tree: &Node, has_paths: bool) -> Result<Self, FileError> {
        if has_paths {
            let configs = PathConfigs::deserialize(tree).map_err(FileError::Fields)?;
            configs.build().map(Self::ByPath).map_err(FileError::Policy)
        } else {
            let config = Config::deserialize(tree).map_err(FileError::Fields)?;
            let policy = config.build_policy().map_err(FileError::Policy)?;
            Ok(Self::Everywhere(Arc::new(policy)))
        }
    }

    /// Returns the policy for a path, or `None` if corsac leaves CORS on this path to the service.
    pub fn get(&self, path: &str) -> Option<Arc<Policy>> {
        match self {
            Self::Everywhere(policy) => Some(policy.clone()),
            Self::ByPath(policies) => policies.get(path),
        }
    }

    /// Returns the policies as data.
    pub fn configs(&self) -> Vec<(Option<&str>, Option<Config>)> {
        self.list().into_iter().map(|(prefix, policy)| (prefix, policy.config())).collect()
    }

    pub fn has_paths(&self) -> bool {
        matches!(self, Self::ByPath(_))
    }

    /// Returns the prefix, as written, of the policy for a path. `None` if there is one policy for all
    /// paths, or if no prefix matches.
    pub fn prefix_of(&self, path: &str) -> Option<&str> {
        let policy = self.get(path)?;
        let Self::ByPath(policies) = self else { return None };
        policies.iter().find(|(_, it)| Arc::ptr_eq(it, &policy)).map(|(prefix, _)| prefix)
    }

    /// Returns the policies with their prefixes, as written and in order. The prefix of the one policy for
    /// all paths is `None`.
    pub fn list(&self) -> Vec<(Option<&str>, Arc<Policy>)> {
        match self {
            Self::Everywhere(policy) => vec![(None, policy.clone())],
            Self::ByPath(policies) => {
                let mut list: Vec<_> = policies
                    .iter()
                    .map(|(prefix, policy)| (Some(prefix), policy.clone()))
                    .collect();
                list.sort_by_key(|(prefix, _)| *prefix);
                list
            }
        }
    }
}
