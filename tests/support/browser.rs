//! The browser's side of the CORS protocol: what a page's `fetch()` sends, and what it may then
//! read. Written from the WHATWG Fetch standard alone, so that a mistake in the library cannot
//! hide behind the same mistake here. Where Chromium or Firefox differ, the standard wins.
//!
//! Not modelled: redirects (an answer is final, whatever its status), the preflight cache, bodies,
//! cookies, and the use-CORS-preflight flag (upload listeners, streams).

#![allow(dead_code)] // each test target takes what it needs

use std::collections::BTreeSet;

use http::{HeaderMap, HeaderName, HeaderValue, Request, Response};

/// A cross-origin `fetch()` call, in mode `cors`, made by a page.
#[derive(Debug, Clone)]
pub struct Fetch {
    /// The page's serialised origin, `null` included.
    pub origin: String,
    /// Credentials mode `include` (true), or `omit` and `same-origin` (false).
    pub include_credentials: bool,
    /// The method as the script wrote it.
    pub method: String,
    /// The headers that the script sets, as it wrote them; a name may come again.
    pub headers: Vec<(String, String)>,
}

/// The rule that stopped a fetch; to the page each is the same `TypeError`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Blocked {
    /// CONNECT, TRACE or TRACK: nothing is sent.
    ForbiddenMethod,
    /// The method is not a token: nothing is sent.
    InvalidMethod,
    /// This header (as the script wrote it) cannot exist: nothing is sent.
    InvalidHeader(String),
    /// No `Access-Control-Allow-Origin`.
    MissingAllowOrigin,
    /// `Access-Control-Allow-Origin` holds several values, on one line or on several.
    MultipleAllowOrigin,
    /// `Access-Control-Allow-Origin` is not the page's origin, byte for byte.
    OriginMismatch,
    /// `Access-Control-Allow-Origin: *` on a fetch that includes credentials.
    WildcardWithCredentials,
    /// `Access-Control-Allow-Credentials` is not exactly `true`, on a fetch that includes them.
    CredentialsNotTrue,
    /// The preflight passed its CORS check, but its status is not 200-299.
    PreflightStatus(u16),
    /// `Access-Control-Allow-Methods` is no list of methods.
    UnparsableAllowMethods,
    /// `Access-Control-Allow-Headers` is no list of header names.
    UnparsableAllowHeaders,
    /// The preflight does not allow the method.
    MethodNotAllowed,
    /// The preflight does not allow this request header (lower-case).
    HeaderNotAllowed(String),
}

impl Fetch {
    /// A GET from a page of this origin, without credentials or headers.
    pub fn new(origin: impl Into<String>) -> Self {
        Self {
            origin: origin.into(),
            include_credentials: false,
            method: "GET".to_owned(),
            headers: Vec::new(),
        }
    }

    /// The preflight, for `/`: none where the standard needs none, or where the call itself throws.
    pub fn preflight(&self) -> Option<Request<()>> {
        let (method, headers) = self.call().ok()?;
        let names: Vec<_> = unsafe_names(&headers).into_iter().collect();
        // Fetch, "Main fetch": the unsafe-request flag is set, as `fetch()` always does
        if is_safelisted_method(&method) && names.is_empty() {
            return None;
        }
        let mut lines = vec![
            ("accept", "*/*".to_owned()), // Fetch, "CORS-preflight fetch", step 2
            ("access-control-request-method", method), // step 3
        ];
        if !names.is_empty() {
            lines.push(("access-control-request-headers", names.join(","))); // step 5: no space
        }
        Some(self.send("OPTIONS", &lines)) // step 1
    }

    /// The actual request, for `/`. Panics if there is none, because the call itself throws, and on
    /// control characters in a value, which the standard allows but the crate `http` does not.
    pub fn request(&self) -> Request<()> {
        let (method, headers) = self.call().expect("a call that does not throw");
        self.send(&method, &headers)
    }

