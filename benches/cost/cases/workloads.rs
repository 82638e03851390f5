//! One request of each kind.

use http::{
    HeaderMap, HeaderName, Method,
    header::{
        ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS,
        ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS,
        ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD,
        ORIGIN, VARY,
    },
};

use super::{Case, Policy, Stack, Target};

pub type Line = (HeaderName, &'static str);

pub const HIT: Line = (ORIGIN, "https://app7.example.com");
pub const MISS: Line = (ORIGIN, "https://app7.example.net");
pub const PREFLIGHT: [Line; 3] = [
    HIT,
    (ACCESS_CONTROL_REQUEST_METHOD, "PUT"),
    (ACCESS_CONTROL_REQUEST_HEADERS, "authorization,content-type"),
];

/// Creates a function that inserts constants, after one `reserve`.
macro_rules! constants {
    ($($name:ident: $value:expr),*) => {
        |headers: &mut http::HeaderMap| {
            headers.reserve([$($value),*].len());
            $(
                const { assert!(!$value.is_empty()) };
                headers.insert($name, const { http::HeaderValue::from_static($value) });
            )*
        }
    };
}
pub(super) use constants;

pub const REFUSED: fn(&mut HeaderMap) = constants!(VARY: "Origin");
pub const ALLOWED: fn(&mut HeaderMap) = constants!(
    VARY: "Origin",
    ACCESS_CONTROL_ALLOW_ORIGIN: "https://app7.example.com",
    ACCESS_CONTROL_ALLOW_CREDENTIALS: "true",
    ACCESS_CONTROL_EXPOSE_HEADERS: "x-request-id, etag"
);
const PERMISSIVE: fn(&mut HeaderMap) =
    constants!(ACCESS_CONTROL_ALLOW_ORIGIN: "*", ACCESS_CONTROL_EXPOSE_HEADERS: "*");
const PREFLIGHT_VARY: &str =
    "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";
pub const PREFLIGHT_REFUSED: fn(&mut HeaderMap) = constants!(VARY: PREFLIGHT_VARY);
pub const PREFLIGHT_ALLOWED: fn(&mut HeaderMap) = constants!(
    VARY: PREFLIGHT_VARY,
    ACCESS_CONTROL_ALLOW_ORIGIN: "https://app7.example.com",
    ACCESS_CONTROL_ALLOW_CREDENTIALS: "true",
    ACCESS_CONTROL_ALLOW_METHODS: "GET, POST, PUT, PATCH, DELETE",
    ACCESS_CONTROL_ALLOW_HEADERS: "authorization, content-type, x-request-id, x-csrf-token, if-match, if-none-match, x-a, x-b",
    ACCESS_CONTROL_MAX_AGE: "7200"
);

pub fn cases() -> Vec<Case> {
    let list = Policy::List(10);
    let (target, missed) = (Target::at_most, Target::missed);
    let mut cases = vec![
        actual("not CORS, list of 10", list, &[], REFUSED, missed(1.2, 1.4)),
        actual("actual, list of 10, allowed", list, &[HIT], ALLOWED, target(1.2)),
        actual("actual, list of 10, refused", list, &[MISS], REFUSED, missed(1.35, 1.5)),
        actual("actual, pattern, allowed", Policy::Pattern, &[HIT], ALLOWED, target(1.3)),
        actual("actual, pattern, refused", Policy::Pattern, &[MISS], REFUSED, missed(1.4, 1.55)),
        actual("actual, permissive", Policy::Permissive, &[HIT], PERMISSIVE, target(1.15)),
        Case {
            method: Method::OPTIONS,
            ..actual(
                "preflight, list of 10, allowed",
                list,
                &PREFLIGHT,
                PREFLIGHT_ALLOWED,
                missed(0.9, 1.5),
            )
        },
    ];
    let cloned = [
        actual("cloned: not CORS, list of 10", list, &[], REFUSED, missed(1.2, 1.45)),
        actual("cloned: actual, list of 10, allowed", list, &[HIT], ALLOWED, target(1.2)),
        actual("cloned: actual, permissive", Policy::Permissive, &[HIT], PERMISSIVE, target(1.15)),
    ];
    cases.extend(cloned.map(|case| Case { stack: Stack::Cloned, ..case }));
    cases.extend(reloadable());
    cases
}

/// Returns the rows of "cloned" with a reloadable policy.
fn reloadable() -> [Case; 3] {
    let list = Policy::List(10);
    let (target, missed) = (Target::at_most(1.2), Target::missed(1.2, 1.5));
    [
        actual("reloadable: not CORS, list of 10", list, &[], REFUSED, missed),
        actual("reloadable: actual, list of 10, allowed", list, &[HIT], ALLOWED, target),
        actual("reloadable: actual, permissive", Policy::Permissive, &[HIT], PERMISSIVE, target),
    ]
    .map(|case| Case { stack: Stack::Cloned, is_reloadable: true, ..case })
}

pub fn actual(
    name: &str,
    policy: Policy,
    headers: &'static [Line],
    limit: fn(&mut HeaderMap),
    target: Target,
) -> Case {
    Case {
        name: name.to_owned(),
        policy,
        method: Method::GET,
        headers: Box::new(|_| owned(headers)),
        limit,
        stack: Stack::Bare,
        is_reloadable: false,
        requests: 1000,
        target,
    }
}

pub fn owned(headers: &[Line]) -> Vec<(HeaderName, String)> {
    headers.iter().map(|(name, value)| (name.clone(), (*value).to_owned())).collect()
}
