//! The patterns that a policy is written in, and the only matcher.

use std::{
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
    str::FromStr,
    sync::Arc,
};

use super::{
    Origin,
    error::OriginError,
    grammar::{self, is_port, split_port_unchecked},
    host::{is_label_part, is_subdomain_prefix},
    parts::{Layout, Parts},
};

/// A pattern that matches one origin, or a family of origins.
///
/// It is written exactly as a browser writes the origin, with these wildcards: `*.` in front of a
/// domain for its subdomains, `*` in the first label for a part of it, `*` as the port, and `*` after
/// the scheme of an app or extension.
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
/// allowed  https://pr-*-app.example.com  one or more bytes of the first label, never a dot
/// allowed  http://localhost:*            any port, or none
/// allowed  https://*.example.com:*       a wildcard and any port
/// allowed  chrome-extension://*          every origin of a scheme, but not of http and https
///
/// refused  example.com                   no scheme
/// refused  https://a.example/            a path, even a lone slash
/// refused  https://u:p@a.example         user info
/// refused  https://a.example?q           a query or fragment
/// refused  https://a.example:443         the default port: browsers leave it out
/// refused  https://A.example             upper case
/// refused  https://bücher.example        not ASCII: write the punycode
/// refused  https://xn--f.example         `xn--` without valid punycode behind it
/// refused  http://127.1, http://[0::1]   an address that browsers write in another way
/// refused  wss://a.example               the origin of a page is http or https
/// refused  htps://a.example              a misspelled scheme
/// refused  *, https://*                  every page: use `allow_any_origin`
/// refused  https://a.*.example.com       `*` behind the first label
/// refused  https://*-*.example.com       two of them in a host
/// refused  https://*.com, https://a-*.de a wildcard over a top-level domain (`*.localhost` is fine)
/// refused  http://*.127.0.0.1            a wildcard over an address
/// refused  192.168.0.0/16                a range of addresses
/// refused  null                          every opaque origin looks the same
/// refused  file://, app://.              not a host: use `dangerous_allow_opaque_origins`
/// refused  https://a.example:0           ports outside 1-65535, or with a leading zero
/// ```
///
/// For a family of origins that no pattern matches, use
/// [`allow_origin_if`](crate::CorsBuilder::allow_origin_if).
///
/// Under some domains, such as `github.io` and `co.uk`, any person can register a subdomain. A
/// wildcard over such a domain is accepted, because no list of these domains is complete.
pub struct OriginPattern {
    /// The texts of all patterns of a set, which are freed as one. An `Arc<str>` would be larger.
    texts: Arc<String>,
    start: usize,
    layout: Layout,
}

impl OriginPattern {
    /// Copies the texts of all patterns into one allocation.
    pub(super) fn own_all(parsed: Vec<ParsedPattern<'_>>) -> Vec<Self> {
        let mut texts = String::with_capacity(parsed.iter().map(|it| it.text.len()).sum());
        texts.extend(parsed.iter().map(|it| it.text));
        let texts = Arc::new(texts);
        let mut end = 0;
        let own = |ParsedPattern { layout, .. }| {
            let start = end;
            end += layout.len();
            Self { texts: Arc::clone(&texts), start, layout }
        };
        parsed.into_iter().map(own).collect()
    }

    fn own(text: &str, layout: Layout) -> Self {
        Self { texts: Arc::new(text.to_owned()), start: 0, layout }
    }

