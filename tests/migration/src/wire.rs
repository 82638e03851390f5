//! Differences that are no verdicts: in the responses themselves.

use std::collections::BTreeSet;

use http::{HeaderMap, Request, Response};

use crate::{
    browser::Fetch,
    verdict::{ORIGINS, fetch, verdict},
};

/// Both sides of an example.
pub struct Sides<'a> {
    pub theirs: &'a dyn Fn(Request<()>) -> Response<()>,
    pub ours: &'a dyn Fn(Request<()>) -> Response<()>,
}

/// The ids of the differences at this path.
pub fn differences(sides: &Sides<'_>, path: &str) -> BTreeSet<String> {
    let Sides { theirs, ours } = sides;
    let mut found = BTreeSet::new();
    let mut differs = |id: &str, is_different: bool| {
        if is_different {
            found.insert(id.to_owned());
        }
    };
    for origin in ORIGINS {
        let verdicts = |header| {
            let fetch = fetch(origin, "GET", header, false);
            (verdict(&fetch, path, theirs), verdict(&fetch, path, ours))
        };
        let (their_verdict, our_verdict) = verdicts("");
        let is_allowed = our_verdict.is_some();
        if their_verdict.is_some() != is_allowed {
            continue; // The rest follows from this, which is in the table of the example.
        }
        let get = |query: &str| actual("GET", origin, &format!("{path}{query}"));

        let options = || actual("OPTIONS", origin, path);
        differs("plain-options", is_handled(&theirs(options())) != is_handled(&ours(options())));

        let (their_get, our_get) = (theirs(get("")), ours(get("")));
        differs("refused-gets-nothing", !is_allowed && has_cors(&their_get) && !has_cors(&our_get));
        differs("vary", vary(&their_get) != vary(&our_get));
        let (their_varied, our_varied) = (theirs(get("?varies")), ours(get("?varies")));
        let lost = vary(&their_get).contains("origin") && !vary(&their_varied).contains("origin");
        differs("service-writes-vary", lost && vary(&our_varied).contains("origin"));
        differs(
            "service-writes-cors",
            allow_origin(&theirs(get("?star"))) == "*" && allow_origin(&ours(get("?star"))) != "*",
        );
        let error =
            |send: &dyn Fn(_) -> _| verdict(&Fetch::new(origin), &format!("{path}?throws"), send);
        differs("errors", is_allowed && error(theirs).is_some() != error(ours).is_some());

        let preflight = || preflight(origin, path);
        let (their_preflight, our_preflight) = (theirs(preflight()), ours(preflight()));
        differs("vary-of-preflights", vary(&their_preflight) != vary(&our_preflight));
        match verdicts("x-custom-header") {
            (Some(_), Some(_)) => {
                differs("preflight-status", their_preflight.status() != our_preflight.status());
                let age = |response: &Response<()>| Fetch::preflight_max_age(response);
                differs("max-age", age(&their_preflight) != age(&our_preflight));
            }
            (None, None) if !is_allowed => {
                differs("refused-preflight", their_preflight.status() != our_preflight.status());
            }
            _ => {}
        }
    }
    let no_origin = || Request::get(path).body(()).expect("a valid path");
    let (their_plain, our_plain) = (theirs(no_origin()), ours(no_origin()));
    differs("refused-gets-nothing", has_cors(&their_plain) && !has_cors(&our_plain));
    differs("without-origin", their_plain.status() != our_plain.status());
    differs("vary", vary(&their_plain) != vary(&our_plain));
    found
}

fn actual(method: &str, origin: &str, path: &str) -> Request<()> {
    let request = Request::builder().method(method).uri(path).header("origin", origin);
    request.body(()).expect("a valid path and a valid origin")
}

fn preflight(origin: &str, path: &str) -> Request<()> {
    let mut request = actual("OPTIONS", origin, path);
    let headers = request.headers_mut();
    headers.insert("access-control-request-method", http::HeaderValue::from_static("PUT"));
    headers.insert(
        "access-control-request-headers",
        http::HeaderValue::from_static("x-custom-header"),
    );
    request
}

fn is_handled(response: &Response<()>) -> bool {
    response.headers().contains_key("x-handled")
}

fn has_cors(response: &Response<()>) -> bool {
    let is_cors = |name: &http::HeaderName| name.as_str().starts_with("access-control-");
    response.headers().keys().any(is_cors)
}

fn allow_origin(response: &Response<()>) -> &str {
    text(response.headers(), "access-control-allow-origin").next().unwrap_or_default()
}

fn vary(response: &Response<()>) -> BTreeSet<String> {
    let names = text(response.headers(), "vary").flat_map(|line| line.split(','));
    names.map(|name| name.trim().to_ascii_lowercase()).collect()
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> impl Iterator<Item = &'a str> {
    headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok())
}