    /// CORS-preflight check: whether this answer to the preflight lets the request be sent.
    pub fn check_preflight<B>(&self, response: &Response<B>) -> Result<(), Blocked> {
        let (method, headers) = self.call()?;
        // Fetch, "CORS-preflight fetch", step 7: with the credentials mode of the request to come,
        // although the preflight itself never carries credentials
        self.cors_check(response.headers())?;
        if !response.status().is_success() {
            return Err(Blocked::PreflightStatus(response.status().as_u16()));
        }
        let allow = |kind| extract_list(response.headers(), kind);
        // steps 7.1 to 7.3
        let methods =
            allow("access-control-allow-methods").ok_or(Blocked::UnparsableAllowMethods)?;
        let names = allow("access-control-allow-headers").ok_or(Blocked::UnparsableAllowHeaders)?;
        let any = |list: &[String]| !self.include_credentials && list.iter().any(|it| it == "*");
        // step 7.5: case-sensitive
        if !(methods.contains(&method) || is_safelisted_method(&method) || any(&methods)) {
            return Err(Blocked::MethodNotAllowed);
        }
        for name in unsafe_names(&headers) {
            let listed = names.iter().any(|it| it.eq_ignore_ascii_case(name));
            // step 7.6: Fetch, "CORS non-wildcard request-header name"; then step 7.7
            if !listed && (name == "authorization" || !any(&names)) {
                return Err(Blocked::HeaderNotAllowed(name.to_owned()));
            }
        }
        Ok(())
    }

    /// CORS check on the actual response, of any status. If the page may read it: the names of the
    /// response headers that it sees, lower-case, sorted, unique.
    pub fn check_response<B>(&self, response: &Response<B>) -> Result<Vec<String>, Blocked> {
        self.cors_check(response.headers())?; // Fetch, "HTTP fetch"
        // Fetch, "Main fetch": "non-null or failure", but a failure has no names to expose
        let names = extract_list(response.headers(), "access-control-expose-headers");
        let names = names.unwrap_or_default();
        // Fetch, "Main fetch": with credentials, `*` is only the name of a header
        let all = !self.include_credentials && names.iter().any(|it| it == "*");
        // Fetch, "CORS-safelisted response-header name"
        let exposed = |name: &&str| match *name {
            "cache-control" | "content-language" | "content-length" | "content-type"
            | "expires" | "last-modified" | "pragma" => true,
            "set-cookie" | "set-cookie2" => false, // Fetch, "forbidden response-header name"
            _ => all || names.iter().any(|it| it.eq_ignore_ascii_case(name)),
        };
        let present = response.headers().keys().map(HeaderName::as_str);
        let exposed: BTreeSet<_> = present.filter(exposed).map(str::to_owned).collect();
        Ok(exposed.into_iter().collect())
    }

    /// Seconds for which a browser keeps this answer to a preflight, before any limit of its own.
    pub fn preflight_max_age<B>(response: &Response<B>) -> u64 {
        // Two lines are a failure (Fetch, "extract header list values", step 2); `get` joins them
        // with a comma, which is no digit
        let age = get(response.headers(), "access-control-max-age").unwrap_or_default();
        if age.is_empty() || !age.chars().all(|c| c.is_ascii_digit()) {
            return 5; // Fetch, "CORS-preflight fetch", step 7.9
        }
        age.parse().unwrap_or(u64::MAX) // RFC 9111, "Delta Seconds": too large is the largest
    }

    /// Runs the whole call against a server: the preflight if one is needed, then the request.
    pub fn run<B>(
        &self,
        mut server: impl FnMut(Request<()>) -> Response<B>,
    ) -> Result<Vec<String>, Blocked> {
        self.call()?;
        if let Some(preflight) = self.preflight() {
            self.check_preflight(&server(preflight))?;
        }
        self.check_response(&server(self.request()))
    }