    /// Returns the pattern as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.texts[self.start..self.start + self.layout.len()]
    }

    /// Returns whether this pattern matches `origin`.
    #[must_use]
    pub fn matches(&self, origin: &Origin) -> bool {
        self.matches_bytes(origin.as_str().as_bytes())
    }

    /// Returns the pattern as it was written.
    #[inline]
    pub(super) fn as_bytes(&self) -> &[u8] {
        // Cheaper than one range: its end needs no addition that may overflow.
        let (_, rest) = self.texts.as_bytes().split_at(self.start);
        &rest[..self.layout.len()]
    }

    /// Whether `origin`, which may be any text, is an origin that this pattern matches.
    #[inline]
    pub(super) fn matches_bytes(&self, origin: &[u8]) -> bool {
        let pattern = self.as_bytes();
        if self.layout.has_any_port() {
            return self.matches_any_port(origin);
        }
        let Some(star) = self.layout.star() else { return pattern == origin };
        // The end first: it differs for most origins.
        origin.ends_with(&pattern[star + 1..])
            && self.matches_start(pattern, star, origin, pattern.len() - self.layout.host_end())
    }

    /// Returns the bytes that every matching origin ends with.
    pub(super) fn fixed_end(&self) -> &[u8] {
        let text = self.as_bytes();
        match self.layout.star() {
            _ if self.layout.has_any_port() => &[],
            Some(star) => &text[star + 1..],
            None => text,
        }
    }

    fn matches_any_port(&self, origin: &[u8]) -> bool {
        let Some(authority) = origin.get(self.layout.authority_start()..) else { return false };
        let (_, port) = split_port_unchecked(authority);
        let (pattern, _) = self.as_bytes().split_at(self.layout.host_end());
        let (origin, _) = origin.split_at(origin.len() - port.len());
        let matches_host = match self.layout.star() {
            None => pattern == origin,
            Some(star) => {
                origin.ends_with(&pattern[star + 1..])
                    && self.matches_start(pattern, star, origin, 0)
            }
        };
        matches_host && is_port(self.layout.scheme(self.as_str()), port)
    }

    /// Compares a pattern and an origin that end with the same bytes after the star, and with a port of
    /// this length.
    fn matches_start(&self, pattern: &[u8], star: usize, origin: &[u8], port_len: usize) -> bool {
        let end_len = pattern.len() - star - 1;
        let Some(start) = origin.len().checked_sub(end_len) else { return false };
        let Some(part) = origin[..start].strip_prefix(&pattern[..star]) else { return false };
        let authority_start = self.layout.authority_start();
        let host = &origin[authority_start..origin.len() - port_len];
        let is_special = self.layout.is_special();
        match pattern.get(star + 1) {
            Some(b'.') if star == authority_start => is_subdomain_prefix(part, host, is_special),
            // Any host of the scheme.
            None if star == authority_start => Origin::is_valid(origin),
            _ => is_label_part(part, host, is_special),
        }
    }

    pub(crate) fn parts(&self) -> Parts<'_> {
        self.layout.parts(self.as_str())
    }

    /// Returns the port with its colon, or nothing.
    pub(super) fn port_text(&self) -> &str {
        &self.as_str()[self.layout.host_end()..]
    }

    /// Whether this pattern matches more than one origin.
    #[inline]
    pub(crate) fn is_wildcard(&self) -> bool {
        self.layout.is_wildcard()
    }
}

/// A pattern that was parsed, and does not own its text.
#[derive(Clone, Copy)]
pub(crate) struct ParsedPattern<'t> {
    text: &'t str,
    layout: Layout,
}

impl<'t> ParsedPattern<'t> {
    pub(crate) fn new(text: &'t str) -> Result<Self, OriginError> {
        let is_pattern = |text: &str| grammar::parse(text).is_ok();
        match grammar::parse(text) {
            Ok(layout) => Ok(Self { text, layout }),
            Err(kind) => Err(OriginError::new(text, kind, is_pattern)),
        }
    }

    pub(super) fn as_str(self) -> &'t str {
        self.text
    }

    pub(crate) fn parts(self) -> Parts<'t> {
        self.layout.parts(self.text)
    }
}

impl FromStr for OriginPattern {
    type Err = OriginError;

    /// # Errors
    ///
    /// Fails for every text marked `refused` under [Syntax](OriginPattern#syntax).
    fn from_str(text: &str) -> Result<Self, OriginError> {
        ParsedPattern::new(text).map(|parsed| Self::own(text, parsed.layout))
    }
}

impl Clone for OriginPattern {
    /// Copies the text, so that a clone does not keep those of a whole policy in memory.
    fn clone(&self) -> Self {
        Self::own(self.as_str(), self.layout)
    }
}

impl PartialEq for OriginPattern {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for OriginPattern {}

impl PartialOrd for OriginPattern {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for OriginPattern {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl Hash for OriginPattern {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl fmt::Display for OriginPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for OriginPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OriginPattern({:?})", self.as_str())
    }
}

impl AsRef<str> for OriginPattern {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}
