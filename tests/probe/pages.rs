//! One request of a page: what stops it, and the sentence about it.

use corsac::probe::{Blocked, PageNote, PageRequest};
use http::{HeaderName, HeaderValue, Response};

fn page() -> PageRequest {
    PageRequest::new("http://localhost:3000/hello", "http://localhost:5173").unwrap()
}

fn response(status: u16, headers: &[(&'static str, &'static str)]) -> Response<()> {
    let mut response = Response::builder().status(status).body(()).unwrap();
    for (name, value) in headers {
        let value = HeaderValue::from_static(value);
        response.headers_mut().append(HeaderName::from_static(name), value);
    }
    response
}

type Headers = &'static [(&'static str, &'static str)];

const ALLOWED: (&str, &str) = ("access-control-allow-origin", "http://localhost:5173");

/// The reason in the words of the console, without what all of them start with.
fn console(blocked: &Blocked) -> String {
    let start = "Access to fetch at 'http://localhost:3000/hello' from origin \
                 'http://localhost:5173' has been blocked by CORS policy: ";
    blocked.console().strip_prefix(start).unwrap().to_owned()
}

#[track_caller]
fn assert_words(blocked: &Blocked, words: [&str; 3]) {
    assert_eq!([console(blocked), blocked.to_string(), blocked.remedy()], words);
}

#[test]
fn responses() {
    let blocked = |page: PageRequest, headers: &[(&'static str, &'static str)]| {
        page.check_response(&response(200, headers)).unwrap_err()
    };
    assert_words(
        &blocked(page(), &[]),
        [
            "No 'Access-Control-Allow-Origin' header is present on the requested resource.",
            "the response has no `Access-Control-Allow-Origin`, so the browser keeps it from the page",
            "let the server send `Access-Control-Allow-Origin: http://localhost:5173` and `Vary: \
             Origin`; with corsac: `.allow_origins([\"http://localhost:5173\"])`",
        ],
    );
    assert_words(
        &blocked(page(), &[("access-control-allow-origin", "http://localhost:3000")]),
        [
            "The 'Access-Control-Allow-Origin' header has a value 'http://localhost:3000' that is not \
             equal to the supplied origin. Have the server send the header with a valid value.",
            "the response allows pages of `http://localhost:3000`, and not of \
             `http://localhost:5173`, so the browser keeps it from the page",
            "let the server send `Access-Control-Allow-Origin: http://localhost:5173` and `Vary: \
             Origin`; with corsac: `.allow_origins([\"http://localhost:5173\"])`",
        ],
    );
    let twice = [ALLOWED, ("access-control-allow-origin", "*")];
    assert_words(
        &blocked(page(), &twice),
        [
            "The 'Access-Control-Allow-Origin' header contains multiple values \
             'http://localhost:5173, *', but only one is allowed.",
            "the response has several values in `Access-Control-Allow-Origin` \
             (`http://localhost:5173, *`), and browsers accept one, so the browser keeps it from the \
             page",
            "let one program send `Access-Control-Allow-Origin: http://localhost:5173`: look for a \
             proxy that adds a header to that of the service, or for a list in its configuration",
        ],
    );
    assert_words(
        &blocked(page().credentials(true), &[("access-control-allow-origin", "*")]),
        [
            "The value of the 'Access-Control-Allow-Origin' header in the response must not be the \
             wildcard '*' when the request's credentials mode is 'include'.",
            "the response has `Access-Control-Allow-Origin: *`, which is not valid for a request with \
             credentials, so the browser keeps it from the page",
            "let the server send `Access-Control-Allow-Origin: http://localhost:5173` instead of `*`, \
             or remove the credentials from the page; with corsac: \
             `.allow_origins([\"http://localhost:5173\"])` and `.allow_credentials(true)`",
        ],
    );
    assert_words(
        &blocked(page().credentials(true), &[ALLOWED]),
        [
            "The value of the 'Access-Control-Allow-Credentials' header in the response is '' which \
             must be 'true' when the request's credentials mode is 'include'.",
            "the response has no `Access-Control-Allow-Credentials`, and the request has credentials, \
             so the browser keeps it from the page",
            "let the server send `Access-Control-Allow-Credentials: true`, or remove the credentials \
             from the page; with corsac: `.allow_credentials(true)`",
        ],
    );
    let invalid = blocked(page(), &[("access-control-allow-origin", "localhost:5173")]);
    assert!(console(&invalid).contains("contains the invalid value 'localhost:5173'."));
}

