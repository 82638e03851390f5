//! Differences that no page shows, but that caches, other clients or the next change may.

use http::{
    HeaderMap, Method,
    header::{
        ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS,
        ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS,
        ACCESS_CONTROL_MAX_AGE, HeaderName, VARY,
    },
};

use super::{
    browser,
    check::Check,
    exchange::{Exchange, Scene},
    judge::{Answers, Observation, Seen, allow_origin, line, lines},
    outcome::Comparison,
};
use crate::policy::{Denial, Origins};

/// Observes one answer.
pub(super) fn observe(
    comparison: &Comparison<'_>,
    answers: &Answers<'_>,
    push: &mut impl FnMut(Observation),
) {
    let exchange = comparison.exchange;
    match exchange.scene {
        Scene::PlainOptions | Scene::ServerOptions => plain_options(comparison.seen, push),
        Scene::Page if exchange.is_preflight() => preflight(comparison, answers, push),
        Scene::Page if *exchange.request.method() == Method::GET => {
            response(comparison, answers, push);
        }
        _ => {}
    }
}

/// A path that must have no CORS.
pub(super) fn observe_without_cors(
    exchange: &Exchange,
    seen: &Seen<'_>,
    push: &mut impl FnMut(Observation),
) {
    let origin = exchange.origin().unwrap_or_default();
    let is_allowed = if exchange.is_preflight() {
        browser::check_preflight_answer(origin, false, seen.status, seen.headers).is_ok()
    } else {
        browser::cors_check(origin, false, seen.headers).is_ok()
    };
    if is_allowed {
        let names = [&ACCESS_CONTROL_ALLOW_ORIGIN];
        let shown = (lines(&HeaderMap::new(), &names), lines(seen.headers, &names));
        push(observation(Check::CorsUnwanted, shown.0, shown.1));
    }
}

fn observation(check: Check, expected: impl Into<String>, seen: impl Into<String>) -> Observation {
    Observation { check, expected: expected.into(), seen: seen.into(), at: 0 }
}

fn response(
    comparison: &Comparison<'_>,
    answers: &Answers<'_>,
    push: &mut impl FnMut(Observation),
) {
    let Comparison { exchange, policy, seen, decision, .. } = comparison;
    let allowed = allow_origin(seen);
    let is_granted = exchange
        .origins()
        .iter()
        .any(|origin| browser::cors_check(origin, false, seen.headers).is_ok());
    let mut stray =
        vec![&ACCESS_CONTROL_ALLOW_METHODS, &ACCESS_CONTROL_ALLOW_HEADERS, &ACCESS_CONTROL_MAX_AGE];
    let is_any = matches!(policy.origins, Origins::Any);
    let has_origin = decision.origin().is_some();
    if is_any {
        match allowed.as_deref() {
            Some("*") if seen.headers.contains_key(ACCESS_CONTROL_ALLOW_CREDENTIALS) => {
                push(observation(
                    Check::CredentialsWithoutEffect,
                    line(&HeaderMap::new(), &ACCESS_CONTROL_ALLOW_CREDENTIALS),
                    line(seen.headers, &ACCESS_CONTROL_ALLOW_CREDENTIALS),
                ));
            }
            Some("*") => {}
            shown if has_origin && is_granted && shown.is_some() => {
                push(observation(Check::StarEchoed, STAR, line_of_origin(seen)));
            }
            None if !has_origin => {
                push(observation(Check::StarMissing, STAR, line_of_origin(seen)));
            }
            _ => {}
        }
    } else if !is_granted && allowed.as_deref() != Some("*") && !answers.is_constant() {
        // A constant is sent to every client (Fetch, "CORS protocol and HTTP caches").
        let is_denied = decision.denial().is_some_and(|it| Denial::is_about_origin(&it));
        // Requests that no browser sends are judged by their outcome alone.
        if (is_denied && !exchange.is_odd()) || !has_origin {
            stray.extend([
                &ACCESS_CONTROL_ALLOW_ORIGIN,
                &ACCESS_CONTROL_ALLOW_CREDENTIALS,
                &ACCESS_CONTROL_EXPOSE_HEADERS,
            ]);
        }
    }
    shown(Check::StrayHeaders, seen.headers, &stray, push);
}

const STAR: &str = "`Access-Control-Allow-Origin: *`";

fn line_of_origin(seen: &Seen<'_>) -> String {
    line(seen.headers, &ACCESS_CONTROL_ALLOW_ORIGIN)
}

/// Pushes an observation if the answer has any of these headers.
fn shown(
    check: Check,
    headers: &HeaderMap,
    names: &[&HeaderName],
    push: &mut impl FnMut(Observation),
) {
    let present: Vec<&HeaderName> =
        names.iter().copied().filter(|name| headers.contains_key(*name)).collect();
    if !present.is_empty() {
        push(observation(check, lines(&HeaderMap::new(), &present), lines(headers, &present)));
    }
}

