//! Policies by path, further paths, and the losses of targets.

use std::{io::Write as _, sync::Arc};

use corsac::{CorsLayer, Enforcement, PathConfigs, Policy};
use http::{Request, StatusCode};

use crate::{
    server::{Answer, app, correct, set, strict},
    wire::{Printed, policy_file, printed, serve},
};

const PATHS: &str = r#"{
    "/": { "allow_origins": ["https://app.example.com"], "allow_credentials": true },
    "/public/": { "allow_origins": ["*"] }
}"#;

fn answer(policy: Option<&Policy>, request: &Request<()>) -> Answer {
    let mut answer = policy.map_or_else(|| app(request), |policy| correct(policy, request));
    if answer.status() == StatusCode::NOT_FOUND && request.uri().path() == "/public/news" {
        *answer.status_mut() = StatusCode::OK;
    }
    answer
}

/// Asks a server that takes its policy from this function.
fn ask(policy_of: fn(&corsac::PathPolicies, &str) -> Option<Arc<Policy>>) -> Printed {
    let mut file = tempfile::Builder::new().suffix(".json").tempfile().unwrap();
    file.write_all(PATHS.as_bytes()).unwrap();
    let configs: PathConfigs = serde_json::from_str(PATHS).unwrap();
    let policies = configs.build().unwrap();
    let running = serve(Box::new(move |request: &Request<()>, _| {
        answer(policy_of(&policies, request.uri().path()).as_deref(), request)
    }));
    let url = running.url("/users");
    printed([file.path().to_str().unwrap(), &url, "--fail-on", "hygiene"])
}

#[test]
fn a_policy_for_each_path() {
    let asked = ask(corsac::PathPolicies::get);
    assert_eq!(asked.code, 0, "{asked:#?}");

    // One policy for all paths: that of the public ones is missing.
    let asked = ask(|policies, _| policies.get("/users"));
    assert_eq!(asked.code, 1, "{asked:#?}");
    assert!(asked.out.contains("error[error-without-cors]"), "{}", asked.out);
    // The line of that policy.
    assert!(asked.out.contains(".json:3:"), "{}", asked.out);
}

#[test]
fn further_paths() {
    let policy = strict();
    let running = serve(Box::new(move |request: &Request<()>, _| {
        let mut answer = match request.uri().path() {
            "/slow" => app(request),
            _ => correct(&policy, request),
        };
        if request.uri().path() == "/health" {
            answer = app(request);
            set(&mut answer, "access-control-allow-origin", "*");
        }
        answer
    }));
    let file = policy_file(&strict());
    let (file, url) = (file.path().to_str().unwrap(), running.url("/users"));
    assert_eq!(printed([file, &url]).code, 0);
    let asked = printed([file, &url, "--path", "/slow", "--path-without-cors", "/health"]);
    assert_eq!(asked.code, 1, "{asked:#?}");
    assert!(asked.out.contains("error[error-without-cors]"), "{}", asked.out);
    assert!(asked.out.contains("error[cors-unwanted]"), "{}", asked.out);
    assert_eq!(asked.out.matches("error[").count(), 2, "{}", asked.out);
}

/// A gateway that rejects no request, and shows its headers in preflights.
#[test]
fn the_losses_of_a_target() {
    let rejecting = CorsLayer::builder()
        .allow_origins(["https://app.example.com"])
        .enforcement(Enforcement::Reject)
        .build_policy()
        .unwrap();
    let omitting =
        CorsLayer::builder().allow_origins(["https://app.example.com"]).build_policy().unwrap();
    let running = serve(Box::new(move |request: &Request<()>, _| correct(&omitting, request)));
    let file = policy_file(&rejecting);
    let (file, url) = (file.path().to_str().unwrap(), running.url("/users"));
    assert_eq!(printed([file, &url]).code, 1);
    let asked = printed([file, &url, "--profile", "traefik"]);
    assert_eq!(asked.code, 0, "{asked:#?}");
    assert!(asked.err.contains("note: accepted: not-rejected"), "{}", asked.err);
    // nginx can reject.
    assert_eq!(printed([file, &url, "--profile", "nginx"]).code, 1);
}
