//! The origin matcher against its naive twin, on random and on very large sets of patterns.

use std::collections::HashSet;

use corsac::{CorsLayer, Origin, OriginPattern, Policy};
use http::{HeaderMap, HeaderValue, Method, header::ORIGIN};
use proptest::{prelude::*, strategy::ValueTree as _, test_runner::TestRunner};

use crate::{
    cases,
    origins::{self, pattern, patterns, probe},
    twin,
};

mod bypasses;
mod kinds;

/// A policy of these patterns and nothing else; a set of none is possible beside a predicate.
fn policy<S: AsRef<str>>(patterns: &[S]) -> Policy {
    CorsLayer::builder().allow_origins(patterns).allow_origin_if(|_| false).build_policy().unwrap()
}

fn allows(policy: &Policy, origin: impl AsRef<[u8]>) -> bool {
    // What HTTP cannot carry reaches no policy
    let Ok(origin) = HeaderValue::from_bytes(origin.as_ref()) else {
        return false;
    };
    let headers = HeaderMap::from_iter([(ORIGIN, origin)]);
    policy.evaluate(&Method::GET, &headers).is_allowed()
}

/// Any text, more often than not with a scheme in front.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "https?://.*",
        "[a-z]{1,5}://[-a-zA-Z0-9._*:/@\\[\\]]{0,20}",
        "(https?|ftp|a)://[ax.*-]{1,7}\\.[a-c*]{1,3}(\\.[a-c]{1,2})?(:\\*)?",
        "https://[xn*-]{4,9}(b-kva)?\\.example\\.com",
        "https?://[0-9a-fx.]{1,16}(:[0-9]{1,6})?",
        "http://\\[[0-9a-fA-F:.]{1,30}\\](:[0-9]{1,6})?",
        "https://xn--[a-z0-9-]{0,12}",
        "https://xn--([a-z]{1,5}-)?[a-b][a-c0-9]{1,4}\\.example",
        "[hhttps]{3,6}://a\\.example",
        "[\\[\\]{}()\"',;| *.:/0-9aü\u{200b}]{0,30}",
        "https?://[a-zßüäжλ日-]{1,8}\\.[a-z0-9é가]{2,4}(:[0-9]{2})?",
        "https://([a-b]{0,64}\\.){0,9}[a-b]{0,66}\\.?",
    ]
}

/// Texts near the grammar's edges.
fn near_grammar() -> impl Strategy<Value = String> {
    prop_oneof![
        2 => (pattern(), probe()).prop_map(|(pattern, probe)| probe.near(&[pattern])),
        // The wildcards stay
        1 => (pattern(), prop::collection::vec(origins::change(), 0..3)).prop_map(
            |(pattern, changes)| {
                changes.iter().fold(pattern, |text, change| origins::changed(&text, change))
            }
        ),
        1 => text(),
        1 => any::<[u16; 8]>().prop_map(ipv6),
        1 => prop::collection::vec(prop::sample::select(&[0, 0, 0, 1, 0xab][..]), 8)
            .prop_map(|segments| ipv6(segments.try_into().unwrap())),
    ]
}

fn ipv6(segments: [u16; 8]) -> String {
    format!("http://[{}]", twin::serialize_ipv6(segments))
}

