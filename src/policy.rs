//! A policy, compiled, and the one place that decides.

use std::{collections::HashSet, sync::Arc};

use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode,
    header::{ACCESS_CONTROL_REQUEST_METHOD, ORIGIN},
    uri::Authority,
};

use crate::{
    decision::{Decision, Denial, DenialKind, Readers, ReadyHeaders, RequestKind},
    fetch,
    origin::{CustomMatchers, OriginRefusal, OriginSet},
    request_headers::{RequestHeaders, has_repeats},
    shared::{Keeper, Shared},
};

/// What is allowed to whom: immutable, checked, ready to decide.
///
/// Made by [`CorsBuilder::build_policy`](crate::CorsBuilder::build_policy). Mounted by
/// [`CorsLayer::new`](crate::CorsLayer::new), any number of times; asked by
/// [`evaluate`](Policy::evaluate), which needs no server.
#[derive(Debug, Clone)]
pub struct Policy {
    pub(crate) origins: Origins,
    pub(crate) methods: Methods,
    pub(crate) request_headers: HeaderNames,
    pub(crate) exposed: HeaderNames,
    pub(crate) ready: Shared<ReadyHeaders>,
    pub(crate) enforcement: Enforcement,
    /// Of requests, not of preflights; 403 where there is none.
    pub(crate) reject_status: Option<StatusCode>,
    /// Why it allows no origin at all, if that is so.
    pub(crate) nobody: Option<DenialKind>,
    /// What `config` cannot tell from the rest.
    #[cfg(feature = "serde")]
    pub(crate) switches: crate::config::Switches,
}

/// What happens to a request whose origin is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Enforcement {
    /// It reaches the inner service, and the response carries no CORS header: the page cannot read
    /// it. This is all that CORS promises: the request itself has its effect.
    #[default]
    OmitHeaders,
    /// It is answered with 403, or with [`reject_status`](crate::CorsBuilder::reject_status), before it
    /// reaches the inner service. That stops the form posts and the handshakes of WebSockets that
    /// browsers send without asking first; not the `GET`s of images, scripts and links, which carry no
    /// `Origin`.
    ///
    /// Requests of the service's own pages pass: those with `Sec-Fetch-Site: same-origin`, or, where
    /// that is missing (old browsers, and plain http), with an `Origin` whose host and port are the
    /// request's own: those of its URI or `Host`, or, behind a proxy, of `X-Forwarded-Host` or
    /// `Forwarded`. The scheme is not compared then, because behind a proxy it is unknown.
    Reject,
}

#[derive(Debug, Clone)]
pub(crate) enum Origins {
    /// Everybody may read: `*`, a constant, never with credentials.
    Any,
    Listed(Box<OriginSet>),
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Methods {
    pub(crate) any: bool,
    pub(crate) names: Vec<String>,
    /// The names in one line, if there are any.
    pub(crate) header: Option<HeaderValue>,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct HeaderNames {
    pub(crate) any: bool,
    /// In lower case, sorted.
    pub(crate) names: Vec<String>,
    /// The names in one line, as written, if there are any.
    pub(crate) header: Option<HeaderValue>,
}

impl Policy {
    /// Decides on a request: pure, without side effects, the same every time.
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
    ///     "origin \"https://app.example.com:8443\" is not allowed: \
    ///      \"https://app.example.com\" is, which differs only in its port",
    /// );
    /// # Ok::<(), corsac::BuildError>(())
    /// ```
    pub fn evaluate<'a>(&'a self, method: &Method, headers: &'a HeaderMap) -> Decision<'a> {
        self.evaluate_at(method, headers, None)
    }

    /// The same, for a whole request. It knows more than its headers: HTTP/2 carries the host in the
    /// URI, which [`Enforcement::Reject`] looks at to recognise the service's own pages.
    pub fn evaluate_request<'a, B>(&'a self, request: &'a Request<B>) -> Decision<'a> {
        self.evaluate_at(request.method(), request.headers(), request.uri().authority())
    }

    /// Allows no origin, which no builder does: for requests that have no policy of their own, such as
    /// those for a host that is no tenant's.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use corsac::{CorsLayer, Enforcement, Policy};
    /// use http::request::Parts;
    ///
    /// # fn policy_of(host: Option<&str>) -> Option<Arc<Policy>> { None }
    /// let nobody = Arc::new(Policy::of_nobody(Enforcement::Reject));
    /// let cors = CorsLayer::per_request(move |parts: &Parts| {
    ///     // Without the second half the request would pass untouched.
    ///     policy_of(parts.uri.host()).or_else(|| Some(nobody.clone()))
    /// });
    /// # let app: axum::Router = axum::Router::new().layer(cors);
    /// ```
    #[must_use]
    pub fn of_nobody(enforcement: Enforcement) -> Self {
        Self::of_nobody_because(DenialKind::NoPolicy, enforcement)
    }

    #[inline]
    pub(crate) fn evaluate_at<'a>(
        &'a self,
        method: &Method,
        headers: &'a HeaderMap,
        authority: Option<&'a Authority>,
    ) -> Decision<'a> {
        let mut decision = Decision::new(self, headers, authority);
        // Fetch, "CORS request": one that has an `Origin` header.
        if let Some(origin) = headers.get(&ORIGIN) {
            self.decide_cors(&mut decision, method, origin, headers);
        }
        decision
    }

