//! Hosts as browsers write them.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::{
    error::OriginErrorKind, parts::default_port, punycode::is_valid_punycode, text::rsplit_once,
};

/// Checks a host, which may have a `*` at this offset.
pub(super) fn check_host(
    scheme: &str,
    host: &str,
    star: Option<usize>,
) -> Result<(), OriginErrorKind> {
    let is_special = is_special(scheme);
    let Some(star) = star else {
        return if host.starts_with('[') {
            check_ipv6(host)
        } else {
            check_domain(host, is_special, MAX_DOMAIN_LEN)
                .and_then(|()| check_ipv4(host, is_special))
        };
    };
    if host == "*" {
        return if is_special { Err(OriginErrorKind::EveryHost) } else { Ok(()) };
    }
    let (label, domain) = host.split_once('.').ok_or(OriginErrorKind::Wildcard)?;
    let (prefix, suffix) = label.split_at_checked(star).ok_or(OriginErrorKind::Wildcard)?;
    if is_special && prefix.starts_with("xn--") {
        return Err(OriginErrorKind::WildcardInPunycode);
    }
    if label != "*" {
        // The `*` stands for at least one byte, which makes it a label of this length or more.
        check_labels(format!("{prefix}a{}", &suffix[1..]).as_bytes(), is_special)?;
    }
    if domain.starts_with('[') {
        return Err(OriginErrorKind::WildcardOverAddress);
    }
    // Room for the shortest label and its dot.
    check_domain(domain, is_special, MAX_DOMAIN_LEN - label.len() - 1)?;
    let name = domain.strip_suffix('.').unwrap_or(domain);
    if is_special && is_number(last_label(name)) {
        Err(OriginErrorKind::WildcardOverAddress)
    } else if !name.contains('.') && name != "localhost" {
        Err(OriginErrorKind::WildcardOverTopLevel)
    } else {
        Ok(())
    }
}

/// RFC 1035, 2.3.4 "Size limits", without a trailing dot.
const MAX_DOMAIN_LEN: usize = 253;

/// RFC 1035, 2.3.4 "Size limits".
pub(super) const MAX_LABEL_LEN: usize = 63;

fn check_domain(host: &str, is_special: bool, max_len: usize) -> Result<(), OriginErrorKind> {
    let domain = host.strip_suffix('.').unwrap_or(host);
    check_labels(domain.as_bytes(), is_special)?;
    if domain.len() > max_len { Err(OriginErrorKind::LongHost) } else { Ok(()) }
}

/// URL, "host parser": a host that ends in a number is an IPv4 address, or not a host.
fn check_ipv4(host: &str, is_special: bool) -> Result<(), OriginErrorKind> {
    let is_name = !is_special || !is_number(last_label(host.strip_suffix('.').unwrap_or(host)));
    if is_name || host.parse::<Ipv4Addr>().is_ok() { Ok(()) } else { Err(OriginErrorKind::Ipv4) }
}

/// Returns the text behind the last dot.
pub(super) fn last_label(domain: &str) -> &str {
    rsplit_once(domain, b'.').map_or(domain, |(_, label)| label)
}

/// URL, "special scheme", without those that no page has. Only their hosts are domains, which are
/// lower-cased (URL, "host parser").
pub(super) fn is_special(scheme: &str) -> bool {
    default_port(scheme).is_some()
}

/// Checks labels with dots between them. Browsers send underscores, and hyphens anywhere.
fn check_labels(labels: &[u8], is_special: bool) -> Result<(), OriginErrorKind> {
    let mut start = 0;
    for (at, byte) in labels.iter().enumerate() {
        match byte {
            b'.' => {
                check_label(&labels[start..at], is_special)?;
                start = at + 1;
            }
            b'A'..=b'Z' if is_special => return Err(OriginErrorKind::UpperCase),
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => {}
            _ => return Err(OriginErrorKind::HostByte),
        }
    }
    check_label(&labels[start..], is_special)
}

fn check_label(label: &[u8], is_special: bool) -> Result<(), OriginErrorKind> {
    match label {
        [] => Err(OriginErrorKind::EmptyLabel),
        _ if label.len() > MAX_LABEL_LEN => Err(OriginErrorKind::LongHost),
        [b'x', b'n', b'-', b'-', encoded @ ..] if is_special && !is_valid_punycode(encoded) => {
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
pub(super) fn is_subdomain_prefix(prefix: &[u8], host: &[u8], is_special: bool) -> bool {
    let domain = host.strip_suffix(b".").unwrap_or(host);
    domain.len() <= MAX_DOMAIN_LEN
        && (is_plain_label(prefix) || check_labels(prefix, is_special).is_ok())
}

/// Whether `text` is a label that needs no further check. Most are, and this costs a quarter of it.
#[inline]
fn is_plain_label(text: &[u8]) -> bool {
    let is_plain = |byte: &u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
    (1..=MAX_LABEL_LEN).contains(&text.len())
        && text.iter().all(is_plain)
        && !text.starts_with(b"xn--")
}

/// Whether browsers can send `host`, whose first label has `part` for the `*` of a pattern.
pub(super) fn is_label_part(part: &[u8], host: &[u8], is_special: bool) -> bool {
    let label = host.split(|byte| *byte == b'.').next().unwrap_or_default();
    !part.is_empty() && !part.contains(&b'.') && is_subdomain_prefix(label, host, is_special)
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
