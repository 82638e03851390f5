//! An explanation is complete, and it shows no secrets.

use corsac::{
    CorsLayer, Enforcement, Policy,
    explain::{Explanation, Topic},
};
use http::{HeaderMap, HeaderValue, Method, Request, Uri};

use super::{headers, policy};

/// A policy for each kind of origins, and one that rejects.
fn policies() -> [Policy; 4] {
    let builders = [
        policy().allow_credentials(true).expose_any_header(),
        policy().enforcement(Enforcement::Reject).dangerous_allow_null_origin(),
        CorsLayer::builder().dangerous_allow_any_origin_with_credentials().allow_any_method(),
        CorsLayer::builder().allow_any_origin().allow_any_header(),
    ];
    builders.map(|builder| builder.build_policy().unwrap())
}

#[test]
fn the_denial_and_each_header_of_the_response_have_a_line() {
    let requests = [
        (Method::GET, "", ""),
        (Method::OPTIONS, "PUT", "authorization"),
        (Method::OPTIONS, "PUT", "authorization,x-id"),
        (Method::OPTIONS, "DELETE", "x-id,authorization"),
        (Method::OPTIONS, "a b", &",".repeat(2000)),
        (Method::POST, "PUT", "x-id"),
        (Method::OPTIONS, "GET", "x id"),
    ];
    for policy in policies() {
        for (origin, (method, asked, names)) in ["https://app.example.com", "https://a.test", ""]
            .iter()
            .flat_map(|origin| requests.iter().map(move |it| (origin, it)))
        {
            let mut headers = headers(&[("origin", origin)]);
            if !asked.is_empty() {
                headers.insert("access-control-request-method", asked.parse().unwrap());
                headers.insert("access-control-request-headers", names.parse().unwrap());
            }
            let decision = policy.evaluate(method, &headers);
            let explanation = policy.explain(method, &headers);
            assert_eq!(explanation.is_allowed(), decision.is_allowed(), "{explanation}");
            let has_line =
                |text: &str| explanation.steps().iter().any(|step| step.text().starts_with(text));
            let denial = decision.denial().map(|denial| denial.to_string());
            assert!(denial.is_none_or(|sentence| has_line(&sentence)), "{explanation}");
            let mut response = HeaderMap::new();
            decision.apply(&mut response);
            assert!(response.keys().all(|name| has_line(&format!("{name}: "))), "{explanation}");
        }
    }
}

#[test]
fn no_secrets() {
    let names = [
        "cookie",
        "authorization",
        "host",
        "upgrade",
        "sec-websocket-key",
        "sec-fetch-site",
        "x-api-key",
        "referer",
        "forwarded",
    ];
    let secrets: Vec<_> = names.iter().map(|name| (*name, "s3cr3t")).collect();
    for origin in ["https://app.example.com", "https://evil.test", "null", ""] {
        for policy in policies() {
            let mut headers = headers(&secrets);
            headers.insert("origin", HeaderValue::from_static(origin));
            let request = |method| {
                let mut request = Request::new(());
                *request.uri_mut() = Uri::from_static("https://s3cr3t.test/s3cr3t?s3cr3t");
                *request.method_mut() = method;
                *request.headers_mut() = headers.clone();
                request
            };
            for method in [Method::GET, Method::OPTIONS, Method::POST] {
                let explanation = policy.explain_request(&request(method));
                assert!(!explanation.to_string().contains("s3cr3t"), "{explanation}");
                assert!(!format!("{explanation:?}").contains("s3cr3t"));
            }
        }
    }
}

#[test]
fn a_whole_request_tells_its_host() {
    let policy = policy().enforcement(Enforcement::Reject).build_policy().unwrap();
    let mut request = Request::post("https://own.example/").body(()).unwrap();
    request.headers_mut().insert("origin", HeaderValue::from_static("https://own.example"));
    let verdict = |explanation: Explanation| explanation.steps().last().unwrap().text().to_owned();
    assert_eq!(
        verdict(policy.explain_request(&request)),
        "refused (origin), to no effect: the browser does not check; see above",
    );
    assert_eq!(
        verdict(policy.explain(request.method(), request.headers())),
        r#"refused (origin): to allow it, add .allow_origins(["https://own.example"])"#,
    );
}

#[test]
fn what_a_page_sends_ends_somewhere() {
    let policy = CorsLayer::permissive().policy().unwrap().clone();
    let names = (0..1000).map(|n| format!("x-{n}")).collect::<Vec<_>>().join(",");
    let lines = [
        ("origin", "https://app.example.com"),
        ("access-control-request-method", "PUT"),
        ("access-control-request-headers", &names),
    ];
    let explanation = policy.explain(&Method::OPTIONS, &headers(&lines));
    let mut of_headers = explanation.steps().iter().filter(|step| step.topic() == Topic::Header);
    assert_eq!(of_headers.next_back().unwrap().text(), "and 950 more are allowed");
    assert!(explanation.to_string().len() < 10_000);
}
