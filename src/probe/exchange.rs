//! A request of a probe.

use http::{
    Method, Request,
    header::{ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN},
};

use super::{check::Check, curl};
use crate::origin::{Origin, OriginPattern};

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
    /// The URL, because that of `OPTIONS *` is not in the request.
    pub(super) url: String,
    pub(super) curl_options: String,
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

/// The purpose of a request.
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
        let version = if self.way == Way::Http1 { " --http1.1" } else { "" };
        curl::line(&self.request, &self.url, &format!("{}{version}", self.curl_options))
    }

    pub(super) fn is_preflight(&self) -> bool {
        *self.request.method() == Method::OPTIONS
            && self.request.headers().contains_key(ORIGIN)
            && self.request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD)
    }

    /// Whether no browser sends the request. A server may close the connection instead of an answer.
    pub(super) fn is_odd(&self) -> bool {
        self.scene == Scene::ServerOptions
            || matches!(
                self.near_miss,
                Check::MalformedOriginAllowed
                    | Check::SeveralOriginsAllowed
                    | Check::OddHostAllowed
            )
    }

    /// Whether the request names this entry of a policy: an origin or a pattern, a method, a header.
    pub(super) fn is_about(&self, entry: &str) -> bool {
        let line = |name| self.request.headers().get(name).and_then(|value| value.to_str().ok());
        let origin = self.origin().and_then(|origin| origin.parse::<Origin>().ok());
        let pattern = entry.parse::<OriginPattern>().ok();
        let names = line(ACCESS_CONTROL_REQUEST_HEADERS).unwrap_or_default();
        origin.zip(pattern).is_some_and(|(origin, pattern)| pattern.matches(&origin))
            || self.origin() == Some(entry)
            || line(ACCESS_CONTROL_REQUEST_METHOD) == Some(entry)
            || names.split(',').any(|name| name.eq_ignore_ascii_case(entry))
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
