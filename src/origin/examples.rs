//! Code for families of origins that no pattern matches, fitted to the text of the user.

use std::net::Ipv6Addr;

use super::{
    host::is_special,
    text::{end_at, replace, split_once},
};

/// Returns a regex in which each `*` of `text` is a part of a label or of the port.
pub(super) fn regex_for(text: &str) -> Option<String> {
    let (scheme, rest) = split_once(text, "://")?;
    let (host, port) = split_once(rest, ":").unwrap_or((rest, ""));
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.*".contains(&byte);
    if ![scheme, host, port].iter().all(|part| part.bytes().all(is_plain)) {
        return None;
    }
    let label = if is_special(scheme) { "[a-z0-9-]+" } else { "[A-Za-z0-9-]+" };
    let scheme = replace(scheme, ".", r"\.");
    let host = replace(&replace(host, ".", r"\."), "*", label);
    Some(match port {
        "" => format!("{scheme}://{host}"),
        "*" => format!("{scheme}://{host}(:[0-9]+)?"),
        port => format!("{scheme}://{host}:{}", replace(port, "*", "[0-9]+")),
    })
}

/// Whether `text` stands for many addresses: `192.168.0.0/16`, `http://192.168.*`, `fe80::/10`.
pub(super) fn is_address_range(text: &str) -> bool {
    is_ipv6_range(text) || ipv4_range(text).is_some()
}

fn is_ipv6_range(text: &str) -> bool {
    let Some((host, bits)) = split_once(authority(text), "/") else { return false };
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    host.parse::<Ipv6Addr>().is_ok() && bits.parse::<u8>().is_ok_and(|bits| bits <= 128)
}

/// Returns a Rust slice pattern for the octets of the addresses that `text` stands for.
pub(super) fn ipv4_range(text: &str) -> Option<String> {
    let authority = authority(text);
    let (host, bits) = match split_once(authority, "/") {
        Some((host, bits)) => (host, Some(bits.parse().ok().filter(|bits| *bits <= 32)?)),
        None => (authority, None),
    };
    let host = &host[..end_at(host, b":")];
    let mut octets = Vec::new();
    let mut stars = 0;
    for label in host.split('.') {
        match label {
            "*" => stars += 1,
            _ if stars > 0 => return None,
            label => octets.push(label.parse().ok()?),
        }
    }
    if octets.is_empty() || octets.len() + stars > 4 {
        return None;
    }
    match bits {
        Some(bits) => Some(slice_pattern(&octets, bits)),
        None if stars > 0 => Some(slice_pattern(&octets, 8 * octets.len())),
        None => None,
    }
}

fn authority(text: &str) -> &str {
    split_once(text, "://").map_or(text, |(_, rest)| rest)
}

/// `[172, 16..=31, ..]` for the first twelve bits of 172.16.
fn slice_pattern(octets: &[u8], bits: usize) -> String {
    let mut pattern = "[".to_owned();
    for at in 0..bits.div_ceil(8) {
        let octet = octets.get(at).copied().unwrap_or(0);
        let bits = bits - 8 * at;
        let part = if bits < 8 {
            let free = u8::MAX >> bits;
            format!("{}..={}, ", octet & !free, octet | free)
        } else {
            format!("{octet}, ")
        };
        pattern.push_str(&part);
    }
    if bits > 24 {
        pattern.truncate(pattern.len() - ", ".len());
    } else {
        pattern.push_str("..");
    }
    pattern + "]"
}

#[cfg(test)]
mod tests {
    use super::{ipv4_range, is_address_range, regex_for};

    #[test]
    fn ranges() {
        let cases = [
            ("192.168.0.0/16", "[192, 168, ..]"),
            ("http://192.168.0.0/16", "[192, 168, ..]"),
            ("http://192.168.*", "[192, 168, ..]"),
            ("http://192.168.*.*:3000", "[192, 168, ..]"),
            ("http://10.0.0.*:*", "[10, 0, 0, ..]"),
            ("10/8", "[10, ..]"),
            ("172.16.0.0/12", "[172, 16..=31, ..]"),
            ("100.64.0.0/10", "[100, 64..=127, ..]"),
            ("10.1.2.3/32", "[10, 1, 2, 3]"),
            ("10.1.2.3/30", "[10, 1, 2, 0..=3]"),
            ("0.0.0.0/0", "[..]"),
        ];
        for (text, octets) in cases {
            assert_eq!(ipv4_range(text).as_deref(), Some(octets), "{text}");
        }
        for text in [
            "192.168.0.1",
            "http://192.168.0.1:*",
            "10.0.0.0/33",
            "10.0.0.0/a",
            "a.0.0.*",
            "*.0.0.1",
            "10.*.0.1.2",
            "256.0.*",
            "10.0.0.0/",
            "https://a.example/8",
            "*",
            "/8",
        ] {
            assert_eq!(ipv4_range(text), None, "{text}");
        }
        assert!(is_address_range("fe80::/10") && is_address_range("http://[fc00::]/7"));
        assert!(!is_address_range("http://[::1]/a") && !is_address_range("http://[::1]"));
    }

    #[test]
    fn regexes() {
        let cases = [
            ("https://a.*.example.com", r"https://a\.[a-z0-9-]+\.example\.com"),
            (
                "https://*.a-*.example.com:*",
                r"https://[a-z0-9-]+\.a-[a-z0-9-]+\.example\.com(:[0-9]+)?",
            ),
            ("http://localhost:30*", "http://localhost:30[0-9]+"),
            ("chrome-extension://a*", "chrome-extension://a[A-Za-z0-9-]+"),
        ];
        for (text, regex) in cases {
            assert_eq!(regex_for(text).as_deref(), Some(regex), "{text}");
        }
        for text in ["a*.example", "https://a$*.example", "https://[::*]"] {
            assert_eq!(regex_for(text), None, "{text}");
        }
    }
}
