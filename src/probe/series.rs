//! Faults that several answers show together.

use super::{
    browser,
    check::Check,
    exchange::{Exchange, Scene, Way},
    judge::{Answers, Observation, Seen, allow_origin},
    origins::witnesses,
};
use crate::policy::Policy;

pub(super) fn observe(answers: &Answers<'_>, observations: &mut Vec<Observation>) {
    let Some(policy) = answers.probe.places.first().and_then(|place| place.policy.as_deref())
    else {
        return;
    };
    narrow_wildcards(answers, policy, observations);
    repetitions(answers, policy, observations);
    observations.extend(cache(answers, policy));
}

/// Whether a page gets the answer, in words.
fn conclusion(exchange: &Exchange, seen: &Seen<'_>, policy: &Policy) -> Result<String, String> {
    let origin = exchange.origin().unwrap_or_default();
    let credentials = policy.rules.allows_credentials();
    let check = if exchange.is_preflight() {
        browser::check_preflight_answer(origin, credentials, seen.status, seen.headers)
    } else {
        browser::cors_check(origin, credentials, seen.headers)
    };
    let value = allow_origin(seen).map_or_else(
        || "no `Access-Control-Allow-Origin`".to_owned(),
        |value| format!("`Access-Control-Allow-Origin: {value}`"),
    );
    let text = format!("{}, {value}", seen.status.as_u16());
    if check.is_ok() { Ok(text) } else { Err(text) }
}

/// An origin of a pattern is blocked, and another one of the same pattern is not.
fn narrow_wildcards(answers: &Answers<'_>, policy: &Policy, observations: &mut [Observation]) {
    let witnesses = witnesses(policy, &[]);
    let rule_of = |exchange: &Exchange| {
        let origin = exchange.origin()?;
        Some(witnesses.iter().find(|witness| witness.origin == origin)?.rule)
    };
    let good: Vec<usize> = answers
        .page()
        .filter(|(_, exchange, seen)| conclusion(exchange, seen, policy).is_ok())
        .filter_map(|(_, exchange, _)| rule_of(exchange))
        .collect();
    for observation in observations {
        let exchange = &answers.exchanges[observation.at];
        let is_missing = observation.check == Check::AllowOriginMissing && exchange.place == 0;
        if is_missing && rule_of(exchange).is_some_and(|rule| good.contains(&rule)) {
            observation.check = Check::WildcardTooNarrow;
        }
    }
}

/// The same request has different answers.
fn repetitions(answers: &Answers<'_>, policy: &Policy, observations: &mut Vec<Observation>) {
    let again = |(_, exchange, _): &(usize, &Exchange, Seen<'_>)| exchange.scene == Scene::Again;
    let mut found: Vec<Check> = Vec::new();
    for (at, exchange, seen) in answers.iter().filter(again) {
        let is_same = |(_, other, _): &(usize, &Exchange, Seen<'_>)| {
            other.scene == Scene::Page
                && other.place == 0
                && other.request.method() == exchange.request.method()
                && other.request.headers() == exchange.request.headers()
        };
        let mut others = answers.iter().filter(is_same);
        let here = conclusion(exchange, &seen, policy);
        let differing = others.find_map(|(_, other, seen)| {
            Some(conclusion(other, &seen, policy)).filter(|there| there.is_ok() != here.is_ok())
        });
        let check = match exchange.way {
            Way::Http1 => Check::VersionsDisagree,
            _ => Check::BackendsDisagree,
        };
        let Some(there) = differing.filter(|_| !found.contains(&check)) else { continue };
        let (Ok(there) | Err(there), Ok(here) | Err(here)) = (there, here);
        found.push(check);
        observations.push(Observation { check, at, expected: there, seen: here });
    }
}

/// A new URL gives the right answer, and a URL that was asked for without this origin does not.
fn cache(answers: &Answers<'_>, policy: &Policy) -> Option<Observation> {
    let of_scene = |scene| answers.iter().find(move |(_, exchange, _)| exchange.scene == scene);
    let (_, alone, fresh) = of_scene(Scene::FreshAlone)?;
    let right = conclusion(alone, &fresh, policy).ok()?;
    let page = answers.page().find(|(_, exchange, _)| {
        exchange.way == Way::InOrder && exchange.request.headers() == alone.request.headers()
    });
    let asked = page.into_iter().chain(of_scene(Scene::FreshThen));
    let mut wrong = asked
        .filter_map(|(at, exchange, seen)| Some((at, conclusion(exchange, &seen, policy).err()?)));
    let (at, seen) = wrong.next()?;
    let expected = format!("{right}, as for a new URL");
    Some(Observation { check: Check::CacheMixesOrigins, at, expected, seen })
}
