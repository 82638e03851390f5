//! Faults that other policies, other paths and other connections show.

use corsac::{
    CorsLayer, Enforcement, Policy,
    probe::{Cause, Check, Exchange, Probe, Report, Way},
};
use http::{HeaderName, StatusCode, header};

use super::{
    probed::{URL, ids, probe},
    server::{Answer, app, correct, header as text, set, strict, strip, with_status},
};

/// What is found here, and not in the table of faults.
pub(super) const CHECKS: &[Check] = &[
    Check::VersionsDisagree,
    Check::LoopbackLookalikeAllowed,
    Check::DeniedOriginAllowed,
    Check::CredentialsUnwanted,
    Check::PathConfused,
    Check::CorsUnwanted,
    Check::NotRejected,
    Check::StarEchoed,
    Check::StarMissing,
    Check::CredentialsWithoutEffect,
];

/// The causes that no other deployment of the tests shows.
pub(super) const CAUSES: &[Cause] = &[Cause::HttpsRedirect];

fn public() -> Policy {
    CorsLayer::builder().allow_any_origin().build_policy().unwrap()
}

fn one(origin: &str) -> Policy {
    CorsLayer::builder().allow_origins([origin]).build_policy().unwrap()
}

#[track_caller]
fn assert_finds(report: &Report, expected: &[Check]) {
    let expected: Vec<&str> = expected.iter().map(|check| check.id()).collect();
    assert_eq!(ids(report), expected, "\n{report}");
}

fn allow(answer: &mut Answer, exchange: &Exchange) {
    let origin = text(exchange.request(), "origin").unwrap().to_owned();
    set(answer, "access-control-allow-origin", &origin);
}

#[test]
fn the_two_versions_of_http() {
    let subject = Probe::new(URL, strict()).unwrap();
    let exchanges = subject.exchanges();
    let answers: Vec<Option<Answer>> = exchanges
        .iter()
        .map(|exchange| {
            let mut answer = correct(&strict(), exchange.request());
            if exchange.way() == Way::Http1 {
                strip(answer.headers_mut());
            }
            Some(answer)
        })
        .collect();
    let report = subject.judge(&exchanges, &answers);
    assert_finds(&report, &[Check::VersionsDisagree]);
    assert!(report.findings()[0].curl().contains(" --http1.1 "), "{report}");
}

#[test]
fn the_redirect_to_https() {
    let subject = Probe::new("http://api.example.com/users", strict()).unwrap();
    let report = probe(&subject, |_| {
        let mut answer = with_status(StatusCode::MOVED_PERMANENTLY);
        set(&mut answer, "location", "https://api.example.com/users");
        answer
    });
    assert_finds(&report, &[Check::PreflightRedirected, Check::RedirectWithoutCors]);
    assert_eq!(report.findings()[0].cause(), Some(Cause::HttpsRedirect));
}

#[test]
fn hosts_like_localhost() {
    let policy = one("http://localhost:3000");
    let subject = Probe::new(URL, policy.clone()).unwrap();
    let report = probe(&subject, |exchange| {
        let mut answer = correct(&policy, exchange.request());
        if text(exchange.request(), "origin").is_some_and(|it| it.starts_with("http://localhost."))
        {
            allow(&mut answer, exchange);
        }
        answer
    });
    assert_finds(&report, &[Check::LoopbackLookalikeAllowed]);
}

#[test]
fn an_origin_of_the_user() {
    let policy = one("https://a.example");
    let subject = Probe::new(URL, policy.clone()).unwrap().origin("https://old.example").unwrap();
    let report = probe(&subject, |exchange| {
        let mut answer = correct(&policy, exchange.request());
        if text(exchange.request(), "origin") == Some("https://old.example") {
            *answer.status_mut() = StatusCode::OK;
            allow(&mut answer, exchange);
        }
        answer
    });
    assert_finds(&report, &[Check::DeniedOriginAllowed]);
}

#[test]
fn credentials_that_the_policy_does_not_allow() {
    let policy = one("https://a.example");
    let subject = Probe::new(URL, policy.clone()).unwrap();
    let report = probe(&subject, |exchange| {
        let mut answer = correct(&policy, exchange.request());
        if answer.headers().contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN) {
            set(&mut answer, "access-control-allow-credentials", "true");
        }
        answer
    });
    assert_finds(&report, &[Check::CredentialsUnwanted]);
}

