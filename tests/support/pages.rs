//! Calls of `fetch()` at random, with what the standard makes of each of their parts.

#![allow(dead_code)] // each test target takes what it needs

use proptest::prelude::*;

use crate::{
    browser::Fetch,
    origins::{Probe, probe},
    policies::Input,
    twin,
};

/// A call of `fetch()`.
#[derive(Debug, Clone)]
pub struct Page {
    origin: Option<&'static str>,
    probe: Probe,
    pub include: bool,
    pub method: &'static str,
    pub headers: Vec<Header>,
}

/// Name, value, and what becomes of it.
pub type Header = (&'static str, &'static str, Becomes);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Becomes {
    /// Sent without asking: Fetch, "CORS-safelisted request-header".
    Sent,
    /// Asked for in a preflight.
    Asked,
    /// Not sent: Fetch, "forbidden request-header".
    Dropped,
}

use Becomes::{Asked, Dropped, Sent};

/// 134 bytes; at most 128 are safelisted.
const LONG: &str = "abcdefghijklmnopqrstuvwxyz-abcdefghijklmnopqrstuvwxyz-\
                    abcdefghijklmnopqrstuvwxyz-abcdefghijklmnopqrstuvwxyz-\
                    abcdefghijklmnopqrstuvwxyz";

const HEADERS: [Header; 26] = [
    ("Accept", "text/html", Sent),
    ("accept", "\"quoted\"", Asked),
    ("Accept-Language", "de, en;q=0.5", Sent),
    ("accept-language", "de_DE", Asked),
    ("accept-language", LONG, Asked),
    ("Content-Language", "de", Sent),
    ("Content-Type", "text/plain; charset=utf-8", Sent),
    ("content-type", "multipart/form-data; boundary=x", Sent),
    ("content-type", "application/json", Asked),
    ("content-type", "text/plain; charset=\"utf-8\"", Asked),
    ("content-type", "", Asked),
    ("Range", "bytes=0-5", Sent),
    ("range", "bytes=7-", Sent),
    ("range", "bytes=-5", Asked),
    ("range", "bytes=5-0", Asked),
    ("Authorization", "Basic x", Asked),
    ("authorization", "", Asked),
    ("X-One", "1", Asked),
    ("x-two", "2", Asked),
    ("X-THREE", "3", Asked),
    ("*", "4", Asked),
    ("x-http-method", "PUT", Asked),
    ("x-http-method", "PUT, trace", Dropped),
    ("Cookie", "a=b", Dropped),
    ("Sec-Fetch-Site", "same-origin", Dropped),
    ("Origin", "https://evil.example", Dropped),
];

pub const METHODS: [&str; 18] = [
    "GET", "get", "HEAD", "POST", "post", "PUT", "put", "DELETE", "delete", "PATCH", "patch",
    "OPTIONS", "options", "QUERY", "X-METHOD", "*", "trace", "CONNECT",
];

const ORIGINS: [Option<&str>; 9] = [
    None,
    None,
    None,
    None,
    None,
    Some("null"),
    Some("https://predicate.example"),
    Some("http://predicate.example:8080"),
    Some("https://evil.example"),
];

pub fn page() -> impl Strategy<Value = Page> {
    let headers = prop::collection::vec(prop::sample::select(&HEADERS[..]), 0..4);
    let method = prop::sample::select(&METHODS[..]);
    (prop::sample::select(&ORIGINS[..]), probe(), any::<bool>(), method, headers).prop_map(
        |(origin, probe, include, method, headers)| Page {
            origin,
            probe,
            include,
            method,
            headers,
        },
    )
}

impl Page {
    /// From a page whose origin is allowed, or nearly.
    pub fn fetch(&self, input: &Input) -> Fetch {
        let near = self.probe.near(&input.patterns);
        // No browser has a page of an origin that is none
        let near = if twin::is_origin(&near) { near } else { "https://foo.com".to_owned() };
        Fetch {
            origin: self.origin.map_or(near, str::to_owned),
            include_credentials: self.include,
            method: self.method.to_owned(),
            headers: self
                .headers
                .iter()
                .map(|(name, value, _)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        }
    }

    /// Whether a header needs permission.
    pub fn asks(&self) -> bool {
        self.headers.iter().any(|(_, _, becomes)| *becomes == Asked)
    }

    /// Fetch, "normalize (method)"; `None` for one that scripts cannot send.
    pub fn method(&self) -> Option<String> {
        let upper = self.method.to_uppercase();
        match &*upper {
            "CONNECT" | "TRACE" | "TRACK" => None,
            "PATCH" | "QUERY" => Some(self.method.to_owned()),
            _ => Some(upper),
        }
    }
}
