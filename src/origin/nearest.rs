//! The allowed origin that a refused origin was probably meant to be.

use std::fmt;

use super::{
    OriginPattern, grammar,
    likeness::look_alike,
    parts::{MAX_LEN, Parts, Port, Wildcard},
    text::{rsplit_once, split_once},
};

/// The pattern that resembles a refused origin most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Nearest<'a> {
    pub(crate) pattern: &'a OriginPattern,
    /// Prints every difference: `different port`.
    pub(crate) difference: Difference,
    /// Whether the origin may belong to an attacker who imitates the name in the pattern.
    pub(crate) is_look_alike: bool,
}

/// Finds the pattern that resembles `origin` most among the first ones.
pub(crate) fn nearest<'a>(origin: &str, patterns: &'a [OriginPattern]) -> Option<Nearest<'a>> {
    if origin.len() > MAX_LEN {
        return None;
    }
    // People type upper case, and a slash at the end.
    let tidy = origin.trim_end_matches('/').to_ascii_lowercase();
    let is_tidy = tidy == origin;
    let parts = grammar::parse_parts(&tidy).ok()?.parts(&tidy);
    let mut nearest: Option<Nearest<'a>> = None;
    let mut bytes = 0;
    for pattern in patterns.iter().take(MAX_CANDIDATES) {
        bytes += pattern.as_str().len();
        if bytes > MAX_BYTES {
            break;
        }
        let Some(difference) = Difference::between(parts, pattern.parts(), is_tidy) else {
            continue;
        };
        if nearest.as_ref().is_none_or(|nearest| difference < nearest.difference) {
            let is_look_alike = difference.host == HostDifference::LookAlike;
            nearest = Some(Nearest { pattern, difference, is_look_alike });
        }
    }
    nearest
}

/// Bound the work for one message.
const MAX_CANDIDATES: usize = 1000;
const MAX_BYTES: usize = 32 * 1024;

/// Ordered from the smallest difference to the largest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Difference {
    host: HostDifference,
    scheme: bool,
    port: bool,
    /// Case, or a slash at the end.
    spelling: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum HostDifference {
    None,
    Loopback,
    DomainItself,
    Label,
    Subdomain,
    Domain,
    LookAlike,
}

impl Difference {
    /// `None` if the two do not resemble each other, or if the pattern matches the origin.
    fn between(origin: Parts<'_>, pattern: Parts<'_>, is_tidy: bool) -> Option<Self> {
        let difference = Self {
            host: HostDifference::between(origin, pattern)?,
            scheme: origin.scheme != pattern.scheme,
            port: pattern.port != Port::Any && origin.port != pattern.port,
            spelling: !is_tidy,
        };
        let is_match = difference.host == HostDifference::None
            && !(difference.scheme || difference.port || difference.spelling);
        (!is_match).then_some(difference)
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = match (self.scheme, self.port) {
            (true, true) => Some("different scheme and port"),
            (true, false) => Some("different scheme"),
            (false, true) => Some("different port"),
            (false, false) => None,
        };
        let spelling = "different case or a slash at the end: browsers send neither";
        let mut separator = "";
        for part in [self.host.in_words(), parts, self.spelling.then_some(spelling)] {
            let Some(part) = part else { continue };
            write!(f, "{separator}{part}")?;
            separator = "; ";
        }
        Ok(())
    }
}

impl HostDifference {
    fn between(origin: Parts<'_>, pattern: Parts<'_>) -> Option<Self> {
        if covers_host(origin, pattern) {
            return Some(Self::None);
        }
        let is_below_pattern = origin.host == pattern.host || is_below(origin.host, pattern.host);
        match pattern.wildcard {
            Wildcard::AnyHost => return None,
            Wildcard::Subdomains if origin.host == pattern.host => return Some(Self::DomainItself),
            Wildcard::Label { .. } if is_below_pattern => return Some(Self::Label),
            _ => {}
        }
        if origin.is_loopback() && pattern.is_loopback() {
            Some(Self::Loopback)
        } else if is_below(pattern.host, origin.host) {
            Some(Self::Subdomain)
        } else if is_below_pattern {
            Some(Self::Domain)
        } else {
            look_alike(last_labels(origin.host, pattern), pattern.host).then_some(Self::LookAlike)
        }
    }

    fn in_words(self) -> Option<&'static str> {
        Some(match self {
            Self::None => return None,
            Self::Loopback => "the same machine by another name: to browsers, another origin",
            Self::DomainItself => "allows its subdomains, not the domain itself",
            Self::Label => "allows other names under that domain",
            Self::Subdomain => "a subdomain of it",
            Self::Domain => "the domain above it",
            Self::LookAlike => "spelled almost the same: check that this is really your page",
        })
    }
}

