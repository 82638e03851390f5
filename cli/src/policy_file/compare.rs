//! Compares the policies of two files, path by path.

use std::{collections::BTreeSet, ops::Range, sync::Arc};

use corsac::{Enforcement, Excess, Policy};

use super::{Node, Policies};

/// Something that one file allows and another does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathExcess {
    /// The path prefixes where it does, if at least one of the files has paths.
    pub paths: Vec<String>,
    /// The prefix of the policy that allows it, as written.
    pub prefix: Option<String>,
    pub excess: Excess,
}

impl PathExcess {
    /// Returns the span of the entry in the tree of the file that allows it.
    pub fn locate(&self, tree: &Node) -> Option<Range<usize>> {
        let fields = self.prefix.as_deref().map_or(Some(tree), |prefix| tree.get(prefix))?;
        let field = self.excess.field();
        let entry = self.excess.value().and_then(|value| fields.locate_entry(field, value));
        entry.or_else(|| fields.locate(field))
    }
}

impl Policies {
    /// Returns everything that these policies allow and `ceiling` does not.
    ///
    /// A path without a policy counts as one on which nothing is allowed, and a path that servers can
    /// read in more than one way as all that it can be read as.
    pub fn beyond(&self, ceiling: &Self) -> Vec<PathExcess> {
        let mut excesses: Vec<PathExcess> = Vec::new();
        let has_paths = self.has_paths() || ceiling.has_paths();
        for path in self.paths().union(&ceiling.paths()) {
            let prefix = self.prefix_of(path);
            let beyond = policy_at(self, path).within(&policy_at(ceiling, path));
            for excess in beyond.err().into_iter().flatten() {
                let paths = has_paths.then(|| (*path).clone());
                // The examples of a pattern can differ.
                let is_same = |other: &&mut PathExcess| {
                    other.prefix.as_deref() == prefix
                        && other.excess.id() == excess.id()
                        && other.excess.value() == excess.value()
                };
                match excesses.iter_mut().find(is_same) {
                    Some(other) => other.paths.extend(paths),
                    None => excesses.push(PathExcess {
                        paths: paths.into_iter().collect(),
                        prefix: prefix.map(str::to_owned),
                        excess,
                    }),
                }
            }
        }
        excesses
    }

    /// Returns the prefixes, one spelling each: between two of them, every path has the same policy.
    fn paths(&self) -> BTreeSet<String> {
        let spelled = |prefix: &str| match prefix.trim_end_matches('/') {
            "" => "/".to_owned(),
            prefix => prefix.to_owned(),
        };
        self.list().into_iter().map(|(prefix, _)| spelled(prefix.unwrap_or("/"))).collect()
    }
}

fn policy_at(policies: &Policies, path: &str) -> Arc<Policy> {
    policies.get(path).unwrap_or_else(|| Arc::new(Policy::deny_all(Enforcement::OmitHeaders)))
}
