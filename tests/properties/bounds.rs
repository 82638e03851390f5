//! Lists of request headers: read leniently, and only so far.

use corsac::CorsLayer;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, header::ORIGIN};
use proptest::prelude::*;

use crate::{cases, policies::input, traffic::append};

/// One list, as any browser or proxy may write it: lines, spaces, cases, repetitions.
fn written() -> impl Strategy<Value = Vec<(String, String)>> {
    let mut names: Vec<String> = (b'a'..=b'z').map(|end| format!("x-{}", end as char)).collect();
    let some = ["x-one", "X-ONE", "x-two", "authorization", "Content-Type", "range", "x-three", ""];
    names.extend(some.map(String::from));
    names.push("long".repeat(40));
    let blanks = " \t".repeat(70);
    let separators = [",", ", ", " ,", ",,", "\t,\t", "\n", &format!("{blanks},{blanks}")];
    let separators = separators.map(String::from).to_vec();
    let (names, separators) = (prop::sample::select(names), prop::sample::select(separators));
    prop_oneof![
        prop::collection::vec((names.clone(), separators.clone()), 0..6),
        prop::collection::vec((names.clone(), separators), 0..60),
        // As browsers write it
        prop::collection::btree_set(names, 0..8).prop_map(|names| {
            let names = names.into_iter().filter(|name| !name.is_empty());
            let mut written: Vec<_> = names.map(|name| (name, ",".to_owned())).collect();
            written.last_mut().into_iter().for_each(|(_, end)| end.clear());
            written
        }),
    ]
}

proptest! {
    #![proptest_config(cases(512))]

    #[test]
    fn a_list_of_request_headers_is_read_leniently(mut input in input(), written in written()) {
        input.null = true;
        let mut request = Request::new(());
        *request.method_mut() = Method::OPTIONS;
        let text: String = written.iter().flat_map(|(name, end)| [&**name, end]).collect();
        let header = "access-control-request-headers";
        let mut lines = vec![("origin", b"null".to_vec())];
        lines.push(("access-control-request-method", b"GET".to_vec()));
        lines.extend(text.split('\n').map(|line| (header, line.as_bytes().to_vec())));
        append(request.headers_mut(), &lines);
        let names = || written.iter().map(|(name, _)| name).filter(|name| !name.is_empty());
        let expected = names().all(|name| input.allows_header(name));
        let policy = input.builder().build_policy().unwrap();
        let decision = policy.evaluate(request.method(), request.headers());
        prop_assert_eq!(decision.is_allowed(), expected, "{} {:?}", decision, text);
        prop_assert_eq!(decision.status().unwrap(), 204);

        if input.headers.is_none() {
            let mut once: Vec<&String> = Vec::new();
            for name in names() {
                if !once.iter().any(|it| it.eq_ignore_ascii_case(name)) {
                    once.push(name);
                }
            }
            let mut response = HeaderMap::new();
            decision.apply(&mut response);
            let mirrored = response.get("access-control-allow-headers");
            let mirrored = mirrored.iter().flat_map(|line| line.to_str().unwrap().split(','));
            prop_assert_eq!(mirrored.map(str::trim).collect::<Vec<_>>(), once);
        }
    }
}

/// A map of headers that can hold no more of them.
#[test]
fn a_full_response_is_no_reason_to_panic() {
    let mut full = HeaderMap::new();
    for number in 0.. {
        let name: HeaderName = format!("x-{number}").parse().unwrap();
        if full.try_insert(name, HeaderValue::from_static("x")).is_err() {
            break;
        }
    }
    for builder in [
        CorsLayer::builder().allow_any_origin().expose_any_header(),
        CorsLayer::builder().dangerous_allow_any_origin_with_credentials().expose_any_header(),
    ] {
        let policy = builder.build_policy().unwrap();
        let request =
            HeaderMap::from_iter([(ORIGIN, HeaderValue::from_static("https://a.example"))]);
        policy.evaluate(&Method::GET, &request).apply(&mut full.clone());
    }
}

/// 1024 names and 16 KiB: past either the preflight is refused.
#[test]
fn lists_have_an_end() {
    let policy = CorsLayer::builder().allow_any_origin().allow_any_header().build_policy().unwrap();
    let is_allowed = |lines: &[String]| {
        let mut headers = HeaderMap::from_iter([(ORIGIN, HeaderValue::from_static("https://a.b"))]);
        headers.insert("access-control-request-method", HeaderValue::from_static("GET"));
        for line in lines {
            headers.append("access-control-request-headers", line.parse().unwrap());
        }
        policy.evaluate(&Method::OPTIONS, &headers).is_allowed()
    };
    let names = |count| vec!["x-one".to_owned(); count];
    assert!(is_allowed(&names(1024)) && is_allowed(&[names(1024).join(", ")]));
    assert!(!is_allowed(&names(1025)) && !is_allowed(&[names(1025).join(",")]));
    assert!(is_allowed(&["x".repeat(16 << 10)]));
    assert!(!is_allowed(&["x".repeat((16 << 10) + 1)]));
    assert!(!is_allowed(&["x".repeat(8 << 10), "y".repeat((8 << 10) + 1)]));
    assert!(!is_allowed(&[",".repeat(1 << 20)]));
}
