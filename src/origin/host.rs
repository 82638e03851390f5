//! Hosts, as browsers write them.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::{error::Reason, punycode};

/// A domain or an address, without the `*.` that may stand in front.
pub(super) fn check_host(scheme: &str, host: &str, subdomains: bool) -> Result<(), Reason> {
    if host.starts_with('[') {
        return if subdomains { Err(Reason::WildcardOverAddress) } else { check_ipv6(host) };
    }
    let is_web = is_web(scheme);
    let domain = host.strip_suffix('.').unwrap_or(host);
    check_labels(domain.as_bytes(), is_web)?;
    // A wildcard needs room for one more label and its dot.
    if domain.len() > if subdomains { MAX_DOMAIN_LEN - 2 } else { MAX_DOMAIN_LEN } {
        return Err(Reason::LongHost);
    }
    let last = match domain.bytes().rposition(|byte| byte == b'.') {
        Some(dot) => &domain[dot + 1..],
        None => domain,
    };
    if is_web && is_number(last) {
        return match host.parse::<Ipv4Addr>() {
            _ if subdomains => Err(Reason::WildcardOverAddress),
            Ok(_) => Ok(()),
            Err(_) => Err(Reason::Ipv4),
        };
    }
    if subdomains && last == domain && domain != "localhost" {
        return Err(Reason::WildcardOverTopLevel);
    }
    Ok(())
}

/// RFC 1035, 2.3.4 "Size limits", without a trailing dot.
const MAX_DOMAIN_LEN: usize = 253;

/// URL, "host parser": of the schemes seen here, only these lower-case their hosts.
pub(super) fn is_web(scheme: &str) -> bool {
    matches!(scheme, "http" | "https")
}

/// Labels with dots between them. Browsers send underscores, and hyphens anywhere.
fn check_labels(labels: &[u8], is_web: bool) -> Result<(), Reason> {
    let mut start = 0;
    for (at, byte) in labels.iter().enumerate() {
        match byte {
            b'.' => {
                check_label(&labels[start..at], is_web)?;
                start = at + 1;
            }
            b'A'..=b'Z' if is_web => return Err(Reason::UpperCase),
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => {}
            _ => return Err(Reason::HostByte),
        }
    }
    check_label(&labels[start..], is_web)
}

fn check_label(label: &[u8], is_web: bool) -> Result<(), Reason> {
    match label {
        [] => Err(Reason::EmptyLabel),
        // RFC 1035, 2.3.4 "Size limits".
        _ if label.len() > 63 => Err(Reason::LongHost),
        [b'x', b'n', b'-', b'-', encoded @ ..] if is_web && !punycode::decodes(encoded) => {
            Err(Reason::Punycode)
        }
        _ => Ok(()),
    }
}

/// URL, "ends in a number checker": such a host is an IPv4 address, or no host at all.
fn is_number(label: &str) -> bool {
    match label.strip_prefix("0x") {
        Some(hex) => hex.bytes().all(|byte| byte.is_ascii_hexdigit()),
        None => label.bytes().all(|byte| byte.is_ascii_digit()),
    }
}

/// Whether `front` may stand in front of a pattern's domain, which makes it `host` with a dot.
pub(super) fn is_front(front: &[u8], host: &[u8], is_web: bool) -> bool {
    let domain = host.strip_suffix(b".").unwrap_or(host);
    domain.len() <= MAX_DOMAIN_LEN && check_labels(front, is_web).is_ok()
}

/// URL, "IPv6 serializer": one spelling for each address.
fn check_ipv6(host: &str) -> Result<(), Reason> {
    let inside = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    match inside.and_then(|text| text.parse::<Ipv6Addr>().ok()) {
        Some(ip) if write_ipv6(ip) == host => Ok(()),
        _ => Err(Reason::Ipv6),
    }
}

/// As browsers write it: unlike `Ipv6Addr`, never with an IPv4 address inside.
pub(super) fn write_ipv6(ip: Ipv6Addr) -> String {
    match ip.to_ipv4_mapped() {
        Some(v4) => {
            let [a, b, c, d] = v4.octets().map(u16::from);
            format!("[::ffff:{:x}:{:x}]", a << 8 | b, c << 8 | d)
        }
        None => format!("[{ip}]"),
    }
}
