//! Responses with the headers that real services send.

use http::{
    HeaderMap, HeaderValue,
    header::{
        ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_ORIGIN,
        ACCESS_CONTROL_EXPOSE_HEADERS, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH,
        CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, LAST_MODIFIED, REFERRER_POLICY,
        STRICT_TRANSPORT_SECURITY, VARY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
    },
};

use super::{
    Case, Policy, Target,
    workloads::{ALLOWED, HIT, MISS, PERMISSIVE, REFUSED, actual, constants, insert},
};

/// A response, and what is inserted into it.
struct Kind {
    name: &'static str,
    response: fn(&mut HeaderMap),
    refused: fn(&mut HeaderMap),
    allowed: fn(&mut HeaderMap),
    /// The accepted values of requests that are not CORS, allowed, refused, and answered with `*`.
    accepted: [f64; 4],
}

/// The targets of the same requests. They come from responses whose maps are full, into which an insert
/// costs the limit three times as much.
const MOST: [f64; 4] = [1.6, 1.7, 1.75, 1.5];

/// As axum answers with a text.
const TWO: fn(&mut HeaderMap) = insert!(
    CONTENT_TYPE: "text/plain; charset=utf-8",
    CONTENT_LENGTH: "5"
);
/// As a proxy answers, whose map has just the size that it needs.
const TWO_RESERVED: fn(&mut HeaderMap) = |headers| {
    headers.reserve(2);
    TWO(headers);
};
const THREE: fn(&mut HeaderMap) = insert!(
    CONTENT_TYPE: "text/plain; charset=utf-8",
    CONTENT_LENGTH: "5",
    VARY: "accept-language"
);
const SIX: fn(&mut HeaderMap) = insert!(
    CONTENT_TYPE: "application/json",
    CONTENT_LENGTH: "4711",
    CONTENT_ENCODING: "gzip",
    VARY: "accept-encoding",
    CACHE_CONTROL: "no-cache",
    ETAG: "\"0123456789abcdef\""
);
const TWELVE: fn(&mut HeaderMap) = |headers| {
    SIX(headers);
    insert!(
        LAST_MODIFIED: "Fri, 31 Dec 1999 23:59:59 GMT",
        STRICT_TRANSPORT_SECURITY: "max-age=63072000",
        X_CONTENT_TYPE_OPTIONS: "nosniff",
        X_FRAME_OPTIONS: "DENY",
        REFERRER_POLICY: "no-referrer",
        CONTENT_SECURITY_POLICY: "default-src 'none'"
    )(headers);
};

const KINDS: [Kind; 5] = [
    // The map has room, so that the limit adds no more than 250 instructions for `Vary`. The look-up of
    // `Origin` alone costs half of that.
    Kind {
        name: "two headers",
        response: TWO,
        refused: REFUSED,
        allowed: ALLOWED,
        accepted: [2.5, 2.05, 2.95, 2.25],
    },
    Kind {
        name: "two headers, full map",
        response: TWO_RESERVED,
        refused: REFUSED,
        allowed: ALLOWED,
        accepted: MOST,
    },
    // The line is searched for `*` and `Origin`, which the limit does not do.
    Kind {
        name: "three headers",
        response: THREE,
        refused: JOIN_VARY,
        allowed: |headers| {
            JOIN_VARY(headers);
            WITHOUT_VARY(headers);
        },
        accepted: [2.45, 2.0, 2.65, 2.05],
    },
    // The limit only replaces `Vary` by a constant, for 127 or 171 instructions, as the compiler decides.
    Kind {
        name: "six headers",
        response: SIX,
        refused: REPLACE_VARY,
        allowed: ALLOWED_AND_VARY,
        accepted: [5.5, 1.7, 6.4, 1.5],
    },
    Kind {
        name: "twelve headers",
        response: TWELVE,
        refused: REPLACE_VARY,
        allowed: ALLOWED_AND_VARY,
        accepted: [6.1, 1.7, 7.0, 1.5],
    },
];

/// In its place, because `insert` makes room for another header first.
const REPLACE_VARY: fn(&mut HeaderMap) = |headers| {
    if let Some(value) = headers.get_mut(VARY) {
        *value = HeaderValue::from_static("accept-encoding, Origin");
    }
};
/// As any layer must that does not know the line.
const JOIN_VARY: fn(&mut HeaderMap) = |headers| {
    if let Some(value) = headers.get_mut(VARY) {
        let line = [value.as_bytes(), b", Origin"].concat();
        *value = HeaderValue::try_from(line).expect("a valid line");
    }
};
const WITHOUT_VARY: fn(&mut HeaderMap) = constants!(
    ACCESS_CONTROL_ALLOW_ORIGIN: "https://app7.example.com",
    ACCESS_CONTROL_ALLOW_CREDENTIALS: "true",
    ACCESS_CONTROL_EXPOSE_HEADERS: "x-request-id, etag"
);
const ALLOWED_AND_VARY: fn(&mut HeaderMap) = |headers| {
    REPLACE_VARY(headers);
    WITHOUT_VARY(headers);
};

pub fn cases() -> Vec<Case> {
    let rows = |kind: Kind| {
        let list = Policy::List(10);
        let name = |request: &str| format!("{}: {request}", kind.name);
        let target = |at: usize| Target::missed(MOST[at], kind.accepted[at]);
        let cases = [
            actual(&name("not CORS"), list, &[], kind.refused, target(0)),
            actual(&name("allowed"), list, &[HIT], kind.allowed, target(1)),
            actual(&name("refused"), list, &[MISS], kind.refused, target(2)),
            actual(&name("permissive"), Policy::Permissive, &[HIT], PERMISSIVE, target(3)),
        ];
        cases.map(|case| Case { response: kind.response, ..case })
    };
    KINDS.into_iter().flat_map(rows).collect()
}
