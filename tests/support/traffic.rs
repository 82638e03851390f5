//! Requests that no browser sends and inner services of any kind, at random.

#![allow(dead_code)] // each test target takes what it needs

use std::{cell::Cell, collections::BTreeMap, convert::Infallible};

use corsac::CorsLayer;
use futures_util::FutureExt as _;
use http::{
    Extensions, HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri,
    Version,
};
use proptest::prelude::*;
use tower::{Layer as _, ServiceExt as _, service_fn};

use crate::{
    origins::{Probe, probe},
    policies::Input,
};

/// Any request: lines of bytes that are not always UTF-8.
#[derive(Debug, Clone)]
pub struct RawRequest {
    method: Method,
    uri: &'static str,
    origins: Vec<(Probe, Option<Vec<u8>>)>,
    lines: Vec<Line>,
}

pub type Line = (&'static str, Vec<u8>);

const REQUESTED: [&str; 16] = [
    "PUT",
    "GET",
    "put",
    "X-METHOD",
    "PUT, DELETE",
    "",
    "*",
    "p\u{FC}t",
    "authorization",
    "x-one,x-two",
    " X-ONE ,\t,x-two,, ",
    "x-one, content-type, accept",
    ",,,,",
    "x y",
    "x-one;x-two",
    "*, authorization",
];

const OWN: [&str; 10] = [
    "for=192.0.2.1;host=own.example",
    "same-origin",
    "cross-site",
    "none",
    "own.example",
    "own.example:8443",
    "foo.com",
    "predicate.example",
    "OWN.example",
    "[::1]:3000",
];

const OTHER_NAMES: [&str; 12] = [
    "cookie",
    "referer",
    "x-forwarded-for",
    "x-forwarded-proto",
    "authorization",
    "sec-fetch-mode",
    "upgrade",
    "access-control-request-private-network",
    "access-control-allow-origin",
    "accept",
    "origin-agent-cluster",
    "x-origin",
];

fn value(values: &'static [&'static str]) -> impl Strategy<Value = Vec<u8>> {
    let known = prop::sample::select(values).prop_map(|value| value.as_bytes().to_vec());
    prop_oneof![6 => known, 1 => prop::collection::vec(any::<u8>(), 0..20)]
}

fn lines(
    names: &'static [&'static str],
    values: &'static [&'static str],
    most: usize,
) -> impl Strategy<Value = Vec<Line>> {
    prop::collection::vec((prop::sample::select(names), value(values)), 0..=most)
}

fn asked() -> impl Strategy<Value = Vec<Line>> {
    lines(&["access-control-request-method", "access-control-request-headers"], &REQUESTED, 3)
}

pub const OWN_NAMES: [&str; 4] = ["host", "sec-fetch-site", "x-forwarded-host", "forwarded"];

/// What the answer depends on with `Enforcement::Reject` alone.
pub fn own() -> impl Strategy<Value = Vec<Line>> {
    lines(&OWN_NAMES, &OWN, 2)
}

/// What the answer to a request never depends on.
pub fn other_lines() -> impl Strategy<Value = Vec<Line>> {
    lines(&OTHER_NAMES, &["https://foo.com", "PUT", "x-one", "own.example", "same-origin"], 4)
}

const URIS: [&str; 6] =
    ["/", "/p?q", "*", "http://own.example/x", "https://own.example:8443/", "own.example:1"];

pub fn raw_request() -> impl Strategy<Value = RawRequest> {
    let method = prop_oneof![
        3 => Just(Method::OPTIONS),
        2 => prop::sample::select(&crate::pages::METHODS[..])
            .prop_map(|method| Method::from_bytes(method.as_bytes()).expect("a method")),
        1 => "[!#$%&'*+.^_`|~0-9A-Za-z-]{1,30}"
            .prop_map(|method| Method::from_bytes(method.as_bytes()).expect("a token")),
    ];
    let uri = prop::sample::select(&URIS[..]);
    let odd = prop_oneof![
        4 => Just(None),
        1 => Just(Some(b"null".to_vec())),
        1 => Just(Some(b"https://predicate.example".to_vec())),
        1 => prop::sample::select(&["http://own.example", "https://own.example:8443"][..])
            .prop_map(|origin| Some(origin.as_bytes().to_vec())),
        1 => prop::collection::vec(any::<u8>(), 0..20).prop_map(Some),
    ];
    let one = prop::collection::vec((probe(), odd), 1);
    let count = (probe(), prop_oneof![Just(0_usize), Just(2)])
        .prop_map(|(probe, count)| vec![(probe, None); count]);
    let origins = prop_oneof![5 => one, 1 => count];
    (method, uri, origins, asked(), own(), other_lines()).prop_map(
        |(method, uri, origins, asked, own, other)| RawRequest {
            method,
            uri,
            origins,
            lines: [asked, own, other].concat(),
        },
    )
}

