//! The one place that decides.

use std::ops::ControlFlow;

use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request, Uri,
    header::{ACCESS_CONTROL_REQUEST_METHOD, ORIGIN},
};

use super::{
    Enforcement, Origins, Policy,
    decision::{Context, Decision},
    kind::{DenialKind, RequestKind},
    lists::AllowedBy,
    request_headers::{RequestHeaders, has_repeats},
    same_origin::is_websocket,
};
use crate::origin::OriginRefusal;

impl Policy {
    /// Decides on a request. Has no side effects, and returns the same decision every time.
    ///
    /// ```
    /// use corsac::CorsLayer;
    /// use http::{HeaderMap, HeaderValue, Method, header::ORIGIN};
    ///
    /// let policy = CorsLayer::builder().allow_origins(["https://app.example.com"]).build_policy()?;
    ///
    /// let mut headers = HeaderMap::new();
    /// headers.insert(ORIGIN, HeaderValue::from_static("https://app.example.com:8443"));
    /// let decision = policy.evaluate(&Method::GET, &headers);
    ///
    /// assert!(!decision.is_allowed());
    /// assert_eq!(
    ///     decision.to_string(),
    ///     "origin \"https://app.example.com:8443\" is not allowed; \
    ///      the closest allowed origin is \"https://app.example.com\" (different port)",
    /// );
    /// # Ok::<(), corsac::BuildError>(())
    /// ```
    #[doc(alias = "test")]
    pub fn evaluate<'a>(&'a self, method: &Method, headers: &'a HeaderMap) -> Decision<'a> {
        self.evaluate_at(method, headers, None)
    }

    /// Decides on a whole request.
    ///
    /// A request has more than its headers: HTTP/2 carries the host in the URI, and
    /// [`Enforcement::Reject`] compares that host to recognize the service's own pages.
    pub fn evaluate_request<'a, B>(&'a self, request: &'a Request<B>) -> Decision<'a> {
        self.evaluate_at(request.method(), request.headers(), Some(request.uri()))
    }

