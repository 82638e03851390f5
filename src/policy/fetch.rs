//! The lists of names in the Fetch standard, <https://fetch.spec.whatwg.org/>.

use http::{
    HeaderName,
    header::{
        ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS,
        ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS,
        ACCESS_CONTROL_MAX_AGE,
    },
};

/// "CORS-safelisted method": needs no listing.
pub(crate) fn is_safelisted_method(method: &[u8]) -> bool {
    matches!(method, b"GET" | b"HEAD" | b"POST")
}

/// "forbidden method": no script can send it.
pub(crate) fn is_forbidden_method(method: &[u8]) -> bool {
    ["CONNECT", "TRACE", "TRACK"].iter().any(|name| method.eq_ignore_ascii_case(name.as_bytes()))
}

/// "normalize": browsers write these methods in upper case, and no others.
pub(crate) fn normalize_method(method: &str) -> &str {
    let normalized = ["DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"];
    normalized.into_iter().find(|name| method.eq_ignore_ascii_case(name)).unwrap_or(method)
}

/// "normalize": browsers send `patch` as it is written, and servers expect `PATCH`.
pub(crate) fn is_misspelled_patch(method: &str) -> bool {
    method != "PATCH" && method.eq_ignore_ascii_case("PATCH")
}

/// The methods that `allow_any_method` sends: those of RFC 9110 and RFC 5789 that a script can send.
pub(crate) const USUAL_METHODS: [&str; 7] =
    ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/// "forbidden request-header": browsers set these themselves, and no preflight lists them. Without
/// `x-http-method` and similar names, which are forbidden with some values only.
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
        || NAMES.iter().any(|forbidden| name.eq_ignore_ascii_case(forbidden))
}

/// "forbidden response-header name": no script can read it, even if it is exposed.
pub(crate) fn is_forbidden_response_header(name: &str) -> bool {
    ["set-cookie", "set-cookie2"].iter().any(|forbidden| name.eq_ignore_ascii_case(forbidden))
}

/// "CORS-safelisted response-header name", in lower case: every script can read it, even if it
/// is not exposed.
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

/// A response header of the CORS protocol.
pub(crate) struct CorsHeader {
    pub(crate) name: HeaderName,
    /// Responses to actual requests carry it too, and not preflights alone.
    pub(crate) on_actual: bool,
    /// The section of the Fetch standard in which browsers read it.
    pub(crate) section: &'static str,
}

impl CorsHeader {
    fn is_named(&self, name: &str) -> bool {
        name.eq_ignore_ascii_case(text(&self.name))
    }
}

/// Returns the name as text. Not inlined, because each copy of `as_str` brings a table of all standard
/// names along.
#[inline(never)]
pub(crate) fn text(name: &HeaderName) -> &str {
    name.as_str()
}

macro_rules! cors_headers {
    ($($name:ident: $on_actual:literal, $section:literal;)*) => {
        /// "HTTP responses": the response headers of the CORS protocol, those on actual responses
        /// first.
        pub(crate) static CORS_HEADERS: [CorsHeader; [$($section),*].len()] =
            [$(CorsHeader { name: $name, on_actual: $on_actual, section: $section }),*];

        /// Returns whether a header is one of [`CORS_HEADERS`]. Comparing constants costs a fraction
        /// of a loop over the list.
        #[inline]
        pub(crate) fn is_cors_header(name: &HeaderName) -> bool {
            $(*name == $name)||*
        }
    };
}

cors_headers! {
    ACCESS_CONTROL_ALLOW_ORIGIN: true, r#"Fetch, "CORS check""#;
    ACCESS_CONTROL_ALLOW_CREDENTIALS: true, r#"Fetch, "CORS check""#;
    ACCESS_CONTROL_EXPOSE_HEADERS: true, r#"Fetch, "main fetch""#;
    ACCESS_CONTROL_ALLOW_METHODS: false, r#"Fetch, "CORS-preflight fetch""#;
    ACCESS_CONTROL_ALLOW_HEADERS: false, r#"Fetch, "CORS-preflight fetch""#;
    ACCESS_CONTROL_MAX_AGE: false, r#"Fetch, "CORS-preflight cache""#;
}

/// "HTTP responses": a server sends these, a client never does.
pub(crate) fn is_cors_response_header(name: &str) -> bool {
    CORS_HEADERS.iter().any(|header| header.is_named(name))
}