    /// Who may read the response, where that is all there is to say of a request: then `evaluate`
    /// says the same. `None` where there may be more to it: an `OPTIONS`, headers of several lines, a
    /// refusal that is enforced, or told to somebody.
    #[inline]
    pub(crate) fn readers_at_once<'a>(
        &self,
        method: &Method,
        headers: &'a HeaderMap,
        is_told: impl FnOnce() -> bool,
    ) -> Option<Readers<'a>> {
        if *method == Method::OPTIONS {
            return None;
        }
        let Origins::Listed(set) = &self.origins else { return Some(Readers::Everybody) };
        let Some(origin) = headers.get(&ORIGIN) else { return Some(Readers::Nobody) };
        if has_repeats(headers) {
            return None;
        }
        match set.check(origin) {
            Ok(()) => Some(Readers::Origin(origin)),
            Err(_) if self.enforcement == Enforcement::OmitHeaders && !is_told() => {
                Some(Readers::Nobody)
            }
            Err(_) => None,
        }
    }

    pub(crate) fn of_nobody_because(why: DenialKind, enforcement: Enforcement) -> Self {
        let origins =
            Origins::Listed(Box::new(OriginSet::new(Vec::new(), CustomMatchers::default())));
        let (methods, names) = (Methods::default(), HeaderNames::default());
        let max_age = HeaderValue::from_static("0");
        let ready = ReadyHeaders::new(&origins, false, &methods, &names, &names, max_age);
        Self {
            origins,
            methods,
            request_headers: names.clone(),
            exposed: names,
            ready: ready.shared(),
            enforcement,
            reject_status: None,
            nobody: Some(why),
            #[cfg(feature = "serde")]
            switches: crate::config::Switches::default(),
        }
    }

    /// For a layer to mount.
    pub(crate) fn shared(self: Arc<Self>) -> Shared<Self> {
        static KEEPER: Keeper<Policy> = Keeper::new(4 * 1024 * 1024);
        let bytes = self.bytes();
        KEEPER.share(self, bytes, Arc::ptr_eq, |_| {})
    }

    /// `None` where it holds code of the user's: it may matter when that is dropped.
    fn bytes(&self) -> Option<usize> {
        let of_origins = match &self.origins {
            Origins::Any => 0,
            Origins::Listed(set) => {
                let has_values = set.custom().is_some_and(|custom| {
                    #[cfg(feature = "regex")]
                    if !custom.regexes.is_empty() {
                        return true;
                    }
                    !custom.predicates.is_empty()
                });
                if has_values {
                    return None;
                }
                set.patterns().iter().map(|pattern| 100 + pattern.as_str().len()).sum()
            }
        };
        let names = [&self.methods.names, &self.request_headers.names, &self.exposed.names];
        let of_names = names.into_iter().flatten().map(|name| size_of::<String>() + name.len());
        Some(size_of::<Self>() + of_origins + of_names.sum::<usize>())
    }

    fn decide_cors<'a>(
        &'a self,
        decision: &mut Decision<'a>,
        method: &Method,
        origin: &'a HeaderValue,
        headers: &'a HeaderMap,
    ) {
        // Fetch, "CORS-preflight request": OPTIONS, and the method that is going to follow.
        let requested = match *method {
            Method::OPTIONS => headers.get(&ACCESS_CONTROL_REQUEST_METHOD),
            _ => None,
        };
        decision.origin = Some(origin);
        decision.kind = match requested {
            Some(_) => RequestKind::Preflight,
            None => RequestKind::Actual,
        };
        match (self.check_origin(origin, headers), requested) {
            (Ok(()), None) => {}
            (Ok(()), Some(method)) => decision.denial = self.check_preflight(method, headers),
            (Err(kind), _) => {
                let mut denial = Denial::new(self, headers, kind, origin.as_bytes());
                denial.authority = decision.authority;
                decision.denial = Some(denial);
                decision.is_rejected =
                    self.enforcement == Enforcement::Reject && !decision.is_same_origin();
            }
        }
    }

    #[inline]
    fn check_origin(&self, origin: &HeaderValue, headers: &HeaderMap) -> Result<(), DenialKind> {
        match &self.origins {
            Origins::Any => Ok(()),
            // Fetch, "`Origin` header": one line, one value.
            Origins::Listed(_) if is_repeated(&ORIGIN, headers) => Err(DenialKind::SeveralOrigins),
            Origins::Listed(set) => set.check(origin).map_err(DenialKind::from),
        }
    }

    /// What the browser's CORS-preflight check is going to find (Fetch, "CORS-preflight fetch").
    fn check_preflight<'a>(
        &'a self,
        method: &'a HeaderValue,
        headers: &'a HeaderMap,
    ) -> Option<Denial<'a>> {
        let deny = |kind, value| Some(Denial::new(self, headers, kind, value));
        let Some(requested) = RequestHeaders::read(headers) else {
            return deny(DenialKind::TooManyHeaders, b"");
        };
        let method = method.as_bytes();
        if is_repeated(&ACCESS_CONTROL_REQUEST_METHOD, headers) {
            return deny(DenialKind::MalformedMethod, method);
        }
        if !self.methods.allow(method) {
            return deny(DenialKind::Method, method);
        }
        let names = &self.request_headers;
        if requested.line().is_some_and(|line| names.list_in_step(line.as_bytes())) {
            return None;
        }
        let refused = requested.names().find(|name| !names.allow(name));
        refused.and_then(|name| deny(DenialKind::Header, name))
    }
}

