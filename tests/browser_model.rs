//! The model of the browser against hand-written answers: a wrong model would acquit the library.

use http::{Request, Response};

use crate::support::browser::{Blocked, Fetch};

const PAGE: &str = "https://app.example";
const SHARED: &str = "ac-allow-origin: https://app.example | ac-allow-credentials: true";

/// Headers as `name: value | name: value`, where `ac-` stands for `access-control-`.
fn lines(text: &str) -> Vec<(String, String)> {
    let line = |line: &str| {
        let (name, value) = line.split_once(':').expect(line);
        (
            name.replace("ac-", "access-control-"),
            value.strip_prefix(' ').unwrap_or(value).to_owned(),
        )
    };
    text.split(" | ").filter(|it| !it.is_empty()).map(line).collect()
}

fn omit(method: &str, headers: &str) -> Fetch {
    Fetch { method: method.to_owned(), headers: lines(headers), ..Fetch::new(PAGE) }
}

fn include(method: &str, headers: &str) -> Fetch {
    Fetch { include_credentials: true, ..omit(method, headers) }
}

fn answer(status: u16, headers: &str) -> Response<()> {
    let mut answer = Response::builder().status(status);
    for (name, value) in lines(headers) {
        answer = answer.header(name, value);
    }
    answer.body(()).unwrap()
}

fn header<'a>(request: &'a Request<()>, name: &str) -> Option<&'a str> {
    let values: Vec<_> = request.headers().get_all(name).iter().collect();
    assert!(values.len() < 2, "{name} twice");
    values.first().map(|value| value.to_str().unwrap())
}

/// `Access-Control-Request-Headers` for these headers, or `-` without a preflight.
fn asked(headers: &str) -> String {
    let preflight = omit("GET", headers).preflight();
    let names = |it| header(&it, "access-control-request-headers").unwrap().to_owned();
    preflight.map_or("-".to_owned(), names)
}

/// Each of these values leads to this list of names.
fn each(name: &str, values: &[&str], names: &str) {
    for value in values {
        assert_eq!(asked(&format!("{name}: {value}")), names, "{value:?}");
    }
}

/// The verdict on a preflight that passes the CORS check, with these further headers.
fn preflighted(fetch: &Fetch, headers: &str) -> Result<(), Blocked> {
    fetch.check_preflight(&answer(200, &format!("{SHARED} | {headers}")))
}

/// The verdict on an actual response.
fn shared(fetch: &Fetch, headers: &str) -> Result<(), Blocked> {
    fetch.check_response(&answer(200, headers)).map(drop)
}

/// What the page sees of a response that passes the CORS check, with these further headers.
fn exposed(fetch: &Fetch, headers: &str) -> String {
    let names = fetch.check_response(&answer(200, &format!("{SHARED} | {headers}"))).unwrap();
    names.join(" ").replace("access-control-allow-credentials access-control-allow-origin ", "")
}

fn unlisted(name: &str) -> Result<(), Blocked> {
    Err(Blocked::HeaderNotAllowed(name.to_owned()))
}

fn never(_: Request<()>) -> Response<()> {
    panic!("a request was sent")
}

#[test]
fn any_method_but_get_head_and_post_needs_a_preflight() {
    for method in ["GET", "HEAD", "POST", "get", "hEaD", "post"] {
        assert!(omit(method, "").preflight().is_none(), "{method}");
    }
    for method in ["PUT", "DELETE", "OPTIONS", "PATCH", "CHICKEN", "*"] {
        assert_eq!(omit(method, "").preflight().unwrap().method(), "OPTIONS");
    }
}

#[test]
fn six_methods_are_normalised_and_no_others() {
    let written = ["delete", "Get", "head", "opTions", "post", "put", "patch", "Query"];
    let sent = ["DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT", "patch", "Query"];
    for (written, sent) in written.into_iter().zip(sent) {
        assert_eq!(omit(written, "").request().method(), sent);
        let preflight = omit(written, "X-A: 1").preflight().unwrap();
        assert_eq!(header(&preflight, "access-control-request-method"), Some(sent));
    }
}

