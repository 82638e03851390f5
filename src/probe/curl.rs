//! The `curl` line that repeats a request.

use std::fmt::Write as _;

use http::{HeaderMap, Method, Request, header::HeaderName};

/// Writes the line. `options` starts with a blank, if it is not empty.
pub(super) fn line(request: &Request<()>, url: &str, options: &str) -> String {
    let mut line = format!("curl -si{options}");
    match *request.method() {
        Method::GET => {}
        Method::HEAD => line.push_str(" --head"),
        ref method => line.extend([" -X ", &shell(method.as_str())]),
    }
    if request.uri() == "*" {
        line.push_str(" --request-target '*'");
    } else if request.uri().path().contains("/.") {
        line.push_str(" --path-as-is");
    }
    line.extend([" ", &shell(url)]);
    headers(request.headers(), &mut line);
    line
}

fn headers(headers: &HeaderMap, line: &mut String) {
    for (name, value) in headers {
        if *name == http::header::ACCEPT && value == "*/*" {
            continue; // curl sends it too
        }
        let value = String::from_utf8_lossy(value.as_bytes());
        let title = title(name);
        // Writing to a `String` never fails.
        let _ = if is_secret(name) {
            write!(line, " -H \"{title}: ${}\"", variable(name))
        } else if value.is_empty() {
            write!(line, " -H {}", shell(&format!("{title};")))
        } else {
            write!(line, " -H {}", shell(&format!("{title}: {value}")))
        };
    }
}

/// Writes a header name as people do: `Access-Control-Allow-Origin`.
pub(super) fn title(name: &HeaderName) -> String {
    let words = name.as_str().split('-').map(|word| {
        let (first, rest) = word.split_at(word.len().min(1));
        first.to_ascii_uppercase() + rest
    });
    words.collect::<Vec<_>>().join("-")
}

/// Whether the value may be a token or a key. The line may end in a public log.
fn is_secret(name: &HeaderName) -> bool {
    const PUBLIC: [&str; 9] = [
        "accept",
        "accept-language",
        "access-control-request-headers",
        "access-control-request-method",
        "content-language",
        "content-type",
        "if-none-match",
        "origin",
        "range",
    ];
    !PUBLIC.contains(&name.as_str())
}

fn variable(name: &HeaderName) -> String {
    name.as_str().to_ascii_uppercase().replace(|c: char| !c.is_ascii_alphanumeric(), "_")
}

/// POSIX, "Single-Quotes".
fn shell(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:".contains(&byte);
    if !text.is_empty() && text.bytes().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}
