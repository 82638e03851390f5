//! Pages of the service itself under `Enforcement::Reject`, and policies that would be open.

use corsac::{CorsBuilder, CorsLayer, Enforcement, Policy, ProblemKind, request_host};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request};

const OWN: &str = "https://own.example";

fn guard() -> CorsBuilder {
    CorsLayer::builder().allow_origins(["https://app.example.com"]).enforcement(Enforcement::Reject)
}

fn is_rejected(policy: &Policy, headers: &[(&str, &str)]) -> bool {
    let headers = headers.iter().map(|(name, value)| {
        let name: HeaderName = name.parse().unwrap();
        (name, HeaderValue::from_str(value).unwrap())
    });
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(name, value);
    }
    policy.evaluate(&Method::POST, &map).status().is_some()
}

#[test]
fn two_origins_are_not_the_service_s_own() {
    for policy in [guard(), guard().own_origins([OWN])] {
        let policy = policy.build_policy().unwrap();
        let host = ("host", "own.example");
        assert!(!is_rejected(&policy, &[host, ("origin", OWN)]));
        assert!(is_rejected(&policy, &[host, ("origin", OWN), ("origin", "https://evil.example")]));
    }
}

#[test]
fn only_pages_of_the_web_are_the_service_s_own() {
    let policy = guard().build_policy().unwrap();
    assert!(is_rejected(&policy, &[("host", "own.example"), ("origin", "ftp://own.example")]));
    assert!(is_rejected(&policy, &[("host", "own.example"), ("origin", "app://own.example")]));
}

#[test]
fn forwarded_headers_count_only_if_they_are_trusted() {
    let forwarded = [
        ("x-forwarded-host", "own.example"),
        ("x-forwarded-host", "first.example, own.example:443"),
        ("forwarded", "for=_a;host=own.example;proto=https"),
        ("forwarded", "for=_a, host=\"own.example\""),
    ];
    for header in forwarded {
        let request = [("host", "upstream:8080"), ("origin", OWN), header];
        assert!(is_rejected(&guard().build_policy().unwrap(), &request), "{header:?}");
        let trusting = guard().trust_forwarded_headers(true).build_policy().unwrap();
        assert!(!is_rejected(&trusting, &request), "{header:?}");
        let named = guard().own_origins([OWN]).build_policy().unwrap();
        assert!(!is_rejected(&named, &request), "{header:?}");
    }
}

#[test]
fn a_port_belongs_to_a_host_without_one() {
    let policy = guard().trust_forwarded_headers(true).build_policy().unwrap();
    let origin = ("origin", "https://own.example:8443");
    let port = ("x-forwarded-port", "8443");
    assert!(!is_rejected(&policy, &[("host", "own.example"), origin, port]));
    assert!(!is_rejected(
        &policy,
        &[("host", "a"), ("x-forwarded-host", "own.example"), origin, port]
    ));
    assert!(is_rejected(&policy, &[("host", "own.example:81"), origin, port]));
    assert!(is_rejected(&policy, &[("host", "own.example:8443:443"), origin]));
    assert!(is_rejected(&policy, &[("host", "own.example"), origin]));
}

/// Work must not grow with the product of the two lists.
#[test]
fn long_lists_of_hosts_and_ports() {
    let policy = guard().build_policy().unwrap();
    let hosts = "own.example,".repeat(5_000);
    let ports = "81,".repeat(20_000);
    let request = [
        ("host", "a"),
        ("origin", OWN),
        ("x-forwarded-host", &*hosts),
        ("x-forwarded-port", &*ports),
    ];
    assert!(is_rejected(&policy, &request));
}

#[test]
fn an_http_page_is_not_an_https_service_s_own() {
    let page = [("host", "own.example"), ("origin", "http://own.example")];
    for policy in [guard(), guard().own_origins(["http://own.example"])] {
        let policy = policy.build_policy().unwrap();
        assert!(!is_rejected(&policy, &page));
        for https in [
            ("x-forwarded-proto", "https"),
            ("x-forwarded-proto", "http, wss"),
            ("forwarded", "proto=https"),
            ("forwarded", "broken;proto=https"),
            ("forwarded", "proto =\"https\""),
        ] {
            assert!(is_rejected(&policy, &[page[0], page[1], https]), "{https:?}");
        }
    }
}