#[test]
fn a_forbidden_method_or_a_call_that_cannot_exist_sends_nothing() {
    for method in ["CONNECT", "TRACE", "TRACK", "trace", "Track"] {
        assert_eq!(omit(method, "X-A: 1").run(never), Err(Blocked::ForbiddenMethod));
        assert!(omit(method, "X-A: 1").preflight().is_none());
    }
    for method in ["", "GET ", "G/T", "GÉT"] {
        assert_eq!(omit(method, "").run(never), Err(Blocked::InvalidMethod));
    }
    for header in [": 1", "X A: 1", "X-Ä: 1", "X-A: a\nb", "X-A: a\rb", "X-A: a\0b", "X-A: €"] {
        let name = header.split(':').next().unwrap().to_owned();
        assert_eq!(omit("GET", header).run(never), Err(Blocked::InvalidHeader(name)));
    }
}

#[test]
fn the_preflight_carries_the_origin_and_names_and_never_values() {
    let fetch = Fetch { origin: "null".to_owned(), ..include("PUT", "Authorization: secret") };
    let preflight = fetch.preflight().unwrap();
    assert_eq!(preflight.headers().len(), 4, "with access-control-request-method");
    assert_eq!(header(&preflight, "origin"), Some("null"));
    assert_eq!(header(&preflight, "accept"), Some("*/*"));
    assert_eq!(header(&preflight, "access-control-request-headers"), Some("authorization"));
}

#[test]
fn request_header_names_are_lower_case_sorted_unique_and_joined_by_a_bare_comma() {
    let names = asked("X-B: 1 | x-a: 2 | X-b: 3 | Accept: a | Content-Type: a/b");
    assert_eq!(names, "content-type,x-a,x-b");
    let preflight = omit("PUT", "Accept: a").preflight().unwrap();
    assert_eq!(header(&preflight, "access-control-request-headers"), None);
}

#[test]
fn the_request_carries_the_origin_and_the_headers_of_the_script() {
    let request = omit("GET", "X-A: \r\n 1\t | X-B: 2 | X-a: é").request();
    let values: Vec<_> = request.headers().get_all("x-a").iter().collect();
    assert_eq!(values, [&b"1"[..], b"\xE9"]);
    assert_eq!(header(&request, "origin"), Some(PAGE));
    assert_eq!(header(&request, "accept"), Some("*/*"));
    assert_eq!(header(&omit("GET", "Accept: a/b").request(), "accept"), Some("a/b"));
}

#[test]
fn forbidden_request_headers_are_dropped() {
    let names = "Accept-Charset Accept-Encoding Access-Control-Request-Headers Connection Cookie \
        Access-Control-Request-Method Content-Length Cookie2 Date DNT Expect Host Keep-Alive \
        Origin Referer Set-Cookie TE Trailer Transfer-Encoding Upgrade Via Proxy-Any SEC-Any";
    for name in names.split(' ') {
        each(name, &["1"], "-");
        let request = omit("GET", &format!("{name}: 1")).request();
        assert_eq!((header(&request, "origin"), request.headers().len()), (Some(PAGE), 2));
    }
    let others = "user-agent access-control-request-private-network proxy security x-sec-a cookie3";
    others.split(' ').for_each(|name| each(name, &["1"], name));
}

#[test]
fn method_overrides_are_forbidden_by_value() {
    for name in ["x-http-method", "x-http-method-override", "x-method-override"] {
        each(name, &["TRACE", "connect", "A,\tTrack", "\"a\",TRACE", "\"\\\"\",TRACE"], "-");
        each(name, &["PUT", "", "TRACES", "TRACE A", "\"a,TRACE\"", "\"\\\",TRACE"], name);
    }
}

#[test]
fn accept_and_languages_are_safelisted_by_their_bytes() {
    each("Accept", &["", "a/b;q=0.8, */*", "a\tb", "é", "a=b"], "-");
    for byte in "\"():<>?@[\\]{}\x7F\x01\x1F".chars() {
        each("ACCEPT", &[&format!("a{byte}b")], "accept");
    }
    for name in ["accept-language", "content-language"] {
        each(name, &["de-DE, en;q=0.9, *.x", ""], "-");
        each(name, &["en_US", "en/us", "é", "a\tb", "a+b", "\"en\""], name);
    }
}

