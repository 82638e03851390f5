//! The corpus, through tower-http too: whoever changes over finds in `parity/differences.json` what
//! will be different, and nothing else is.
//!
//! A difference is a rule, and a rule is a function that turns tower-http's answer into corsac's.
//! So the list cannot rot: what no rule explains fails, and so does a rule that is no longer needed
//! in any one of its cases.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

mod answer;
mod rules;
mod translation;

use crate::support::corpus;

use answer::Answer;
use rules::{RULES, Seen};
use translation::TowerHttp;

/// `parity/differences.json`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Differences {
    /// What a user of tower-http should know; in the order in which the rules apply.
    rules: Vec<Difference>,
    /// Every case that differs, by file and name, with the ids of all the rules that it takes to
    /// explain it.
    cases: BTreeMap<String, BTreeMap<String, Vec<String>>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Difference {
    id: String,
    tower_http: String,
    corsac: String,
    why: String,
    /// The case that shows it best, as `file: name`.
    shown_by: String,
}

#[test]
fn the_cases_that_differ_are_those_listed() {
    let line = |file: &str, name: &str, ids: &[String]| format!("{file}: {name:?}: {ids:?}");
    let explained = explained_cases();
    // The README says how many.
    assert_eq!(explained.len(), 379);
    let found: BTreeSet<_> = explained
        .into_iter()
        .filter(|(_, _, ids)| !ids.is_empty())
        .map(|(file, name, ids)| line(&file, &name, &ids))
        .collect();
    let listed: BTreeSet<_> = corpus::load::<Differences>("parity/differences.json")
        .cases
        .iter()
        .flat_map(|(file, cases)| cases.iter().map(|(name, ids)| line(file, name, ids)))
        .collect();
    let lines = |set: &BTreeSet<String>, other| {
        set.difference(other).map(String::as_str).collect::<Vec<_>>().join("\n")
    };
    assert!(
        found == listed,
        "found, but not listed:\n{}\nlisted, but not found:\n{}",
        lines(&found, &listed),
        lines(&listed, &found),
    );
    assert_eq!(found.len(), 229);
}

#[test]
fn the_rules_are_those_listed() {
    let listed: Differences = corpus::load("parity/differences.json");
    let ids: Vec<_> = listed.rules.iter().map(|rule| rule.id.as_str()).collect();
    assert_eq!(ids, RULES.map(|(id, _)| id));
    for Difference { id, tower_http, corsac, why, shown_by } in &listed.rules {
        assert!([tower_http, corsac, why].iter().all(|text| !text.is_empty()), "{id}");
        let (file, name) = shown_by.split_once(": ").unwrap();
        let ids = listed.cases.get(file).and_then(|cases| cases.get(name));
        assert!(ids.is_some_and(|ids| ids.contains(id)), "{shown_by:?} does not show {id}");
    }
}

/// Every case by file and name, with the ids of the rules that explain how it differs.
fn explained_cases() -> Vec<(String, String, Vec<String>)> {
    let mut explained = Vec::new();
    for (file, group) in corpus::groups() {
        if group.policy.expose_any_header {
            continue; // Beside a list: tower-http has one of the two.
        }
        let cors = group.policy.layer().unwrap();
        let policy = translation::written_out(&group.policy);
        let tower_http = TowerHttp::new(&policy);
        for case in group.cases {
            let request = case.request.build();
            let ours = answer::ask(&cors, request.clone(), &case.inner);
            let theirs = tower_http.ask(request.clone(), &case.inner);
            let ids = match cors.policy() {
                Some(compiled) => {
                    let decision = compiled.evaluate(request.method(), request.headers());
                    let seen = Seen {
                        policy: &policy,
                        request: &request,
                        inner: &case.inner,
                        decision: &decision,
                        tower_http: &tower_http,
                    };
                    explain(&seen, &theirs, &ours)
                        .unwrap_or_else(|why| panic!("{file}: {:?}: {why}", case.name))
                }
                // Nothing decides, so nothing may differ.
                None => {
                    assert_eq!(theirs, ours, "{file}: {:?}", case.name);
                    Vec::new()
                }
            };
            explained.push((file.clone(), case.name, ids));
        }
    }
    explained
}

/// The ids of the rules that turn `theirs` into `ours`, if they do, and if it takes each of them.
fn explain(seen: &Seen<'_>, theirs: &Answer, ours: &Answer) -> Result<Vec<String>, String> {
    let (answer, ids) = apply_rules(seen, theirs, None);
    if answer != *ours {
        return Err(format!(
            "no rule explains the difference\n\
             tower-http: {theirs:#?}\nafter {ids:?}: {answer:#?}\ncorsac: {ours:#?}"
        ));
    }
    match ids.iter().find(|id| apply_rules(seen, theirs, Some(id)).0 == *ours) {
        Some(id) => Err(format!("{id} changes the answer without need")),
        None => Ok(ids),
    }
}

/// What the rules make of `theirs`, and the ids of those that changed something.
fn apply_rules(seen: &Seen<'_>, theirs: &Answer, left_out: Option<&str>) -> (Answer, Vec<String>) {
    let mut answer = theirs.clone();
    let mut ids = Vec::new();
    for (id, apply) in RULES.into_iter().filter(|(id, _)| Some(*id) != left_out) {
        let before = answer.clone();
        apply(seen, &mut answer);
        if answer != before {
            ids.push(id.to_owned());
        }
    }
    (answer, ids)
}
