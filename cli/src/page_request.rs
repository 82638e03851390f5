//! The request of a page, as a browser makes it.

use std::fmt;

use clap::Args;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method,
    header::{ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN},
};

use crate::failure::Failure;

#[derive(Debug, Clone, Args)]
pub struct PageRequest {
    /// The origin of the page: `https://app.example.com`
    #[arg(long)]
    pub origin: String,
    /// The method of the request
    #[arg(long, default_value = "GET")]
    method: String,
    /// A request header that the page sets, such as `authorization` or `content-type: text/plain`
    #[arg(long = "header", value_name = "NAME[: VALUE]")]
    headers: Vec<String>,
    /// The page sends cookies: `credentials: "include"`
    #[arg(long)]
    pub credentials: bool,
}

impl PageRequest {
    /// Checks that a browser could send the request.
    pub fn check(&self) -> Result<(), Failure> {
        if HeaderValue::from_str(&self.origin).is_err() {
            return Err(Failure::input(format_args!(
                "origin {:?}: an origin has only letters of ASCII; write `https://` and the host",
                self.origin
            )));
        }
        if Method::from_bytes(self.method.as_bytes()).is_err() {
            return Err(Failure::input(format_args!(
                "method {:?}: this is not a method; write a word such as `PUT`",
                self.method
            )));
        }
        for header in &self.headers {
            let (name, value) = split(header);
            if name.parse::<HeaderName>().is_err() {
                return Err(Failure::input(format_args!(
                    "header {name:?}: this is not a header name; write one such as `content-type`"
                )));
            }
            if value.is_some_and(|value| HeaderValue::from_str(value).is_err()) {
                return Err(Failure::input(format_args!(
                    "header {name:?}: a header cannot have this value"
                )));
            }
        }
        Ok(())
    }

    /// Fetch, "normalize": browsers write some methods in upper case, and `patch` as the page does.
    pub fn method(&self) -> &str {
        let normalized = ["DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"];
        let same = |name: &&str| name.eq_ignore_ascii_case(&self.method);
        normalized.into_iter().find(same).unwrap_or(&self.method)
    }

    /// Returns the preflight, if the browser sends one.
    pub fn preflight(&self) -> Option<(Method, HeaderMap)> {
        let method = self.method();
        let names = self.unsafe_names();
        // Fetch, "HTTP fetch": not for safelisted methods with safelisted headers.
        if ["GET", "HEAD", "POST"].contains(&method) && names.is_empty() {
            return None;
        }
        let mut headers = self.origin_header();
        headers.insert(ACCESS_CONTROL_REQUEST_METHOD, value(method));
        if !names.is_empty() {
            headers.insert(ACCESS_CONTROL_REQUEST_HEADERS, value(&names.join(",")));
        }
        Some((Method::OPTIONS, headers))
    }

    /// Returns the request itself.
    pub fn actual(&self) -> (Method, HeaderMap) {
        // The method was checked.
        let method = Method::from_bytes(self.method().as_bytes()).unwrap_or_default();
        (method, self.origin_header())
    }

    fn origin_header(&self) -> HeaderMap {
        HeaderMap::from_iter([(ORIGIN, value(&self.origin))])
    }

    /// Fetch, "CORS-unsafe request-header names": in lower case, sorted and unique.
    fn unsafe_names(&self) -> Vec<String> {
        let headers = self.headers.iter().map(|header| split(header));
        let mut names: Vec<String> = headers
            .map(|(name, value)| (name.to_ascii_lowercase(), value))
            .filter(|(name, value)| !is_safelisted(name, *value))
            .map(|(name, _)| name)
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

impl fmt::Display for PageRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} from {}", self.method(), self.origin)?;
        for header in &self.headers {
            write!(f, " with {}", split(header).0)?;
        }
        Ok(())
    }
}

/// Splits a name from its value, if there is one.
fn split(header: &str) -> (&str, Option<&str>) {
    match header.split_once(':') {
        Some((name, value)) => (name.trim(), Some(value.trim())),
        None => (header.trim(), None),
    }
}

/// Text that was checked, or that is made of checked names.
fn value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static(""))
}

/// Fetch, "CORS-safelisted request-header". Without a value, the usual one of pages is taken: JSON for
/// `content-type`.
fn is_safelisted(name: &str, value: Option<&str>) -> bool {
    let is_short = value.is_none_or(|value| value.len() <= 128);
    // Fetch, "CORS-unsafe request-header byte".
    let is_unsafe_byte = |byte: u8| {
        (byte < b' ' && byte != b'\t') || byte == 0x7f || b"\"():<>?@[\\]{}".contains(&byte)
    };
    let has_unsafe_byte = value.is_some_and(|value| value.bytes().any(is_unsafe_byte));
    is_short
        && match name {
            "accept" => !has_unsafe_byte,
            "accept-language" | "content-language" => value.is_none_or(|value| {
                let is_safe = |byte: u8| byte.is_ascii_alphanumeric() || b" *,-.;=".contains(&byte);
                value.bytes().all(is_safe)
            }),
            "content-type" => value.is_some_and(|value| {
                let essence = value.split(';').next().unwrap_or_default().trim();
                let forms =
                    ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"];
                !has_unsafe_byte && forms.iter().any(|form| essence.eq_ignore_ascii_case(form))
            }),
            "range" => value.is_some_and(is_simple_range),
            _ => false,
        }
}

/// Fetch, "CORS-safelisted request-header": a single range that has a start.
fn is_simple_range(value: &str) -> bool {
    let range = value.strip_prefix("bytes=").and_then(|range| range.split_once('-'));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    range.is_some_and(|(start, end)| !start.is_empty() && is_number(start) && is_number(end))
}

#[cfg(test)]
mod tests {
    use super::is_safelisted;

    #[test]
    fn safelisted_headers() {
        for (name, value) in [
            ("accept", None),
            ("accept", Some("*/*")),
            ("accept-language", Some("de-CH, en;q=0.5")),
            ("content-type", Some("Text/Plain; charset=utf-8")),
            ("content-type", Some("multipart/form-data")),
            ("range", Some("bytes=0-")),
            ("range", Some("bytes=0-1023")),
        ] {
            assert!(is_safelisted(name, value), "{name}: {value:?}");
        }
        let long = "a".repeat(129);
        for (name, value) in [
            ("accept", Some("a(b)")),
            ("accept", Some(long.as_str())),
            ("accept-language", Some("de@")),
            ("content-type", None),
            ("content-type", Some("application/json")),
            ("content-type", Some("text/plain;a=\"b\"")),
            ("range", None),
            ("range", Some("bytes=-5")),
            ("range", Some("bytes=0-1,3-4")),
            ("authorization", Some("Basic a")),
        ] {
            assert!(!is_safelisted(name, value), "{name}: {value:?}");
        }
    }
}
