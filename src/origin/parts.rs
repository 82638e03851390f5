//! The parts of an origin or a pattern, and where they lie in its text.

use std::net::Ipv4Addr;

use super::error::OriginErrorKind;

/// The longest text that a browser can send: scheme, `://`, host with a trailing dot, port.
pub(super) const MAX_LEN: usize = 64 + 3 + 254 + 6;

/// The parts of an origin or a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Parts<'a> {
    pub(crate) scheme: &'a str,
    pub(crate) wildcard: Wildcard<'a>,
    /// The whole host, or the domain behind the wildcard. With the brackets of an IPv6 address.
    pub(crate) host: &'a str,
    pub(crate) port: Port,
}

/// The wildcard in front of a domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wildcard<'a> {
    /// `example.com`: none.
    None,
    /// `*.example.com`: one or more labels.
    Subdomains,
    /// `app-*-team.example.com`: one label with this prefix and suffix, and at least one byte
    /// between them.
    Label { prefix: &'a str, suffix: &'a str },
    /// `*`: every host of the scheme, on every port.
    AnyHost,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Port {
    /// The default port of the scheme, which browsers leave out.
    Default,
    Number(u16),
    /// `*`: any port, or none.
    Any,
}

impl<'a> Wildcard<'a> {
    /// The wildcard of `host`, if it is a pattern with a `*` at this offset, and the domain behind it.
    fn split(host: &'a str, star: usize) -> (Self, &'a str) {
        let (prefix, rest) = (&host[..star], &host[star + 1..]);
        match rest.split_once('.') {
            None => (Self::AnyHost, ""),
            Some((suffix, domain)) if prefix.is_empty() && suffix.is_empty() => {
                (Self::Subdomains, domain)
            }
            Some((suffix, domain)) => (Self::Label { prefix, suffix }, domain),
        }
    }
}

impl Parts<'_> {
    /// Whether this is a pattern for more than one host.
    pub(crate) fn has_host_wildcard(&self) -> bool {
        self.wildcard != Wildcard::None
    }

    /// Whether cookies would travel unencrypted: plain http to another machine.
    pub(crate) fn is_insecure(&self) -> bool {
        self.scheme == "http" && !self.is_loopback()
    }

    /// Secure Contexts, "Is origin potentially trustworthy?": loopback addresses and `localhost`. And
    /// `0.0.0.0`, which no other machine can answer either.
    pub(crate) fn is_loopback(&self) -> bool {
        let name = self.host.strip_suffix('.').unwrap_or(self.host);
        name == "localhost"
            || name.ends_with(".localhost")
            || name == "[::1]"
            || name.parse::<Ipv4Addr>().is_ok_and(|ip| ip.is_loopback() || ip.is_unspecified())
    }
}

const ANY_PORT: u8 = 1;
/// The scheme is a special one.
const SPECIAL: u8 = 2;

/// Offsets of the parts in a text that was parsed, so that it is not parsed again. Eight bytes,
/// because a policy may have many patterns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Layout {
    /// The offset of `://`.
    scheme_end: u16,
    /// The offset of the port's colon, or the length of the text.
    host_end: u16,
    /// The length of the text.
    len: u16,
    /// [`ANY_PORT`] and [`SPECIAL`].
    flags: u8,
    /// The distance from `scheme_end` to the `*` in the host. 0 if there is none.
    star: u8,
}

impl Layout {
    /// Fails if the text is too long for these offsets, which is longer than [`MAX_LEN`].
    pub(super) fn new(
        len: usize,
        scheme_end: usize,
        star: Option<usize>,
        host_end: usize,
        port: Port,
        is_special: bool,
    ) -> Result<Self, OriginErrorKind> {
        let too_long = |_| OriginErrorKind::TooLong;
        Ok(Self {
            scheme_end: u16::try_from(scheme_end).map_err(too_long)?,
            host_end: u16::try_from(host_end).map_err(too_long)?,
            len: u16::try_from(len).map_err(too_long)?,
            flags: if port == Port::Any { ANY_PORT } else { 0 }
                | if is_special { SPECIAL } else { 0 },
            star: u8::try_from(star.map_or(0, |star| star - scheme_end)).map_err(too_long)?,
        })
    }

    #[inline]
    pub(super) fn is_wildcard(self) -> bool {
        self.star != 0 || self.has_any_port()
    }

    #[inline]
    pub(super) fn has_any_port(self) -> bool {
        self.flags & ANY_PORT != 0
    }

    #[inline]
    pub(super) fn is_special(self) -> bool {
        self.flags & SPECIAL != 0
    }

    /// The offset of the first byte after `://`.
    #[inline]
    pub(super) fn authority_start(self) -> usize {
        usize::from(self.scheme_end) + "://".len()
    }

    /// The offset of the `*` in the host.
    #[inline]
    pub(super) fn star(self) -> Option<usize> {
        (self.star != 0).then(|| usize::from(self.scheme_end) + usize::from(self.star))
    }

    #[inline]
    pub(super) fn host_end(self) -> usize {
        usize::from(self.host_end)
    }

    /// The length of the text.
    #[inline]
    pub(super) fn len(self) -> usize {
        usize::from(self.len)
    }

    /// The scheme of `text`, which must be the text that this layout was made from.
    #[inline]
    pub(super) fn scheme(self, text: &str) -> &str {
        &text[..usize::from(self.scheme_end)]
    }

    /// The parts of `text`, which must be the text that this layout was made from.
    pub(super) fn parts(self, text: &str) -> Parts<'_> {
        let host = &text[self.authority_start()..self.host_end()];
        let (wildcard, host) = match self.star() {
            Some(star) => Wildcard::split(host, star - self.authority_start()),
            None => (Wildcard::None, host),
        };
        Parts {
            scheme: self.scheme(text),
            wildcard,
            host,
            port: if self.has_any_port() || wildcard == Wildcard::AnyHost {
                Port::Any
            } else {
                let digits = text.get(self.host_end() + 1..).unwrap_or_default();
                digits.parse().map_or(Port::Default, Port::Number)
            },
        }
    }
}

/// URL, "special scheme".
pub(crate) fn default_port(scheme: &str) -> Option<u16> {
    match scheme {
        "http" => Some(80),
        "https" => Some(443),
        "ftp" => Some(21),
        _ => None,
    }
}
