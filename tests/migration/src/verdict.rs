//! The requests of pages that each example gets, and the verdict of a browser.

use std::collections::BTreeMap;

use http::{Request, Response};

use crate::browser::Fetch;

/// Allowed ones, others, and look-alikes.
pub const ORIGINS: [&str; 11] = [
    "https://example.com",
    "http://example.com",
    "https://app.example.com",
    "https://a.app.example.com",
    "https://example.org",
    "https://notexample.com",
    "https://example.com.evil.example",
    "https://example.com:8443",
    "http://localhost:3000",
    "https://evil.example",
    "null",
];

/// Name, method, header, whether with cookies.
const REQUESTS: [(&str, &str, &str, bool); 9] = [
    ("`GET`", "GET", "", false),
    ("`GET` with cookies", "GET", "", true),
    ("`POST` with JSON", "POST", "content-type", false),
    ("`PUT`", "PUT", "", false),
    ("`PUT` with cookies", "PUT", "", true),
    ("`PATCH`", "PATCH", "", false),
    ("`DELETE`", "DELETE", "", false),
    ("`authorization`", "GET", "authorization", false),
    ("`x-custom-header`", "GET", "x-custom-header", false),
];

/// The response headers that the page can read, or `None` if the browser blocks the request.
pub type Verdict = Option<Vec<String>>;

pub fn verdict(fetch: &Fetch, path: &str, send: impl Fn(Request<()>) -> Response<()>) -> Verdict {
    let at_path = |mut request: Request<()>| {
        *request.uri_mut() = path.parse().expect("the paths of the examples are valid");
        send(request)
    };
    fetch.run(at_path).ok()
}

pub fn fetch(origin: &str, method: &str, header: &str, cookies: bool) -> Fetch {
    let mut fetch = Fetch::new(origin);
    method.clone_into(&mut fetch.method);
    fetch.include_credentials = cookies;
    if !header.is_empty() {
        let value = if header == "content-type" { "application/json" } else { "1" };
        fetch.headers.push((header.to_owned(), value.to_owned()));
    }
    fetch
}

/// The rows of a table: pages, requests, the verdict there, the verdict here. Requests that end alike are
/// one row.
pub fn rows(
    paths: &[String],
    verdicts: impl Fn(&Fetch, &str) -> (Verdict, Verdict),
) -> Vec<String> {
    let mut by_requests: BTreeMap<(String, String, String), Vec<&str>> = BTreeMap::new();
    for origin in ORIGINS {
        let mut by_verdicts: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
        for path in paths {
            let mut differing: BTreeMap<(String, String), Vec<&str>> = BTreeMap::new();
            for (name, method, header, cookies) in REQUESTS {
                let (theirs, ours) = verdicts(&fetch(origin, method, header, cookies), path);
                if theirs != ours {
                    differing.entry(texts(&theirs, &ours)).or_default().push(name);
                }
            }
            for (verdicts, names) in differing {
                let to = if paths.len() == 1 { String::new() } else { format!(" to `{path}`") };
                by_verdicts.entry(verdicts).or_default().push(summary(&names) + &to);
            }
        }
        for ((theirs, ours), requests) in by_verdicts {
            by_requests.entry((requests.join("; "), theirs, ours)).or_default().push(origin);
        }
    }
    let row = |((requests, theirs, ours), origins): (_, Vec<&str>)| -> String {
        let quoted: Vec<String> = origins.iter().map(|origin| format!("`{origin}`")).collect();
        let is_every = origins.len() == ORIGINS.len();
        let pages = if is_every { "every page".to_owned() } else { quoted.join(", ") };
        format!("| {pages} | {requests} | {theirs} | {ours} |")
    };
    by_requests.into_iter().map(row).collect()
}

fn summary(names: &[&str]) -> String {
    let all = REQUESTS.iter().filter(|(_, _, _, cookies)| !cookies).map(|(name, ..)| *name);
    if names.len() == REQUESTS.len() {
        "all".to_owned()
    } else if names == all.collect::<Vec<_>>() {
        "all without cookies".to_owned()
    } else {
        names.join(", ")
    }
}

fn texts(theirs: &Verdict, ours: &Verdict) -> (String, String) {
    let plain =
        |verdict: &Verdict| if verdict.is_some() { "allowed" } else { "blocked" }.to_owned();
    match (theirs, ours) {
        (Some(theirs), Some(ours)) => {
            let only = |these: &[String], those: &[String]| {
                let only: Vec<_> = these.iter().filter(|name| !those.contains(name)).collect();
                let names: Vec<_> = only.iter().map(|name| format!("`{name}`")).collect();
                if names.is_empty() {
                    "allowed".to_owned()
                } else {
                    format!("reads {}", names.join(", "))
                }
            };
            (only(theirs, ours), only(ours, theirs))
        }
        _ => (plain(theirs), plain(ours)),
    }
}