proptest! {
    #![proptest_config(cases(512))]

    #[test]
    fn sets_decide_like_the_twin(
        patterns in patterns(40),
        probes in prop::collection::vec(probe(), 8),
    ) {
        let policy = policy(&patterns);
        for origin in probes.iter().map(|probe| probe.near(&patterns)) {
            let expected = twin::allows(&patterns, &origin);
            prop_assert_eq!(allows(&policy, &origin), expected, "{:?}", origin);
            // The twin's own twin, which the largest set is tested with
            let found = twin::patterns_for(&origin).iter().any(|text| patterns.contains(text));
            prop_assert_eq!(found, expected, "{:?}", origin);
        }
    }

    #[test]
    fn patterns_match_like_the_twin(
        pattern in pattern(),
        probes in prop::collection::vec(probe(), 8),
    ) {
        let compiled: OriginPattern = pattern.parse().unwrap();
        for origin in probes.iter().map(|probe| probe.near(&[&pattern])) {
            let matches = origin.parse().is_ok_and(|origin: Origin| compiled.matches(&origin));
            prop_assert_eq!(matches, twin::matches(&pattern, &origin), "{:?}", origin);
        }
    }

    #[test]
    fn order_and_repetition_change_nothing(
        (patterns, others) in patterns(40).prop_flat_map(|patterns| {
            let others = [&patterns[..], &patterns[..patterns.len() / 2]].concat();
            (Just(patterns), Just(others).prop_shuffle())
        }),
        probes in prop::collection::vec(probe(), 8),
    ) {
        let (one, other) = (policy(&patterns), policy(&others));
        for origin in probes.iter().map(|probe| probe.near(&patterns)) {
            prop_assert_eq!(allows(&one, &origin), allows(&other, &origin), "{:?}", origin);
        }
    }

    #[test]
    fn one_more_pattern_takes_no_origin_away(
        patterns in patterns(40),
        more in patterns(3),
        probes in prop::collection::vec(probe(), 8),
    ) {
        let all: Vec<_> = patterns.iter().chain(&more).collect();
        let (fewer, more) = (policy(&patterns), policy(&all));
        for origin in probes.iter().map(|probe| probe.near(&patterns)) {
            prop_assert!(!allows(&fewer, &origin) || allows(&more, &origin), "{:?}", origin);
        }
    }

    #[test]
    fn only_origins_are_allowed(
        patterns in patterns(40),
        text in near_grammar(),
        bytes in prop::collection::vec(any::<u8>(), 0..40),
    ) {
        let policy = policy(&patterns);
        prop_assert_eq!(allows(&policy, &text), twin::allows(&patterns, &text), "{:?}", text);
        prop_assert!(!allows(&policy, &text) || text.parse::<Origin>().is_ok(), "{:?}", text);
        prop_assert!(!allows(&policy, &bytes));
        // A byte that no origin has, in front of, within or behind one that is allowed
        for pattern in patterns.iter().take(8) {
            for at in 0..=pattern.len() {
                let mut bytes = pattern.clone().into_bytes();
                bytes.insert(at, 0x80 | u8::try_from(text.len() & 0x7F).unwrap());
                prop_assert!(!allows(&policy, &bytes), "{:?}", bytes);
            }
        }
    }

    #[test]
    fn texts_survive_a_round_trip(text in near_grammar()) {
        if let Ok(origin) = text.parse::<Origin>() {
            prop_assert_eq!(origin.to_string(), &*text);
            prop_assert_eq!(origin.to_string().parse::<Origin>().unwrap(), origin);
        }
        if let Ok(pattern) = text.parse::<OriginPattern>() {
            prop_assert_eq!(pattern.to_string(), &*text);
            prop_assert_eq!(pattern.as_str(), &text);
            prop_assert_eq!(pattern.to_string().parse::<OriginPattern>().unwrap(), pattern);
        }
    }

    #[test]
    fn an_origin_consists_of_its_parts(text in near_grammar()) {
        if let Ok(origin) = text.parse::<Origin>() {
            let port = origin.port().map(|port| format!(":{port}")).unwrap_or_default();
            prop_assert_eq!(format!("{}://{}{port}", origin.scheme(), origin.host()), text);
        }
    }

    #[test]
    fn the_grammars_agree(text in near_grammar()) {
        let (is_origin, is_pattern) =
            (text.parse::<Origin>().is_ok(), text.parse::<OriginPattern>().is_ok());
        prop_assert_eq!(is_pattern, twin::is_pattern(&text), "pattern {:?}", text);
        prop_assert_eq!(is_origin, twin::is_origin(&text), "origin {:?}", text);
        prop_assert_eq!(is_origin, is_pattern && !text.contains('*'), "{:?}", text);
        // A predicate is asked of origins alone
        let anyone = CorsLayer::builder().allow_origin_if(|_| true).build_policy().unwrap();
        prop_assert_eq!(allows(&anyone, &text), is_origin, "{:?}", text);
    }

    #[test]
    fn a_pattern_that_is_refused_says_what_to_write(text in near_grammar()) {
        let Err(error) = text.parse::<OriginPattern>() else { return Ok(()) };
        prop_assert_eq!(error.value(), &text);
        prop_assert!(error.to_string().starts_with("origin \""));
        if let Some(suggestion) = error.suggestion() {
            prop_assert!(twin::is_pattern(suggestion), "{:?} for {:?}", suggestion, text);
            prop_assert!(suggestion.parse::<OriginPattern>().is_ok());
        }
    }
}

proptest! {
    #![proptest_config(cases(16))]

    #[test]
    fn sets_of_hundreds_decide_like_the_twin(
        patterns in prop::collection::vec(pattern(), 100..500),
        probes in prop::collection::vec(probe(), 200),
    ) {
        let policy = policy(&patterns);
        for origin in probes.iter().map(|probe| probe.near(&patterns)) {
            let expected = twin::allows(&patterns, &origin);
            prop_assert_eq!(allows(&policy, &origin), expected, "{:?}", origin);
        }
    }
}

