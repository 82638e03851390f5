//! The only grammar of origins: what a browser sends, and the patterns that a policy is written in.

use std::{fmt, net::Ipv4Addr, str::FromStr};

use super::{
    Origin,
    error::{OriginError, Reason},
    host::check_host,
};

/// A pattern that stands for one origin, or for a family of them.
///
/// It is written exactly as a browser writes the origin, with two wildcards: `*.` in front of a
/// domain for its subdomains, and `*` as the port.
///
/// ```
/// use corsac::{Origin, OriginPattern};
///
/// let pattern: OriginPattern = "https://*.example.com".parse()?;
/// assert!(pattern.matches(&"https://app.example.com".parse::<Origin>()?));
/// assert!(pattern.matches(&"https://a.b.example.com".parse::<Origin>()?));
/// assert!(!pattern.matches(&"https://example.com".parse::<Origin>()?));
/// # Ok::<(), corsac::OriginError>(())
/// ```
///
/// # Syntax
///
/// ```text
/// allowed  https://app.example.com       that origin, byte for byte
/// allowed  http://[::1]:3000             an IPv6 address, as browsers shorten it
/// allowed  https://my_host.example.com.  underscores, hyphens anywhere, a trailing dot
/// allowed  chrome-extension://<id>       any scheme; the host keeps its case
/// allowed  https://*.example.com         one or more labels in front, never example.com itself
/// allowed  http://localhost:*            any port, or none
/// allowed  https://*.example.com:*       both
///
/// refused  example.com                   no scheme
/// refused  https://a.example/            a path, even a lone slash
/// refused  https://u:p@a.example         user info
/// refused  https://a.example?q           a query or fragment
/// refused  https://a.example:443         the default port: browsers leave it out
/// refused  https://A.example             upper case
/// refused  https://bücher.example        not ASCII: write the punycode
/// refused  https://xn--f.example         no punycode, though it says so
/// refused  http://127.1, http://[0::1]   an address that browsers write in another way
/// refused  wss://a.example               a page's origin is http or https
/// refused  *, https://*, foo*.com        `*` anywhere but in front of a domain or as the port
/// refused  https://*.com, http://*.local a wildcard over a top-level domain (`*.localhost` is fine)
/// refused  http://*.127.0.0.1            a wildcard over an address
/// refused  null, file://                 every opaque origin looks the same
/// refused  https://a.example:0           ports outside 1-65535, or with a leading zero
/// ```
///
/// For a family of origins that no pattern stands for there is
/// [`allow_origin_if`](crate::CorsBuilder::allow_origin_if).
///
/// Under some domains anybody can have a subdomain (`github.io`, `co.uk`). A wildcard over one of
/// those allows anybody, and is not refused: no list of them is complete.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OriginPattern {
    text: Box<str>,
}

impl OriginPattern {
    /// The pattern as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether this pattern stands for `origin`.
    #[must_use]
    pub fn matches(&self, origin: &Origin) -> bool {
        let (Ok(pattern), Ok(origin)) = (parse(&self.text), parse(origin.as_str())) else {
            return false;
        };
        pattern.scheme == origin.scheme
            && (pattern.port == Port::Any || pattern.port == origin.port)
            && if pattern.subdomains {
                // The label in front is never empty: the grammar of `origin` has seen to that.
                let front = origin.host.strip_suffix(pattern.host);
                front.is_some_and(|front| front.ends_with('.'))
            } else {
                pattern.host == origin.host
            }
    }

    pub(super) fn into_bytes(self) -> Box<[u8]> {
        self.text.into_boxed_bytes()
    }

    pub(crate) fn parts(&self) -> Parts<'_> {
        #[expect(clippy::expect_used)]
        parse(&self.text).expect("a pattern is made from text that parses, and never changes")
    }
}

impl FromStr for OriginPattern {
    type Err = OriginError;

    /// # Errors
    ///
    /// Everything marked `refused` under [Syntax](OriginPattern#syntax).
    fn from_str(text: &str) -> Result<Self, OriginError> {
        match parse(text) {
            Ok(_) => Ok(Self { text: text.into() }),
            Err(reason) => Err(OriginError::new(text, reason, |it| parse(it).is_ok())),
        }
    }
}

impl fmt::Display for OriginPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl fmt::Debug for OriginPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OriginPattern({:?})", self.text)
    }
}

impl AsRef<str> for OriginPattern {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

/// Longer than any origin that a browser can send: scheme, `://`, host with a trailing dot, port.
pub(crate) const MAX_LEN: usize = 64 + 3 + 254 + 6;

/// What an origin or a pattern consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Parts<'a> {
    pub(crate) scheme: &'a str,
    /// `*.` stands in front of the host.
    pub(crate) subdomains: bool,
    /// Without `*.`, with the brackets of an IPv6 address.
    pub(crate) host: &'a str,
    pub(crate) port: Port,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Port {
    /// The scheme's own, which is never written.
    Default,
    Number(u16),
    /// `*`: any, or none.
    Any,
}

impl Parts<'_> {
    /// Stands for more than one origin.
    pub(crate) fn is_wildcard(&self) -> bool {
        self.subdomains || self.port == Port::Any
    }

    /// A page's cookies would travel in the clear: http, and not to this very machine.
    pub(crate) fn is_insecure(&self) -> bool {
        self.scheme == "http" && !self.is_loopback()
    }

    /// Secure Contexts, "Is origin potentially trustworthy?": loopback addresses and `localhost`.
    pub(crate) fn is_loopback(&self) -> bool {
        let name = self.host.strip_suffix('.').unwrap_or(self.host);
        name == "localhost"
            || name.ends_with(".localhost")
            || name == "[::1]"
            || name.parse::<Ipv4Addr>().is_ok_and(|ip| ip.is_loopback())
    }
}