#[test]
fn content_type_is_safelisted_by_its_essence() {
    let name = "content-type";
    each(name, &["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"], "-");
    each(name, &["Text/Plain;x=y", " text/plain ;x"], "-");
    each(name, &["application/json", "application/csp-report", "text/html"], name);
    each(name, &["text /plain", "text/plain, a/b", "text", "", "/plain", ";text/plain"], name);
    each(name, &["text/plain; charset=\"utf-8\"", "text/plain; x=a:b"], name);
    assert_eq!(asked("Content-Type: application/json | Content-Type: text/plain"), name);
}

#[test]
fn range_is_safelisted_if_single_and_started() {
    let nines = "9".repeat(50);
    let (ordered, unordered) = (format!("bytes=1{nines}-2{nines}"), format!("bytes=2{nines}-1"));
    each("range", &["bytes=0-", "bytes=9-", "bytes=9-10", "bytes=010-99", &ordered], "-");
    each("range", &["bytes=-5", "bytes=-", "bytes=5", "bytes=5-4", "bytes=10-9"], "range");
    each("range", &["bytes=0 -1", "bytes= 0-1", "bytes =0-1", "bytes=0-1,3-4"], "range");
    each("range", &["Bytes=0-1", "items=0-1", "bytes=a-b", "bytes=+1-2", ""], "range");
    each("range", &["bytes=0-1-2", &unordered], "range");
}

#[test]
fn a_safelisted_value_has_at_most_128_bytes_and_all_together_1024() {
    for (name, letter) in [("accept", "a"), ("accept", "é"), ("content-language", "a")] {
        each(name, &[&letter.repeat(128), &format!("\t{}\t", letter.repeat(128))], "-");
        each(name, &[&letter.repeat(129)], name);
    }
    each("content-type", &[&format!("text/plain;x={}", "a".repeat(116))], "content-type");
    let full = format!("Accept: {} | ", "é".repeat(128)).repeat(8);
    assert_eq!(asked(&format!("{full}Accept-Language: ")), "-");
    assert_eq!(asked(&format!("{full}Accept-Language: e")), "accept,accept-language");
}

// Fetch, "CORS check"

#[test]
fn exactly_one_allowed_origin_is_needed() {
    assert_eq!(shared(&omit("GET", ""), "a: *"), Err(Blocked::MissingAllowOrigin));
    let none = answer(200, "ac-allow-credentials: true");
    assert_eq!(include("POST", "").check_preflight(&none), Err(Blocked::MissingAllowOrigin));
    for more in [", *", " | ac-allow-origin: https://app.example", " | ac-allow-origin:"] {
        for first in [PAGE, "*"] {
            let verdict = shared(&omit("GET", ""), &format!("ac-allow-origin: {first}{more}"));
            assert_eq!(verdict, Err(Blocked::MultipleAllowOrigin));
        }
    }
}

#[test]
fn the_origin_wildcard_allows_without_credentials_only() {
    let answer = answer(204, "ac-allow-origin: * | ac-allow-credentials: true");
    assert_eq!(omit("POST", "").check_preflight(&answer), Ok(()));
    assert!(omit("POST", "").check_response(&answer).is_ok());
    let blocked = Blocked::WildcardWithCredentials;
    assert_eq!(include("POST", "").check_preflight(&answer), Err(blocked.clone()));
    assert_eq!(include("POST", "").check_response(&answer), Err(blocked));
}

#[test]
fn the_origin_must_match_byte_for_byte_but_for_whitespace_around_it() {
    assert_eq!(shared(&include("GET", ""), &SHARED.replace(": ", ":\t  ")), Ok(()));
    assert_eq!(shared(&omit("GET", ""), "ac-allow-origin:  *\t"), Ok(()));
    assert_eq!(shared(&omit("GET", ""), "ac-allow-origin: https://app.example"), Ok(()));
    assert_eq!(shared(&Fetch::new("null"), "ac-allow-origin: null"), Ok(()));
    let others = "https://app.example/ https://app.example:443 https://App.example null Null ** \
        HTTPS://app.example http://app.example https://app.example. https://*.example";
    for other in others.split(' ').chain(["", "\"https://app.example\""]) {
        let verdict = shared(&omit("GET", ""), &format!("ac-allow-origin: {other}"));
        assert_eq!(verdict, Err(Blocked::OriginMismatch), "{other}");
    }
}