#[test]
fn the_host_of_a_request() {
    let host = |uri: &str, host: Option<&str>| {
        let request = host.into_iter().fold(Request::get(uri), |it, host| it.header("host", host));
        let (parts, ()) = request.body(()).unwrap().into_parts();
        request_host(&parts).map(str::to_owned)
    };
    assert_eq!(host("/", Some("a.example:3000")).as_deref(), Some("a.example"));
    assert_eq!(host("/", Some("[::1]:3000")).as_deref(), Some("[::1]"));
    assert_eq!(host("https://b.example:1/", Some("a.example")).as_deref(), Some("b.example"));
    assert_eq!(host("http://good.example:x@evil.example/", None).as_deref(), Some("evil.example"));
    for invalid in ["good.example:1@evil.example", "u@evil.example:80", "a:1:2", "", "a, b", "a:x"]
    {
        assert_eq!(host("/", Some(invalid)), None, "{invalid}");
    }
    assert_eq!(host("/", None), None);
}

#[test]
fn matchers_that_allow_every_page() {
    let build = |builder: CorsBuilder| builder.allow_credentials(true).build_policy();
    let is_open = |builder: CorsBuilder| match build(builder) {
        Ok(_) => false,
        Err(error) => error.problems().iter().all(|it| it.kind() == ProblemKind::OpenMatcher),
    };
    let predicate =
        |allow: fn(&corsac::Origin) -> bool| CorsLayer::builder().allow_origin_if(allow);
    assert!(is_open(predicate(|_| true)));
    assert!(is_open(predicate(|origin| origin.scheme() == "https")));
    assert!(is_open(predicate(|origin| origin.host().rsplit('.').next() == Some("com"))));
    assert!(is_open(predicate(|origin| origin
        .host()
        .bytes()
        .all(|b| b == b'.' || b.is_ascii_lowercase()))));
    assert!(build(predicate(|origin| origin.host().ends_with(".example.com"))).is_ok());
    assert!(build(predicate(|origin| origin.scheme() == "chrome-extension")).is_ok());
    #[cfg(feature = "regex")]
    {
        let regex = |regex: &str| CorsLayer::builder().allow_origin_regex(regex);
        for open in [
            ".*",
            "https?://.*",
            "https://[a-z.]+",
            r"https://[a-z]+\.[a-z]+",
            r"https?://[a-z]+(\.[a-z]+)*(:[0-9]+)?",
            "https://[^0-9]+",
            r"https://[a-z-]+\.com",
            r"https://[0-9.]+",
        ] {
            assert!(is_open(regex(open)), "{open}");
        }
        assert!(build(regex(r"https://pr-[0-9]+\.preview\.example\.com")).is_ok());
        let error = build(regex("(").allow_origin_regex(".*")).unwrap_err();
        let places: Vec<_> = error.problems().iter().map(corsac::Problem::place).collect();
        assert_eq!(places, ["allow_origin_regexes[0]", "allow_origin_regexes[1]"]);
    }
}

#[test]
fn settings_that_leave_each_other_without_effect() {
    let error =
        guard().own_origins([OWN]).trust_forwarded_headers(true).build_policy().unwrap_err();
    let [problem] = error.problems() else { panic!("{error}") };
    assert_eq!(problem.kind(), ProblemKind::ForwardedHeaders);
    assert_eq!(
        problem.to_string(),
        "trust_forwarded_headers: `own_origins` leaves it without effect; remove one of the two",
    );
}

#[cfg(feature = "serde")]
#[test]
fn ambiguous_paths_know_the_service_s_own_pages() {
    let paths: corsac::PathConfigs = serde_json::from_str(
        r#"{
            "/": { "allow_origins": "*" },
            "/account": {
                "allow_origins": "https://app.example.com",
                "enforcement": "reject",
                "reject_status": 404,
                "own_origins": "https://own.example"
            }
        }"#,
    )
    .unwrap();
    let policies = paths.build().unwrap();
    let policy = policies.get("/x;y/../account").unwrap();
    let host = ("host", "upstream:8080");
    assert!(!is_rejected(&policy, &[host, ("origin", OWN)]));
    assert!(is_rejected(&policy, &[host, ("origin", "https://evil.example")]));
    let headers =
        HeaderMap::from_iter([(http::header::ORIGIN, "https://evil.example".parse().unwrap())]);
    assert_eq!(policy.evaluate(&Method::GET, &headers).status().map(|it| it.as_u16()), Some(404));
}

#[cfg(feature = "serde")]
#[test]
fn a_repeated_prefix_is_found_beside_other_problems() {
    let text = r#"{ "/A": { "allow_origins": "no" }, "/a": { "allow_origins": "*" } }"#;
    let error = serde_json::from_str::<corsac::PathConfigs>(text).unwrap().build().unwrap_err();
    let places: Vec<_> = error.problems().iter().map(corsac::Problem::place).collect();
    assert_eq!(places, ["\"/A\".allow_origins[0]", "\"/a\""]);
}
