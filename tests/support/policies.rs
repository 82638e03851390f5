//! Policies at random, as the data they are built from, and what the standard makes of that data.
//! Nothing here asks the library what it allows.

#![allow(dead_code)] // each test target takes what it needs

use std::time::Duration;

use corsac::{CorsBuilder, CorsLayer, Enforcement};
use http::Request;
use proptest::prelude::*;

use crate::{origins, twin};

pub const SAFELISTED_RESPONSE_HEADERS: [&str; 7] = [
    "cache-control",
    "content-language",
    "content-length",
    "content-type",
    "expires",
    "last-modified",
    "pragma",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Any {
    No,
    /// `allow_any_origin`
    Constant,
    /// `dangerous_allow_any_origin_with_credentials`
    WithCredentials,
}

/// What a builder is told. A list that is `None` means any.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each stands for one setter")]
pub struct Input {
    pub patterns: Vec<String>,
    pub any: Any,
    pub null: bool,
    /// Allows the host `predicate.example`.
    pub predicate: bool,
    pub insecure: bool,
    pub methods: Option<Vec<&'static str>>,
    pub headers: Option<Vec<&'static str>>,
    pub exposed: Option<Vec<&'static str>>,
    pub credentials: bool,
    pub max_age: Option<u64>,
    pub reject: bool,
    pub trusts_forwarded: bool,
}

const METHODS: [&str; 10] =
    ["GET", "PUT", "put", "DELETE", "PATCH", "OPTIONS", "QUERY", "X-METHOD", "HEAD", "post"];
const HEADERS: [&str; 10] = [
    "Authorization",
    "X-One",
    "x-one",
    "x-two",
    "content-type",
    "Accept",
    "range",
    "x-http-method",
    "user-agent",
    "accept-language",
];
const EXPOSED: [&str; 9] = [
    "X-One",
    "x-one",
    "x-two",
    "Vary",
    "etag",
    "Location",
    "content-length",
    "www-authenticate",
    "x-absent",
];

fn list(names: &'static [&'static str]) -> impl Strategy<Value = Option<Vec<&'static str>>> {
    let listed = prop::collection::vec(prop::sample::select(names), 0..12);
    prop_oneof![4 => listed.prop_map(Some), 1 => Just(Some(Vec::new())), 3 => Just(None)]
}

/// A policy that can be built.
pub fn input() -> impl Strategy<Value = Input> {
    let anyone = prop_oneof![
        4 => Just(Any::No),
        1 => Just(Any::Constant),
        1 => Just(Any::WithCredentials),
    ];
    let max_age = prop_oneof![Just(None), Just(Some(0)), (0..100_000_u64).prop_map(Some)];
    let origins = (origins::patterns(8), anyone, prop::bool::weighted(0.2), any::<bool>());
    let lists = (list(&METHODS), list(&HEADERS), list(&EXPOSED));
    (origins, lists, any::<(bool, bool, bool, bool)>(), max_age).prop_map(
        |(origins, lists, flags, max_age)| {
            let (patterns, any, null, predicate) = origins;
            let (methods, headers, exposed) = lists;
            let (insecure, credentials, reject, trusts_forwarded) = flags;
            // Any stands alone.
            let patterns = if any == Any::No { patterns } else { Vec::new() };
            let mut input = Input {
                patterns,
                any,
                null,
                predicate: predicate && any == Any::No,
                insecure,
                methods,
                headers,
                exposed,
                credentials: credentials && any != Any::Constant,
                max_age,
                reject,
                trusts_forwarded,
            };
            let is_insecure = input.patterns.iter().any(|pattern| twin::is_insecure(pattern));
            input.insecure |= is_insecure && input.has_credentials();
            input.predicate |= input.patterns.is_empty() && any == Any::No && !null;
            input
        },
    )
}

/// A preset, and what it is said to allow.
pub fn preset(is_permissive: bool) -> (CorsLayer, Input) {
    let mut input = Input {
        patterns: Vec::new(),
        any: Any::Constant,
        null: false,
        predicate: false,
        insecure: false,
        methods: None,
        headers: None,
        exposed: None,
        credentials: false,
        max_age: None,
        reject: false,
        trusts_forwarded: false,
    };
    if is_permissive {
        return (CorsLayer::permissive(), input);
    }
    for host in ["localhost", "*.localhost", "127.0.0.1", "[::1]", "0.0.0.0"] {
        input.patterns.extend([format!("http://{host}:*"), format!("https://{host}:*")]);
    }
    (CorsLayer::localhost(), Input { any: Any::No, credentials: true, ..input })
}

