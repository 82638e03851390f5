//! A request of a probe, and the `curl` line that repeats it.

use std::fmt::Write as _;

use http::{
    Method, Request,
    header::{ACCESS_CONTROL_REQUEST_METHOD, HeaderName, ORIGIN},
};

use super::check::Check;

/// A request of a probe. Send it as it is, with the path as written, and each header line for itself.
#[derive(Debug, Clone)]
pub struct Exchange {
    pub(super) request: Request<()>,
    pub(super) scene: Scene,
    pub(super) way: Way,
    /// The path of the probe that the request is for, by its index.
    pub(super) place: usize,
    /// The meaning of an answer that allows an origin that the policy denies.
    pub(super) near_miss: Check,
    /// The headers of the user, whose values may be secret.
    pub(super) secret: Vec<HeaderName>,
    /// The URL, because that of `OPTIONS *` is not in the request.
    pub(super) url: String,
}

/// How a request of a probe is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Way {
    /// After the answer to the one before, because caches may mix them up. These come first.
    InOrder,
    /// At any time after those.
    AnyTime,
    /// On a new connection, so that a balancer can choose another server.
    NewConnection,
    /// Over HTTP/1.1, if the others are sent over HTTP/2. Otherwise not at all.
    Http1,
}

/// What a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scene {
    /// The URL of the probe, or another path with a policy.
    Page,
    /// A new URL of the same page: without an origin, and then with one.
    FreshWithout,
    FreshThen,
    /// A new URL that is asked for once.
    FreshAlone,
    /// A path that does not exist.
    Missing,
    Head,
    NotModified,
    /// OPTIONS, but no preflight.
    PlainOptions,
    /// `OPTIONS *`.
    ServerOptions,
    /// The first exchange with the same request again.
    Again,
    /// A path without CORS.
    NoCors,
    /// A path that can be read as another one.
    Confused,
}

impl Exchange {
    /// Returns the request. Its URI is absolute, but for `OPTIONS *`.
    #[must_use]
    pub fn request(&self) -> &Request<()> {
        &self.request
    }

    /// Returns how the request is sent.
    #[must_use]
    pub fn way(&self) -> Way {
        self.way
    }

    /// Returns the `curl` line that repeats the request. It has a variable of the shell in place of
    /// each value that may be secret: `$AUTHORIZATION`.
    #[must_use]
    pub fn curl(&self) -> String {
        let request = &self.request;
        let mut line = "curl -si".to_owned();
        let is_star = request.uri() == "*";
        match *request.method() {
            Method::GET => {}
            Method::HEAD => line.push_str(" --head"),
            ref method => line.extend([" -X ", &shell(method.as_str())]),
        }
        if self.way == Way::Http1 {
            line.push_str(" --http1.1");
        }
        if is_star {
            line.push_str(" --request-target '*'");
        } else if request.uri().path().contains("/.") {
            line.push_str(" --path-as-is");
        }
        line.extend([" ", &shell(&self.url)]);
        for (name, value) in request.headers() {
            if *name == http::header::ACCEPT && value == "*/*" {
                continue; // curl sends it too
            }
            let value = String::from_utf8_lossy(value.as_bytes());
            let title = title(name);
            // Writing to a `String` never fails.
            let _ = if self.secret.contains(name) {
                write!(line, " -H \"{title}: ${}\"", variable(name))
            } else if value.is_empty() {
                write!(line, " -H {}", shell(&format!("{title};")))
            } else {
                write!(line, " -H {}", shell(&format!("{title}: {value}")))
            };
        }
        line
    }

    pub(super) fn is_preflight(&self) -> bool {
        *self.request.method() == Method::OPTIONS
            && self.request.headers().contains_key(ORIGIN)
            && self.request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD)
    }

    /// Returns each origin that the request names.
    pub(super) fn origins(&self) -> Vec<String> {
        let lines = self.request.headers().get_all(ORIGIN).iter();
        let texts = lines.map(|line| String::from_utf8_lossy(line.as_bytes()).into_owned());
        let lists: Vec<String> = texts.collect();
        let parts = lists.iter().flat_map(|list| list.split(", "));
        let parts: Vec<String> = parts.map(str::to_owned).collect();
        if parts == lists { lists } else { lists.into_iter().chain(parts).collect() }
    }

    /// Returns the origin, if there is one line of it.
    pub(super) fn origin(&self) -> Option<&str> {
        self.request.headers().get(ORIGIN)?.to_str().ok()
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

fn variable(name: &HeaderName) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric();
    name.as_str().to_ascii_uppercase().replace(|c| !is_plain(c), "_")
}

/// POSIX, "Single-Quotes".
fn shell(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:".contains(&byte);
    if !text.is_empty() && text.bytes().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}
