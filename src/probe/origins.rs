//! Origins to ask for: those that a policy allows, and those that careless matching confuses with them.

use std::net::Ipv4Addr;

use super::check::Check;
use crate::{
    origin::{CustomMatchers, OriginPattern, OriginSet, Parts, Port, Wildcard},
    policy::{Origins, Policy},
};

/// An origin that the policy allows, and the rule that allows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Witness {
    pub(super) origin: String,
    /// Equal for the origins of one pattern.
    pub(super) rule: usize,
}

/// An origin that the policy denies, and the fault of a deployment that allows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NearMiss {
    pub(super) origin: String,
    pub(super) check: Check,
}

/// An origin that no policy lists.
pub(super) const FOREIGN: &str = "https://corsac-probe.invalid";

/// A name that no list contains.
const LABEL: &str = "corsac-probe";
/// The domain of another owner (RFC 2606, 2).
const OTHER: &str = "evil.example";
/// The form of the names of extensions.
const EXTENSION: &str = "abcdefghijklmnopabcdefghijklmnop";

/// The most patterns for which origins are made.
const PATTERNS: usize = 10;
/// The most allowed origins.
const WITNESSES: usize = 20;

/// Returns origins that the policy allows: up to [`WITNESSES`], of patterns from the whole list, and
/// those of `extra`.
pub(super) fn witnesses(policy: &Policy, extra: &[String]) -> Vec<Witness> {
    let named: Vec<String> = match &policy.origins {
        Origins::Any => vec![FOREIGN.to_owned(), "null".to_owned()],
        Origins::Denied(_) => Vec::new(),
        Origins::Listed(set) => set.custom().map(named).unwrap_or_default(),
    };
    let patterns = policy.origin_set().map(OriginSet::patterns).unwrap_or_default();
    // The first origin of each pattern, before the second one of any.
    let (mut first, mut more) = (Vec::new(), Vec::new());
    for rule in spread(patterns.len(), WITNESSES) {
        let mut origins = matching(patterns[rule].parts()).into_iter();
        first.extend(origins.next().map(|origin| Witness { origin, rule }));
        more.extend(origins.map(|origin| Witness { origin, rule }));
    }
    let others = named.into_iter().zip(patterns.len()..);
    first.extend(others.map(|(origin, rule)| Witness { origin, rule }));
    first.extend(more);
    first.truncate(WITNESSES);
    first.extend(extra.iter().map(|origin| Witness { origin: origin.clone(), rule: usize::MAX }));
    let mut each_once: Vec<Witness> = Vec::new();
    for witness in first {
        let is_known = each_once.iter().any(|known| known.origin == witness.origin);
        if !is_known && policy.check(&witness.origin).is_allowed() {
            each_once.push(witness);
        }
    }
    each_once
}

/// Returns the origins that a policy allows by name.
fn named(custom: &CustomMatchers) -> Vec<String> {
    let null = custom.null.then(|| "null".to_owned());
    let any = custom.any.then(|| FOREIGN.to_owned());
    let opaque = custom.opaque.iter().map(ToString::to_string);
    null.into_iter().chain(any).chain(opaque).collect()
}

/// Returns origins that the policy denies, each once.
pub(super) fn near_misses(policy: &Policy, extra: &[String]) -> Vec<NearMiss> {
    let mut misses = vec![
        NearMiss { origin: FOREIGN.to_owned(), check: Check::AnyOriginAllowed },
        NearMiss { origin: "null".to_owned(), check: Check::NullOriginAllowed },
    ];
    if let Some(set) = policy.origin_set() {
        let patterns = set.patterns();
        for at in spread(patterns.len(), PATTERNS) {
            near_pattern(patterns[at].parts(), &mut misses);
        }
        near_spelling(set, &mut misses);
        joined(set, &mut misses);
    }
    misses.extend(
        extra
            .iter()
            .map(|origin| NearMiss { origin: origin.clone(), check: Check::DeniedOriginAllowed }),
    );
    let mut each_once: Vec<NearMiss> = Vec::new();
    for miss in misses {
        let is_known = each_once.iter().any(|known| known.origin == miss.origin);
        if !is_known && !policy.check(&miss.origin).is_allowed() {
            each_once.push(miss);
        }
    }
    each_once
}