#[test]
fn credentials_need_the_word_true() {
    let twice = "true | ac-allow-credentials: true";
    for other in ["false", "True", "*", "", "\"true\"", "true, true", twice] {
        let answer = SHARED.replace("true", other);
        let verdict = shared(&include("GET", ""), &answer);
        assert_eq!(verdict, Err(Blocked::CredentialsNotTrue), "{other}");
        assert_eq!(shared(&omit("GET", ""), &answer), Ok(()), "{other}");
    }
    let none = answer(200, "ac-allow-origin: https://app.example");
    assert_eq!(omit("POST", "").check_preflight(&none), Ok(()));
    assert_eq!(include("POST", "").check_preflight(&none), Err(Blocked::CredentialsNotTrue));
}

// Fetch, "CORS-preflight fetch"

#[test]
fn a_preflight_needs_an_ok_status_and_the_actual_response_does_not() {
    for status in [200, 204, 299, 199, 300, 301, 304, 307, 401, 403, 405, 500] {
        let ok = matches!(status, 200 | 204 | 299);
        let verdict = if ok { Ok(()) } else { Err(Blocked::PreflightStatus(status)) };
        let answer = answer(status, "ac-allow-origin: *");
        assert_eq!(omit("POST", "").check_preflight(&answer), verdict);
        assert_eq!(omit("POST", "").check_response(&answer), Ok(vec![]));
    }
}

#[test]
fn the_method_must_be_listed_case_sensitively() {
    assert_eq!(preflighted(&include("put", ""), "ac-allow-methods: GET, PUT"), Ok(()));
    assert_eq!(preflighted(&omit("patch", ""), "ac-allow-methods: patch"), Ok(()));
    for other in ["ac-allow-methods: patch, PATCHES", "ac-allow-methods:", "", "allow: PATCH"] {
        assert_eq!(preflighted(&omit("PATCH", ""), other), Err(Blocked::MethodNotAllowed));
    }
}

#[test]
fn what_is_safelisted_needs_no_listing() {
    for method in ["GET", "HEAD", "POST"] {
        let fetch = include(method, "Accept: a | Content-Type: text/plain");
        assert_eq!(preflighted(&fetch, ""), Ok(()));
        assert_eq!(preflighted(&fetch, "ac-allow-methods: PUT | ac-allow-headers: x"), Ok(()));
    }
    assert_eq!(preflighted(&omit("GET", "Content-Type: a/b"), ""), unlisted("content-type"));
}

#[test]
fn header_names_must_be_listed_in_any_case() {
    let include = include("GET", "X-A: 1 | X-B: 1");
    assert_eq!(preflighted(&include, "ac-allow-headers: X-b, x-A"), Ok(()));
    assert_eq!(preflighted(&include, "ac-allow-headers: x-a"), unlisted("x-b"));
    assert_eq!(preflighted(&include, "ac-allow-headers: x-a-b"), unlisted("x-a"));
    assert_eq!(preflighted(&include, ""), unlisted("x-a"));
}

#[test]
fn wildcards_are_a_method_and_a_name_with_credentials_and_never_cover_authorization() {
    for more in ["", "A, "] {
        let list = format!("ac-allow-methods: {more}* | ac-allow-headers: {more}*");
        assert_eq!(preflighted(&omit("PUT", "X-A: 1"), &list), Ok(()));
        assert_eq!(preflighted(&include("PUT", ""), &list), Err(Blocked::MethodNotAllowed));
        assert_eq!(preflighted(&include("GET", "X-A: 1"), &list), unlisted("x-a"));
        assert_eq!(preflighted(&include("*", "*: 1"), &list), Ok(()));
        let fetch = omit("GET", "AUTHORIZATION: Bearer x | X-A: 1");
        assert_eq!(preflighted(&fetch, &list), unlisted("authorization"));
        assert_eq!(preflighted(&fetch, &format!("{list}, Authorization")), Ok(()));
    }
}

