//! Goes along the rules as `evaluate` does, and says what each of them says.

use http::{
    HeaderMap, HeaderValue, Method,
    header::{ACCESS_CONTROL_REQUEST_METHOD, COOKIE, ORIGIN},
};

use super::{Explanation, Step, Topic, response};
use crate::{
    decision::{Decision, Denial, DenialKind, Remedy, RequestKind, quote},
    fetch,
    origin::{OriginCheck as Asked, OriginSet},
    policy::{Origins, Policy, is_repeated},
    request_headers::RequestHeaders,
    same_origin::is_websocket,
};

pub(super) struct Reasoning<'a> {
    policy: &'a Policy,
    method: &'a Method,
    headers: &'a HeaderMap,
    decision: Decision<'a>,
    steps: Vec<Step>,
    /// All of them: `evaluate` stops at the first.
    denials: Vec<Denial<'a>>,
}

impl<'a> Reasoning<'a> {
    pub(super) fn new(decision: Decision<'a>, method: &'a Method) -> Self {
        let (policy, headers) = (decision.policy, decision.headers);
        Self { policy, method, headers, decision, steps: Vec::new(), denials: Vec::new() }
    }

    pub(super) fn explain(mut self) -> Explanation {
        self.request();
        if let Some(origin) = self.decision.origin() {
            self.situation(origin);
            self.origin(origin);
            match self.headers.get(ACCESS_CONTROL_REQUEST_METHOD) {
                Some(method) if self.decision.kind() == RequestKind::Preflight => {
                    self.requested_method(method);
                    self.requested_headers();
                }
                _ => self.says(
                    Topic::Method,
                    "no server is asked for the method and the headers of an actual request: \
                     where it needs permission, its preflight asked for it",
                    r#"Fetch, "CORS-preflight fetch""#,
                ),
            }
            self.credentials();
        }
        let is_unchecked = self.is_unchecked();
        response::explain(&self.decision, self.policy, is_unchecked, |text, section| {
            self.steps.push(Step { topic: Topic::Response, is_refusal: false, text, section });
        });
        let remedies: Vec<_> = self.denials.iter().filter_map(Denial::remedy).collect();
        self.verdict(&remedies);
        Explanation { steps: self.steps, remedies }
    }