/// Returns up to `count` indices of a list of this length, evenly, with the first and the last.
fn spread(len: usize, count: usize) -> Vec<usize> {
    if len <= count {
        return (0..len).collect();
    }
    (0..count).map(|at| at * (len - 1) / (count - 1)).collect()
}

/// Returns origins that a pattern matches: with one label and two, without a port and with one.
fn matching(parts: Parts<'_>) -> Vec<String> {
    let Parts { scheme, wildcard, host, port } = parts;
    let hosts = match wildcard {
        Wildcard::None => vec![host.to_owned()],
        Wildcard::Subdomains => vec![format!("{LABEL}.{host}"), format!("a.{LABEL}.{host}")],
        Wildcard::Label { prefix, suffix } => vec![format!("{prefix}{LABEL}{suffix}.{host}")],
        Wildcard::AnyHost => return vec![format!("{scheme}://{EXTENSION}")],
    };
    let mut origins: Vec<String> =
        hosts.iter().map(|host| format!("{scheme}://{host}{}", port_text(port))).collect();
    if port == Port::Any {
        origins.push(format!("{scheme}://{}:49152", hosts[0]));
    }
    origins
}

/// The port with its colon. Nothing for any port.
fn port_text(port: Port) -> String {
    match port {
        Port::Number(port) => format!(":{port}"),
        Port::Default | Port::Any => String::new(),
    }
}

fn near_pattern(parts: Parts<'_>, misses: &mut Vec<NearMiss>) {
    let Parts { scheme, wildcard, host, port } = parts;
    let at = port_text(port);
    let mut add = |check, origin| misses.push(NearMiss { origin, check });
    if !is_web(scheme) {
        return add(Check::DeniedOriginAllowed, format!("{scheme}://{EXTENSION}"));
    }
    // An origin that the pattern matches, without its scheme and port.
    let matched = match wildcard {
        Wildcard::Subdomains => format!("{LABEL}.{host}"),
        Wildcard::Label { prefix, suffix } => format!("{prefix}{LABEL}{suffix}.{host}"),
        Wildcard::None | Wildcard::AnyHost => host.to_owned(),
    };
    if !is_address(&matched) {
        let start = match wildcard {
            Wildcard::Subdomains => host,
            _ => &matched,
        };
        add(Check::OriginStartUnanchored, format!("{scheme}://evil{start}{at}"));
        if let Some(dotless) = without_dot(host, &matched) {
            add(Check::OriginDotUnescaped, format!("{scheme}://{dotless}{at}"));
        }
    }
    if !matched.starts_with('[') {
        let check = if parts.is_loopback() {
            Check::LoopbackLookalikeAllowed
        } else {
            Check::OriginEndUnanchored
        };
        add(check, format!("{scheme}://{matched}.{OTHER}{at}"));
    }
    if scheme == "https" {
        add(Check::InsecureOriginAllowed, format!("http://{matched}{at}"));
    }
    match wildcard {
        Wildcard::Subdomains => add(Check::ApexAllowed, format!("{scheme}://{host}{at}")),
        Wildcard::Label { prefix, suffix } => {
            add(Check::SubdomainAllowed, format!("{scheme}://{prefix}a.b{suffix}.{host}{at}"));
        }
        _ if is_address(host) => {}
        _ => add(Check::SubdomainAllowed, format!("{scheme}://{LABEL}.{host}{at}")),
    }
    if port != Port::Any {
        let other = if at == ":8443" { 4443 } else { 8443 };
        add(Check::OtherPortAllowed, format!("{scheme}://{matched}:{other}"));
    }
}

