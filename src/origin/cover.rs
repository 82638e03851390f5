//! Compares patterns with each other.

use super::{
    OriginPattern,
    parts::{Parts, Port, Wildcard},
};

impl OriginPattern {
    /// Whether this pattern matches every origin that `other` matches.
    pub(crate) fn covers(&self, other: &Self) -> bool {
        let (own, other) = (self.parts(), other.parts());
        if own.scheme != other.scheme {
            return false;
        }
        if own.wildcard == Wildcard::AnyHost {
            return true;
        }
        let covers_port = own.port == Port::Any || own.port == other.port;
        let is_below = |host: &str| host.strip_suffix(own.host).is_some_and(|it| it.ends_with('.'));
        let covers_host = match (own.wildcard, other.wildcard) {
            (Wildcard::None, Wildcard::None) => other.host == own.host,
            (Wildcard::Subdomains, Wildcard::None) => is_below(other.host),
            (Wildcard::Subdomains, Wildcard::Subdomains | Wildcard::Label { .. }) => {
                other.host == own.host || is_below(other.host)
            }
            (Wildcard::Label { prefix, suffix }, Wildcard::None) => {
                other.host.split_once('.').is_some_and(|(label, domain)| {
                    domain == own.host
                        && label.len() > prefix.len() + suffix.len()
                        && label.starts_with(prefix)
                        && label.ends_with(suffix)
                })
            }
            (
                Wildcard::Label { prefix, suffix },
                Wildcard::Label { prefix: other_prefix, suffix: other_suffix },
            ) => {
                other.host == own.host
                    && other_prefix.starts_with(prefix)
                    && other_suffix.ends_with(suffix)
            }
            // The other one matches more hosts.
            _ => false,
        };
        covers_port && covers_host
    }

    /// Returns origins that this pattern matches, the plainest first. They are so different from each
    /// other that a pattern which does not cover this one hardly matches them all.
    pub(crate) fn samples(&self) -> impl Iterator<Item = String> {
        const PARTS: [&str; 3] = ["a", "app", "1"];
        const EDGES: &str = "abcdefghijklmnopqrstuvwxyz0123456789";
        const SOME_PORTS: [&str; 5] = ["", ":3000", ":8443", ":9", ":65535"];
        let Parts { scheme, wildcard, host, port } = self.parts();
        let edges = EDGES.chars().flat_map(|first| EDGES.chars().map(move |last| (first, last)));
        let odd_parts = edges.map(|(first, last)| format!("{first}q7{last}"));
        let names = PARTS.into_iter().map(str::to_owned).chain(odd_parts);
        let hosts = names.flat_map(move |name| match wildcard {
            Wildcard::None => vec![host.to_owned()],
            Wildcard::Subdomains => vec![format!("{name}.{host}"), format!("x.{name}.{host}")],
            Wildcard::Label { prefix, suffix } => vec![format!("{prefix}{name}{suffix}.{host}")],
            Wildcard::AnyHost => vec![name],
        });
        // A host without a wildcard is always the same.
        let hosts = hosts.take(if wildcard == Wildcard::None { 1 } else { usize::MAX });
        let ports = match port {
            Port::Any => SOME_PORTS.map(str::to_owned).to_vec(),
            Port::Default => vec![String::new()],
            Port::Number(port) => vec![format!(":{port}")],
        };
        let origins = hosts.flat_map(move |host| {
            let origin = move |port: &String| format!("{scheme}://{host}{port}");
            ports.iter().map(origin).collect::<Vec<_>>()
        });
        origins.filter(|origin| self.matches_bytes(origin.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::OriginPattern;
    use crate::origin::{Origin, OriginError};

    fn covers(pattern: &str, other: &str) -> Result<bool, OriginError> {
        Ok(pattern.parse::<OriginPattern>()?.covers(&other.parse()?))
    }

    #[test]
    fn patterns_inside_patterns() -> Result<(), OriginError> {
        let inside = [
            ("https://a.example", "https://a.example"),
            ("https://*.a.example", "https://*.b.a.example"),
            ("https://*.a.example", "https://pr-*.a.example"),
            ("https://*.a.example", "https://pr-*.b.a.example"),
            ("https://*.a.example", "https://x.y.a.example"),
            ("https://*.a.example:*", "https://*.a.example:8443"),
            ("http://localhost:*", "http://localhost:3000"),
            ("https://pr-*.a.example", "https://pr-7-*-x.a.example"),
            ("https://pr-*-x.a.example", "https://pr-1-x.a.example"),
            ("tauri://*", "tauri://localhost:*"),
            ("tauri://*", "tauri://*.a.example"),
        ];
        for (pattern, other) in inside {
            assert!(covers(pattern, other)?, "{pattern} {other}");
            assert!(pattern == other || !covers(other, pattern)?, "{other} {pattern}");
        }
        Ok(())
    }

    #[test]
    fn patterns_beside_patterns() -> Result<(), OriginError> {
        let beside = [
            ("https://*.a.example", "https://a.example"),
            ("https://*.a.example", "https://*.ba.example"),
            ("https://*.a.example", "https://b-*.ba.example"),
            ("https://*.a.example", "http://*.b.a.example"),
            ("https://*.a.example", "https://*.a.example."),
            ("https://*.a.example:8443", "https://*.a.example:*"),
            ("https://pr-*.a.example", "https://pr-.a.example"),
            ("https://pr-*.a.example", "https://pr-1.b.a.example"),
            ("https://pr-*.a.example", "https://p*.a.example"),
            ("https://a*a.b.example", "https://aa.b.example"),
            ("https://pr-*-x.a.example", "https://pr-*.a.example"),
            ("https://pr-*.a.example", "https://*.pr-1.a.example"),
            ("tauri://*", "capacitor://localhost"),
        ];
        for (pattern, other) in beside {
            assert!(!covers(pattern, other)?, "{pattern} {other}");
        }
        Ok(())
    }

    #[test]
    fn samples_match() -> Result<(), OriginError> {
        let long = format!("https://{}*.a.example", "p".repeat(60));
        for text in ["https://a.example", "https://*.a.example:*", "https://a-*-b.a.example", &long]
        {
            let pattern: OriginPattern = text.parse()?;
            assert!(pattern.samples().next().is_some(), "{text}");
            for sample in pattern.samples() {
                assert!(pattern.matches(&sample.parse::<Origin>()?), "{sample}");
            }
        }
        Ok(())
    }
}
