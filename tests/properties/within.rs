//! `Policy::within` against its naive twin: every origin of a small world is asked of both policies.

use corsac::{CorsLayer, Excess, Policy};
use proptest::prelude::*;

use crate::{
    cases,
    origins::{pattern, patterns, probe},
    policies::{Any, Input, input},
    twin,
};

/// Few schemes, domains and ports, so that patterns often lie inside of each other, and everything that
/// they match can be enumerated.
const SCHEMES: [&str; 2] = ["https", "tauri"];
const DOMAINS: [&str; 4] = ["b.c", "a.b.c", "a-b.c", "localhost"];
const PORTS: [&str; 3] = ["", ":81", ":*"];
/// In front of a domain in a pattern.
const STARS: [&str; 7] = ["", "*.", "a*.", "*b.", "a*b.", "aa*b.", "a*ab."];
/// The labels in front of a domain in an origin.
const FRONTS: [&str; 16] = [
    "", "a.", "b.", "ab.", "aab.", "aaab.", "x.", "ax.", "xb.", "xab.", "axb.", "aaxb.", "axab.",
    "a.b.", "x.y.", "x.a.",
];

fn small_pattern() -> impl Strategy<Value = String> {
    let parts = (
        prop::sample::select(&SCHEMES[..]),
        prop::sample::select(&STARS[..]),
        prop::sample::select(&DOMAINS[..]),
        prop::sample::select(&PORTS[..]),
    );
    let text =
        parts.prop_map(|(scheme, star, domain, port)| format!("{scheme}://{star}{domain}{port}"));
    prop_oneof![12 => text, 1 => Just("tauri://*".to_owned())]
}

/// Every origin of the small world.
fn world() -> impl Iterator<Item = String> {
    let ports = ["", ":81", ":82"];
    SCHEMES.into_iter().flat_map(move |scheme| {
        FRONTS.into_iter().flat_map(move |front| {
            DOMAINS.into_iter().flat_map(move |domain| {
                ports.into_iter().map(move |port| format!("{scheme}://{front}{domain}{port}"))
            })
        })
    })
}

fn listed<S: AsRef<str>>(patterns: &[S]) -> Policy {
    CorsLayer::builder().allow_origins(patterns).build_policy().unwrap()
}