/// Replaces a dot, so that the result is likely to be a domain of another owner.
fn without_dot(domain: &str, matched: &str) -> Option<String> {
    // The dot behind a star is a part of the start.
    let at = matched.len() - domain.len() + domain.find('.')?;
    Some(format!("{}x{}", &matched[..at], &matched[at + 1..]))
}

/// Spellings of one listed origin.
fn near_spelling(set: &OriginSet, misses: &mut Vec<NearMiss>) {
    let is_exact = |parts: &Parts<'_>| parts.wildcard == Wildcard::None && is_web(parts.scheme);
    let mut exact = set.patterns().iter().map(OriginPattern::parts).filter(is_exact);
    let Some(Parts { scheme, host, port, .. }) = exact.next() else { return };
    let at = port_text(port);
    let mut add = |check, origin| misses.push(NearMiss { origin, check });
    if !host.starts_with('[') {
        for byte in ["_", "`"] {
            add(Check::OddHostAllowed, format!("{scheme}://{host}{byte}.{OTHER}{at}"));
        }
        add(Check::OriginPartAllowed, format!("{scheme}://{}", &host[..host.len() - 1]));
        add(Check::OriginPartAllowed, format!("{scheme}://{}{at}", &host[1..]));
        add(Check::TrailingDotAllowed, format!("{scheme}://{host}.{at}"));
    }
    let origin = format!("{scheme}://{host}{at}");
    add(Check::MalformedOriginAllowed, origin.to_ascii_uppercase());
    add(Check::MalformedOriginAllowed, format!("{origin}/"));
    add(Check::MalformedOriginAllowed, format!("{scheme}://user@{host}{at}"));
    if port == Port::Default {
        let default = if scheme == "https" { 443 } else { 80 };
        add(Check::MalformedOriginAllowed, format!("{origin}:{default}"));
    }
}

/// GHSA-v84h-653v-4pq9: alternatives of a regular expression that join.
fn joined(set: &OriginSet, misses: &mut Vec<NearMiss>) {
    let parts: Vec<Parts<'_>> = set.patterns().iter().map(OriginPattern::parts).collect();
    let is_exact = |parts: &&Parts<'_>| {
        parts.wildcard == Wildcard::None && is_web(parts.scheme) && !is_address(parts.host)
    };
    let mut exact = parts.iter().filter(is_exact);
    let (Some(first), Some(second)) = (exact.next(), exact.next()) else { return };
    for (front, back) in [(first, second), (second, first)] {
        let origin =
            format!("{}://{}{}{}", back.scheme, front.host, back.host, port_text(back.port));
        misses.push(NearMiss { origin, check: Check::JoinedOriginsAllowed });
    }
}

fn is_web(scheme: &str) -> bool {
    matches!(scheme, "http" | "https")
}

fn is_address(host: &str) -> bool {
    host.starts_with('[') || host.parse::<Ipv4Addr>().is_ok()
}

/// Returns a sentence for each thing that is not asked for.
pub(super) fn sampled(policy: &Policy) -> Vec<String> {
    let Some(set) = policy.origin_set() else { return Vec::new() };
    let mut notes = Vec::new();
    let patterns = set.patterns().len();
    if patterns > PATTERNS {
        notes.push(format!(
            "the policy lists {patterns} origins: {} of them were asked for, and origins similar to \
             {PATTERNS} of them",
            patterns.min(WITNESSES)
        ));
    }
    let has_code = set.custom().is_some_and(|custom| {
        #[cfg(feature = "regex")]
        let has_regexes = !custom.regexes.is_empty();
        #[cfg(not(feature = "regex"))]
        let has_regexes = false;
        has_regexes || !custom.predicates.is_empty()
    });
    if has_code {
        notes.push(
            "no origin was made for the regexes and predicates of the policy; name some that they \
             allow, and some that they do not"
                .to_owned(),
        );
    }
    notes
}
