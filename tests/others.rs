//! The test cases of other CORS libraries: each is met, or listed in `others/differences.json` with
//! the reason why corsac does something else on purpose.
//!
//! What jub0bs/cors, rs/cors, expressjs/cors, @fastify/cors, hono and Spring expect is data, in
//! `others/*.json`. A difference that is not listed fails, and so does a listed one that is none.
//! A listing names the aspects of a case in which it differs; all the others must be met.

use std::{collections::HashSet, fs, path::Path};

use serde::de::DeserializeOwned;

mod compare;
mod config_go;
mod differences;
mod matching_go;
mod middleware_go;
mod middleware_node;

use compare::Finding;
use differences::Differences;

type File = (&'static str, usize, fn() -> Vec<Finding>);

/// Each file, the number of its cases, and what runs them.
const FILES: [File; 6] = [
    ("middleware-go", 167, middleware_go::run),
    ("config-go", 237, config_go::run),
    ("origin-sets-go", 6, matching_go::run_origin_sets),
    ("origin-parse-go", 16, matching_go::run_origin_parse),
    ("request-headers-go", 111, matching_go::run_request_headers),
    ("middleware-node", 82, middleware_node::run),
];

#[test]
fn middleware_of_go_libraries() {
    check("middleware-go");
}

#[test]
fn configs_of_go_libraries() {
    check("config-go");
}

#[test]
fn origin_sets_of_go_libraries() {
    check("origin-sets-go");
}

#[test]
fn origin_parsers_of_go_libraries() {
    check("origin-parse-go");
}

#[test]
fn request_headers_of_go_libraries() {
    check("request-headers-go");
}

#[test]
fn middleware_of_node_libraries_and_spring() {
    check("middleware-node");
}

#[test]
fn no_case_vanishes_and_no_listing_is_idle() {
    let differences = Differences::load();
    let mut known = HashSet::new();
    let mut mismatched = HashSet::new();
    for (file, count, run) in FILES {
        let findings = run();
        assert_eq!(findings.len(), count, "{file}");
        for finding in findings {
            assert!(known.insert(finding.id.clone()), "two cases are called {}", finding.id);
            let aspects = finding.mismatches.into_iter().map(|it| it.aspect);
            mismatched.extend(aspects.map(|aspect| (finding.id.clone(), aspect)));
        }
    }
    let complaints = differences.idle(&known, &mismatched);
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

/// Runs one file, and prints everything that is not as it should be.
fn check(file: &str) {
    let (_, _, run) = FILES.into_iter().find(|(name, ..)| *name == file).unwrap();
    let findings = run();
    let complaints = Differences::load().complaints(&findings);
    assert!(
        complaints.is_empty(),
        "{} complaints about {} cases:\n{}",
        complaints.len(),
        findings.len(),
        complaints.join("\n"),
    );
}

/// Reads a file of `tests/others`, without its `.json`.
fn load<T: DeserializeOwned>(file: &str) -> Vec<T> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/others");
    let text = fs::read_to_string(folder.join(format!("{file}.json"))).unwrap();
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}"))
}
