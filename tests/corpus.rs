//! Each case of the corpus, through `Policy::evaluate` and through the Tower service.

use std::{cell::Cell, convert::Infallible};

use corsac::{CorsLayer, RequestKind};
use futures_util::FutureExt as _;
use http::{HeaderMap, Request, Response};
use tower::{ServiceBuilder, ServiceExt as _, service_fn};

use crate::support::corpus::{self, Case, header_map};

#[test]
fn evaluate_gives_what_each_case_expects() {
    each_case(|cors, case| {
        let request = case.request.build();
        let Some(policy) = cors.policy() else { return };
        let decision = policy.evaluate(request.method(), request.headers());

        let kind = match decision.kind() {
            RequestKind::NotCors => "not-cors",
            RequestKind::Preflight => "preflight",
            RequestKind::Actual => "actual",
            other => panic!("{other:?} has no name in the corpus"),
        };
        assert_eq!(kind, case.expect.kind);
        let denial = decision.denial().map(|denial| denial.kind().as_str());
        assert_eq!(denial, case.expect.denial.as_deref());
        assert_eq!(decision.is_allowed(), case.expect.denial.is_none());
        assert_eq!(decision.status().is_none(), case.expect.inner, "{decision:?}");

        let mut response = match decision.status() {
            Some(status) => {
                let mut response = Response::new(());
                *response.status_mut() = status;
                response
            }
            None => case.inner.build(()),
        };
        decision.apply(response.headers_mut());
        assert_is_expected(&response, case);

        assert_is_one_sentence(&decision.to_string());
    });
}

#[test]
fn the_service_gives_what_each_case_expects() {
    each_case(|cors, case| {
        let is_called = Cell::new(false);
        let inner = service_fn(|_: Request<()>| {
            is_called.set(true);
            let mut response = case.inner.build("from the inner service");
            response.extensions_mut().insert("an extension");
            async { Ok::<_, Infallible>(response) }
        });
        let service = ServiceBuilder::new().layer(cors).service(inner);
        let response = service.oneshot(case.request.build()).now_or_never().unwrap().unwrap();

        assert_eq!(is_called.get(), case.expect.inner);
        assert_is_expected(&response, case);
        let body = if case.expect.inner { "from the inner service" } else { "" };
        assert_eq!(*response.body(), body);
        assert_eq!(response.extensions().get::<&str>().is_some(), case.expect.inner);
    });
}

#[test]
fn the_corpus_is_as_large_as_it_was() {
    let count: usize = corpus::groups().iter().map(|(_, group)| group.cases.len()).sum();
    assert!(count >= 381, "{count} cases are left");
}

/// Runs every case, and names each one that fails.
fn each_case(run: impl Fn(&CorsLayer, &Case)) {
    let mut failed = Vec::new();
    for (file, group) in corpus::groups() {
        let cors = group.policy.layer().unwrap_or_else(|error| panic!("{file}: {error}"));
        for case in group.cases {
            let outcome =
                std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| run(&cors, &case)));
            if outcome.is_err() {
                failed.push(format!("{file}: {}", case.name));
            }
        }
    }
    assert!(failed.is_empty(), "{} cases failed:\n{}", failed.len(), failed.join("\n"));
}

fn assert_is_expected<B>(response: &Response<B>, case: &Case) {
    assert_eq!(response.status(), case.expect.status, "{}", case.name);
    assert_eq!(
        sorted(response.headers()),
        sorted(&header_map(&case.expect.headers)),
        "{}",
        case.name
    );
}

/// Names sorted, the lines of one name in their order.
fn sorted(headers: &HeaderMap) -> Vec<(String, String)> {
    let mut lines: Vec<(String, String)> = headers
        .iter()
        .map(|(name, value)| {
            let value = value.as_bytes().escape_ascii().to_string();
            (name.to_string(), value)
        })
        .collect();
    lines.sort_by(|(a, _), (b, _)| a.cmp(b));
    lines
}

/// Without line breaks and control characters, whatever the request contains.
fn assert_is_one_sentence(text: &str) {
    assert!(!text.is_empty() && text.len() < 700, "{text}");
    assert!(text.chars().all(|c| !c.is_control()), "{text:?}");
}