fn preflight(
    comparison: &Comparison<'_>,
    answers: &Answers<'_>,
    push: &mut impl FnMut(Observation),
) {
    let Comparison { exchange, seen, decision, expected, .. } = comparison;
    let is_denied = decision.denial().is_some_and(|it| Denial::is_about_origin(&it));
    let checked = |origin: &str| {
        browser::check_preflight_answer(origin, false, seen.status, seen.headers).is_ok()
    };
    let is_granted = exchange.origins().iter().any(|origin| checked(origin));
    if is_denied && !is_granted && !answers.is_constant() {
        let names: Vec<&HeaderName> =
            crate::policy::fetch::CORS_HEADERS.iter().map(|header| &header.name).collect();
        shown(Check::DeniedPreflightHeaders, seen.headers, &names, push);
    }
    if !is_denied && is_granted {
        shown(Check::ExposedOnPreflight, seen.headers, &[&ACCESS_CONTROL_EXPOSE_HEADERS], push);
        if browser::max_age(expected) != browser::max_age(seen.headers) {
            let name = &ACCESS_CONTROL_MAX_AGE;
            push(observation(
                Check::MaxAgeDiffers,
                line(expected, name),
                format!(
                    "{}, which is {} s",
                    line(seen.headers, name),
                    browser::max_age(seen.headers)
                ),
            ));
        }
        let varies = allow_origin(seen).is_some_and(|value| value != "*");
        if varies && !answers.is_constant() && !varies_on_origin(seen.headers) {
            push(observation(
                Check::PreflightVaryMissing,
                "`Vary: Origin`",
                line(seen.headers, &VARY),
            ));
        }
    }
    if let Some(trace) = trace_of_app(comparison, answers, is_denied) {
        push(observation(
            Check::PreflightReachesApp,
            "an answer made where CORS is configured",
            format!("{}, {trace}", seen.status.as_u16()),
        ));
    }
}

/// Returns the trace of the app in an answer.
fn trace_of_app(
    comparison: &Comparison<'_>,
    answers: &Answers<'_>,
    is_denied: bool,
) -> Option<String> {
    let seen = comparison.seen;
    if let Some(name) = &answers.probe.app_header {
        return seen.headers.contains_key(name).then(|| line(seen.headers, name));
    }
    // Preflights of allowed origins are judged by their outcome.
    if !is_denied {
        return None;
    }
    let is_body = |(_, exchange, other): &(usize, &Exchange, Seen<'_>)| {
        exchange.scene == Scene::PlainOptions && !seen.body.is_empty() && other.body == seen.body
    };
    if matches!(seen.status.as_u16(), 404 | 405 | 501) {
        Some("which a router answers".to_owned())
    } else if answers.iter().any(|it| is_body(&it)) {
        Some("the body of other OPTIONS requests".to_owned())
    } else {
        None
    }
}

fn plain_options(seen: &Seen<'_>, push: &mut impl FnMut(Observation)) {
    let names =
        [&ACCESS_CONTROL_ALLOW_METHODS, &ACCESS_CONTROL_ALLOW_HEADERS, &ACCESS_CONTROL_MAX_AGE];
    shown(Check::OptionsHijacked, seen.headers, &names, push);
}

/// Whether all responses that depend on the origin say so.
pub(super) fn observe_vary(answers: &Answers<'_>, observations: &mut Vec<Observation>) {
    let is_of_page = |exchange: &Exchange| {
        exchange.place == 0
            && !exchange.is_preflight()
            && matches!(
                exchange.scene,
                Scene::Page | Scene::FreshWithout | Scene::FreshThen | Scene::FreshAlone
            )
    };
    let is_ok = |seen: &Seen<'_>| seen.status.is_success();
    let pages: Vec<_> =
        answers.iter().filter(|(_, exchange, seen)| is_of_page(exchange) && is_ok(seen)).collect();
    let varies = pages.iter().any(|(_, _, seen)| allow_origin(seen).is_some_and(|it| it != "*"));
    if !varies || answers.is_constant() {
        return;
    }
    let mut lacking = pages.iter().filter(|(_, _, seen)| !varies_on_origin(seen.headers));
    let count = lacking.clone().count();
    let Some((at, _, seen)) = lacking.next() else { return };
    let check = if count == pages.len() { Check::VaryMissing } else { Check::VaryConditional };
    observations.push(Observation {
        at: *at,
        ..observation(check, "`Vary: Origin`", line(seen.headers, &VARY))
    });
}

/// RFC 9110, 12.5.5: `*` means that the response varies on everything.
fn varies_on_origin(headers: &HeaderMap) -> bool {
    let names = browser::get(headers, &VARY).unwrap_or_default();
    names.split(',').map(str::trim).any(|name| name == "*" || name.eq_ignore_ascii_case("origin"))
}

impl Answers<'_> {
    /// Whether every response names the same origin, as a configuration with one origin does. Such a
    /// response does not depend on the request.
    pub(super) fn is_constant(&self) -> bool {
        let is_fresh = |scene| matches!(scene, Scene::FreshWithout | Scene::FreshAlone);
        let pages = self.iter().filter(|(_, exchange, _)| {
            exchange.place == 0
                && !exchange.is_preflight()
                && (exchange.scene == Scene::Page || is_fresh(exchange.scene))
        });
        let values: Vec<_> = pages.map(|(_, _, seen)| allow_origin(&seen)).collect();
        match values.first() {
            Some(Some(first)) if first != "*" => values.iter().all(|it| it.as_ref() == Some(first)),
            _ => false,
        }
    }
}
