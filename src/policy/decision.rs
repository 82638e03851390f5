//! The decision on one request.

use std::fmt;

use http::{
    HeaderMap, HeaderValue, StatusCode, Uri,
    header::{
        ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_REQUEST_METHOD,
    },
};

use super::{
    AllowOrigin, Denial, DenialKind, Origins, Policy, RequestKind, denial::fmt_list,
    headers::try_set, reply::Reply, request_headers::RequestHeaders, same_origin::check_own_page,
};
use crate::origin::quoted;

/// The decision of a [`Policy`] on one request.
///
/// `Display` prints one sentence that a person can act on. It is composed only when it is printed.
///
/// In a test, [`status`](Decision::status) and [`apply`](Decision::apply) show the response:
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
    pub(crate) context: Context<'a>,
    pub(super) kind: RequestKind,
    pub(super) origin: Option<&'a HeaderValue>,
    /// The rule that denied the request, and the value that it denied.
    pub(super) denied: Option<(DenialKind, &'a [u8])>,
    /// The requested names, if the policy allows any header and there are some.
    pub(super) mirrored: Option<HeaderValue>,
    /// The inner service does not get an actual request that is denied.
    pub(super) is_enforced: bool,
}

/// The policy and the parts of the request that a decision depends on.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) uri: Option<&'a Uri>,
}

impl<'a> Decision<'a> {
    /// Returns the role of the request.
    #[must_use]
    pub fn kind(&self) -> RequestKind {
        self.kind
    }

    /// Returns the request's `Origin`, as sent.
    #[must_use]
    pub fn origin(&self) -> Option<&'a HeaderValue> {
        self.origin
    }

    /// Returns `true` if nothing is denied: the browser gives the page all that it asks for, or the
    /// request is not a CORS request.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        self.denied.is_none()
    }

    /// Returns the denial, or `None` if the request is allowed.
    #[must_use]
    pub fn denial(&self) -> Option<Denial<'a>> {
        self.denied.map(|(kind, value)| Denial::new(self.context, kind, value))
    }

    /// Returns `true` if the page seems to be one of the service's own. Such a page needs no
    /// permission, so a [`denial`](Decision::denial) has no effect on it: do not count it as denied.
    ///
    /// [`Enforcement::Reject`](crate::Enforcement::Reject) describes how such pages are recognized.
    #[must_use]
    pub fn is_same_origin(&self) -> bool {
        self.origin.is_some_and(|origin| check_own_page(origin, self.context).is_ok())
    }

    /// Returns the status of the response if corsac makes it: 204 for a preflight, or
    /// [`preflight_status`](crate::CorsBuilder::preflight_status); 403 for a denied origin, or
    /// [`reject_status`](crate::CorsBuilder::reject_status). Returns `None` if the inner service
    /// answers.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        let rules = &self.context.policy.rules;
        match (self.kind, self.allow_origin()) {
            (RequestKind::Preflight, AllowOrigin::Any | AllowOrigin::Echo(_)) => {
                Some(rules.preflight_status())
            }
            // Fetch, "HTTP responses": "403 can be used".
            (RequestKind::Preflight, _) => Some(StatusCode::FORBIDDEN),
            _ if self.is_enforced => Some(rules.reject_status()),
            _ => None,
        }
    }

    /// Writes the CORS headers and `Vary` on a response: on the inner service's, or on the one that
    /// is made with [`status`](Decision::status).
    pub fn apply(&self, response: &mut HeaderMap) {
        let policy = self.context.policy;
        match (self.kind, self.allow_origin()) {
            (RequestKind::Preflight, AllowOrigin::None | AllowOrigin::Denied(..)) => {
                policy.headers().deny_preflight(response);
            }
            (RequestKind::Preflight, AllowOrigin::Any) => self.allow_preflight(None, response),
            (RequestKind::Preflight, AllowOrigin::Echo(origin)) => {
                self.allow_preflight(Some(origin.clone()), response);
            }
            (RequestKind::Actual | RequestKind::NotCors, _) => {
                self.reply().apply(|| Some(policy), response);
            }
        }
    }

    /// Returns the part of the decision that outlives the request, if the inner service answers.
    pub(crate) fn reply(&self) -> Reply {
        Reply::from(self.allow_origin()).cloned()
    }

    pub(super) fn new(context: Context<'a>) -> Self {
        let kind = RequestKind::NotCors;
        Self { context, kind, origin: None, denied: None, mirrored: None, is_enforced: false }
    }

    /// Returns the value of `Access-Control-Allow-Origin`.
    fn allow_origin(&self) -> AllowOrigin<'a> {
        match (&self.context.policy.origins, self.origin, self.denied) {
            (_, Some(origin), Some((kind, _))) if kind.denies_all() => {
                AllowOrigin::Denied(origin, kind)
            }
            (Origins::Any, _, _) => AllowOrigin::Any,
            (_, Some(origin), _) => AllowOrigin::Echo(origin),
            (_, None, _) => AllowOrigin::None,
        }
    }

    fn allow_preflight(&self, origin: Option<HeaderValue>, response: &mut HeaderMap) {
        let policy = self.context.policy;
        policy.headers().allow_preflight(origin, response);
        if policy.methods.any || policy.request_headers.any {
            self.mirror(response);
        }
    }

    /// Writes the requested names, if any name is allowed.
    fn mirror(&self, response: &mut HeaderMap) {
        let Context { policy, headers, .. } = self.context;
        if policy.methods.any {
            let requested = headers.get(&ACCESS_CONTROL_REQUEST_METHOD);
            if let Some(methods) = requested.and_then(|method| policy.methods.line_with(method)) {
                try_set(response, ACCESS_CONTROL_ALLOW_METHODS, methods);
            }
        }
        if policy.request_headers.any {
            let names = self.mirrored.clone();
            match (response.get_mut(&ACCESS_CONTROL_ALLOW_HEADERS), names) {
                (Some(empty), Some(names)) => *empty = names,
                _ => _ = response.remove(&ACCESS_CONTROL_ALLOW_HEADERS),
            }
        }
    }
}

impl fmt::Display for Decision<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(origin) = self.origin else {
            return f.write_str("not a CORS request: it has no `Origin`");
        };
        let Context { headers, .. } = self.context;
        match (self.denial(), self.kind) {
            (Some(denial), _) => denial.fmt(f),
            (None, RequestKind::Preflight) => {
                let method = headers.get(&ACCESS_CONTROL_REQUEST_METHOD);
                let method = quoted(method.map_or(b"", HeaderValue::as_bytes));
                write!(f, "origin {} is allowed to send {method}", quoted(origin.as_bytes()))?;
                let requested = RequestHeaders::read(headers).into_iter();
                let mut names = requested.flat_map(RequestHeaders::names).peekable();
                if names.peek().is_some() {
                    f.write_str(" with ")?;
                }
                fmt_list(f, names)
            }
            (None, _) => write!(f, "origin {} is allowed", quoted(origin.as_bytes())),
        }
    }
}

/// Without the request's headers: they may hold credentials.
impl fmt::Debug for Decision<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decision")
            .field("kind", &self.kind)
            .field("origin", &self.origin)
            .field("denial", &self.denial())
            .field("status", &self.status())
            .finish_non_exhaustive()
    }
}