    /// The method and the header list (names in lower case) that the script's call results in.
    fn call(&self) -> Result<(String, Vec<(String, String)>), Blocked> {
        // Fetch, "new Request(input, init)": the method comes before the headers
        if !is_token(&self.method) {
            return Err(Blocked::InvalidMethod);
        }
        if is_forbidden_method(&self.method) {
            return Err(Blocked::ForbiddenMethod);
        }
        let mut headers = Vec::new();
        for (written, value) in &self.headers {
            let (name, value) = (written.to_ascii_lowercase(), normalize(value));
            // Web IDL, "ByteString"; Fetch, "header value". A character stands for one byte here
            let valid = |c| c <= '\u{FF}' && !matches!(c, '\0' | '\r' | '\n');
            if !is_token(&name) || !value.chars().all(valid) {
                return Err(Blocked::InvalidHeader(written.clone()));
            }
            // Fetch, "validate (Headers)": dropped without a word
            if !is_forbidden_request_header(&name, value) {
                headers.push((name, value.to_owned()));
            }
        }
        if !headers.iter().any(|(name, _)| name == "accept") {
            headers.push(("accept".to_owned(), "*/*".to_owned())); // Fetch, "fetch"
        }
        Ok((normalize_method(&self.method), headers))
    }

    fn send<N: AsRef<str>>(&self, method: &str, lines: &[(N, String)]) -> Request<()> {
        let mut request = Request::builder().method(method).uri("/");
        for (name, value) in lines {
            request = request.header(name.as_ref(), encode(value));
        }
        // Fetch, "append a request `Origin` header", step 3: always, as the tainting is "cors"
        let request = request.header("origin", encode(&self.origin)).body(());
        request.expect("tokens are methods and header names")
    }

    fn cors_check(&self, headers: &HeaderMap) -> Result<(), Blocked> {
        let origin = get(headers, "access-control-allow-origin"); // Fetch, "CORS check", step 1
        let origin = origin.ok_or(Blocked::MissingAllowOrigin)?; // step 2
        if !self.include_credentials && origin == "*" {
            return Ok(()); // step 3
        }
        if origin != self.origin {
            return Err(match &origin[..] {
                "*" => Blocked::WildcardWithCredentials,
                several if several.contains(',') => Blocked::MultipleAllowOrigin,
                _ => Blocked::OriginMismatch,
            }); // step 4
        }
        let credentials = get(headers, "access-control-allow-credentials"); // step 6
        if self.include_credentials && credentials.as_deref() != Some("true") {
            return Err(Blocked::CredentialsNotTrue); // step 8
        }
        Ok(()) // steps 5 and 7
    }
}

/// Fetch, "CORS-unsafe request-header names": sorted and unique.
fn unsafe_names(headers: &[(String, String)]) -> BTreeSet<&str> {
    let safelisted = |(name, value): &&(String, String)| is_safelisted_request_header(name, value);
    let (safe, mut names): (Vec<_>, Vec<_>) = headers.iter().partition(safelisted);
    let size: usize = safe.iter().map(|(_, value)| value.chars().count()).sum();
    if size > 1024 {
        names.extend(safe); // step 5: within reach, as each `append` of a name counts
    }
    names.into_iter().map(|(name, _)| name.as_str()).collect()
}

/// Fetch, "CORS-safelisted request-header"
fn is_safelisted_request_header(name: &str, value: &str) -> bool {
    // Fetch, "CORS-unsafe request-header byte"
    let safe = || !value.contains(|c| c < ' ' && c != '\t' || "\"():<>?@[\\]{}\x7F".contains(c));
    let language = |c: char| c.is_ascii_alphanumeric() || " *,-.;=".contains(c);
    value.chars().count() <= 128
        && match name {
            "accept" => safe(),
            "accept-language" | "content-language" => value.chars().all(language),
            "content-type" => safe() && is_form_type(value),
            "range" => is_single_range(value),
            _ => false,
        }
}

/// MIME Sniffing, "parse a MIME type", and its essence: one that a form can send?
fn is_form_type(value: &str) -> bool {
    const FORM: &str = "application/x-www-form-urlencoded multipart/form-data text/plain";
    let essence = normalize(value.split(';').next().unwrap_or_default());
    FORM.split(' ').any(|it| it.eq_ignore_ascii_case(essence))
}

