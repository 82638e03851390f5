//! What a policy says of one request.

use std::fmt;

use http::{
    HeaderMap, HeaderValue, StatusCode, header::ACCESS_CONTROL_REQUEST_METHOD, uri::Authority,
};

use crate::{
    policy::{Origins, Policy},
    request_headers::RequestHeaders,
    same_origin::is_same_origin,
};

mod denial;
mod diagnosis;
mod extra;
mod headers;
mod other;
mod ready;
mod remedy;
mod reply;
pub(crate) mod vary;

use denial::fmt_list;
pub(crate) use denial::quote;
pub use denial::{Denial, DenialKind};
pub(crate) use diagnosis::Diagnosis;
pub(crate) use extra::Extra;
pub(crate) use headers::Removed;
pub(crate) use ready::ReadyHeaders;
pub use remedy::Remedy;
use reply::Mirrored;
pub(crate) use reply::{Answer, Grant};

/// What a request is to the CORS protocol.
///
/// Fetch, "HTTP requests" of the CORS protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RequestKind {
    /// It has no `Origin`.
    NotCors,
    /// `OPTIONS` with `Origin` and `Access-Control-Request-Method`: a browser asks beforehand.
    Preflight,
    /// Any other request with `Origin`, plain `OPTIONS` included.
    Actual,
}

impl RequestKind {
    /// A short name that stays the same, for metric labels: `not-cors`, `preflight`, `actual`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotCors => "not-cors",
            Self::Preflight => "preflight",
            Self::Actual => "actual",
        }
    }
}

/// What a [`Policy`] says of one request.
///
/// Prints one sentence that a person can act on. Nothing of it is composed before it is printed.
///
/// In a test, [`status`](Decision::status) and [`apply`](Decision::apply) show what goes out:
///
/// ```
/// use corsac::CorsLayer;
/// use http::{HeaderMap, HeaderValue, Method, header};
///
/// let policy = CorsLayer::builder().allow_origins(["https://a.example"]).build_policy()?;
/// let mut request = HeaderMap::new();
/// request.insert(header::ORIGIN, HeaderValue::from_static("https://a.example"));
///
/// let decision = policy.evaluate(&Method::GET, &request);
/// assert_eq!(decision.to_string(), r#"origin "https://a.example" is allowed"#);
/// assert_eq!(decision.status(), None); // the inner service answers
///
/// let mut response = HeaderMap::new();
/// decision.apply(&mut response);
/// assert_eq!(response[header::ACCESS_CONTROL_ALLOW_ORIGIN], "https://a.example");
/// assert_eq!(response[header::VARY], "Origin");
/// # Ok::<(), corsac::BuildError>(())
/// ```
#[derive(Clone)]
#[must_use]
pub struct Decision<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) kind: RequestKind,
    pub(crate) origin: Option<&'a HeaderValue>,
    pub(crate) denial: Option<Denial<'a>>,
    /// The host of the request's URI, which is there in HTTP/2.
    pub(crate) authority: Option<&'a Authority>,
    /// A request, no preflight, that the inner service is not to see.
    pub(crate) is_rejected: bool,
}

impl<'a> Decision<'a> {
    /// What the request is.
    #[must_use]
    pub fn kind(&self) -> RequestKind {
        self.kind
    }