fn covers_host(origin: Parts<'_>, pattern: Parts<'_>) -> bool {
    match pattern.wildcard {
        Wildcard::None => origin.host == pattern.host,
        Wildcard::Subdomains => is_below(origin.host, pattern.host),
        Wildcard::Label { prefix, suffix } => {
            split_once(origin.host, ".").is_some_and(|(label, domain)| {
                let part = label.strip_prefix(prefix).and_then(|rest| rest.strip_suffix(suffix));
                domain == pattern.host && part.is_some_and(|part| !part.is_empty())
            })
        }
        Wildcard::AnyHost => origin.scheme == pattern.scheme,
    }
}

/// Whether `host` is a subdomain of `domain`.
fn is_below(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain).is_some_and(|prefix| prefix.ends_with('.'))
}

/// Cuts `host` to as many labels as the domain of a wildcard has.
fn last_labels<'a>(host: &'a str, pattern: Parts<'_>) -> &'a str {
    let mut front = Some(host).filter(|_| pattern.has_host_wildcard());
    for byte in pattern.host.bytes().chain([b'.']) {
        if byte == b'.' {
            front = front.and_then(|front| rsplit_once(front, b'.')).map(|(front, _)| front);
        }
    }
    front.map_or(host, |front| &host[front.len() + 1..])
}

#[cfg(test)]
mod tests {
    use super::nearest;
    use crate::origin::{OriginError, OriginPattern};

    fn patterns(texts: &[&str]) -> Result<Vec<OriginPattern>, OriginError> {
        texts.iter().map(|text| text.parse()).collect()
    }

    #[test]
    fn every_difference_is_named() -> Result<(), OriginError> {
        let same_machine = "the same machine by another name: to browsers, another origin";
        let itself = "allows its subdomains, not the domain itself";
        let cases = [
            ("https://*.example.com", "http://example.com", format!("{itself}; different scheme")),
            (
                "https://*.example.com",
                "https://example.com:81",
                format!("{itself}; different port"),
            ),
            (
                "https://*.example.com",
                "http://example.com:81",
                format!("{itself}; different scheme and port"),
            ),
            (
                "http://localhost:3000",
                "http://127.0.0.1:5173",
                format!("{same_machine}; different port"),
            ),
            ("http://localhost:3000", "http://0.0.0.0:3000", same_machine.to_owned()),
            (
                "https://app.example.com",
                "https://APP.example.com/",
                "different case or a slash at the end: browsers send neither".to_owned(),
            ),
            (
                "https://app.example.com",
                "https://APP.example.com:81",
                "different port; different case or a slash at the end: browsers send neither"
                    .to_owned(),
            ),
            (
                "https://app-*.example.com",
                "https://api.example.com",
                "allows other names under that domain".to_owned(),
            ),
            (
                "https://app-*.example.com",
                "http://app-1.example.com",
                "different scheme".to_owned(),
            ),
            (
                "https://example.com",
                "http://a.example.com:81",
                "the domain above it; different scheme and port".to_owned(),
            ),
        ];
        for (pattern, origin, clause) in cases {
            let patterns = patterns(&[pattern])?;
            let found = nearest(origin, &patterns).map(|nearest| nearest.difference.to_string());
            assert_eq!(found, Some(clause), "{origin} beside {pattern}");
        }
        Ok(())
    }

    #[test]
    fn what_is_allowed_or_unlike_has_no_nearest() -> Result<(), OriginError> {
        let patterns =
            patterns(&["https://*.example.com:*", "tauri://*", "https://a-*.b.example"])?;
        for origin in [
            "https://a.example.com",
            "tauri://x:1",
            "app://x",
            "https://a-1.b.example",
            "no",
            "https://",
        ] {
            assert_eq!(nearest(origin, &patterns), None, "{origin}");
        }
        Ok(())
    }

    #[test]
    fn a_look_alike_is_one() -> Result<(), OriginError> {
        let patterns = patterns(&["https://paypal.com", "https://*.modern.example"])?;
        for (origin, is_look_alike) in [
            ("https://paypa1.com", true),
            ("http://paypai.com:81", true),
            ("https://a.rnodern.example", true),
            ("https://www.paypal.com", false),
            ("http://paypal.com", false),
        ] {
            let found = nearest(origin, &patterns).map(|nearest| nearest.is_look_alike);
            assert_eq!(found, Some(is_look_alike), "{origin}");
        }
        Ok(())
    }

    #[test]
    fn the_search_is_bounded() -> Result<(), OriginError> {
        let long = |n: usize| format!("https://a{n}.{}example", "label.".repeat(40));
        let mut texts: Vec<String> = (0..200).map(long).collect();
        texts.push("https://a.test".to_owned());
        let all: Result<Vec<OriginPattern>, _> = texts.iter().map(|text| text.parse()).collect();
        let all = all?;
        assert_eq!(nearest("http://a.test", &all), None);
        assert!(nearest("http://a.test", &all[150..]).is_some());
        Ok(())
    }
}