impl Methods {
    /// Longer than any method in use: what is sent back has to end somewhere.
    pub(crate) const MAX_LEN: usize = 128;

    pub(crate) fn allow(&self, method: &[u8]) -> bool {
        self.names.iter().any(|name| name.as_bytes() == method)
            // Fetch, "CORS-preflight fetch": a CORS-safelisted method needs no listing.
            || fetch::is_safelisted_method(method)
            || self.any
                && method.len() <= Self::MAX_LEN
                && fetch::is_token(method)
                && !fetch::is_forbidden_method(method)
    }

    /// The names in one line with `requested`, where it is allowed and not among them.
    pub(crate) fn with(&self, requested: &HeaderValue) -> Option<HeaderValue> {
        let requested = std::str::from_utf8(requested.as_bytes()).ok()?;
        let is_new = !self.names.iter().any(|name| name == requested);
        let line = || HeaderValue::try_from(format!("{}, {requested}", self.names.join(", "))).ok();
        (is_new && self.allow(requested.as_bytes())).then(line)?
    }
}

impl HeaderNames {
    pub(crate) fn allow(&self, name: &[u8]) -> bool {
        self.lists(name) || self.any && fetch::is_token(name)
    }

    /// Whether all names of a line are listed, if it is written as browsers write it: lower case,
    /// sorted, nothing between the names but commas (Fetch, "CORS-preflight fetch"). Then one walk
    /// along both lists is enough. `false` says nothing.
    fn list_in_step(&self, line: &[u8]) -> bool {
        let mut rest = line;
        for name in &self.names {
            match rest.strip_prefix(name.as_bytes()) {
                Some([]) => return true,
                Some([b',', more @ ..]) => rest = more,
                _ => {}
            }
        }
        false
    }

    /// Names are compared without regard to case (Fetch, "CORS-preflight fetch").
    pub(crate) fn lists(&self, name: &[u8]) -> bool {
        let has =
            |name: &[u8]| self.names.binary_search_by(|listed| listed.as_bytes().cmp(name)).is_ok();
        // Browsers send lower case.
        has(name) || name.iter().any(u8::is_ascii_uppercase) && has(&name.to_ascii_lowercase())
    }

    /// The listed names in one line with those of `others` that are not among them.
    pub(crate) fn with<'n>(&self, others: impl Iterator<Item = &'n [u8]>) -> Option<HeaderValue> {
        let mut line = self.header.as_ref().map_or(&b""[..], HeaderValue::as_bytes).to_vec();
        let mut known = HashSet::new();
        for name in others {
            if fetch::is_token(name) && !self.lists(name) && known.insert(name.to_ascii_lowercase())
            {
                if !line.is_empty() {
                    line.extend_from_slice(b", ");
                }
                line.extend_from_slice(name);
            }
        }
        // Tokens, commas and spaces are a valid value.
        HeaderValue::try_from(line).ok().filter(|line| !line.is_empty())
    }
}

impl From<OriginRefusal> for DenialKind {
    fn from(refusal: OriginRefusal) -> Self {
        match refusal {
            OriginRefusal::Insecure => Self::InsecureOrigin,
            OriginRefusal::NotListed => Self::Origin,
        }
    }
}

/// Whether a request has several lines of this name.
#[inline]
pub(crate) fn is_repeated(name: &HeaderName, headers: &HeaderMap) -> bool {
    has_repeats(headers) && headers.get_all(name).iter().nth(1).is_some()
}