pub fn raw_preflight() -> impl Strategy<Value = RawRequest> {
    (raw_request(), value(&REQUESTED)).prop_map(|(mut request, method)| {
        request.method = Method::OPTIONS;
        request.lines.push(("access-control-request-method", method));
        request
    })
}

impl RawRequest {
    pub fn build(&self, input: &Input) -> Request<()> {
        let mut request = Request::new(());
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = Uri::from_static(self.uri);
        let origins = self.origins.iter().map(|(probe, odd)| {
            ("origin", odd.clone().unwrap_or_else(|| probe.near(&input.patterns).into_bytes()))
        });
        append(request.headers_mut(), &origins.collect::<Vec<_>>());
        append(request.headers_mut(), &self.lines);
        request
    }
}

/// Appends what HTTP can carry.
pub fn append(headers: &mut HeaderMap, lines: &[Line]) {
    for (name, value) in lines {
        if let Ok(value) = HeaderValue::from_bytes(value) {
            headers.append(HeaderName::from_static(name), value);
        }
    }
}

/// What the inner service answers.
#[derive(Debug, Clone)]
pub struct Inner {
    status: StatusCode,
    version: Version,
    lines: Vec<Line>,
}

const VARY: [&str; 8] =
    ["accept", "Accept, Accept-Encoding", "origin", "ORIGIN, x", "*", "accept, *", "", " , a,,"];

const RESPONSE_NAMES: [&str; 16] = [
    "content-type",
    "cache-control",
    "etag",
    "location",
    "www-authenticate",
    "x-one",
    "x-two",
    "x-one",
    "set-cookie",
    "set-cookie2",
    "*",
    "x-three",
    "timing-allow-origin",
    "content-length",
    "access-control-unknown",
    "date",
];

pub const CORS_NAMES: [&str; 6] = [
    "access-control-allow-origin",
    "access-control-allow-credentials",
    "access-control-expose-headers",
    "access-control-allow-methods",
    "access-control-allow-headers",
    "access-control-max-age",
];

pub fn inner() -> impl Strategy<Value = Inner> {
    let status =
        prop::sample::select(&[200_u16, 101, 204, 206, 302, 304, 401, 403, 404, 500, 599][..]);
    let version = prop::sample::select(&[Version::HTTP_10, Version::HTTP_11, Version::HTTP_2][..]);
    let vary = lines(&["vary"], &VARY, 2);
    let cors =
        lines(&CORS_NAMES, &["*", "true", "https://foo.com", "x-secret", "null", "PUT", "60"], 4);
    let other = lines(&RESPONSE_NAMES, &["1", "a=b", "text/html"], 6);
    (status, version, vary, cors, other).prop_map(|(status, version, vary, cors, other)| Inner {
        status: StatusCode::from_u16(status).expect("a status"),
        version,
        lines: [vary, cors, other].concat(),
    })
}

pub const BODY: &str = "from the inner service";

/// Stands in the extensions of the inner service's responses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extension(pub u8);

impl Inner {
    pub fn build(&self) -> Response<&'static str> {
        let mut response = Response::new(BODY);
        *response.status_mut() = self.status;
        *response.version_mut() = self.version;
        *response.extensions_mut() = Extensions::new();
        response.extensions_mut().insert(Extension(7));
        append(response.headers_mut(), &self.lines);
        response
    }
}

/// Through the layer. The flag says whether the inner service saw the request.
pub fn answer(
    layer: &CorsLayer,
    request: Request<()>,
    inner: &Inner,
) -> (Response<&'static str>, bool) {
    let is_called = Cell::new(false);
    let service = layer.layer(service_fn(|_: Request<()>| {
        is_called.set(true);
        std::future::ready(Ok::<_, Infallible>(inner.build()))
    }));
    let Ok(response) = service.oneshot(request).now_or_never().expect("an answer at once");
    (response, is_called.get())
}

/// All lines of each name, in their order.
pub fn by_name(headers: &HeaderMap) -> BTreeMap<&str, Vec<&[u8]>> {
    let mut names = BTreeMap::<_, Vec<_>>::new();
    for (name, value) in headers {
        names.entry(name.as_str()).or_default().push(value.as_bytes());
    }
    names
}

/// The items of the lists on all lines of a name.
pub fn items(headers: &HeaderMap, name: &str) -> Vec<Vec<u8>> {
    let lines = headers.get_all(name).into_iter();
    let items = lines.flat_map(|line| line.as_bytes().split(|byte| *byte == b','));
    items.map(|item| item.trim_ascii().to_vec()).filter(|item| !item.is_empty()).collect()
}

/// The same, in lower case.
pub fn tokens(headers: &HeaderMap, name: &str) -> Vec<Vec<u8>> {
    items(headers, name).iter().map(|item| item.to_ascii_lowercase()).collect()
}
