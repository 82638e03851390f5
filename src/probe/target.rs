//! The URL to probe.

use std::{error::Error, fmt};

use http::{Uri, uri::Scheme};

use crate::origin::{Origin, OriginError, default_port, quoted};

/// A URL whose path is sent as it is written.
#[derive(Debug, Clone)]
pub(super) struct Target {
    /// Always with a scheme, a host and a path.
    uri: Uri,
}

impl Target {
    pub(super) fn new(url: &str) -> Result<Self, ProbeError> {
        // Without the user name and the password.
        let shown = match url.split_once("://") {
            Some((scheme, rest)) => {
                let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
                let start = rest[..end].rfind('@').map_or(0, |at| at + 1);
                format!("{scheme}://{}", &rest[start..])
            }
            None => url.to_owned(),
        };
        let fail = |kind| ProbeError { value: shown.clone(), kind };
        let Some((scheme, _)) = url.split_once("://") else {
            return Err(fail(ProbeErrorKind::NoScheme));
        };
        if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
            return Err(fail(ProbeErrorKind::OtherScheme));
        }
        if shown != url {
            return Err(fail(ProbeErrorKind::UserInfo));
        }
        let uri: Uri = url.parse().map_err(|_| fail(ProbeErrorKind::Malformed))?;
        match uri.host() {
            Some(host) if !host.is_empty() => Ok(Self { uri }),
            _ => Err(fail(ProbeErrorKind::Malformed)),
        }
    }

    pub(super) fn uri(&self) -> &Uri {
        &self.uri
    }

    /// Returns the path with the query.
    pub(super) fn path(&self) -> &str {
        self.uri.path_and_query().map_or("/", |path| path.as_str())
    }

    /// Returns the URL with another path, or `None` if that is not a path.
    pub(super) fn at(&self, path: &str) -> Option<Uri> {
        let mut parts = self.uri.clone().into_parts();
        parts.path_and_query = Some(path.parse().ok()?);
        Uri::from_parts(parts).ok()
    }

    /// Returns the URL with one more name in its query.
    pub(super) fn with_query(&self, value: &str) -> Option<Uri> {
        let separator = if self.path().contains('?') { '&' } else { '?' };
        self.at(&format!("{}{separator}corsac-probe={value}", self.path()))
    }

    pub(super) fn is_https(&self) -> bool {
        self.uri.scheme() == Some(&Scheme::HTTPS)
    }

    /// Returns the origin of the URL, if it is one that pages can have.
    pub(super) fn origin(&self) -> Option<Origin> {
        let scheme = if self.is_https() { "https" } else { "http" };
        let host = self.uri.host()?.to_ascii_lowercase();
        let port = self.uri.port_u16().filter(|port| default_port(scheme) != Some(*port));
        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
        format!("{scheme}://{host}{port}").parse().ok()
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.uri.fmt(f)
    }
}

/// The reason why something cannot be probed. `Display` prints a sentence with the right spelling.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProbeError {
    value: String,
    kind: ProbeErrorKind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum ProbeErrorKind {
    NoScheme,
    OtherScheme,
    UserInfo,
    Malformed,
    Path,
    Origin(OriginError),
    Method,
    ForbiddenMethod,
    Header,
}

impl ProbeError {
    pub(super) fn path(path: &str) -> Self {
        Self { value: path.to_owned(), kind: ProbeErrorKind::Path }
    }

    pub(super) fn origin(error: OriginError) -> Self {
        Self { value: error.value().to_owned(), kind: ProbeErrorKind::Origin(error) }
    }

    pub(super) fn method(method: &str, is_forbidden: bool) -> Self {
        let kind =
            if is_forbidden { ProbeErrorKind::ForbiddenMethod } else { ProbeErrorKind::Method };
        Self { value: method.to_owned(), kind }
    }

    pub(super) fn header(name: &str) -> Self {
        Self { value: name.to_owned(), kind: ProbeErrorKind::Header }
    }
}

impl fmt::Display for ProbeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = quoted(self.value.as_bytes());
        match &self.kind {
            ProbeErrorKind::NoScheme => {
                let with_scheme = |scheme| format!("{scheme}://{}", self.value);
                let is_loopback = Target::new(&with_scheme("http"))
                    .ok()
                    .and_then(|target| target.origin())
                    .is_some_and(|origin| origin.parts().is_loopback());
                let better = with_scheme(if is_loopback { "http" } else { "https" });
                write!(f, "the URL {value} has no scheme; write {}", quoted(better.as_bytes()))
            }
            ProbeErrorKind::OtherScheme => {
                write!(f, "the URL {value} is not http or https; browsers use CORS for these alone")
            }
            ProbeErrorKind::UserInfo => write!(
                f,
                "the URL has a user name; write {value}, and the name in a header `Authorization`"
            ),
            ProbeErrorKind::Malformed => write!(
                f,
                "{value} is not a URL; write one such as \"https://api.example.com/users\""
            ),
            ProbeErrorKind::Path => {
                write!(f, "{value} is not a path; write one such as \"/users\"")
            }
            ProbeErrorKind::Origin(error) => error.fmt(f),
            ProbeErrorKind::Method => write!(f, "{value} is not a method"),
            ProbeErrorKind::ForbiddenMethod => {
                write!(f, "the method {value} is forbidden: no page can send it")
            }
            ProbeErrorKind::Header => write!(f, "{value} is not a header with this value"),
        }
    }
}

impl Error for ProbeError {}
