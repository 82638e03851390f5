//! An origin: the scheme, host and port of the page that sends a request.

use std::{
    fmt,
    hash::{Hash, Hasher},
    str::FromStr,
};

use http::HeaderValue;

pub(crate) mod error;
mod few;
mod host;
mod many;
pub(crate) mod nearest;
pub(crate) mod pattern;
mod punycode;
pub(crate) mod set;
mod texts;
pub(crate) mod trace;

pub use error::OriginError;
pub use pattern::OriginPattern;

use error::Reason;
use pattern::{Parts, Port};

/// The origin of a page, as browsers write it in the `Origin` header.
///
/// Opaque origins (`null`) are not origins here: they cannot be told apart, so nothing can be said
/// of them.
///
/// ```
/// let origin: corsac::Origin = "https://app.example.com:8443".parse()?;
/// assert_eq!(origin.scheme(), "https");
/// assert_eq!(origin.host(), "app.example.com");
/// assert_eq!(origin.port(), Some(8443));
/// assert_eq!(origin.to_string(), "https://app.example.com:8443");
/// # Ok::<(), corsac::OriginError>(())
/// ```
///
/// Fetch, "`Origin` header" and HTML, "serialization of an origin".
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    /// Shared with the request that it came from; its text parses.
    value: HeaderValue,
}

impl Origin {
    /// The origin as it was sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.value.to_str().unwrap_or_default()
    }

    /// The scheme, in lower case: `https`.
    #[must_use]
    pub fn scheme(&self) -> &str {
        self.parts().map_or("", |parts| parts.scheme)
    }

    /// The host, an IPv6 address in its brackets: `app.example.com`, `[::1]`.
    #[must_use]
    pub fn host(&self) -> &str {
        self.parts().map_or("", |parts| parts.host)
    }

    /// The port, or `None` where it is the scheme's default.
    #[must_use]
    pub fn port(&self) -> Option<u16> {
        match self.parts()?.port {
            Port::Number(port) => Some(port),
            Port::Default | Port::Any => None,
        }
    }

    /// What a request's `Origin` line says, if it is an origin at all.
    pub(crate) fn from_header(value: &HeaderValue) -> Option<Self> {
        let parts = parse(value.to_str().ok()?).ok();
        parts.map(|_| Self { value: value.clone() })
    }

    pub(crate) fn parts(&self) -> Option<Parts<'_>> {
        parse(self.as_str()).ok()
    }
}

/// The grammar of patterns without their wildcards.
fn parse(text: &str) -> Result<Parts<'_>, Reason> {
    let parts = pattern::parse(text)?;
    if parts.is_wildcard() { Err(Reason::WildcardInOrigin) } else { Ok(parts) }
}

impl FromStr for Origin {
    type Err = OriginError;

    /// # Errors
    ///
    /// A text that no browser sends: `example.com`, `https://a.example/`, `https://A.example`,
    /// `https://a.example:443`, `null`. Wildcards too: they belong in an [`OriginPattern`].
    fn from_str(text: &str) -> Result<Self, OriginError> {
        let made = parse(text).and_then(|_| {
            let value = HeaderValue::from_str(text).map_err(|_| Reason::HostByte)?;
            Ok(Self { value })
        });
        made.map_err(|reason| OriginError::new(text, reason, |it| parse(it).is_ok()))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Origin({:?})", self.as_str())
    }
}

impl AsRef<str> for Origin {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl Hash for Origin {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}
