//! The expressions for paths choose as the policies do. `tests/edge` runs them on real servers.

use std::ptr;

use regex::Regex;

use super::site::{Site, plain_re2};
use crate::{PathConfigs, PathPolicies, Policy};

const PIECES: [&str; 47] = [
    "/",
    "/a",
    "/a/b.c",
    "/A",
    "b",
    ".",
    "..",
    "%2e",
    "%2F",
    "%5C",
    "\\",
    ";",
    "%3b",
    "%61",
    "%7e",
    "%20",
    "%25",
    "%23",
    "%3F",
    "%21",
    "%2b",
    "%40",
    "%5D",
    "%60",
    "%7c",
    "%00",
    "%7F",
    "%",
    "%4",
    "%zz",
    "!$&'()*+,-_~:<=>@[]^`{|}",
    "\"",
    "#",
    "%C3%A9",
    "%c1%bf",
    "%E0%A0%80",
    "%e0%9f%bf",
    "%ED%9F%BF%ed%a0%80",
    "%F4%8f%BF%bf",
    "\u{e9}",
    "%f4%90%80%80",
    "%f0%8f%bf%bf",
    "%f0%90%80%80",
    "%f5%80%80%80",
    "%c3%28",
    "%80",
    "%e2%82",
];

#[test]
fn the_expressions_choose_as_the_policies_do() -> Result<(), Box<dyn std::error::Error>> {
    for file in [
        "['/a']\nallow_origins = '*'\n['/a/b.c']\nallow_origins = 'https://b.example'",
        "['/']\nallow_origins = '*'\n['/a']\nallow_origins = 'https://a.example'",
    ] {
        let policies = toml::from_str::<PathConfigs>(file)?.build()?;
        let chooser = Chooser::new(&policies)?;
        let two =
            || PIECES.iter().flat_map(|first| PIECES.map(|second| format!("{first}{second}")));
        let three = two().flat_map(|start| PIECES.map(|end| format!("{start}{end}")));
        for path in PIECES.iter().map(|piece| (*piece).to_owned()).chain(two()).chain(three) {
            let policy = policies.get(&path);
            let (chosen, policy) = (chooser.choose(&path), policy.as_deref());
            let is_same = match (chosen, policy) {
                (Some(chosen), Some(policy)) => ptr::eq(chosen, policy),
                (chosen, policy) => chosen.is_none() && policy.is_none(),
            };
            assert!(is_same, "{path}: {chosen:?}, and not {policy:?}");
        }
    }
    Ok(())
}

/// A target that does as [`super::site::Paths`] describes.
struct Chooser<'p> {
    plain: Regex,
    choices: Vec<(Regex, Option<usize>)>,
    /// In the order of the plans.
    policies: Vec<&'p Policy>,
}

impl<'p> Chooser<'p> {
    fn new(policies: &'p PathPolicies) -> Result<Self, regex::Error> {
        let site = Site::of_paths(policies, "corsac".to_owned());
        let choices = site.paths.into_iter().flat_map(|paths| paths.choices);
        let choices = choices.map(|choice| Ok((Regex::new(&choice.regex)?, choice.plan)));
        let mut by_prefix: Vec<(&str, &Policy)> = policies.by_prefix().collect();
        by_prefix.sort_by_key(|(prefix, _)| *prefix);
        Ok(Self {
            plain: Regex::new(&format!("^{}$", plain_re2()))?,
            choices: choices.collect::<Result<_, _>>()?,
            policies: [policies.ambiguous()]
                .into_iter()
                .chain(by_prefix.into_iter().map(|(_, policy)| policy))
                .collect(),
        })
    }

    fn choose(&self, path: &str) -> Option<&'p Policy> {
        if !self.plain.is_match(path) {
            return Some(self.policies[0]);
        }
        let found = self.choices.iter().find(|(regex, _)| regex.is_match(path));
        found.map_or(Some(0), |(_, plan)| *plan).map(|plan| self.policies[plan])
    }
}