#[test]
fn one_bad_token_fails_a_list_but_empty_elements_and_several_lines_do_not() {
    let answer = "ac-allow-methods: , ,GET\t ,,PUT, | ac-allow-methods: \
        | ac-allow-headers: x-a , | ac-allow-headers: | ac-allow-headers: \tx-b";
    assert_eq!(preflighted(&include("PUT", "X-A: 1 | X-B: 1"), answer), Ok(()));
    for bad in ["a b", "a, b/c", "a;q=1", "\"a\"", "a, é", "*, (x)"] {
        let verdict = preflighted(&omit("GET", ""), &format!("ac-allow-methods: {bad}"));
        assert_eq!(verdict, Err(Blocked::UnparsableAllowMethods), "{bad}");
        let answer = format!("ac-allow-headers: a | ac-allow-headers: {bad}");
        let verdict = preflighted(&omit("GET", ""), &answer);
        assert_eq!(verdict, Err(Blocked::UnparsableAllowHeaders), "{bad}");
        let answer = format!("x-a: 1 | pragma: 1 | ac-expose-headers: x-a, {bad}");
        assert_eq!(exposed(&omit("GET", ""), &answer), "pragma", "{bad}");
    }
}

#[test]
fn max_age_is_five_seconds_unless_one_line_of_digits() {
    let age = |value| Fetch::preflight_max_age(&answer(200, &format!("ac-max-age: {value}")));
    let ages = ["600", " 600\t", "0", "007", "99999999999999999999"].map(age);
    assert_eq!(ages, [600, 600, 0, 7, u64::MAX]);
    for bad in ["", "-1", "+6", "6s", "6.5", "\"6\"", "6, 6", "6 0", "6 | ac-max-age: 6"] {
        assert_eq!(age(bad), 5, "{bad}");
    }
    assert_eq!(Fetch::preflight_max_age(&answer(200, "")), 5);
}

// Fetch, "Main fetch": what the page can read

#[test]
fn seven_response_headers_and_the_listed_ones_are_exposed_if_present() {
    let seven = "cache-control content-language content-length content-type expires \
        last-modified pragma";
    let answer = format!("{}: 1 | X-B: 1 | X-A: 1 | Date: 1", seven.replace(' ', ": 1 | "));
    assert_eq!(exposed(&include("GET", ""), &answer), seven);
    let list = "ac-expose-headers: X-a,, Absent | ac-expose-headers: \tx-b | pragma: 2";
    let all = exposed(&include("GET", ""), &format!("{answer} | {list}"));
    assert_eq!(all, format!("{seven} x-a x-b"));
}

#[test]
fn the_expose_wildcard_is_a_name_with_credentials_and_never_covers_set_cookie() {
    let cookies = "x-a: 1 | *: 1 | set-cookie: a | set-cookie2: a";
    for list in ["*", "x-b, *", "*, set-cookie, Set-Cookie2"] {
        let answer = format!("ac-expose-headers: {list} | {cookies}");
        assert_eq!(exposed(&include("GET", ""), &answer), "*");
        assert_eq!(exposed(&omit("GET", ""), &answer), "* access-control-expose-headers x-a");
    }
}

#[test]
fn the_request_is_sent_only_if_the_preflight_allows_it_and_then_checked() {
    let missing = Err(Blocked::MissingAllowOrigin);
    for (list, requests, verdict) in [("b", 1, unlisted("x-a")), ("x-a", 2, missing)] {
        let mut sent = 0;
        let run = omit("PUT", "X-A: 1").run(|request| {
            sent += 1;
            let allow = format!("{SHARED} | ac-allow-methods: PUT | ac-allow-headers: {list}");
            answer(200, if request.method() == "OPTIONS" { &allow } else { "" })
        });
        assert_eq!((sent, run.map(drop)), (requests, verdict));
    }
}

#[test]
fn without_preflight_one_request_is_sent() {
    let mut sent = Vec::new();
    let run = omit("GET", "").run(|request| {
        sent.push(format!("{} {}", request.method(), request.uri()));
        answer(403, "ac-allow-origin: * | content-type: a/b")
    });
    assert_eq!((sent, run), (vec!["GET /".to_owned()], Ok(vec!["content-type".to_owned()])));
}