proptest! {
    #![proptest_config(cases(2048))]

    #[test]
    fn small_patterns_are_within_each_other_like_the_twin(
        policy in prop::collection::vec(small_pattern(), 1..3),
        ceiling in prop::collection::vec(small_pattern(), 1..5),
    ) {
        let within = listed(&policy).within(&listed(&ceiling));
        let beyond = world().find(|it| twin::allows(&policy, it) && !twin::allows(&ceiling, it));
        prop_assert_eq!(within.is_ok(), beyond.is_none(), "{:?} {:?}", within, beyond);
    }

    #[test]
    fn patterns_are_within_each_other_like_the_twin(
        policy in pattern(),
        ceiling in patterns(6).prop_filter("the builder refuses none", |it| !it.is_empty()),
        probes in prop::collection::vec(probe(), 20),
    ) {
        let all: Vec<&String> = ceiling.iter().chain([&policy]).collect();
        match listed(&[&policy]).within(&listed(&ceiling)) {
            Ok(()) => {
                for origin in probes.iter().map(|probe| probe.near(&all)) {
                    let is_beyond =
                        twin::matches(&policy, &origin) && !twin::allows(&ceiling, &origin);
                    prop_assert!(!is_beyond, "{:?}", origin);
                }
            }
            Err(excesses) => {
                let [Excess::Origin { value, example, .. }] = &excesses[..] else {
                    return Err(TestCaseError::fail(format!("{excesses:?}")));
                };
                prop_assert_eq!(value, &policy);
                let origin = example.as_ref().unwrap_or(value);
                prop_assert!(twin::matches(&policy, origin), "{:?}", origin);
                prop_assert!(!twin::allows(&ceiling, origin), "{:?}", origin);
            }
        }
    }

    #[test]
    fn policies_are_within_each_other_like_the_twin(
        policy in input(),
        mut ceiling in input(),
        probes in prop::collection::vec(probe(), 20),
        (is_relative, copied) in any::<(bool, u8)>(),
    ) {
        if is_relative {
            copy(&policy, &mut ceiling, copied);
        }
        let found = policy.builder().build_policy().unwrap()
            .within(&ceiling.builder().build_policy().unwrap())
            .err()
            .unwrap_or_default();
        let has = |id: &str| found.iter().any(|excess| excess.id() == id);
        // Every excess is real, and nothing that is beyond the ceiling is missing.
        let is_beyond = |origin: &str| policy.allows_origin(origin) && !ceiling.allows_origin(origin);
        let is_found = ["origin", "any-origin", "origin-code", "null-origin"].map(has).contains(&true);
        for origin in probes.iter().map(|probe| probe.near(&policy.patterns)) {
            prop_assert!(!is_beyond(&origin) || is_found, "{:?}", origin);
        }
        prop_assert!(!is_beyond("https://predicate.example") || is_found);
        prop_assert_eq!(has("null-origin"), policy.is_listed() && is_beyond("null"));
        let is_any_beyond = match policy.any {
            Any::No => false,
            Any::Constant => ceiling.is_listed(),
            Any::WithCredentials => ceiling.any == Any::No,
        };
        prop_assert_eq!(has("any-origin"), is_any_beyond);
        for excess in &found {
            if let Excess::Origin { value, example, .. } = excess {
                let origin = example.as_ref().unwrap_or(value);
                prop_assert!(is_beyond(origin), "{:?}", excess);
            }
        }
        let is_any = |list: &Option<Vec<&str>>| list.is_none();
        for method in ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "QUERY"] {
            let is_beyond = policy.allows_method(method) && !ceiling.allows_method(method);
            prop_assert!(!is_beyond || has("method") || has("any-method"), "{:?}", method);
        }
        prop_assert_eq!(has("any-method"), is_any(&policy.methods) && !is_any(&ceiling.methods));
        prop_assert_eq!(has("any-header"), is_any(&policy.headers) && !is_any(&ceiling.headers));
        prop_assert_eq!(has("any-exposed-header"), is_any(&policy.exposed) && !is_any(&ceiling.exposed));
        for excess in &found {
            let Some(value) = excess.value() else { continue };
            let is_beyond = match excess {
                Excess::Method { .. } => policy.allows_method(value) && !ceiling.allows_method(value),
                Excess::Header { .. } => policy.allows_header(value) && !ceiling.allows_header(value),
                Excess::ExposedHeader { .. } => {
                    let name = value.to_ascii_lowercase();
                    policy.exposes(&name) && !ceiling.exposes(&name)
                }
                _ => true,
            };
            prop_assert!(is_beyond, "{:?}", excess);
        }
        for name in policy.headers.iter().flatten() {
            prop_assert!(ceiling.allows_header(name) || has("header"), "{:?}", name);
        }
        for name in policy.exposed.iter().flatten().map(|name| name.to_ascii_lowercase()) {
            prop_assert!(ceiling.exposes(&name) || has("exposed-header"), "{:?}", name);
        }
        let has_more_credentials = policy.has_credentials() && !ceiling.has_credentials();
        prop_assert_eq!(has("credentials"), has_more_credentials);
        let seconds = |input: &Input| input.max_age.unwrap_or(7200);
        prop_assert_eq!(has("max-age"), seconds(&policy) > seconds(&ceiling));
        let rejects = |input: &Input| input.reject && input.is_listed();
        prop_assert_eq!(has("enforcement"), rejects(&ceiling) && !rejects(&policy));
        let trusts = |input: &Input| input.reject && input.trusts_forwarded;
        let has_more_trust = rejects(&ceiling)
            && rejects(&policy)
            && trusts(&policy)
            && !trusts(&ceiling);
        prop_assert_eq!(has("forwarded-headers"), has_more_trust);
    }
}

/// Makes a ceiling similar to a policy, so that more is within it.
fn copy(policy: &Input, ceiling: &mut Input, copied: u8) {
    let is_copied = |bit: u8| copied & (1 << bit) != 0;
    if is_copied(0) && ceiling.any == Any::No {
        ceiling.patterns.extend(policy.patterns.iter().cloned());
        let is_insecure = ceiling.patterns.iter().any(|pattern| twin::is_insecure(pattern));
        ceiling.insecure |= is_insecure && ceiling.has_credentials();
    }
    if is_copied(1) {
        ceiling.methods.clone_from(&policy.methods);
    }
    if is_copied(2) {
        ceiling.headers.clone_from(&policy.headers);
    }
    if is_copied(3) {
        ceiling.exposed.clone_from(&policy.exposed);
    }
    if is_copied(4) {
        ceiling.max_age = policy.max_age;
    }
}