impl Input {
    pub fn builder(&self) -> CorsBuilder {
        let mut builder = CorsLayer::builder()
            .allow_origins(&self.patterns)
            .allow_credentials(self.credentials)
            .trust_forwarded_headers(self.trusts_forwarded)
            .enforcement(if self.reject { Enforcement::Reject } else { Enforcement::OmitHeaders });
        builder = match self.any {
            Any::No => builder,
            Any::Constant => builder.allow_any_origin(),
            Any::WithCredentials => builder.dangerous_allow_any_origin_with_credentials(),
        };
        if self.null {
            builder = builder.dangerous_allow_null_origin();
        }
        if self.predicate {
            builder = builder.allow_origin_if(|origin| origin.host() == "predicate.example");
        }
        if self.insecure {
            builder = builder.dangerous_allow_insecure_origins();
        }
        builder = match &self.methods {
            Some(methods) => builder.allow_methods(methods),
            None => builder.allow_any_method(),
        };
        builder = match &self.headers {
            Some(headers) => builder.allow_headers(headers),
            None => builder.allow_any_header(),
        };
        builder = match &self.exposed {
            Some(exposed) => builder.expose_headers(exposed),
            None => builder.expose_any_header(),
        };
        match self.max_age {
            Some(seconds) => builder.max_age(Duration::from_secs(seconds)),
            None => builder,
        }
    }

    pub fn layer(&self) -> CorsLayer {
        self.builder().build().unwrap_or_else(|error| panic!("{error}"))
    }

    /// The policy names origins: answers depend on `Origin`.
    pub fn is_listed(&self) -> bool {
        self.any != Any::Constant
    }

    pub fn has_credentials(&self) -> bool {
        self.credentials || self.any == Any::WithCredentials
    }

    pub fn allows_origin(&self, origin: &str) -> bool {
        let is_secure = !self.has_credentials() || self.insecure || !twin::is_insecure(origin);
        let host = twin::split(origin).map(|parts| parts.host);
        let by_predicate = || self.predicate && is_secure && host == Some("predicate.example");
        match self.any {
            Any::Constant => true,
            Any::WithCredentials if twin::is_origin(origin) => true,
            _ if origin == "null" => self.null,
            _ => twin::allows(&self.patterns, origin) || twin::is_origin(origin) && by_predicate(),
        }
    }

    /// Whether this request's answer may be read by the page that `Origin` names.
    pub fn grants<B>(&self, request: &Request<B>) -> bool {
        let lines: Vec<_> = request.headers().get_all("origin").iter().collect();
        match lines[..] {
            [line] => line.to_str().map_or(!self.is_listed(), |origin| self.allows_origin(origin)),
            _ => !self.is_listed(),
        }
    }

    /// Of a method as browsers send it. Fetch, "CORS-safelisted method" and "normalize".
    pub fn allows_method(&self, method: &str) -> bool {
        self.methods.as_ref().is_none_or(|listed| {
            ["GET", "HEAD", "POST"].contains(&method)
                || listed.contains(&method)
                || listed.contains(&"put") && method == "PUT"
        })
    }

    /// Of a header that is not safelisted.
    pub fn allows_header(&self, name: &str) -> bool {
        self.headers
            .as_ref()
            .is_none_or(|listed| listed.iter().any(|listed| listed.eq_ignore_ascii_case(name)))
    }

    pub fn exposes(&self, name: &str) -> bool {
        let is_listed = |listed: &Vec<&str>| listed.iter().any(|it| it.eq_ignore_ascii_case(name));
        let is_cookie = ["set-cookie", "set-cookie2"].contains(&name);
        SAFELISTED_RESPONSE_HEADERS.contains(&name)
            || self.exposed.as_ref().map_or(!is_cookie, is_listed)
    }
}

/// `OPTIONS` with `Origin` and `Access-Control-Request-Method`.
pub fn is_preflight<B>(request: &Request<B>) -> bool {
    let has = |name: &str| request.headers().contains_key(name);
    request.method() == "OPTIONS" && has("origin") && has("access-control-request-method")
}
