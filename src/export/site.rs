//! What an export contains: one policy for all paths, or one for each path prefix.
//!
//! Each target writes a [`Site`]. It loops over the plans, and if there are [`Paths`], it writes first how a
//! path chooses one of them. `nginx.rs` shows both.

use super::plan::Plan;
use crate::policy::Policy;
#[cfg(feature = "serde")]
use crate::{
    export::{escape, hash},
    policy::PathPolicies,
};

/// The policies of an export.
#[derive(Debug)]
pub(super) struct Site<'p> {
    /// Starts every name in the generated text, and the names of the files, so that several exports fit
    /// into one configuration.
    pub(super) name: String,
    /// Identifies the policies in the generated text.
    pub(super) hash: u64,
    /// If there is only one, its name is that of the site. Otherwise the names are numbered from 0, and
    /// number 0 is for the paths that servers read in more than one way.
    pub(super) plans: Vec<Plan<'p>>,
    /// `None` if there is one plan, for all paths.
    pub(super) paths: Option<Paths>,
}

/// How a path chooses a plan.
///
/// The path is that of the request as it was sent: without the query and, if the target is a whole URL,
/// without scheme and host, but neither decoded nor normalized. A path that [`plain_pcre`] or [`plain_re2`]
/// do not match as a whole has plan 0. `*`, which is no path, has plan 0 too.
#[derive(Debug)]
pub(super) struct Paths {
    /// The first one that matches decides. If none does, the path has plan 0.
    pub(super) choices: Vec<Choice>,
    /// The prefix of each plan but the first, as comments show it.
    pub(super) prefixes: Vec<String>,
    covers_all: bool,
}

/// A regular expression for a path, and the index of its plan.
#[derive(Debug)]
pub(super) struct Choice {
    /// PCRE and RE2 read it alike. It is anchored if it has to be.
    pub(super) regex: String,
    /// `None` if the path has no policy.
    pub(super) plan: Option<usize>,
}

impl Choice {
    /// Returns the number of the plan, or `none`.
    pub(super) fn policy(&self) -> String {
        self.plan.map_or("none".to_owned(), |index| index.to_string())
    }
}

impl<'p> Site<'p> {
    pub(super) fn of_policy(policy: &'p Policy, name: String) -> Self {
        let plan = Plan::new(policy, name.clone());
        Self { name, hash: plan.hash, plans: vec![plan], paths: None }
    }

    #[cfg(feature = "serde")]
    pub(super) fn of_paths(policies: &'p PathPolicies, name: String) -> Self {
        if let Some(policy) = policies.everywhere() {
            return Self::of_policy(policy, name);
        }
        let mut by_prefix: Vec<(&str, &Policy)> = policies.by_prefix().collect();
        by_prefix.sort_by_key(|(prefix, _)| *prefix);
        let ordered = by_prefix.iter().map(|(_, policy)| *policy);
        let numbered = [policies.ambiguous()].into_iter().chain(ordered).enumerate();
        let mut plans: Vec<Plan<'_>> =
            numbered.map(|(index, policy)| Plan::new(policy, format!("{name}_{index}"))).collect();
        let prefixes: Vec<&str> = by_prefix.iter().map(|(prefix, _)| *prefix).collect();
        let hashes: Vec<u64> = plans.iter().skip(1).map(|plan| plan.hash).collect();
        for (plan, prefix) in plans.iter_mut().skip(1).zip(&prefixes) {
            for code in &mut plan.code {
                *code = format!("{:?}.{code}", written(prefix));
            }
        }
        let hash = hash::of_paths(prefixes.iter().copied().zip(hashes));
        Self { name, hash, plans, paths: Some(Paths::new(&prefixes)) }
    }

    /// Returns whether there are paths without a policy. What the service writes there passes unchanged.
    pub(super) fn leaves_paths(&self) -> bool {
        self.paths.as_ref().is_some_and(|paths| !paths.covers_all)
    }

    /// Returns whether this is so for any of the policies.
    pub(super) fn any(&self, is_so: impl Fn(&Plan<'p>) -> bool) -> bool {
        self.plans.iter().any(is_so)
    }
}

#[cfg(feature = "serde")]
impl Paths {
    /// `prefixes` are in the order of the plans, without slashes at their ends. The same rules as in
    /// `policy::paths`.
    fn new(prefixes: &[&str]) -> Self {
        let mut longest_first: Vec<(usize, &str)> =
            prefixes.iter().enumerate().map(|(index, prefix)| (index + 1, *prefix)).collect();
        longest_first.sort_by_key(|(_, prefix)| std::cmp::Reverse(prefix.len()));
        let choice = |regex: String, plan| Choice { regex, plan };
        let mut choices = vec![choice(CONFUSING.to_owned(), Some(0))];
        for (index, prefix) in &longest_first {
            let regex = match *prefix {
                // Not an empty text, which targets can have for a path that is none.
                "" => "^/".to_owned(),
                prefix => format!("^{}(?:/|$)", escape::regex(prefix)),
            };
            choices.push(choice(regex.clone(), Some(*index)));
            // Some servers and file systems do not look at the case.
            if prefix.bytes().any(|byte| byte.is_ascii_alphabetic()) {
                choices.push(choice(format!("(?i){regex}"), Some(0)));
            }
        }
        let covers_all = prefixes.contains(&"");
        if !covers_all {
            choices.push(choice("^/".to_owned(), None));
        }
        Self { choices, prefixes: prefixes.iter().map(written).collect(), covers_all }
    }
}

#[cfg(feature = "serde")]
fn written(prefix: &&str) -> String {
    if prefix.is_empty() { "/".to_owned() } else { (*prefix).to_owned() }
}

/// Empty segments, and parts at either end of a segment that some servers cut off. `..` is among them.
#[cfg(feature = "serde")]
const CONFUSING: &str = r"//|\.(?:/|$)|/%20|%20(?:/|$)";

/// A regular expression for a path of bytes that all servers read in the same way, without anchors, for RE2.
/// PCRE reads it too, but its just-in-time compiler needs much stack for a path with hundreds of encoded bytes.
///
/// It has the bytes that `policy::path::is_plain` accepts: all that need no encoding, without `;` and `\`,
/// and the encoded form of those that do, if they are no separators. The rest is UTF-8.
pub(super) fn plain_re2() -> String {
    let raw = r"[!\x22\x24&-:<->@-\[\]-~]*";
    let ascii = "%(?:2[0-246-9a-c]|3[ac-e]|40|5[bde]|60|7[b-d])";
    let tail = "%[89ab][0-9a-f]";
    // RFC 3629, 4 "Syntax of UTF-8 Byte Sequences".
    let utf8 = [
        format!("%(?:c[2-9a-f]|d[0-9a-f]){tail}"),
        format!("%e0%[ab][0-9a-f]{tail}"),
        format!("%e[1-9a-cef](?:{tail}){{2}}"),
        format!("%ed%[89][0-9a-f]{tail}"),
        format!("%f0%[9ab][0-9a-f](?:{tail}){{2}}"),
        format!("%f[1-3](?:{tail}){{3}}"),
        format!("%f4%8[0-9a-f](?:{tail}){{2}}"),
    ];
    format!("/{raw}(?:(?i:{ascii}|{}){raw})*", utf8.join("|"))
}

/// The same expression for PCRE, which never goes back.
pub(super) fn plain_pcre() -> String {
    plain_re2() + "+"
}
