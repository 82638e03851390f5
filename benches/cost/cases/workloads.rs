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

use super::{Case, Held, Policy, Stack, Target};

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
            $crate::cases::workloads::insert!($($name: $value),*)(headers);
        }
    };
}
pub(super) use constants;

/// The same without a `reserve`.
macro_rules! insert {
    ($($name:ident: $value:expr),*) => {
        |headers: &mut http::HeaderMap| {
            $(
                const { assert!(!$value.is_empty()) };
                headers.insert($name, const { http::HeaderValue::from_static($value) });
            )*
        }
    };
}
pub(super) use insert;

pub const REFUSED: fn(&mut HeaderMap) = constants!(VARY: "Origin");
pub const ALLOWED: fn(&mut HeaderMap) = constants!(
    VARY: "Origin",
    ACCESS_CONTROL_ALLOW_ORIGIN: "https://app7.example.com",
    ACCESS_CONTROL_ALLOW_CREDENTIALS: "true",
    ACCESS_CONTROL_EXPOSE_HEADERS: "x-request-id, etag"
);
pub const PERMISSIVE: fn(&mut HeaderMap) =
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
    let pattern = Policy::Pattern;
    let missed = Target::missed;
    // Accepted values leave room for what the compiler decides anew when code moves: whether it inlines
    // the hash of the limit's names (4 % of a row), and whether it copies the request once more (2 %).
    let mut cases = vec![
        // The look-up of `Origin` costs a sixth of what the limit adds. Moving the reply beside the inner
        // future, and the layers between the response and `insert`, cost as much again.
        actual("not CORS, list of 10", list, &[], REFUSED, missed(1.3, 1.5)),
        // The same, beside four headers.
        actual("actual, list of 10, allowed", list, &[HIT], ALLOWED, missed(1.15, 1.22)),
        // The list is searched, and only `Vary` inserted.
        actual("actual, list of 10, refused", list, &[MISS], REFUSED, missed(1.45, 1.65)),
        // The host is compared with the pattern's.
        actual("actual, pattern, allowed", pattern, &[HIT], ALLOWED, missed(1.2, 1.32)),
        actual("actual, pattern, refused", pattern, &[MISS], REFUSED, missed(1.45, 1.65)),
        // Nothing is looked up. Of two headers, a clone of a map costs as much as two inserts.
        actual("actual, permissive", Policy::Permissive, &[HIT], PERMISSIVE, missed(1.15, 1.25)),
        // Three headers are looked up, for a fifth of what the limit adds, and the method and the names are
        // compared with the lists.
        preflight("preflight, list of 10, allowed", missed(1.3, 1.5)),
    ];
    cases.extend(cloned());
    cases
}

/// Returns the rows whose service is cloned for each request.
fn cloned() -> [Case; 11] {
    let list = Policy::List(10);
    // The accepted values leave the same room.
    let case = |held, at_most: f64, case| Case {
        stack: Stack::Cloned,
        held,
        target: Target::missed(at_most, at_most + 0.05),
        ..case
    };
    let none = Target::NONE;
    let not_cors = |name| actual(name, list, &[], REFUSED, none);
    let allowed = |name| actual(name, list, &[HIT], ALLOWED, none);
    let any = |name| actual(name, Policy::Permissive, &[HIT], PERMISSIVE, none);
    let preflight = |name| preflight(name, none);
    [
        // The clone of the service and the response each count a reference to the policy.
        case(Held::Counted, 1.55, not_cors("cloned: not CORS, list of 10")),
        case(Held::Counted, 1.2, allowed("cloned: actual, list of 10, allowed")),
        case(Held::Counted, 1.3, any("cloned: actual, permissive")),
        case(Held::Counted, 1.55, preflight("cloned: preflight, list of 10, allowed")),
        // No reference is counted, and the constant headers are copied without a count too.
        case(Held::Static, 1.45, not_cors("static: not CORS, list of 10")),
        case(Held::Static, 1.15, allowed("static: actual, list of 10, allowed")),
        case(Held::Static, 1.2, any("static: actual, permissive")),
        case(Held::Static, 1.5, preflight("static: preflight, list of 10, allowed")),
        // One more reference is counted: to the policy that is in force when the request arrives.
        case(Held::Reloadable, 1.65, not_cors("reloadable: not CORS, list of 10")),
        case(Held::Reloadable, 1.25, allowed("reloadable: actual, list of 10, allowed")),
        case(Held::Reloadable, 1.35, any("reloadable: actual, permissive")),
    ]
}

fn preflight(name: &str, target: Target) -> Case {
    let case = actual(name, Policy::List(10), &PREFLIGHT, PREFLIGHT_ALLOWED, target);
    Case { method: Method::OPTIONS, ..case }
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
        response: |_| {},
        limit,
        stack: Stack::Bare,
        held: Held::Counted,
        requests: 1000,
        target,
    }
}

pub fn owned(headers: &[Line]) -> Vec<(HeaderName, String)> {
    headers.iter().map(|(name, value)| (name.clone(), (*value).to_owned())).collect()
}
