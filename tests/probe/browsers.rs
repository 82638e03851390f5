//! The browser of the probe and the one of the other tests are written apart from each other. They
//! agree.

use corsac::probe::{PageRequest, Reason};
use http::{HeaderName, HeaderValue, Request, Response};

use crate::support::browser::{Blocked, Fetch};

const ORIGIN: &str = "https://app.example.com";

/// Some requests that scripts make.
const CALLS: &[(&str, &[(&str, &str)])] = &[
    ("GET", &[]),
    ("head", &[]),
    ("post", &[("content-type", "text/plain; charset=utf-8")]),
    ("POST", &[("Content-Type", "application/json")]),
    ("post", &[("content-type", "text/plain;\"")]),
    ("put", &[]),
    ("PATCH", &[]),
    ("patch", &[]),
    ("GET", &[("authorization", "a"), ("X-One", "1"), ("x-one", "2"), ("accept", "text/html")]),
    ("GET", &[("range", "bytes=0-9"), ("accept-language", "de")]),
    ("GET", &[("range", "bytes=9-0")]),
    ("GET", &[("range", "bytes=0009-10")]),
    ("GET", &[("range", "bytes=-9"), ("content-language", "de, en")]),
    ("GET", &[("accept", "a:b"), ("accept-language", "de<")]),
    ("DELETE", &[("cookie", "a=b"), ("sec-fetch-site", "none"), ("x-two", "")]),
];

fn pages() -> Vec<(PageRequest, Fetch)> {
    let mut pages = Vec::new();
    for (method, headers) in CALLS {
        for credentials in [false, true] {
            let mut page = PageRequest::new("https://api.example.com/", ORIGIN).unwrap();
            page = page.method(method).unwrap().credentials(credentials);
            let mut fetch = Fetch::new(ORIGIN);
            fetch.method = String::from(*method);
            fetch.include_credentials = credentials;
            for (name, value) in *headers {
                page = page.header(name, value).unwrap();
                fetch.headers.push(((*name).to_owned(), (*value).to_owned()));
            }
            pages.push((page, fetch));
        }
    }
    pages
}

