//! Hosts as browsers write them.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::{error::OriginErrorKind, punycode::is_valid_punycode};

/// Checks a domain or an address, which may have had a `*.` in front.
pub(super) fn check_host(
    scheme: &str,
    host: &str,
    subdomains: bool,
) -> Result<(), OriginErrorKind> {
    if host.starts_with('[') {
        return if subdomains {
            Err(OriginErrorKind::WildcardOverAddress)
        } else {
            check_ipv6(host)
        };
    }
    let is_http = is_http(scheme);
    let domain = host.strip_suffix('.').unwrap_or(host);
    check_labels(domain.as_bytes(), is_http)?;
    // A wildcard needs room for one more label and its dot.
    if domain.len() > if subdomains { MAX_DOMAIN_LEN - 2 } else { MAX_DOMAIN_LEN } {
        return Err(OriginErrorKind::LongHost);
    }
    let last = match domain.bytes().rposition(|byte| byte == b'.') {
        Some(dot) => &domain[dot + 1..],
        None => domain,
    };
    if is_http && is_number(last) {
        return match host.parse::<Ipv4Addr>() {
            _ if subdomains => Err(OriginErrorKind::WildcardOverAddress),
            Ok(_) => Ok(()),
            Err(_) => Err(OriginErrorKind::Ipv4),
        };
    }
    if subdomains && last == domain && domain != "localhost" {
        return Err(OriginErrorKind::WildcardOverTopLevel);
    }
    Ok(())
}

/// RFC 1035, 2.3.4 "Size limits", without a trailing dot.
const MAX_DOMAIN_LEN: usize = 253;

/// URL, "host parser": of the schemes that a page can have, only these lower-case their hosts.
pub(super) fn is_http(scheme: &str) -> bool {
    matches!(scheme, "http" | "https")
}

/// Checks labels with dots between them. Browsers send underscores, and hyphens anywhere.
fn check_labels(labels: &[u8], is_http: bool) -> Result<(), OriginErrorKind> {
    let mut start = 0;
    for (at, byte) in labels.iter().enumerate() {
        match byte {
            b'.' => {
                check_label(&labels[start..at], is_http)?;
                start = at + 1;
            }
            b'A'..=b'Z' if is_http => return Err(OriginErrorKind::UpperCase),
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => {}
            _ => return Err(OriginErrorKind::HostByte),
        }
    }
    check_label(&labels[start..], is_http)
}

fn check_label(label: &[u8], is_http: bool) -> Result<(), OriginErrorKind> {
    match label {
        [] => Err(OriginErrorKind::EmptyLabel),
        // RFC 1035, 2.3.4 "Size limits".
        _ if label.len() > 63 => Err(OriginErrorKind::LongHost),
        [b'x', b'n', b'-', b'-', encoded @ ..] if is_http && !is_valid_punycode(encoded) => {
            Err(OriginErrorKind::Punycode)
        }
        _ => Ok(()),
    }
}

/// URL, "ends in a number checker": such a host is an IPv4 address, or not a host.
fn is_number(label: &str) -> bool {
    match label.strip_prefix("0x") {
        Some(hex) => hex.bytes().all(|byte| byte.is_ascii_hexdigit()),
        None => label.bytes().all(|byte| byte.is_ascii_digit()),
    }
}

/// Whether browsers can send `host`, which is `prefix`, a dot, and the domain of a pattern.
pub(super) fn is_subdomain_prefix(prefix: &[u8], host: &[u8], is_http: bool) -> bool {
    let domain = host.strip_suffix(b".").unwrap_or(host);
    domain.len() <= MAX_DOMAIN_LEN && check_labels(prefix, is_http).is_ok()
}

/// URL, "IPv6 serializer": each address has one spelling.
fn check_ipv6(host: &str) -> Result<(), OriginErrorKind> {
    let inside = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    match inside.and_then(|text| text.parse::<Ipv6Addr>().ok()) {
        Some(ip) if write_ipv6(ip) == host => Ok(()),
        _ => Err(OriginErrorKind::Ipv6),
    }
}

/// Writes an address as browsers do: unlike `Ipv6Addr`, never with an IPv4 address inside.
pub(super) fn write_ipv6(ip: Ipv6Addr) -> String {
    match ip.to_ipv4_mapped() {
        Some(v4) => {
            let [a, b, c, d] = v4.octets().map(u16::from);
            format!("[::ffff:{:x}:{:x}]", a << 8 | b, c << 8 | d)
        }
        None => format!("[{ip}]"),
    }
}