#[cfg(feature = "regex")]
proptest! {
    #![proptest_config(cases(64))]

    #[test]
    fn regexes_decide_like_the_patterns_that_they_say(
        patterns in prop::collection::vec(pattern(), 1..6),
        probes in prop::collection::vec(probe(), 16),
    ) {
        let regex = |pattern: &String| {
            let escaped = pattern.replace('.', "\\.").replace('+', "\\+").replace('[', "\\[");
            let (scheme, rest) = escaped.split_once("://").unwrap();
            let (host, port) = match rest.strip_suffix(":*") {
                _ if rest == "*" => ("", ".*"),
                Some(host) => (host, "(:[0-9]+)?"),
                None => (rest, ""),
            };
            let host = match host.strip_prefix("*\\.") {
                Some(domain) => format!("([^.:]+\\.)+{domain}"),
                None => host.replace('*', "[^.:]+"),
            };
            format!("{scheme}://{host}{port}")
        };
        let regexes: Vec<_> = patterns.iter().map(regex).collect();
        let one = CorsLayer::builder().allow_origin_regex(&regexes.join("|"));
        let several = regexes
            .iter()
            .fold(CorsLayer::builder(), |builder, regex| builder.allow_origin_regex(regex));
        for policy in [one, several].map(|builder| builder.build_policy().unwrap()) {
            for origin in probes.iter().map(|probe| probe.near(&patterns)) {
                let expected = twin::allows(&patterns, &origin);
                prop_assert_eq!(allows(&policy, &origin), expected, "{:?}", origin);
            }
        }
    }
}

/// What this strategy gives, the same in every run.
fn samples<S: Strategy>(strategy: &S, count: usize) -> Vec<S::Value> {
    let mut runner = TestRunner::deterministic();
    (0..count).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect()
}

#[test]
fn a_set_of_30000_decides_like_the_twin() {
    let labels = ["app", "api", "a", "b", "x-1", "foo", "bar", "foobar"];
    // Neighbours share prefixes and suffixes of many lengths
    let host = |n: usize| {
        let label = |at: usize| labels[(n / at) % labels.len()];
        format!("{}{}.{}.{}{}.example", label(1), n % 97, label(7), label(3), n / 5)
    };
    let scheme = |n: usize| if n % 7 == 0 { "http" } else { "https" };
    let port = |n: usize| ["", "", ":8443", ":*"][n % 4];
    let exact =
        (0..20_000).map(|n| format!("{}://{}{}", scheme(n), host(n), port(n).replace('*', "81")));
    let wildcards = (0..5000).map(|n| format!("{}://*.{}{}", scheme(n), host(3 * n), port(n)));
    let labels = (0..4900).map(|n| {
        let (first, domain) = (labels[n % labels.len()], host(if n % 3 == 0 { 0 } else { 5 * n }));
        format!("{}://{}*-{n}.{domain}{}", scheme(n), first, port(n))
    });
    let schemes = (0..100).map(|n| format!("app-{n}://*"));
    let patterns: Vec<_> = exact.chain(wildcards).chain(labels).chain(schemes).collect();
    let known: HashSet<&str> = patterns.iter().map(String::as_str).collect();
    assert_eq!(known.len(), 30_000);

    let policy = policy(&patterns);
    let mut allowed = 0;
    for origin in samples(&probe(), 10_000).iter().map(|probe| probe.near(&patterns)) {
        let expected = twin::patterns_for(&origin).iter().any(|text| known.contains(&**text));
        assert_eq!(allows(&policy, &origin), expected, "{origin:?}");
        allowed += u32::from(expected);
    }
    assert!((2000..8000).contains(&allowed), "{allowed} of 10000 are allowed: no test");
}

/// A test that hardly ever sees the other answer is none.
#[test]
fn the_samples_come_close() {
    let sets = samples(&(patterns(40), probe()), 1000);
    let allowed = sets.iter().filter(|(set, probe)| twin::allows(set, &probe.near(set))).count();
    assert!((250..750).contains(&allowed), "{allowed} of 1000 are allowed");
    let texts = samples(&near_grammar(), 1000);
    let valid = texts.iter().filter(|text| twin::is_pattern(text)).count();
    assert!((250..750).contains(&valid), "{valid} of 1000 are patterns");
    let patterns = samples(&pattern(), 1000);
    assert!(patterns.iter().all(|pattern| twin::is_pattern(pattern)));
}