    pub(crate) fn evaluate_at<'a>(
        &'a self,
        method: &Method,
        headers: &'a HeaderMap,
        uri: Option<&'a Uri>,
    ) -> Decision<'a> {
        let mut decision = Decision::new(Context { policy: self, headers, uri });
        let (origin, denied) = match self.allow_origin(headers) {
            AllowOrigin::None => return decision,
            AllowOrigin::Any => (headers.get(&ORIGIN), None),
            AllowOrigin::Echo(origin) => (Some(origin), None),
            AllowOrigin::Denied(origin, kind) => (Some(origin), Some(kind)),
        };
        // Fetch, "CORS request": a request that has an `Origin` header.
        let Some(origin) = origin else { return decision };
        decision.origin = Some(origin);
        // Fetch, "CORS-preflight request": `OPTIONS`, with the method that is to follow.
        let requested = match *method {
            Method::OPTIONS => headers.get(&ACCESS_CONTROL_REQUEST_METHOD),
            _ => None,
        };
        decision.kind = match requested {
            Some(_) => RequestKind::Preflight,
            None => RequestKind::Actual,
        };
        match (denied, requested) {
            (Some(kind), _) => {
                decision.denied = Some((kind, origin.as_bytes()));
                decision.is_enforced = self.rules.enforcement == Enforcement::Reject
                    && !decision.is_same_origin()
                    && !self.is_trusted_sender(method, origin, headers);
            }
            (None, Some(method)) => {
                let requested = RequestHeaders::read(headers);
                let check_method = || self.check_method(method, headers).denied();
                decision.denied = match requested {
                    // Read once: to decide, and to mirror the names.
                    Some(names) if self.request_headers.any => {
                        let (mirrored, invalid) = self.request_headers.mirror(names);
                        decision.mirrored = mirrored;
                        check_method().or(invalid.map(|name| (DenialKind::Header, name)))
                    }
                    // A line in the form of browsers is not split.
                    Some(names) if self.request_headers.allow_line(names) => check_method(),
                    _ => self
                        .walk_preflight(method, headers, requested, |check| {
                            check.denied().map_or(ControlFlow::Continue(()), ControlFlow::Break)
                        })
                        .break_value(),
                };
            }
            (None, None) => {}
        }
        decision
    }

    /// Checks the origin of a request, the first step of each evaluation.
    #[inline]
    pub(crate) fn allow_origin<'a>(&self, headers: &'a HeaderMap) -> AllowOrigin<'a> {
        // Fetch, "CORS protocol and HTTP caches": a constant is sent to every client.
        if matches!(self.origins, Origins::Any) {
            return AllowOrigin::Any;
        }
        let Some(origin) = headers.get(&ORIGIN) else { return AllowOrigin::None };
        let checked = match &self.origins {
            Origins::Any => Ok(()),
            Origins::Denied(reason) => Err(*reason),
            // Fetch, "`Origin` header": one line, one value.
            Origins::Listed(_) if is_repeated(&ORIGIN, headers) => Err(DenialKind::SeveralOrigins),
            Origins::Listed(set) => set.check(origin).map_err(DenialKind::from),
        };
        match checked {
            Ok(()) => AllowOrigin::Echo(origin),
            Err(kind) => AllowOrigin::Denied(origin, kind),
        }
    }

    /// Checks the origin of a request that is no preflight. Returns `None` if the request needs a
    /// [`Decision`]: for a denial that is enforced or reported.
    #[inline]
    pub(crate) fn allow_origin_alone<'a>(
        &self,
        headers: &'a HeaderMap,
        reports_denials: impl FnOnce() -> bool,
    ) -> Option<AllowOrigin<'a>> {
        match self.allow_origin(headers) {
            AllowOrigin::Denied(..)
                if self.rules.enforcement == Enforcement::Reject || reports_denials() =>
            {
                None
            }
            allowed => Some(allowed),
        }
    }

    /// Returns whether the origin may send requests although it may not read the responses. A page
    /// that opens a WebSocket reads, so handshakes are never covered. Over HTTP/2 a handshake is a
    /// `CONNECT` (RFC 8441, 4).
    pub(crate) fn is_trusted_sender(
        &self,
        method: &Method,
        origin: &HeaderValue,
        headers: &HeaderMap,
    ) -> bool {
        !is_repeated(&ORIGIN, headers)
            && *method != Method::CONNECT
            && !is_websocket(headers)
            && self.senders.check(origin).is_ok()
    }

    /// Checks each thing that a preflight asks for, as the browser does with the answer (Fetch,
    /// "CORS-preflight fetch"), until `observe` breaks. `requested` is `None` if there are too many
    /// names.
    pub(crate) fn walk_preflight<'a, T>(
        &'a self,
        method: &'a HeaderValue,
        headers: &'a HeaderMap,
        requested: Option<RequestHeaders<'a>>,
        mut observe: impl FnMut(Check<'a>) -> ControlFlow<T>,
    ) -> ControlFlow<T> {
        if requested.is_none() {
            observe(Check::TooManyHeaders)?;
        }
        observe(self.check_method(method, headers))?;
        for name in requested.into_iter().flat_map(RequestHeaders::names) {
            observe(Check::Header(name, self.request_headers.allowed_by(name)))?;
        }
        ControlFlow::Continue(())
    }

    fn check_method<'a>(&self, method: &'a HeaderValue, headers: &HeaderMap) -> Check<'a> {
        // Fetch, "HTTP new-header syntax": one line, one method.
        if is_repeated(&ACCESS_CONTROL_REQUEST_METHOD, headers) {
            Check::SeveralMethods(method.as_bytes())
        } else {
            Check::Method(method.as_bytes(), self.methods.allowed_by(method.as_bytes()))
        }
    }
}

/// The value of `Access-Control-Allow-Origin` on the response.
#[derive(Debug, Clone, Copy)]
pub(crate) enum AllowOrigin<'a> {
    /// No header: the request has no `Origin`.
    None,
    /// `*`.
    Any,
    /// The request's own origin.
    Echo(&'a HeaderValue),
    /// No header: the policy denies this origin.
    Denied(&'a HeaderValue, DenialKind),
}

/// One thing that a preflight asks for, with the rule that allows it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Check<'a> {
    TooManyHeaders,
    SeveralMethods(&'a [u8]),
    Method(&'a [u8], Option<AllowedBy>),
    Header(&'a [u8], Option<AllowedBy>),
}

impl<'a> Check<'a> {
    /// Returns the kind and the value of a denial.
    pub(crate) fn denied(self) -> Option<(DenialKind, &'a [u8])> {
        match self {
            Self::TooManyHeaders => Some((DenialKind::TooManyHeaders, b"")),
            Self::SeveralMethods(method) => Some((DenialKind::MalformedMethod, method)),
            Self::Method(method, None) => Some((DenialKind::Method, method)),
            Self::Header(name, None) => Some((DenialKind::Header, name)),
            Self::Method(_, Some(_)) | Self::Header(_, Some(_)) => None,
        }
    }
}

impl From<OriginRefusal> for DenialKind {
    fn from(refusal: OriginRefusal) -> Self {
        match refusal {
            OriginRefusal::NotListed => Self::Origin,
            OriginRefusal::Insecure => Self::InsecureOrigin,
        }
    }
}

/// Returns whether a request has several lines of this name.
#[inline]
pub(crate) fn is_repeated(name: &HeaderName, headers: &HeaderMap) -> bool {
    has_repeats(headers) && headers.get_all(name).iter().nth(1).is_some()
}
