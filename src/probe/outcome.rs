//! Compares the conclusions of a browser with the policy.

use http::{
    HeaderMap, StatusCode,
    header::{
        ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS,
        ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS,
        ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, HeaderName,
        WWW_AUTHENTICATE,
    },
};

use super::{
    browser::{self, Allowed, Exposed, Reason},
    check::Check,
    exchange::{Exchange, Scene},
    judge::{Observation, Seen, line, lines},
};
use crate::policy::{Decision, Denial, Policy, fetch};

/// One answer, beside the decision of the policy.
pub(super) struct Comparison<'a> {
    pub(super) exchange: &'a Exchange,
    pub(super) policy: &'a Policy,
    pub(super) seen: &'a Seen<'a>,
    pub(super) decision: Decision<'a>,
    /// The headers that the policy would send.
    pub(super) expected: HeaderMap,
}

impl<'a> Comparison<'a> {
    pub(super) fn new(exchange: &'a Exchange, policy: &'a Policy, seen: &'a Seen<'a>) -> Self {
        let decision = policy.evaluate_request(&exchange.request);
        // The other headers, because a policy may expose whatever the response has.
        let mut expected = seen.headers.clone();
        for header in &fetch::CORS_HEADERS {
            expected.remove(&header.name);
        }
        decision.apply(&mut expected);
        Self { exchange, policy, seen, decision, expected }
    }

    pub(super) fn observe(&self, push: &mut impl FnMut(Observation)) {
        let mut add = |(check, expected, seen)| push(Observation { check, expected, seen, at: 0 });
        let denies_origin = self.decision.denial().is_some_and(|it| Denial::is_about_origin(&it));
        match self.exchange.scene {
            Scene::Page | Scene::Missing | Scene::Head | Scene::NotModified
                if !self.exchange.origins().is_empty() =>
            {
                match (self.exchange.is_preflight(), denies_origin) {
                    (true, true) => self.denied_preflight().into_iter().for_each(&mut add),
                    (true, false) => self.preflight().into_iter().for_each(&mut add),
                    (false, true) => self.denied_response().into_iter().for_each(&mut add),
                    (false, false) => self.response().into_iter().for_each(&mut add),
                }
            }
            Scene::Confused if self.seen.status.is_success() => {
                self.denied_response().into_iter().for_each(&mut add);
            }
            _ => {}
        }
    }

    fn credentials(&self) -> bool {
        self.policy.rules.allows_credentials()
    }

    /// The response to a page that the policy allows.
    fn response(&self) -> Vec<(Check, String, String)> {
        let origin = self.exchange.origin().unwrap_or_default();
        let (headers, status) = (self.seen.headers, self.seen.status);
        let mut found = Vec::new();
        if let Err(reason) = browser::cors_check(origin, self.credentials(), headers) {
            let check = match (&reason, self.exchange.scene) {
                (Reason::AllowOriginMissing, Scene::NotModified) => {
                    (status == StatusCode::NOT_MODIFIED).then_some(Check::NotModifiedWithoutCors)
                }
                (Reason::AllowOriginMissing, Scene::Head) => Some(Check::HeadWithoutCors),
                (Reason::AllowOriginMissing, _) if status.is_redirection() => {
                    Some(Check::RedirectWithoutCors)
                }
                (Reason::AllowOriginMissing, _) if is_error(status) => {
                    Some(Check::ErrorWithoutCors)
                }
                _ => Some(self.check_of(&reason)),
            };
            found.extend(check.map(|check| self.differs(check, ORIGIN_AND_CREDENTIALS)));
            return found;
        }
        if !self.credentials() && browser::cors_check(origin, true, headers).is_ok() {
            found.push(
                self.differs(Check::CredentialsUnwanted, &[ACCESS_CONTROL_ALLOW_CREDENTIALS]),
            );
        }
        if self.exchange.scene == Scene::Page && !is_error(status) {
            found.extend(self.exposed());
        }
        found
    }

