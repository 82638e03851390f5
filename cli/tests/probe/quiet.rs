//! Deployments that are right: nothing is found.

use corsac::{CorsLayer, Policy};
use http::Request;

use crate::{
    server::{correct, strict},
    wire::{policy_file, printed, serve},
};

#[track_caller]
fn assert_quiet(policy: &Policy, url: &str) {
    let file = policy_file(policy);
    let asked = printed([file.path().to_str().unwrap(), url, "--fail-on", "hygiene"]);
    assert_eq!(asked.code, 0, "{}{}", asked.out, asked.err);
    assert!(asked.out.ends_with("each answer is as the policy says\n"), "{}", asked.out);
}

#[test]
fn a_correct_layer() {
    let public = || CorsLayer::builder().allow_any_origin().build_policy().unwrap();
    for policy in [strict(), public()] {
        let copy = policy.clone();
        let running = serve(Box::new(move |request: &Request<()>, _| correct(&copy, request)));
        assert_quiet(&policy, &running.url("/users"));
    }
}

/// Ten origins: as many requests as the documentation has.
#[test]
fn the_number_of_requests() {
    let origins = (0..10).map(|at| format!("https://app-{at}.example.com"));
    let policy = CorsLayer::builder()
        .allow_origins(origins)
        .allow_methods(["PUT", "PATCH", "DELETE"])
        .allow_headers(["authorization", "content-type"])
        .allow_credentials(true)
        .build_policy()
        .unwrap();
    let copy = policy.clone();
    let running = serve(Box::new(move |request: &Request<()>, _| correct(&copy, request)));
    assert_quiet(&policy, &running.url("/users"));
    let requests = running.requests.load(std::sync::atomic::Ordering::Relaxed);
    assert!((100..=150).contains(&requests), "{requests}");
}