/// The lines of each header that are tried.
type Lines = &'static [&'static [&'static str]];

const ALLOW_ORIGIN: Lines = &[
    &[],
    &["*"],
    &[ORIGIN],
    &[" https://app.example.com\t"],
    &["https://APP.example.com"],
    &["https://app.example.com/"],
    &["null"],
    &["*", "*"],
    &[ORIGIN, ORIGIN],
    &["https://app.example.com, *"],
    &["https://app.example.com https://a.example"],
    &[""],
];
const ALLOW_CREDENTIALS: Lines = &[&[], &["true"], &["True"], &["true", "true"]];
const ALLOW_METHODS: Lines =
    &[&[], &["*"], &["PUT, PATCH,,DELETE"], &["put"], &["PUT", "*"], &["[PUT]"], &["PUT PATCH"]];
const ALLOW_HEADERS: Lines = &[
    &[],
    &["*"],
    &["Authorization, X-ONE", "content-type,range , accept"],
    &["*, authorization"],
    &["x-one;x-two"],
    &["x-two, x-one, accept-language, content-type"],
];

fn response(status: u16, headers: &[(&'static str, &[&str])]) -> Response<()> {
    let mut response = Response::builder().status(status).body(()).unwrap();
    for (name, lines) in headers {
        for line in *lines {
            let value = HeaderValue::from_str(line).unwrap();
            response.headers_mut().append(HeaderName::from_static(name), value);
        }
    }
    response
}

/// The rule, without its values.
fn rule_of_probe(reason: &Reason) -> &'static str {
    match reason {
        Reason::AllowOriginMissing => "missing",
        Reason::AllowOriginSeveral(value) if value.contains(',') => "several",
        Reason::AllowOriginSeveral(_) | Reason::AllowOriginMismatch(_) => "mismatch",
        Reason::WildcardWithCredentials => "wildcard",
        Reason::CredentialsNotTrue(_) => "credentials",
        Reason::PreflightStatus(_) | Reason::PreflightRedirect(_) => "status",
        Reason::AllowMethodsMalformed(_) => "methods",
        Reason::AllowHeadersMalformed(_) => "headers",
        Reason::MethodNotAllowed(_) => "method",
        Reason::HeaderNotAllowed(_) | Reason::AuthorizationByWildcard => "header",
        other => panic!("{other:?}"),
    }
}

fn rule_of_tests(blocked: &Blocked) -> &'static str {
    match blocked {
        Blocked::MissingAllowOrigin => "missing",
        Blocked::OriginMismatch => "mismatch",
        Blocked::MultipleAllowOrigin => "several",
        Blocked::WildcardWithCredentials => "wildcard",
        Blocked::CredentialsNotTrue => "credentials",
        Blocked::PreflightStatus(_) => "status",
        Blocked::UnparsableAllowMethods => "methods",
        Blocked::UnparsableAllowHeaders => "headers",
        Blocked::MethodNotAllowed => "method",
        Blocked::HeaderNotAllowed(_) => "header",
        other => panic!("{other:?}"),
    }
}

/// Those that decide.
fn essence(request: &Request<()>) -> (String, Vec<(String, HeaderValue)>) {
    let names = ["origin", "access-control-request-method", "access-control-request-headers"];
    let headers = request.headers().iter().filter(|(name, _)| names.contains(&name.as_str()));
    let mut headers: Vec<_> =
        headers.map(|(name, value)| (name.to_string(), value.clone())).collect();
    headers.sort();
    (request.method().to_string(), headers)
}

#[test]
fn both_send_the_same_preflights() {
    for (page, fetch) in pages() {
        let (ours, theirs) = (page.preflight(), fetch.preflight());
        assert_eq!(ours.as_ref().map(essence), theirs.as_ref().map(essence), "{fetch:?}");
    }
}

#[test]
fn both_conclude_the_same_from_preflights() {
    let lists = || ALLOW_METHODS.iter().flat_map(|it| ALLOW_HEADERS.iter().map(move |to| (it, to)));
    for (page, fetch) in pages() {
        for origin in ALLOW_ORIGIN {
            // The lists matter only behind the check of the origin.
            let is_right = *origin == ["*"] || *origin == [ORIGIN];
            for credentials in ALLOW_CREDENTIALS {
                for (methods, headers) in lists().take(if is_right { usize::MAX } else { 1 }) {
                    for status in [200, 204, 299, 199, 304, 403] {
                        let response = response(
                            status,
                            &[
                                ("access-control-allow-origin", origin),
                                ("access-control-allow-credentials", credentials),
                                ("access-control-allow-methods", methods),
                                ("access-control-allow-headers", headers),
                            ],
                        );
                        let ours = page.check_preflight(&response);
                        let ours = ours.as_ref().map_err(|it| rule_of_probe(it.reason()));
                        let theirs = fetch.check_preflight(&response);
                        let theirs = theirs.as_ref().map_err(rule_of_tests);
                        assert_eq!(ours, theirs, "{fetch:?}\n{response:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn both_conclude_the_same_from_responses() {
    const EXPOSE: Lines =
        &[&[], &["*"], &["X-One, etag", "x-two"], &["x-one;etag"], &["set-cookie, *, x-one"]];
    for (page, fetch) in pages() {
        for origin in ALLOW_ORIGIN {
            for credentials in ALLOW_CREDENTIALS {
                for expose in EXPOSE {
                    let response = response(
                        404,
                        &[
                            ("access-control-allow-origin", origin),
                            ("access-control-allow-credentials", credentials),
                            ("access-control-expose-headers", expose),
                            ("etag", &["1"]),
                            ("set-cookie", &["a=b"]),
                            ("content-type", &["text/plain"]),
                            ("x-one", &["1"]),
                            ("x-three", &["3"]),
                        ],
                    );
                    let ours = page.check_response(&response);
                    let ours = ours.as_ref().map_err(|it| rule_of_probe(it.reason()));
                    let ours = ours.map(|it| {
                        let mut names = it.names().to_vec();
                        names.sort();
                        names
                    });
                    let theirs = fetch.check_response(&response);
                    let theirs = theirs.map_err(|it| rule_of_tests(&it));
                    assert_eq!(ours, theirs, "{fetch:?}\n{response:?}");
                }
            }
        }
    }
}