/// Fetch, "parse a single range header value", whitespace not allowed, and a start is given.
fn is_single_range(value: &str) -> bool {
    let range = value.strip_prefix("bytes=").unwrap_or_default();
    let (start, end) = range.split_once('-').unwrap_or_default();
    let digits = |part: &str| part.chars().all(|c| c.is_ascii_digit());
    // Padded to the 128 bytes of a safelisted value, which hold numbers that no integer type does
    let number = |part: &str| format!("{part:0>128}");
    let ordered = end.is_empty() || number(start) <= number(end);
    !start.is_empty() && digits(start) && digits(end) && ordered
}

/// Fetch, "forbidden request-header"
fn is_forbidden_request_header(name: &str, value: &str) -> bool {
    let names = "accept-charset accept-encoding access-control-request-headers \
        access-control-request-method connection content-length cookie cookie2 date dnt expect \
        host keep-alive origin referer set-cookie te trailer transfer-encoding upgrade via";
    let (mut quoted, mut escaped) = (false, false);
    // Fetch, "get, decode, and split (header value)": at the commas outside quoted strings
    let separator = |c: char| {
        quoted ^= c == '"' && !escaped;
        escaped = quoted && c == '\\' && !escaped;
        c == ',' && !quoted
    };
    match name {
        "x-http-method" | "x-http-method-override" | "x-method-override" => {
            let mut methods = value.split(separator).map(normalize);
            methods.any(is_forbidden_method) // step 3
        }
        // steps 1 and 2
        _ => {
            names.split(' ').any(|it| it == name)
                || name.starts_with("proxy-")
                || name.starts_with("sec-")
        }
    }
}

/// Fetch, "forbidden method"
fn is_forbidden_method(method: &str) -> bool {
    let forbidden = ["CONNECT", "TRACE", "TRACK"];
    forbidden.iter().any(|it| it.eq_ignore_ascii_case(method))
}

/// Fetch, "CORS-safelisted method", of a normalised one
fn is_safelisted_method(method: &str) -> bool {
    matches!(method, "GET" | "HEAD" | "POST")
}

/// Fetch, "normalize (method)": these six and no others, so `patch` stays `patch`.
fn normalize_method(method: &str) -> String {
    let upper = method.to_ascii_uppercase();
    match &upper[..] {
        "DELETE" | "GET" | "HEAD" | "OPTIONS" | "POST" | "PUT" => upper,
        _ => method.to_owned(),
    }
}

/// Fetch, "get (header list)", isomorphic decoded: all lines of a name as one value.
fn get(headers: &HeaderMap, name: &str) -> Option<String> {
    let decode = |line: &HeaderValue| line.as_bytes().iter().copied().map(char::from).collect();
    let lines: Vec<String> = headers.get_all(name).iter().map(decode).collect();
    let lines: Vec<_> = lines.iter().map(|line| normalize(line)).collect();
    (!lines.is_empty()).then(|| lines.join(", "))
}

/// Fetch, "extract header list values" of a `#token` list. None is failure; no such header is an
/// empty list, which makes no difference here.
fn extract_list(headers: &HeaderMap, name: &str) -> Option<Vec<String>> {
    let lines = get(headers, name).unwrap_or_default();
    // RFC 9110, "Lists (#rule ABNF Extension)": recipients accept empty elements
    let items = lines.split(',').map(normalize).filter(|it| !it.is_empty());
    let tokens = items.map(|it| is_token(it).then(|| it.to_owned()));
    tokens.collect()
}

/// Fetch, "normalize (header value)"; of list items too, as no newline is left in those.
fn normalize(value: &str) -> &str {
    value.trim_matches(['\t', '\n', '\r', ' '])
}

/// RFC 9110, "Tokens"
fn is_token(value: &str) -> bool {
    let tchar = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    !value.is_empty() && value.chars().all(tchar)
}

/// Infra, "isomorphic encode"
fn encode(value: &str) -> HeaderValue {
    let bytes: Result<Vec<u8>, _> = value.chars().map(u8::try_from).collect();
    HeaderValue::from_bytes(&bytes.expect("bytes")).expect("a value that `http` can carry")
}