    fn request(&mut self) {
        let method = quote(self.method.as_str().as_bytes());
        let asks = self.headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD);
        let is_options = *self.method == Method::OPTIONS;
        let (text, section) = match self.decision.kind() {
            RequestKind::Preflight => (
                format!(
                    "{method} with `Origin` and `Access-Control-Request-Method`: a preflight, by \
                     which a browser asks before it sends the request itself"
                ),
                r#"Fetch, "CORS-preflight request""#,
            ),
            RequestKind::Actual if is_options => (
                format!(
                    "{method} with `Origin`, but without `Access-Control-Request-Method`: no \
                     preflight, but an actual request"
                ),
                r#"Fetch, "CORS-preflight request""#,
            ),
            RequestKind::Actual => {
                (format!("{method} with `Origin`: an actual request"), r#"Fetch, "CORS request""#)
            }
            RequestKind::NotCors if is_options && asks => (
                format!(
                    "{method} with `Access-Control-Request-Method`, but without `Origin`: not \
                     CORS, and no preflight; browsers send both, so look at the client or for a \
                     proxy that removes one"
                ),
                r#"Fetch, "CORS-preflight request""#,
            ),
            RequestKind::NotCors => {
                (format!("{method} without `Origin`: not CORS"), r#"Fetch, "CORS request""#)
            }
        };
        self.says(Topic::Request, text, section);
    }

    /// What a request is beside CORS, where that matters.
    fn situation(&mut self, origin: &HeaderValue) {
        if is_websocket(self.headers) {
            self.says(
                Topic::Request,
                "a `WebSocket` handshake: browsers send it without asking, and do not check the \
                 answer; only `Enforcement::Reject` stops it",
                r#"RFC 6455, "Origin Considerations""#,
            );
        }
        if self.decision.is_same_origin() {
            // The values are no business of a log; that they agree is.
            let (text, section) = if self.headers.contains_key("sec-fetch-site") {
                (
                    "`Sec-Fetch-Site` says that the page is the service's own: it needs no \
                     permission, whatever follows",
                    r#"Fetch Metadata, "Sec-Fetch-Site""#,
                )
            } else {
                (
                    "`Origin` has the host and the port of the request itself: if the scheme is \
                     the same too, the page is the service's own and needs no permission, \
                     whatever follows",
                    r#"Fetch, "`Origin` header""#,
                )
            };
            self.says(Topic::Request, text, section);
        }
        if origin == "null" {
            self.says(
                Topic::Request,
                "`null` is the origin of a frame with `sandbox` but without `allow-same-origin`, \
                 of a `data:` URL, of a file, and of a request that was redirected from one \
                 foreign origin to another",
                r#"Fetch, "`Origin` header""#,
            );
        }
    }

    fn origin(&mut self, origin: &'a HeaderValue) {
        const SECTION: &str = r#"Fetch, "CORS check""#;
        let denial = self.decision.denial().filter(|it| it.is_about_origin()).cloned();
        let value = quote(origin.as_bytes());
        match &self.policy.origins {
            Origins::Any => {
                self.says(Topic::Origin, format!("{value}: any origin is allowed"), SECTION);
            }
            // Nobody is asked about one of several.
            Origins::Listed(_) if is_repeated(&ORIGIN, self.headers) => {}
            Origins::Listed(set) => {
                let mut checks = Vec::new();
                _ = set.check_with(origin, |check| checks.push(check));
                for check in checks {
                    self.says(Topic::Origin, in_words(set, check, &value.to_string()), SECTION);
                }
            }
        }
        if let Some(denial) = denial {
            self.refuses(Topic::Origin, denial, SECTION);
        }
    }

    fn requested_method(&mut self, requested: &'a HeaderValue) {
        const SECTION: &str = r#"Fetch, "CORS-preflight fetch""#;
        let method = requested.as_bytes();
        let methods = &self.policy.methods;
        let value = quote(method);
        let (text, section) = if is_repeated(&ACCESS_CONTROL_REQUEST_METHOD, self.headers) {
            let kind = DenialKind::MalformedMethod;
            let denial = Denial::new(self.policy, self.headers, kind, method);
            return self.refuses(Topic::Method, denial, r#"Fetch, "HTTP new-header syntax""#);
        } else if !methods.allow(method) {
            let denial = Denial::new(self.policy, self.headers, DenialKind::Method, method);
            return self.refuses(Topic::Method, denial, SECTION);
        } else if fetch::is_safelisted_method(method) {
            (format!("{value} needs no listing"), r#"Fetch, "CORS-safelisted method""#)
        } else if methods.any {
            (format!("{value}: any method is allowed"), SECTION)
        } else {
            (format!("{value} is listed"), SECTION)
        };
        self.says(Topic::Method, text, section);
    }

    fn requested_headers(&mut self) {
        const SECTION: &str = r#"Fetch, "CORS-preflight fetch""#;
        /// More than any page sends.
        const SHOWN: usize = 50;
        let deny = |kind, value| Denial::new(self.policy, self.headers, kind, value);
        let Some(requested) = RequestHeaders::read(self.headers) else {
            let denial = deny(DenialKind::TooManyHeaders, b"");
            return self.refuses(Topic::Header, denial, SECTION);
        };
        let known = &self.policy.request_headers;
        let mut names = requested.names().filter(|name| known.allow(name)).peekable();
        let refused = requested.names().find(|name| !known.allow(name));
        let refused = refused.map(|name| deny(DenialKind::Header, name));
        if names.peek().is_none() && refused.is_none() {
            let text = "the preflight asks for no header that needs permission";
            return self.says(Topic::Header, text, r#"Fetch, "CORS-unsafe request-header names""#);
        }
        for name in names.by_ref().take(SHOWN) {
            let value = quote(name);
            let text = if known.lists(name) {
                format!("{value} is listed")
            } else {
                format!("{value}: any header is allowed")
            };
            self.says(Topic::Header, text, SECTION);
        }
        match names.count() {
            0 => {}
            more => self.says(Topic::Header, format!("and {more} more are allowed"), SECTION),
        }
        if let Some(denial) = refused {
            self.refuses(Topic::Header, denial, SECTION);
        }
    }

    fn credentials(&mut self) {
        const SECTION: &str = r#"Fetch, "CORS protocol and credentials""#;
        if self.is_unchecked() {
            return self.says(
                Topic::Credentials,
                "cookies go with it whatever the policy says, as far as their `SameSite` lets them",
                SECTION,
            );
        }
        if self.policy.ready.allows_credentials() {
            return self.says(
                Topic::Credentials,
                "the policy allows credentials; which cookies a page may send is up to their \
                 `SameSite`, and to the browser's settings",
                SECTION,
            );
        }
        self.says(
            Topic::Credentials,
            "the policy does not allow credentials: a page that sends them with `credentials: \
             \"include\"` will be refused by the browser, which the server cannot see",
            SECTION,
        );
        if self.headers.contains_key(COOKIE) {
            self.says(
                Topic::Credentials,
                "this request has a `Cookie`, so if it comes from a page, then from one that will \
                 be refused",
                SECTION,
            );
        }
    }

    fn verdict(&mut self, remedies: &[Remedy]) {
        let is_preflight = self.decision.kind() == RequestKind::Preflight;
        let may_read =
            ("allowed: the page may read the answer".to_owned(), r#"Fetch, "CORS check""#);
        let (text, section) = match (&self.decision.denial(), self.decision.origin()) {
            (_, None) => ("CORS has no say in it".to_owned(), r#"Fetch, "CORS request""#),
            (None, _) if is_preflight => (
                "allowed: the browser may send the request".to_owned(),
                r#"Fetch, "CORS-preflight fetch""#,
            ),
            (None, _) => may_read,
            (Some(_), _) => {
                let rules: Vec<_> = self.denials.iter().map(|it| it.kind().as_str()).collect();
                let lines: Vec<_> = remedies.iter().map(ToString::to_string).collect();
                let advice = match (lines.len(), rules.len() - lines.len()) {
                    (0, _) => "the policy is not the place to change; see above".to_owned(),
                    (_, 0) => format!("to allow it, add {}", lines.join(" ")),
                    (_, _) => {
                        format!("{} would allow a part of it; see above", lines.join(" "))
                    }
                };
                let section = if is_preflight {
                    r#"Fetch, "CORS-preflight fetch""#
                } else {
                    r#"Fetch, "CORS check""#
                };
                let rules = rules.join(", ");
                let has_no_effect = self.is_unchecked() && self.decision.status().is_none();
                let text = if has_no_effect {
                    format!(
                        "refused ({rules}), to no effect: the browser does not check; see above"
                    )
                } else {
                    format!("refused ({rules}): {advice}")
                };
                (text, section)
            }
        };
        let is_refusal = !self.denials.is_empty();
        self.steps.push(Step { topic: Topic::Verdict, is_refusal, text, section });
    }

    /// The browser gives the page the answer without a CORS check.
    pub(super) fn is_unchecked(&self) -> bool {
        let is_actual = self.decision.kind() == RequestKind::Actual;
        is_actual && (is_websocket(self.headers) || self.decision.is_same_origin())
    }

    fn says(&mut self, topic: Topic, text: impl Into<String>, section: &'static str) {
        self.steps.push(Step { topic, is_refusal: false, text: text.into(), section });
    }

    fn refuses(&mut self, topic: Topic, denial: Denial<'a>, section: &'static str) {
        self.steps.push(Step { topic, is_refusal: true, text: denial.to_string(), section });
        self.denials.push(denial);
    }
}

/// `value` is the origin in quotes.
#[cfg_attr(not(feature = "regex"), expect(unused_variables))]
fn in_words(set: &OriginSet, asked: Asked<'_>, value: &str) -> String {
    match asked {
        Asked::TooLong => "nobody is asked: this is longer than any origin".to_owned(),
        Asked::Exact { allows: true, .. } => format!("{value} is listed"),
        Asked::Exact { count, .. } => format!("exact origins: none of {count} is {value}"),
        Asked::Patterns { allowed_by: Some(pattern), .. } => {
            format!("patterns: \"{pattern}\" stands for {value}")
        }
        Asked::Patterns { count, .. } => format!("patterns: none of {count} stands for {value}"),
        Asked::Opaque => "`dangerous_allow_opaque_origins` allows it".to_owned(),
        Asked::Null => "`dangerous_allow_null_origin` allows it".to_owned(),
        Asked::Any => format!("`dangerous_allow_any_origin_with_credentials` allows {value}"),
        Asked::NotAnOrigin => format!("regexes and predicates are not asked: {value} is no origin"),
        #[cfg(feature = "regex")]
        Asked::Regexes { allowed_by: Some(at), .. } => {
            let regex = set.custom().map(|custom| crate::compile::as_written(&custom.regexes[at]));
            format!("regexes: {:?} matches {value}", regex.unwrap_or_default())
        }
        Asked::Regexes { count, .. } => format!("regexes: none of {count} matches {value}"),
        Asked::Predicates { count, allowed_by: Some(at) } => {
            format!("predicates: number {} of {count} allows {value}", at + 1)
        }
        Asked::Predicates { count, .. } => format!("predicates: none of {count} allows {value}"),
    }
}