    /// The request's `Origin`, as sent.
    #[must_use]
    pub fn origin(&self) -> Option<&'a HeaderValue> {
        self.origin
    }

    /// True if nothing is refused: the browser will let the page have what it asks for, or the request
    /// is not CORS.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        self.denial.is_none()
    }

    /// What is refused, and why.
    #[must_use]
    pub fn denial(&self) -> Option<&Denial<'a>> {
        self.denial.as_ref()
    }

    /// True if the page is one of the service's own, as far as the request tells. It needs no permission,
    /// so what [`denial`](Decision::denial) says is to no effect: leave it out of what you count as
    /// refused.
    ///
    /// Fetch Metadata, "Sec-Fetch-Site"; where that header is missing, the host and port of `Origin` are
    /// compared, as [`Enforcement::Reject`](crate::Enforcement::Reject) says.
    #[must_use]
    pub fn is_same_origin(&self) -> bool {
        self.origin.is_some_and(|origin| is_same_origin(origin, self.headers, self.authority))
    }

    /// The status of the answer where the inner service is not to see the request: 204 for a
    /// preflight; 403 for a refused origin, or [`reject_status`](crate::CorsBuilder::reject_status).
    /// `None` where the inner service answers.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.reply().err().map(|answer| answer.status())
    }

    /// Writes what belongs on the response: on the inner service's, or on the one that is made
    /// with [`status`](Decision::status).
    pub fn apply(&self, response: &mut HeaderMap) {
        match self.reply() {
            Ok(mut grant) => _ = grant.apply(response),
            Err(mut answer) => answer.apply(response),
        }
    }

    /// The part of it that outlives the request: what the inner service's response gets, or what is
    /// answered without it.
    pub(crate) fn reply(&self) -> Result<Grant, Answer> {
        let ready = &self.policy.ready;
        let is_preflight = self.kind == RequestKind::Preflight;
        let origin = match self.readers() {
            Readers::Nobody if is_preflight => {
                return Err(Answer::RefusedPreflight { ready: ready.clone() });
            }
            Readers::Nobody if self.is_rejected => {
                let status = self.policy.reject_status.unwrap_or(StatusCode::FORBIDDEN);
                return Err(Answer::Refused { status });
            }
            Readers::Nobody => return Ok(Grant::ToNobody),
            Readers::Everybody => None,
            Readers::Origin(origin) => Some(origin.clone()),
        };
        let ready = ready.clone();
        if is_preflight {
            Err(Answer::Preflight { ready, origin, mirrored: self.mirrored() })
        } else {
            Ok(Grant::ToReaders { ready, origin })
        }
    }

    /// Where "any" is allowed, what the preflight asks for is named beside what is listed.
    fn mirrored(&self) -> Option<Box<Mirrored>> {
        let Policy { methods, request_headers, .. } = self.policy;
        if !methods.any && !request_headers.any {
            return None;
        }
        let method = self.headers.get(ACCESS_CONTROL_REQUEST_METHOD).filter(|_| methods.any);
        let names = RequestHeaders::read(self.headers).filter(|_| request_headers.any);
        Some(Box::new(Mirrored {
            methods: method.and_then(|method| methods.with(method)),
            headers: names.and_then(|names| request_headers.with(names.names())),
        }))
    }

    #[inline]
    pub(crate) fn new(
        policy: &'a Policy,
        headers: &'a HeaderMap,
        authority: Option<&'a Authority>,
    ) -> Self {
        let kind = RequestKind::NotCors;
        Self { policy, headers, kind, origin: None, denial: None, authority, is_rejected: false }
    }

    #[inline]
    pub(crate) fn readers(&self) -> Readers<'a> {
        let is_refused = self.denial.as_ref().is_some_and(Denial::is_total);
        match (&self.policy.origins, self.origin) {
            _ if is_refused => Readers::Nobody,
            // Fetch, "CORS protocol and HTTP caches": a constant is sent always.
            (Origins::Any, _) => Readers::Everybody,
            (Origins::Listed(_), Some(origin)) => Readers::Origin(origin),
            (Origins::Listed(_), None) => Readers::Nobody,
        }
    }
}

/// Who may read a response, beside the pages of the service's own origin.
pub(crate) enum Readers<'a> {
    Nobody,
    Everybody,
    Origin(&'a HeaderValue),
}

impl fmt::Display for Decision<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(origin) = self.origin else {
            return f.write_str("not a CORS request: it has no `Origin`");
        };
        match (&self.denial, self.kind) {
            (Some(denial), _) => denial.fmt(f),
            (None, RequestKind::Preflight) => {
                let method = self.headers.get(ACCESS_CONTROL_REQUEST_METHOD);
                let method = quote(method.map_or(b"", HeaderValue::as_bytes));
                write!(f, "origin {} is allowed to send {method}", quote(origin.as_bytes()))?;
                let requested = RequestHeaders::read(self.headers);
                let mut names = requested.iter().flat_map(RequestHeaders::names).peekable();
                if names.peek().is_some() {
                    f.write_str(" with ")?;
                }
                fmt_list(f, names)
            }
            (None, _) => write!(f, "origin {} is allowed", quote(origin.as_bytes())),
        }
    }
}

/// Without the headers: they may hold credentials.
impl fmt::Debug for Decision<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decision")
            .field("kind", &self.kind)
            .field("origin", &self.origin)
            .field("denial", &self.denial)
            .field("status", &self.status())
            .finish_non_exhaustive()
    }
}