    fn exposed(&self) -> Vec<(Check, String, String)> {
        let is_own = |name: &&HeaderName| {
            let name = name.as_str();
            !fetch::is_safelisted_response_header(name)
                && !fetch::is_forbidden_response_header(name)
                && !fetch::is_cors_response_header(name)
        };
        let names = |exposed| match exposed {
            Exposed::Listed(names) => (names, false),
            // All that the response has.
            Exposed::All => {
                let present = self.seen.headers.keys().filter(is_own);
                (present.map(ToString::to_string).collect::<Vec<String>>(), true)
            }
        };
        let (wanted, any_wanted) = names(browser::exposed(&self.expected, self.credentials()));
        let (seen, any_seen) = names(browser::exposed(self.seen.headers, self.credentials()));
        let mut found = Vec::new();
        if !any_seen && wanted.iter().any(|name| !seen.contains(name)) {
            found.push(self.differs(Check::ExposedHeaderMissing, &[ACCESS_CONTROL_EXPOSE_HEADERS]));
        }
        let is_more = any_seen || seen.iter().any(|name| !wanted.contains(name));
        if is_more && !any_wanted {
            found
                .push(self.differs(Check::ExposedHeaderUnwanted, &[ACCESS_CONTROL_EXPOSE_HEADERS]));
        }
        found
    }

    /// The response to a page that the policy denies.
    fn denied_response(&self) -> Vec<(Check, String, String)> {
        let mut found = Vec::new();
        if self.is_granted(|origin| browser::cors_check(origin, false, self.seen.headers)) {
            found.push(self.differs(self.exchange.near_miss, ORIGIN_AND_CREDENTIALS));
        }
        // No browser sends several origins.
        let has_one = self.exchange.near_miss != Check::SeveralOriginsAllowed;
        let rejects = self.decision.status().filter(|_| has_one && !is_error(self.seen.status));
        if let Some(status) = rejects {
            let seen = self.seen.status.as_u16().to_string();
            found.push((Check::NotRejected, format!("status {}", status.as_u16()), seen));
        }
        found
    }

    fn denied_preflight(&self) -> Vec<(Check, String, String)> {
        let Seen { status, headers, .. } = self.seen;
        let is_granted = self
            .is_granted(|origin| browser::check_preflight_answer(origin, false, *status, headers));
        let granted =
            is_granted.then(|| self.differs(self.exchange.near_miss, ORIGIN_AND_CREDENTIALS));
        granted.into_iter().collect()
    }

    /// Whether a page of any origin that the request names gets the answer.
    fn is_granted(&self, check: impl Fn(&str) -> Result<(), Reason>) -> bool {
        self.exchange.origins().iter().any(|origin| check(origin).is_ok())
    }

    /// The answer to a preflight of a page that the policy allows.
    fn preflight(&self) -> Vec<(Check, String, String)> {
        let origin = self.exchange.origin().unwrap_or_default();
        let Seen { status, headers, .. } = self.seen;
        let checked = browser::check_preflight_answer(origin, self.credentials(), *status, headers);
        // Any refusal will do if the page asks for too much.
        if checked.is_err() && !self.decision.is_allowed() {
            return Vec::new();
        }
        if let Err(reason) = checked {
            let needs_credentials = matches!(status.as_u16(), 401 | 407)
                || (status.as_u16() == 403 && headers.contains_key(WWW_AUTHENTICATE));
            let is_routed = matches!(status.as_u16(), 404 | 405 | 501);
            let check = match reason {
                Reason::PreflightRedirect(_) => Check::PreflightRedirected,
                Reason::AllowOriginMissing | Reason::PreflightStatus(_) if needs_credentials => {
                    Check::PreflightNeedsCredentials
                }
                Reason::AllowOriginMissing | Reason::PreflightStatus(_) if is_routed => {
                    Check::PreflightRouted
                }
                Reason::AllowOriginMissing => Check::PreflightUnanswered,
                Reason::PreflightStatus(_) => Check::PreflightStatus,
                reason => self.check_of(&reason),
            };
            return vec![self.differs(check, ORIGIN_AND_CREDENTIALS)];
        }
        match Allowed::read(headers, self.credentials()) {
            Ok(allowed) => self.lists(&allowed),
            Err(Reason::AllowMethodsMalformed(_)) => {
                vec![self.differs(Check::AllowMethodsMalformed, &[ACCESS_CONTROL_ALLOW_METHODS])]
            }
            Err(_) => {
                vec![self.differs(Check::AllowHeadersMalformed, &[ACCESS_CONTROL_ALLOW_HEADERS])]
            }
        }
    }

