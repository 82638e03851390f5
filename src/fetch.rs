//! The lists of names in the Fetch standard, <https://fetch.spec.whatwg.org/>.

/// "CORS-safelisted method": needs no listing.
pub(crate) fn is_safelisted_method(method: &[u8]) -> bool {
    matches!(method, b"GET" | b"HEAD" | b"POST")
}

/// "forbidden method": no script can send it.
pub(crate) fn is_forbidden_method(method: &[u8]) -> bool {
    ["CONNECT", "TRACE", "TRACK"].iter().any(|it| method.eq_ignore_ascii_case(it.as_bytes()))
}

/// "normalize": browsers write these in upper case themselves, and no others.
pub(crate) fn normalize_method(method: &str) -> &str {
    let normalized = ["DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"];
    normalized.into_iter().find(|it| method.eq_ignore_ascii_case(it)).unwrap_or(method)
}

/// What "any method" announces: the methods of RFC 9110 and RFC 5789 that a script can send.
pub(crate) const USUAL_METHODS: &str = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";

/// "forbidden request-header": browsers set these themselves, and never ask for them. Left out are
/// `x-http-method` and its kin, which are forbidden with some values only.
pub(crate) fn is_forbidden_request_header(name: &str) -> bool {
    const NAMES: [&str; 21] = [
        "accept-charset",
        "accept-encoding",
        "access-control-request-headers",
        "access-control-request-method",
        "connection",
        "content-length",
        "cookie",
        "cookie2",
        "date",
        "dnt",
        "expect",
        "host",
        "keep-alive",
        "origin",
        "referer",
        "set-cookie",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "via",
    ];
    let has_prefix = |prefix: &str| {
        name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    };
    has_prefix("proxy-")
        || has_prefix("sec-")
        || NAMES.iter().any(|it| name.eq_ignore_ascii_case(it))
}

/// "forbidden response-header name": no script can read it, whatever is exposed.
pub(crate) fn is_forbidden_response_header(name: &str) -> bool {
    ["set-cookie", "set-cookie2"].iter().any(|it| name.eq_ignore_ascii_case(it))
}

/// "CORS-safelisted response-header name", in lower case: every script can read it, whatever is
/// exposed.
pub(crate) fn is_safelisted_response_header(name: &str) -> bool {
    const NAMES: [&str; 7] = [
        "cache-control",
        "content-language",
        "content-length",
        "content-type",
        "expires",
        "last-modified",
        "pragma",
    ];
    NAMES.contains(&name)
}

/// "HTTP responses" of the CORS protocol: a server sends these, a client never does.
pub(crate) fn is_cors_response_header(name: &str) -> bool {
    is_preflight_response_header(name)
        || [
            "access-control-allow-origin",
            "access-control-allow-credentials",
            "access-control-expose-headers",
        ]
        .iter()
        .any(|it| name.eq_ignore_ascii_case(it))
}

/// The ones among them that only preflights carry.
pub(crate) fn is_preflight_response_header(name: &str) -> bool {
    ["access-control-allow-methods", "access-control-allow-headers", "access-control-max-age"]
        .iter()
        .any(|it| name.eq_ignore_ascii_case(it))
}

/// "HTTP requests" of the CORS protocol: a client sends these, a server never does.
pub(crate) fn is_cors_request_header(name: &str) -> bool {
    ["origin", "access-control-request-method", "access-control-request-headers"]
        .iter()
        .any(|it| name.eq_ignore_ascii_case(it))
}

/// RFC 9110, 5.6.2 "Tokens": what methods and header names consist of.
pub(crate) fn is_token(text: &[u8]) -> bool {
    let is_token_byte = |byte: &u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => true,
        byte => b"!#$%&'*+.^`|~".contains(byte),
    };
    !text.is_empty() && text.iter().all(is_token_byte)
}
