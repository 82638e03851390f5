//! Responses with the headers that real services send.

use http::{
    HeaderMap,
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
}

/// As axum answers with a text.
const TWO: fn(&mut HeaderMap) = insert!(
    CONTENT_TYPE: "text/plain; charset=utf-8",
    CONTENT_LENGTH: "5"
);
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

const KINDS: [Kind; 4] = [
    Kind { name: "two headers", response: TWO, refused: REFUSED, allowed: ALLOWED },
    Kind {
        name: "three headers",
        response: THREE,
        refused: insert!(VARY: "accept-language, Origin"),
        allowed: |headers| {
            insert!(VARY: "accept-language, Origin")(headers);
            WITHOUT_VARY(headers);
        },
    },
    Kind { name: "six headers", response: SIX, refused: REPLACE_VARY, allowed: ALLOWED_AND_VARY },
    Kind {
        name: "twelve headers",
        response: TWELVE,
        refused: REPLACE_VARY,
        allowed: ALLOWED_AND_VARY,
    },
];

/// Without a `reserve`, because the response has the header.
const REPLACE_VARY: fn(&mut HeaderMap) = insert!(VARY: "accept-encoding, Origin");
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
        let none = Target::NONE;
        let cases = [
            actual(&name("not CORS"), list, &[], kind.refused, none),
            actual(&name("allowed"), list, &[HIT], kind.allowed, none),
            actual(&name("refused"), list, &[MISS], kind.refused, none),
            actual(&name("permissive"), Policy::Permissive, &[HIT], PERMISSIVE, none),
        ];
        cases.map(|case| Case { response: kind.response, ..case })
    };
    KINDS.into_iter().flat_map(rows).collect()
}
