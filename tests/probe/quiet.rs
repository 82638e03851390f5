//! Deployments that are right: nothing is found.

use corsac::{CorsBuilder, CorsLayer, Enforcement, Policy, probe::Probe};

use super::{
    probed::{URL, ids, probe},
    server::{correct, strict},
};

fn built(build: impl FnOnce(CorsBuilder) -> CorsBuilder) -> Policy {
    build(CorsLayer::builder()).build_policy().unwrap()
}

fn policies() -> Vec<(&'static str, Policy)> {
    vec![
        ("strict", strict()),
        ("one", built(|it| it.allow_origins(["https://a.example"]))),
        ("public", built(CorsBuilder::allow_any_origin)),
        (
            "public, all headers",
            built(|it| {
                it.allow_any_origin().allow_any_header().allow_any_method().expose_any_header()
            }),
        ),
        (
            "local",
            built(|it| {
                it.allow_origins(["http://localhost:*", "http://127.0.0.1:3000", "http://[::1]:*"])
                    .allow_any_header()
                    .allow_any_method()
                    .expose_any_header()
                    .allow_credentials(true)
            }),
        ),
        (
            "previews",
            built(|it| {
                it.allow_origins(["https://app-*-team.example.com", "chrome-extension://*"])
                    .allow_methods(["PATCH", "QUERY"])
                    .preflight_status(http::StatusCode::OK)
            }),
        ),
        (
            "odd",
            built(|it| {
                it.allow_origins(["https://my_host.example.", "tauri://localhost"])
                    .dangerous_allow_null_origin()
                    .dangerous_allow_opaque_origins(["file://"])
            }),
        ),
        (
            "reject",
            built(|it| it.allow_origins(["https://a.example"]).enforcement(Enforcement::Reject)),
        ),
        ("nothing", Policy::deny_all(Enforcement::OmitHeaders)),
        (
            "thousand",
            built(|it| it.allow_origins((0..1000).map(|at| format!("https://t{at}.example")))),
        ),
    ]
}

#[test]
fn a_correct_deployment() {
    for (name, policy) in policies() {
        let one = Probe::new(URL, policy.clone()).unwrap();
        let report = probe(&one, |exchange| correct(&policy, exchange.request()));
        assert_eq!(ids(&report), [""; 0], "{name}:\n{report}");
        assert_eq!(report.unanswered(), 0, "{name}");
        assert!(report.answered() <= 150, "{name}: {} requests", report.answered());
    }
}