#[test]
fn a_public_policy() {
    let subject = Probe::new(URL, public()).unwrap();
    let report = probe(&subject, |exchange| {
        let mut answer = correct(&public(), exchange.request());
        if text(exchange.request(), "origin").is_some() {
            allow(&mut answer, exchange);
        }
        set(&mut answer, "vary", "Origin");
        answer
    });
    assert_finds(&report, &[Check::StarEchoed]);

    let report = probe(&subject, |exchange| {
        let mut answer = correct(&public(), exchange.request());
        if text(exchange.request(), "origin").is_none() {
            strip(answer.headers_mut());
        }
        answer
    });
    assert_finds(&report, &[Check::StarMissing]);

    let report = probe(&subject, |exchange| {
        let mut answer = correct(&public(), exchange.request());
        set(&mut answer, "access-control-allow-credentials", "true");
        answer
    });
    assert_finds(&report, &[Check::CredentialsWithoutEffect]);
}

#[test]
fn rejection() {
    let policy = CorsLayer::builder()
        .allow_origins(["https://a.example"])
        .enforcement(Enforcement::Reject)
        .build_policy()
        .unwrap();
    let subject = Probe::new(URL, policy).unwrap();
    let omitting = one("https://a.example");
    let report = probe(&subject, |exchange| correct(&omitting, exchange.request()));
    assert_finds(&report, &[Check::NotRejected]);
}

#[test]
fn paths() {
    let subject = Probe::new(URL, strict())
        .and_then(|it| it.path("/public/", public()))
        .and_then(|it| it.path_without_cors("/health"))
        .unwrap();
    let deny = Policy::deny_all(Enforcement::OmitHeaders);
    let right = |exchange: &Exchange| {
        let request = exchange.request();
        match request.uri().path() {
            "/health" => app(request),
            path if path.contains('%') || path.contains("..") || path.starts_with("//") => {
                correct(&deny, request)
            }
            path if path.starts_with("/public") => correct(&public(), request),
            "/USERS" => correct(&deny, request),
            _ => correct(&strict(), request),
        }
    };
    assert_finds(&probe(&subject, right), &[]);

    // The app reads the path after the policy was chosen.
    let report = probe(&subject, |exchange| {
        let mut answer = right(exchange);
        if exchange.request().uri().path() == "/public/..%2fusers" {
            answer = correct(&public(), exchange.request());
            *answer.status_mut() = StatusCode::OK;
        }
        answer
    });
    assert_finds(&report, &[Check::PathConfused]);

    let report = probe(&subject, |exchange| {
        let mut answer = right(exchange);
        if exchange.request().uri().path() == "/health" {
            set(&mut answer, "access-control-allow-origin", "*");
        }
        answer
    });
    assert_finds(&report, &[Check::CorsUnwanted]);
}

#[test]
fn the_header_of_the_app() {
    let subject = Probe::new(URL, strict()).unwrap();
    let report = probe(&subject.app_header(HeaderName::from_static("x-request-id")), |exchange| {
        let mut answer = correct(&strict(), exchange.request());
        set(&mut answer, "x-request-id", "7");
        answer
    });
    assert_finds(&report, &[Check::PreflightReachesApp]);
}

#[test]
fn accepted_checks() {
    let subject = Probe::new(URL, strict()).unwrap().accept(Check::VaryMissing);
    let report = probe(&subject, |exchange| {
        let mut answer = correct(&strict(), exchange.request());
        if exchange.request().method() == http::Method::GET {
            answer.headers_mut().remove(header::VARY);
        }
        answer
    });
    assert_finds(&report, &[]);
    assert_eq!(report.accepted(), [Check::VaryMissing]);
}

/// A server may close the connection instead of an answer to a request that no browser sends.
#[test]
fn requests_without_an_answer() {
    let subject = Probe::new(URL, strict()).unwrap();
    let exchanges = subject.exchanges();
    let answers = |is_refused: fn(&Exchange) -> bool| -> Vec<Option<Answer>> {
        let answer = |it: &Exchange| {
            let is_sent = it.way() != Way::Http1 && !is_refused(it);
            is_sent.then(|| correct(&strict(), it.request()))
        };
        exchanges.iter().map(answer).collect()
    };
    let report = subject.judge(
        &exchanges,
        &answers(|it| {
            let lines = it.request().headers().get_all("origin").iter().count();
            lines > 1 || it.request().uri() == "*"
        }),
    );
    assert_finds(&report, &[]);
    assert_eq!(report.unanswered(), 0);

    let report = subject.judge(
        &exchanges,
        &answers(|it| text(it.request(), "access-control-request-method") == Some("DELETE")),
    );
    assert_finds(&report, &[]);
    assert_eq!(report.unanswered(), 1);
}