#[test]
fn preflights() {
    let page = page().method("put").unwrap().header("X-Token", "1").unwrap();
    let preflight = page.preflight().unwrap();
    assert_eq!(preflight.headers()["access-control-request-method"], "PUT");
    assert_eq!(preflight.headers()["access-control-request-headers"], "x-token");

    let cases: [(u16, Headers, &str, &str); 8] = [
        (
            204,
            &[],
            "Response to preflight request doesn't pass access control check: No \
             'Access-Control-Allow-Origin' header is present on the requested resource.",
            "before authentication and routing",
        ),
        (
            401,
            &[ALLOWED],
            "Response to preflight request doesn't pass access control check: It does not have HTTP \
             ok status.",
            "they carry no cookie and no token",
        ),
        (
            405,
            &[ALLOWED],
            "Response to preflight request doesn't pass access control check: It does not have HTTP \
             ok status.",
            "let the server answer `OPTIONS` for this path",
        ),
        (
            308,
            &[("location", "http://localhost:3000/hello/")],
            "Response to preflight request doesn't pass access control check: Redirect is not allowed \
             for a preflight request.",
            "call the final URL, `http://localhost:3000/hello/`",
        ),
        (
            204,
            &[ALLOWED],
            "Method PUT is not allowed by Access-Control-Allow-Methods in preflight response.",
            "`.allow_methods([\"PUT\"])`",
        ),
        (
            204,
            &[ALLOWED, ("access-control-allow-methods", "PUT")],
            "Request header field x-token is not allowed by Access-Control-Allow-Headers in preflight \
             response.",
            "`.allow_headers([\"x-token\"])`",
        ),
        (
            204,
            &[ALLOWED, ("access-control-allow-methods", "\"PUT\"")],
            "Cannot parse Access-Control-Allow-Methods response header field in preflight response.",
            "without quotes and brackets",
        ),
        (
            204,
            &[ALLOWED, ("access-control-allow-headers", "a b")],
            "Cannot parse Access-Control-Allow-Headers response header field in preflight response.",
            "without quotes and brackets",
        ),
    ];
    for (status, headers, words, fix) in cases {
        let blocked = page.check_preflight(&response(status, headers)).unwrap_err();
        assert!(blocked.is_preflight());
        assert_eq!(console(&blocked), words);
        assert!(blocked.remedy().contains(fix), "{}", blocked.remedy());
        assert!(blocked.to_string().ends_with("so the browser does not send the request"));
    }
}

#[test]
fn a_token_and_the_wildcard() {
    let page = page().header("Authorization", "Bearer a").unwrap();
    let star = [ALLOWED, ("access-control-allow-headers", "*")];
    let blocked = page.check_preflight(&response(204, &star)).unwrap_err();
    assert!(blocked.to_string().contains("which does not include `authorization`"), "{blocked}");
    assert!(blocked.to_string().contains("Chromium 156 and Firefox 153 still accept it"));
}

#[test]
fn readable_headers() {
    let headers = [
        ALLOWED,
        ("access-control-expose-headers", "etag"),
        ("etag", "1"),
        ("x-total", "9"),
        ("content-type", "text/plain"),
        ("set-cookie", "a=b"),
    ];
    let readable = page().check_response(&response(200, &headers)).unwrap();
    assert_eq!(readable.names(), ["etag", "content-type"]);
    assert_eq!(readable.hidden(), ["x-total"]);
}

#[test]
fn notes() {
    let notes = |url: &str, origin: &str| PageRequest::new(url, origin).unwrap().notes();
    assert!(page().notes().is_empty());
    assert!(notes("https://api.example.com/", "https://app.example.com").is_empty());
    assert!(notes("http://api.example.com/", "https://a.example")[0] == PageNote::MixedContent);
    assert!(
        notes("http://127.0.0.1:3000/", "https://a.example")[0] == PageNote::LocalNetworkAccess
    );
    assert!(notes("http://localhost:3000/", "null").is_empty());
    let patch = page().method("patch").unwrap();
    assert!(patch.notes()[0].to_string().contains("write `PATCH` in the page"));

    assert!(PageRequest::new("http://A.example:80/", "http://a.example").unwrap().is_same_origin());
    assert!(!page().is_same_origin());
}

#[test]
fn errors() {
    let cases = [
        (
            PageRequest::new("localhost:3000/hello", "http://localhost:5173"),
            r#"the URL "localhost:3000/hello" has no scheme; write "http://localhost:3000/hello""#,
        ),
        (
            PageRequest::new("api.example.com", "http://localhost:5173"),
            r#"the URL "api.example.com" has no scheme; write "https://api.example.com""#,
        ),
        (
            PageRequest::new("ws://api.example.com", "http://localhost:5173"),
            "the URL \"ws://api.example.com\" is not http or https; browsers use CORS for these alone",
        ),
        (
            PageRequest::new("https://me:secret@api.example.com", "http://localhost:5173"),
            "the URL has a user name; write \"https://api.example.com\", and the name in a header \
             `Authorization`",
        ),
        (
            PageRequest::new("https://", "http://localhost:5173"),
            "\"https://\" is not a URL; write one such as \"https://api.example.com/users\"",
        ),
        (
            PageRequest::new("https://a.example/a b", "http://localhost:5173"),
            "\"https://a.example/a b\" is not a URL; write one such as \"https://api.example.com/users\"",
        ),
        (
            PageRequest::new("https://a.example", "http://localhost:5173/"),
            "origin \"http://localhost:5173/\": an origin has no path; write \"http://localhost:5173\"",
        ),
        (page().method("A B"), "\"A B\" is not a method"),
        (page().method("trace"), "the method \"trace\" is forbidden: no page can send it"),
        (page().header("a b", ""), "\"a b\" is not a header with this value"),
    ];
    for (result, message) in cases {
        assert_eq!(result.unwrap_err().to_string(), message);
    }
}
