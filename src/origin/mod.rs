//! Origins, and the sets of origins that a policy allows. Imports nothing from the rest of the crate.

use std::{fmt, str::FromStr};

use http::HeaderValue;

#[cfg(feature = "regex")]
mod automaton;
mod cover;
mod diagnosis;
mod error;
mod examples;
mod grammar;
mod hashed;
mod host;
mod likeness;
mod linear;
pub(crate) mod made_up;
mod nearest;
mod opaque;
mod parts;
mod pattern;
mod punycode;
mod quote;
#[cfg(feature = "regex")]
mod reach;
#[cfg(feature = "regex")]
mod regex;
mod repair;
mod set;
mod text;

pub use error::OriginError;
pub use pattern::OriginPattern;

pub(crate) use grammar::similar_scheme;
pub(crate) use nearest::{Nearest, nearest};
pub(crate) use opaque::parse_opaque;
#[cfg(any(feature = "export", feature = "probe"))]
pub(crate) use parts::default_port;
pub(crate) use parts::{Parts, Port, Wildcard};
pub(crate) use pattern::ParsedPattern;
pub(crate) use quote::{cut, quoted, shortened};
#[cfg(feature = "regex")]
pub(crate) use regex::{
    DeadAlternative, NeverMatches, dead_alternatives, literal_schemes, never_matches,
};
pub(crate) use repair::repair;
pub(crate) use set::{CustomMatchers, OriginCheck, OriginRefusal, OriginSet, Predicate};

use error::OriginErrorKind;
use parts::{Layout, MAX_LEN};

/// The origin of a page, as browsers write it in the `Origin` header.
///
/// Opaque origins (`null`) are not values of this type, because all of them look the same.
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
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    /// Shares its bytes with the request that it came from.
    value: HeaderValue,
    layout: Layout,
}

impl Origin {
    /// Returns the origin as it was sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.value.to_str().unwrap_or_default()
    }

    /// Returns the scheme in lower case: `https`.
    #[must_use]
    pub fn scheme(&self) -> &str {
        self.parts().scheme
    }

    /// Returns the host, with the brackets of an IPv6 address: `app.example.com`, `[::1]`.
    #[must_use]
    pub fn host(&self) -> &str {
        self.parts().host
    }

    /// Returns the port, or `None` for the default port of the scheme.
    #[must_use]
    pub fn port(&self) -> Option<u16> {
        match self.parts().port {
            Port::Number(port) => Some(port),
            Port::Default | Port::Any => None,
        }
    }

    /// Reads the value of an `Origin` header. `None` if it is not an origin.
    pub(crate) fn from_header(value: &HeaderValue) -> Option<Self> {
        let layout = layout(value.as_bytes())?;
        Some(Self { value: value.clone(), layout })
    }

    /// Whether `value` is an origin.
    pub(crate) fn is_valid(value: &[u8]) -> bool {
        layout(value).is_some()
    }

    pub(crate) fn parts(&self) -> Parts<'_> {
        self.layout.parts(self.as_str())
    }
}

/// Reads the value of a header, its length first.
fn layout(value: &[u8]) -> Option<Layout> {
    if value.len() > MAX_LEN {
        return None;
    }
    let text = std::str::from_utf8(value).ok()?;
    grammar::parse_parts(text).ok().filter(|layout| !layout.is_wildcard())
}

/// The grammar of patterns without wildcards.
fn parse(text: &str) -> Result<Layout, OriginErrorKind> {
    let layout = grammar::parse(text)?;
    if layout.is_wildcard() { Err(OriginErrorKind::WildcardInOrigin) } else { Ok(layout) }
}

impl FromStr for Origin {
    type Err = OriginError;

    /// # Errors
    ///
    /// Fails for a text that no browser sends: `example.com`, `https://a.example/`,
    /// `https://A.example`, `https://a.example:443`, `null`. Also for wildcards, which belong in an
    /// [`OriginPattern`].
    fn from_str(text: &str) -> Result<Self, OriginError> {
        let parsed = parse(text).and_then(|layout| {
            let value = HeaderValue::from_str(text).map_err(|_| OriginErrorKind::HostByte)?;
            Ok(Self { value, layout })
        });
        parsed.map_err(|kind| OriginError::new(text, kind, |text| parse(text).is_ok()))
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