/// Fetch, "`Origin` header": `scheme://host[:port]` in lower case, nothing else, plus our wildcards.
pub(crate) fn parse(text: &str) -> Result<Parts<'_>, Reason> {
    parse_strictly(text).map_err(|reason| explain(text, reason))
}

fn parse_strictly(text: &str) -> Result<Parts<'_>, Reason> {
    if text.len() > MAX_LEN {
        return Err(Reason::TooLong);
    }
    let colon = position(text, b':').ok_or(Reason::NoScheme)?;
    let (scheme, rest) = text.split_at(colon);
    let rest = rest.strip_prefix("://").ok_or(Reason::NoScheme)?;
    check_scheme(scheme)?;
    let (host, port) = split_port(rest)?;
    let (subdomains, host) = match host.strip_prefix("*.") {
        Some(host) => (true, host),
        None => (false, host),
    };
    check_host(scheme, host, subdomains)?;
    let port = check_port(scheme, port)?;
    Ok(Parts { scheme, subdomains, host, port })
}

/// Of all that is wrong with a text, what its writer should be told.
#[cold]
fn explain(text: &str, reason: Reason) -> Reason {
    let (_, rest) = text.split_once("://").unwrap_or(("", text));
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let beyond = rest.strip_prefix("*.").unwrap_or(rest).trim_end_matches(":*");
    match reason {
        _ if text.is_empty() => Reason::Empty,
        _ if text == "*" => Reason::AnyOrigin,
        _ if text.eq_ignore_ascii_case("null") => Reason::Null,
        Reason::TooLong => Reason::TooLong,
        _ if text.trim() != text => Reason::WhiteSpace,
        _ if !text.is_ascii() => Reason::NotAscii,
        _ if text.contains(['"', '\'', '`']) => Reason::Quotes,
        _ if text.contains([',', ' ', '\t']) => Reason::List,
        Reason::NoScheme | Reason::Scheme | Reason::File | Reason::WebSocket => reason,
        _ if rest[..end].contains('@') => Reason::UserInfo,
        _ if rest[end..].starts_with('/') => Reason::Path,
        _ if end < rest.len() => Reason::Query,
        _ if rest.is_empty() => Reason::NoHost,
        _ if beyond.contains('*') => Reason::Wildcard,
        _ => reason,
    }
}

fn position(text: &str, byte: u8) -> Option<usize> {
    text.bytes().position(|it| it == byte)
}

fn check_scheme(scheme: &str) -> Result<(), Reason> {
    match scheme {
        "http" | "https" => return Ok(()),
        "" => return Err(Reason::NoScheme),
        "file" => return Err(Reason::File),
        "ws" | "wss" => return Err(Reason::WebSocket),
        _ if !scheme.starts_with(|c: char| c.is_ascii_alphabetic()) => return Err(Reason::Scheme),
        _ => {}
    }
    let is_scheme_byte = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    match scheme {
        _ if !scheme.bytes().all(is_scheme_byte) => Err(Reason::Scheme),
        _ if scheme.bytes().any(|byte| byte.is_ascii_uppercase()) => Err(Reason::UpperCase),
        _ => Ok(()),
    }
}

/// Host and port, the port `None` where there is no colon.
fn split_port(rest: &str) -> Result<(&str, Option<&str>), Reason> {
    let end = if rest.starts_with('[') || rest.starts_with("*.[") {
        position(rest, b']').ok_or(Reason::Ipv6)? + 1
    } else {
        position(rest, b':').unwrap_or(rest.len())
    };
    let (host, port) = rest.split_at(end);
    match port.strip_prefix(':') {
        Some(port) if port.contains(':') => {
            let is_bare_ipv6 = rest.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b':');
            Err(if is_bare_ipv6 { Reason::Ipv6 } else { Reason::Port })
        }
        Some(port) => Ok((host, Some(port))),
        None if port.is_empty() => Ok((host, None)),
        None => Err(Reason::Ipv6),
    }
}

fn check_port(scheme: &str, port: Option<&str>) -> Result<Port, Reason> {
    let digits = match port {
        None => return Ok(Port::Default),
        Some("*") => return Ok(Port::Any),
        Some(digits) => digits,
    };
    if digits.starts_with(['0', '+']) {
        return Err(Reason::Port);
    }
    let number = digits.parse::<u16>().map_err(|_| Reason::Port)?;
    // URL, "port state": a URL's port is null where it is its scheme's default.
    match default_port(scheme) {
        Some(default) if default == number => Err(Reason::DefaultPort),
        _ => Ok(Port::Number(number)),
    }
}

/// URL, "special scheme".
pub(crate) fn default_port(scheme: &str) -> Option<u16> {
    match scheme {
        "http" => Some(80),
        "https" => Some(443),
        _ => None,
    }
}

/// Host and port, the port with its colon or empty. Nothing is checked.
pub(super) fn cut_port(rest: &[u8]) -> (&[u8], &[u8]) {
    // The colons inside of an IPv6 address stand before its bracket.
    match rest.iter().rposition(|byte| matches!(byte, b':' | b']')) {
        Some(at) if rest[at] == b':' => rest.split_at(at),
        _ => (rest, &[]),
    }
}

/// Whether `port`, with its colon or empty, may stand behind `scheme`, with its `://`.
pub(super) fn is_port(scheme: &[u8], port: &[u8]) -> bool {
    let Some((b':', digits)) = port.split_first() else { return port.is_empty() };
    let scheme = scheme.strip_suffix(b"://").and_then(|scheme| std::str::from_utf8(scheme).ok());
    let port = std::str::from_utf8(digits).ok().map(Some);
    let port = scheme.zip(port).map(|(scheme, port)| check_port(scheme, port));
    matches!(port, Some(Ok(Port::Number(_))))
}
