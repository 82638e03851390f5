//! The workloads, and the four subjects that serve them.

use std::{
    convert::Infallible,
    future::{Future, Ready, ready},
    pin::Pin,
    task::{Context, Poll},
};

use bytes::{Bytes, BytesMut};
use corsac::{CorsBuilder, CorsLayer};
use futures_util::FutureExt as _;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request, Response,
    header::{
        ACCEPT, ACCEPT_ENCODING, ACCEPT_LANGUAGE, ACCESS_CONTROL_ALLOW_CREDENTIALS,
        ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
        ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
        ACCESS_CONTROL_REQUEST_METHOD, CONNECTION, COOKIE, ETAG, HOST, ORIGIN, REFERER, USER_AGENT,
        VARY,
    },
};
use pin_project_lite::pin_project;
use tower::{Layer, Service};
use tower_http::cors as tower_http;

use super::serve;

pub const SUBJECTS: [&str; 4] = ["floor", "limit", "corsac", "tower-http"];

pub struct Workload {
    pub name: &'static str,
    /// The largest net that is accepted.
    pub net: f64,
    corsac: fn() -> CorsLayer,
    tower_http: fn() -> tower_http::CorsLayer,
    method: Method,
    headers: &'static [(HeaderName, &'static str)],
    limit: fn(&mut HeaderMap),
    is_cloned: bool,
}

const HIT: (HeaderName, &str) = (ORIGIN, "https://app7.example.com");
const MISS: (HeaderName, &str) = (ORIGIN, "https://app7.example.net");

macro_rules! constants {
    ($($name:ident: $value:expr),*) => {
        |headers| {
            headers.reserve([$($value),*].len());
            $(
                const { assert!(!$value.is_empty()) };
                headers.insert($name, const { HeaderValue::from_static($value) });
            )*
        }
    };
}

const PREFLIGHT_VARY: &str =
    "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";
const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];
const HEADERS: [&str; 8] = [
    "authorization",
    "content-type",
    "x-request-id",
    "x-csrf-token",
    "if-match",
    "if-none-match",
    "x-a",
    "x-b",
];