    fn lists(&self, allowed: &Allowed) -> Vec<(Check, String, String)> {
        let requested = |name| browser::get(self.exchange.request.headers(), &name);
        let mut found = Vec::new();
        let method = requested(ACCESS_CONTROL_REQUEST_METHOD).unwrap_or_default();
        let seen = line(self.seen.headers, &ACCESS_CONTROL_ALLOW_METHODS);
        let listed = self.policy.methods.allowed_by(method.as_bytes()).is_some();
        match (listed, allowed.allows_method(&method)) {
            (true, false) => {
                found.push((Check::MethodMissing, format!("`{method}` is allowed"), seen));
            }
            (false, true) => {
                found.push((Check::MethodUnwanted, format!("`{method}` is not allowed"), seen));
            }
            _ => {}
        }
        let names = requested(ACCESS_CONTROL_REQUEST_HEADERS).unwrap_or_default();
        let names = names.split(',').filter(|name| !name.is_empty());
        let (listed, unlisted): (Vec<&str>, Vec<&str>) = names
            .partition(|name| self.policy.request_headers.allowed_by(name.as_bytes()).is_some());
        let seen = || line(self.seen.headers, &ACCESS_CONTROL_ALLOW_HEADERS);
        if let Some(name) = listed.iter().find(|name| allowed.check_header(name).is_err()) {
            found.push((Check::HeaderMissing, format!("`{name}` is allowed"), seen()));
        }
        if let Some(name) = unlisted.iter().find(|name| allowed.check_header(name).is_ok()) {
            found.push((Check::HeaderUnwanted, format!("`{name}` is not allowed"), seen()));
        }
        found
    }

    fn check_of(&self, reason: &Reason) -> Check {
        let lines = self.seen.headers.get_all(ACCESS_CONTROL_ALLOW_ORIGIN).iter().count();
        match reason {
            Reason::AllowOriginSeveral(_) if lines > 1 => Check::AllowOriginTwice,
            Reason::AllowOriginSeveral(_) => Check::AllowOriginList,
            Reason::WildcardWithCredentials => Check::WildcardWithCredentials,
            Reason::CredentialsNotTrue(_) => Check::CredentialsMissing,
            Reason::AllowOriginMissing => Check::AllowOriginMissing,
            _ => Check::AllowOriginMismatch,
        }
    }

    /// Shows these headers of both, and the status of the answer.
    fn differs(&self, check: Check, names: &[HeaderName]) -> (Check, String, String) {
        let status = self.seen.status.as_u16();
        // Credentials only if one of both sends them.
        let is_shown = |name: &&HeaderName| {
            **name != ACCESS_CONTROL_ALLOW_CREDENTIALS
                || self.expected.contains_key(*name)
                || self.seen.headers.contains_key(*name)
        };
        let names: Vec<&HeaderName> = names.iter().filter(is_shown).collect();
        (
            check,
            lines(&self.expected, &names),
            format!("{status}, {}", lines(self.seen.headers, &names)),
        )
    }
}

const ORIGIN_AND_CREDENTIALS: &[HeaderName] =
    &[ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_ALLOW_CREDENTIALS];

fn is_error(status: StatusCode) -> bool {
    status.is_client_error() || status.is_server_error()
}
