//! Follows the rules as `evaluate` does, and records the result of each.

use std::{convert::Infallible, ops::ControlFlow};

use http::{
    HeaderValue, Method,
    header::{ACCESS_CONTROL_REQUEST_METHOD, COOKIE, ORIGIN},
};

use super::{Explanation, Step, Topic, response};
use crate::{
    origin::{OriginCheck, quoted},
    policy::{
        Check, Decision, Denial, Origins, Policy, Remedy, RequestKind, is_repeated,
        lists::AllowedBy, request_headers::RequestHeaders, rules::Rules, same_origin::is_websocket,
    },
};

pub(super) struct Reasoning<'a> {
    policy: &'a Policy,
    method: &'a Method,
    decision: Decision<'a>,
    steps: Vec<Step>,
    /// All denials: `evaluate` stops at the first.
    denials: Vec<Denial<'a>>,
}

/// The section for the methods and headers of a preflight.
const PREFLIGHT: &str = r#"Fetch, "CORS-preflight fetch""#;

impl<'a> Reasoning<'a> {
    pub(super) fn new(decision: Decision<'a>, method: &'a Method) -> Self {
        let policy = decision.context.policy;
        Self { policy, method, decision, steps: Vec::new(), denials: Vec::new() }
    }

    pub(super) fn explain(mut self) -> Explanation {
        self.request();
        if let Some(origin) = self.decision.origin() {
            self.situation(origin);
            self.origin(origin);
            match self.decision.context.headers.get(ACCESS_CONTROL_REQUEST_METHOD) {
                Some(method) if self.decision.kind() == RequestKind::Preflight => {
                    self.preflight(method);
                }
                _ => self.note(
                    Topic::Method,
                    "the method and the headers of an actual request are not checked: if they need \
                     permission, its preflight asked for it",
                    PREFLIGHT,
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
        let method = quoted(self.method.as_str().as_bytes());
        let asks = self.decision.context.headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD);
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
        self.note(Topic::Request, text, section);
    }

    /// Notes the properties of a request that change the effect of CORS.
    fn situation(&mut self, origin: &HeaderValue) {
        if is_websocket(self.decision.context.headers) {
            self.note(
                Topic::Request,
                "a `WebSocket` handshake: browsers send it without asking, and do not check the \
                 answer; only `Enforcement::Reject` stops it",
                r#"RFC 6455, "Origin Considerations""#,
            );
        }
        if self.decision.is_same_origin() {
            // The values may be private, so they are not shown.
            let (text, section) = if self.decision.context.headers.contains_key("sec-fetch-site") {
                (
                    "`Sec-Fetch-Site` says that the page is the service's own: it needs no \
                     permission, whatever follows",
                    r#"Fetch Metadata, "Sec-Fetch-Site""#,
                )
            } else {
                (
                    "`Origin` is one of the service's own: the page needs no permission, whatever \
                     follows",
                    r#"Fetch, "`Origin` header""#,
                )
            };
            self.note(Topic::Request, text, section);
        }
        let headers = self.decision.context.headers;
        if self.decision.kind() == RequestKind::Actual
            && self.policy.is_trusted_sender(self.method, origin, headers)
        {
            self.note(
                Topic::Request,
                "`trusted_senders` lets this origin send the request; it does not let the page read \
                 the response",
                r#"HTML, "form submission""#,
            );
        }
        if origin == "null" {
            self.note(
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
        let policy = self.policy;
        let value = quoted(origin.as_bytes()).to_string();
        match &policy.origins {
            Origins::Any => {
                self.note(Topic::Origin, format!("{value}: any origin is allowed"), SECTION);
            }
            Origins::Listed(set) if !is_repeated(&ORIGIN, self.decision.context.headers) => {
                // The decision has the result.
                _ = set.check_with(origin, |check| {
                    self.note(Topic::Origin, in_words(check, &policy.rules, &value), SECTION);
                });
            }
            Origins::Listed(_) | Origins::Denied(_) => {}
        }
        if let Some(denial) = self.decision.denial().filter(Denial::is_about_origin) {
            self.refuse(Topic::Origin, denial, SECTION);
        }
    }

    fn preflight(&mut self, method: &'a HeaderValue) {
        /// More than any page sends.
        const SHOWN: usize = 50;
        let (policy, context) = (self.policy, self.decision.context);
        let start = self.steps.len();
        let (mut allowed_headers, mut has_denied_header) = (0, false);
        let requested = RequestHeaders::read(context.headers);
        let walk = policy.walk_preflight(method, context.headers, requested, |check| {
            let denial = check.denied().map(|(kind, value)| Denial::new(context, kind, value));
            match (check, denial) {
                // One sentence lists all denied headers.
                (Check::Header(..), Some(_)) if has_denied_header => {}
                (Check::Header(..) | Check::TooManyHeaders, Some(denial)) => {
                    has_denied_header = true;
                    self.refuse(Topic::Header, denial, PREFLIGHT);
                }
                (Check::SeveralMethods(_), Some(denial)) => {
                    self.refuse(Topic::Method, denial, r#"Fetch, "HTTP new-header syntax""#);
                }
                (_, Some(denial)) => self.refuse(Topic::Method, denial, PREFLIGHT),
                (Check::Header(name, rule), None) => {
                    allowed_headers += 1;
                    if allowed_headers <= SHOWN {
                        let value = quoted(name);
                        let text = match rule {
                            Some(AllowedBy::Any) => format!("{value}: any header is allowed"),
                            _ => format!("{value} is listed"),
                        };
                        self.note(Topic::Header, text, PREFLIGHT);
                    }
                }
                (Check::Method(method, rule), None) => {
                    let value = quoted(method);
                    let (text, section) = match rule {
                        Some(AllowedBy::Safelist) => (
                            format!("{value} needs no listing"),
                            r#"Fetch, "CORS-safelisted method""#,
                        ),
                        Some(AllowedBy::Any) => {
                            (format!("{value}: any method is allowed"), PREFLIGHT)
                        }
                        _ => (format!("{value} is listed"), PREFLIGHT),
                    };
                    self.note(Topic::Method, text, section);
                }
                (Check::SeveralMethods(_) | Check::TooManyHeaders, None) => {}
            }
            ControlFlow::<Infallible>::Continue(())
        });
        debug_assert!(walk.is_continue());
        if allowed_headers == 0 && !has_denied_header {
            let text = "the preflight asks for no header that needs permission";
            self.note(Topic::Header, text, r#"Fetch, "CORS-unsafe request-header names""#);
        }
        if allowed_headers > SHOWN {
            let more = allowed_headers - SHOWN;
            self.note(Topic::Header, format!("and {more} more are allowed"), PREFLIGHT);
        }
        // The walk checks the number of headers first. Allowed headers come before denied ones.
        self.steps[start..].sort_by_key(|step| (step.topic, step.is_refusal));
    }

    fn credentials(&mut self) {
        const SECTION: &str = r#"Fetch, "CORS protocol and credentials""#;
        if self.is_unchecked() {
            return self.note(
                Topic::Credentials,
                "cookies go with it whatever the policy says, as far as their `SameSite` lets them",
                SECTION,
            );
        }
        if self.policy.rules.allows_credentials() {
            return self.note(
                Topic::Credentials,
                "the policy allows credentials; which cookies a page may send is up to their \
                 `SameSite`, and to the browser's settings",
                SECTION,
            );
        }
        self.note(
            Topic::Credentials,
            "the policy does not allow credentials: a page that sends them with `credentials: \
             \"include\"` will be refused by the browser, which the server cannot see",
            SECTION,
        );
        if self.decision.context.headers.contains_key(COOKIE) {
            self.note(
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
        let (text, section) = match (self.decision.denial(), self.decision.origin()) {
            (_, None) => ("CORS has no say in it".to_owned(), r#"Fetch, "CORS request""#),
            (None, _) if is_preflight => (
                "allowed: the browser may send the request".to_owned(),
                r#"Fetch, "CORS-preflight fetch""#,
            ),
            (None, _) => may_read,
            (Some(_), _) => {
                let rules: Vec<_> =
                    self.denials.iter().map(|denial| denial.kind().as_str()).collect();
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

    /// Returns whether the browser gives the page the response without a CORS check.
    pub(super) fn is_unchecked(&self) -> bool {
        let is_actual = self.decision.kind() == RequestKind::Actual;
        is_actual && (is_websocket(self.decision.context.headers) || self.decision.is_same_origin())
    }

    fn note(&mut self, topic: Topic, text: impl Into<String>, section: &'static str) {
        self.steps.push(Step { topic, is_refusal: false, text: text.into(), section });
    }

    fn refuse(&mut self, topic: Topic, denial: Denial<'a>, section: &'static str) {
        self.steps.push(Step { topic, is_refusal: true, text: denial.to_string(), section });
        self.denials.push(denial);
    }
}

/// Describes one check of an origin. `value` is the origin in quotes.
fn in_words(check: OriginCheck<'_>, rules: &Rules, value: &str) -> String {
    match check {
        OriginCheck::TooLong => "nothing is checked: this is longer than any origin".to_owned(),
        OriginCheck::Exact { allows: true, .. } => format!("{value} is listed"),
        OriginCheck::Exact { count, .. } => format!("exact origins: none of {count} is {value}"),
        OriginCheck::Patterns { allowed_by: Some(pattern), .. } => {
            format!("patterns: \"{pattern}\" stands for {value}")
        }
        OriginCheck::Patterns { count, .. } => {
            format!("patterns: none of {count} stands for {value}")
        }
        OriginCheck::Null => "`dangerous_allow_null_origin` allows it".to_owned(),
        OriginCheck::Opaque => "`dangerous_allow_opaque_origins` allows it".to_owned(),
        OriginCheck::Any => format!("`dangerous_allow_any_origin_with_credentials` allows {value}"),
        OriginCheck::NotAnOrigin => {
            format!("regexes and predicates are not used: {value} is not an origin")
        }
        OriginCheck::Regexes { count, allowed_by } => {
            match allowed_by.and_then(|index| rules.origin_regexes.get(index)) {
                Some(regex) => format!("regexes: {regex:?} matches {value}"),
                None => format!("regexes: none of {count} matches {value}"),
            }
        }
        OriginCheck::Predicates { count, allowed_by: Some(index) } => {
            format!("predicates: number {} of {count} allows {value}", index + 1)
        }
        OriginCheck::Predicates { count, .. } => {
            format!("predicates: none of {count} allows {value}")
        }
    }
}