pub const WORKLOADS: [Workload; 10] = [
    Workload {
        name: "not CORS, list of 10",
        net: 1.2,
        corsac: || list(10).build().unwrap(),
        tower_http: || tower_list(10),
        method: Method::GET,
        headers: &[],
        limit: constants!(VARY: "Origin"),
        is_cloned: false,
    },
    Workload {
        name: "actual, list of 10, allowed",
        net: 1.2,
        corsac: || list(10).build().unwrap(),
        tower_http: || tower_list(10),
        method: Method::GET,
        headers: &[HIT],
        limit: constants!(VARY: "Origin", ACCESS_CONTROL_ALLOW_ORIGIN: "https://app7.example.com", ACCESS_CONTROL_ALLOW_CREDENTIALS: "true", ACCESS_CONTROL_EXPOSE_HEADERS: "x-request-id, etag"),
        is_cloned: false,
    },
    Workload {
        name: "actual, list of 10, refused",
        net: 1.35,
        corsac: || list(10).build().unwrap(),
        tower_http: || tower_list(10),
        method: Method::GET,
        headers: &[MISS],
        limit: constants!(VARY: "Origin"),
        is_cloned: false,
    },
    Workload {
        name: "actual, pattern, allowed",
        net: 1.3,
        corsac: || pattern().build().unwrap(),
        tower_http: tower_pattern,
        method: Method::GET,
        headers: &[HIT],
        limit: constants!(VARY: "Origin", ACCESS_CONTROL_ALLOW_ORIGIN: "https://app7.example.com", ACCESS_CONTROL_ALLOW_CREDENTIALS: "true", ACCESS_CONTROL_EXPOSE_HEADERS: "x-request-id, etag"),
        is_cloned: false,
    },
    Workload {
        name: "actual, pattern, refused",
        net: 1.4,
        corsac: || pattern().build().unwrap(),
        tower_http: tower_pattern,
        method: Method::GET,
        headers: &[MISS],
        limit: constants!(VARY: "Origin"),
        is_cloned: false,
    },
    Workload {
        name: "actual, permissive",
        net: 1.15,
        corsac: CorsLayer::permissive,
        tower_http: tower_http::CorsLayer::permissive,
        method: Method::GET,
        headers: &[HIT],
        limit: constants!(ACCESS_CONTROL_ALLOW_ORIGIN: "*", ACCESS_CONTROL_EXPOSE_HEADERS: "*"),
        is_cloned: false,
    },
    Workload {
        name: "preflight, list of 10, allowed",
        net: 0.9,
        corsac: || list(10).build().unwrap(),
        tower_http: || tower_list(10),
        method: Method::OPTIONS,
        headers: &[
            HIT,
            (ACCESS_CONTROL_REQUEST_METHOD, "PUT"),
            (ACCESS_CONTROL_REQUEST_HEADERS, "authorization,content-type"),
        ],
        limit: constants!(VARY: PREFLIGHT_VARY, ACCESS_CONTROL_ALLOW_ORIGIN: "https://app7.example.com", ACCESS_CONTROL_ALLOW_CREDENTIALS: "true", ACCESS_CONTROL_ALLOW_METHODS: "GET, POST, PUT, PATCH, DELETE", ACCESS_CONTROL_ALLOW_HEADERS: "authorization, content-type, x-request-id, x-csrf-token, if-match, if-none-match, x-a, x-b", ACCESS_CONTROL_MAX_AGE: "7200"),
        is_cloned: false,
    },
    Workload {
        name: "cloned: not CORS, list of 10",
        net: 1.2,
        corsac: || list(10).build().unwrap(),
        tower_http: || tower_list(10),
        method: Method::GET,
        headers: &[],
        limit: constants!(VARY: "Origin"),
        is_cloned: true,
    },
    Workload {
        name: "cloned: actual, list of 10, allowed",
        net: 1.2,
        corsac: || list(10).build().unwrap(),
        tower_http: || tower_list(10),
        method: Method::GET,
        headers: &[HIT],
        limit: constants!(VARY: "Origin", ACCESS_CONTROL_ALLOW_ORIGIN: "https://app7.example.com", ACCESS_CONTROL_ALLOW_CREDENTIALS: "true", ACCESS_CONTROL_EXPOSE_HEADERS: "x-request-id, etag"),
        is_cloned: true,
    },
    Workload {
        name: "cloned: actual, permissive",
        net: 1.15,
        corsac: CorsLayer::permissive,
        tower_http: tower_http::CorsLayer::permissive,
        method: Method::GET,
        headers: &[HIT],
        limit: constants!(ACCESS_CONTROL_ALLOW_ORIGIN: "*", ACCESS_CONTROL_EXPOSE_HEADERS: "*"),
        is_cloned: true,
    },
];

fn origins(count: usize) -> impl Iterator<Item = String> {
    (0..count).map(|at| format!("https://app{at}.example.com"))
}

fn list(count: usize) -> CorsBuilder {
    common(CorsLayer::builder().allow_origins(origins(count)))
}

fn pattern() -> CorsBuilder {
    common(CorsLayer::builder().allow_origins(["https://*.example.com"]))
}

fn common(builder: CorsBuilder) -> CorsBuilder {
    builder
        .allow_methods(METHODS)
        .allow_headers(HEADERS)
        .expose_headers(["x-request-id", "etag"])
        .allow_credentials(true)
}

fn tower_common(origin: tower_http::AllowOrigin) -> tower_http::CorsLayer {
    tower_http::CorsLayer::new()
        .allow_origin(origin)
        .allow_methods(METHODS.map(|name| name.parse().unwrap()))
        .allow_headers(HEADERS.map(|name| name.parse().unwrap()))
        .expose_headers([HeaderName::from_static("x-request-id"), ETAG])
        .allow_credentials(true)
        .max_age(std::time::Duration::from_secs(7200))
}

fn tower_list(count: usize) -> tower_http::CorsLayer {
    tower_common(tower_http::AllowOrigin::list(origins(count).map(|it| it.parse().unwrap())))
}

fn tower_pattern() -> tower_http::CorsLayer {
    tower_common(tower_http::AllowOrigin::predicate(|origin, _| {
        origin.as_bytes().starts_with(b"https://") && origin.as_bytes().ends_with(b".example.com")
    }))
}