/// "HTTP responses": only the answer to a preflight carries these.
pub(crate) fn is_preflight_response_header(name: &str) -> bool {
    let mut preflight = CORS_HEADERS.iter().filter(|header| !header.on_actual);
    preflight.any(|header| header.is_named(name))
}

/// "HTTP requests" of the CORS protocol: a client sends these, a server never does.
pub(crate) fn is_cors_request_header(name: &str) -> bool {
    ["origin", "access-control-request-method", "access-control-request-headers"]
        .iter()
        .any(|sent| name.eq_ignore_ascii_case(sent))
}

/// RFC 9110, 5.6.2 "Tokens": methods and header names are tokens.
pub(crate) fn is_token(text: &[u8]) -> bool {
    !text.is_empty() && consists_of(TOKEN, text)
}

/// Returns whether a line can be a list of header names as browsers write it.
pub(crate) fn is_lower_case_list(line: &[u8]) -> bool {
    consists_of(LOWER_CASE_LIST, line)
}

/// Looks up each byte, and tests the result once for each chunk, because lines of 16 KiB are checked.
fn consists_of(class: u8, text: &[u8]) -> bool {
    let all_of =
        |bytes: &[u8]| bytes.iter().fold(class, |class, byte| class & BYTES[usize::from(*byte)]);
    text.chunks(64).all(|bytes| all_of(bytes) != 0)
}

/// Bytes of tokens.
const TOKEN: u8 = 1;
/// Bytes of tokens without the letters in upper case, and commas.
const LOWER_CASE_LIST: u8 = 2;

/// The classes of each byte.
static BYTES: [u8; 256] = {
    let mut bytes = [0; 256];
    let mut byte = 0;
    while byte < 128_u8 {
        bytes[byte as usize] = match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.' => {
                TOKEN | LOWER_CASE_LIST
            }
            b'^'..=b'`' | b'|' | b'~' => TOKEN | LOWER_CASE_LIST,
            b'A'..=b'Z' => TOKEN,
            b',' => LOWER_CASE_LIST,
            _ => 0,
        };
        byte += 1;
    }
    bytes
};

/// Returns whether a method or a header name can be listed. `*` is a token byte, but in a list it
/// means any (Fetch, "HTTP responses").
pub(crate) fn is_name(text: &[u8]) -> bool {
    is_token(text) && !text.contains(&b'*')
}

/// "CORS-safelisted request-header", by a name in lower case and a value: needs no preflight.
#[cfg(feature = "probe")]
pub(crate) fn is_safelisted_request_header(name: &str, value: &[u8]) -> bool {
    let is_unsafe =
        |byte: &u8| (*byte < b' ' && *byte != b'\t') || b"\"():<>?@[\\]{}\x7f".contains(byte);
    let is_of_language = |byte: &u8| byte.is_ascii_alphanumeric() || b" *,-.;=".contains(byte);
    value.len() <= 128
        && match name {
            "accept" => !value.iter().any(is_unsafe),
            "accept-language" | "content-language" => value.iter().all(is_of_language),
            "content-type" => !value.iter().any(is_unsafe) && is_form_type(value),
            "range" => is_simple_range(value),
            _ => false,
        }
}

/// MIME Sniffing, "parse a MIME type": the essence of a type that a form can send.
#[cfg(feature = "probe")]
fn is_form_type(value: &[u8]) -> bool {
    const TYPES: [&str; 3] =
        ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"];
    let essence = value.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
    TYPES.iter().any(|form| essence.eq_ignore_ascii_case(form.as_bytes()))
}

/// "parse a single range header value", without white space, and with a start.
#[cfg(feature = "probe")]
fn is_simple_range(value: &[u8]) -> bool {
    let range = std::str::from_utf8(value).ok().and_then(|value| value.strip_prefix("bytes="));
    let Some((start, end)) = range.and_then(|range| range.split_once('-')) else { return false };
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let without_zeros = |text: &str| text.trim_start_matches('0').to_owned();
    let (from, to) = (without_zeros(start), without_zeros(end));
    let is_ordered = end.is_empty() || (from.len(), &from) <= (to.len(), &to);
    !start.is_empty() && is_number(start) && is_number(end) && is_ordered
}