pub fn run(workload: &str, subject: &str) -> usize {
    let workload = WORKLOADS.into_iter().find(|it| it.name == workload).unwrap();
    let (method, headers) = (workload.method, workload.headers);
    let request = move || like_hyper(method.clone(), headers);
    let insert = workload.limit;
    // Each call has an inner service of its own, so that each subject is called in one place only.
    match (subject, workload.is_cloned) {
        ("floor", false) => serve(Inner::<0>, request),
        ("floor", true) => serve(Cloned(Inner::<1>), request),
        ("limit", false) => serve(Limit { inner: Inner::<0>, insert }, request),
        ("limit", true) => serve(Cloned(Limit { inner: Inner::<1>, insert }), request),
        ("corsac", false) => serve((workload.corsac)().layer(Inner::<0>), request),
        ("corsac", true) => serve(Cloned((workload.corsac)().layer(Inner::<1>)), request),
        ("tower-http", false) => serve((workload.tower_http)().layer(Inner::<0>), request),
        ("tower-http", true) => serve(Cloned((workload.tower_http)().layer(Inner::<1>)), request),
        (other, _) => panic!("{other}"),
    }
}

/// Clones the service for each request, as axum and hyper do.
struct Cloned<S>(S);

impl<S: Service<Request<()>> + Clone> Service<Request<()>> for Cloned<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, request: Request<()>) -> S::Future {
        self.0.clone().call(request)
    }
}

/// The limit inserts what corsac answers with, no more and no less.
pub fn assert_limits_are_fair() {
    for workload in WORKLOADS {
        let mut cors = (workload.corsac)().layer(Inner::<2>);
        let request = like_hyper(workload.method, workload.headers);
        let response = cors.call(request).now_or_never().unwrap().unwrap();
        let mut expected = HeaderMap::new();
        (workload.limit)(&mut expected);
        assert_eq!(*response.headers(), expected, "{}", workload.name);
    }
}

/// Eight usual headers and the workload's, all values slices of one buffer.
fn like_hyper(method: Method, headers: &[(HeaderName, &str)]) -> Request<()> {
    let usual = [
        (HOST, "api.example.com"),
        (USER_AGENT, "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0"),
        (ACCEPT, "*/*"),
        (ACCEPT_LANGUAGE, "en-US,en;q=0.5"),
        (ACCEPT_ENCODING, "gzip, deflate, br, zstd"),
        (REFERER, "https://app7.example.com/"),
        (CONNECTION, "keep-alive"),
        (COOKIE, "session=0123456789abcdef"),
    ];
    let mut buffer = BytesMut::new();
    let lines: Vec<_> = usual.iter().chain(headers).collect();
    for (_, value) in &lines {
        buffer.extend_from_slice(value.as_bytes());
    }
    let mut buffer: Bytes = buffer.freeze();
    // hyper's buffer lives as long as the connection.
    std::mem::forget(buffer.clone());
    let mut request = Request::new(());
    *request.method_mut() = method;
    for (name, value) in lines {
        let value = buffer.split_to(value.len());
        request.headers_mut().append(name, HeaderValue::from_maybe_shared(value).unwrap());
    }
    request
}

#[derive(Clone)]
struct Inner<const AT: u8>;

impl<const AT: u8> Service<Request<()>> for Inner<AT> {
    type Response = Response<()>;
    type Error = Infallible;
    type Future = Ready<Result<Response<()>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<()>) -> Self::Future {
        ready(Ok(Response::new(())))
    }
}

#[derive(Clone)]
struct Limit<S> {
    inner: S,
    insert: fn(&mut HeaderMap),
}

impl<S: Service<Request<()>, Response = Response<()>>> Service<Request<()>> for Limit<S> {
    type Response = Response<()>;
    type Error = S::Error;
    type Future = LimitFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<()>) -> Self::Future {
        LimitFuture { inner: self.inner.call(request), insert: self.insert }
    }
}

pin_project! {
    struct LimitFuture<F> {
        #[pin]
        inner: F,
        insert: fn(&mut HeaderMap),
    }
}

impl<E, F: Future<Output = Result<Response<()>, E>>> Future for LimitFuture<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        this.inner.poll(cx).map_ok(|mut response| {
            (this.insert)(response.headers_mut());
            response
        })
    }
}
