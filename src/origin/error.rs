//! Why a text is not an origin, and what to write instead.

use std::{error::Error, fmt, net::Ipv6Addr};

use super::{grammar, host, parts::default_port, quote::shortened};

/// The error for a text that no browser sends as an origin, with the reason and, if it can be told,
/// the right spelling.
///
/// ```
/// let error = "https://a.example/".parse::<corsac::OriginPattern>().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     r#"origin "https://a.example/": an origin has no path; write "https://a.example""#,
/// );
/// assert_eq!(error.suggestion(), Some("https://a.example"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct OriginError {
    value: String,
    kind: OriginErrorKind,
    suggestion: Option<String>,
}

impl OriginError {
    /// Returns the text that was refused.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }

    /// Returns the text to write instead, if it can be told.
    #[must_use]
    pub fn suggestion(&self) -> Option<&str> {
        self.suggestion.as_deref()
    }

    /// Returns the reason and the suggestion.
    pub(crate) fn message(&self) -> String {
        match &self.suggestion {
            Some(text) => format!("{}; write {text:?}", self.kind.sentence()),
            None => self.kind.sentence().to_owned(),
        }
    }

    pub(super) fn new(value: &str, kind: OriginErrorKind, is_valid: impl Fn(&str) -> bool) -> Self {
        let suggestion = match kind {
            OriginErrorKind::Null | OriginErrorKind::TooLong => None,
            _ => repair(value).filter(|repaired| repaired != value && is_valid(repaired)),
        };
        Self { value: value.to_owned(), kind, suggestion }
    }
}

impl fmt::Display for OriginError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "origin {}: {}", shortened(&self.value), self.message())
    }
}

impl Error for OriginError {}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OriginErrorKind {
    Empty,
    AnyOrigin,
    Null,
    TooLong,
    NotAscii,
    WhiteSpace,
    Quotes,
    List,
    NoScheme,
    NoHost,
    Scheme,
    File,
    Opaque,
    NotOpaque,
    NeverOpaque,
    OpaqueByte,
    WebSocket,
    UpperCase,
    UserInfo,
    Path,
    Query,
    Port,
    DefaultPort,
    HostByte,
    EmptyLabel,
    LongHost,
    Punycode,
    Ipv4,
    Ipv6,
    EveryHost,
    SchemeWithPort,
    Wildcard,
    WildcardInPunycode,
    WildcardOverTopLevel,
    WildcardOverAddress,
    WildcardInOrigin,
}

impl OriginErrorKind {
    /// Whether the text is no single origin of any kind.
    pub(super) fn is_about_text(self) -> bool {
        use OriginErrorKind as Kind;
        matches!(
            self,
            Kind::Empty
                | Kind::AnyOrigin
                | Kind::Null
                | Kind::NotAscii
                | Kind::WhiteSpace
                | Kind::Quotes
                | Kind::List
        )
    }

    fn sentence(self) -> &'static str {
        match self {
            Self::Empty => "an origin cannot be empty",
            Self::AnyOrigin => "`*` is not a pattern; use `allow_any_origin()`",
            Self::Null => {
                "`null` stands for every opaque origin; set `dangerous_allow_null_origin`"
            }
            Self::TooLong => "longer than any origin that a browser sends",
            Self::NotAscii => "browsers send hosts in ASCII; write the punycode (`xn--...`)",
            Self::WhiteSpace => "an origin has no white space around it",
            Self::List => "one origin is expected; pass each one as an item of its own",
            Self::Quotes => "an origin has no quotes around it",
            Self::NoScheme => "an origin starts with its scheme and `://`",
            Self::NoHost => "an origin has a host",
            Self::Scheme => "a scheme consists of lower-case letters, digits, `+`, `-` and `.`",
            Self::File => {
                "in browsers, pages from files have the origin `null`; serve them over http, or set \
                 `dangerous_allow_opaque_origins` for web views that send `file://`"
            }
            Self::Opaque => {
                "this is not a host, though apps may send it; set `dangerous_allow_opaque_origins`"
            }
            Self::NotOpaque => "this is an ordinary origin; list it in `allow_origins`",
            Self::NeverOpaque => {
                "pages with this scheme always have a host; list their origins in `allow_origins`"
            }
            Self::OpaqueByte => {
                "an opaque origin is compared byte for byte; write it exactly as the app sends it"
            }
            Self::WebSocket => {
                "the origin is the page's, which is http or https for WebSockets too"
            }
            Self::UpperCase => "browsers send origins in lower case",
            Self::UserInfo => "an origin has no user info",
            Self::Path => "an origin has no path",
            Self::Query => "an origin has no query and no fragment",
            Self::Port => "a port is a number from 1 to 65535 without leading zeros, or `*`",
            Self::DefaultPort => "browsers leave the default port out",
            Self::HostByte => "a host consists of letters, digits, `-`, `_` and `.`",
            Self::EmptyLabel => "a host has no empty labels",
            Self::LongHost => "a host has at most 253 bytes, and each of its labels at most 63",
            Self::Punycode => "a label that starts with `xn--` is punycode, and this one is none",
            Self::Ipv4 => "browsers write an IPv4 address as four decimal numbers",
            Self::Ipv6 => "browsers write an IPv6 address in brackets, shortened, in lower case",
            Self::EveryHost => {
                "this would allow every page; list the domains you trust, or use `allow_any_origin()`"
            }
            Self::SchemeWithPort => "`*` after a scheme stands for every port too",
            Self::Wildcard => {
                "`*` stands only in front of a domain (`https://*.example.com`), once in its first \
                 label (`https://app-*.example.com`), or as the port"
            }
            Self::WildcardInPunycode => {
                "a part of punycode stands for no letters; write the whole label"
            }
            Self::WildcardOverTopLevel => {
                "this would allow everybody under a top-level domain; name the domain below it"
            }
            Self::WildcardOverAddress => "an address has no subdomains",
            Self::WildcardInOrigin => "an origin has no `*`; that is a pattern",
        }
    }
}

/// Guesses the meaning of a text that does not parse. The result may not parse either.
pub(crate) fn repair(text: &str) -> Option<String> {
    let text = text.trim_matches(|c: char| c.is_whitespace() || "\"'`;,".contains(c));
    let (scheme, rest) = match text.split_once("://") {
        Some((scheme, rest)) => (scheme.to_ascii_lowercase(), rest),
        None => guess_scheme(text),
    };
    let scheme = match scheme.as_str() {
        "ws" => "http",
        "wss" => "https",
        other => other,
    };
    let rest = rest.split(['/', '?', '#']).next()?;
    let rest = rest.rsplit('@').next()?.to_ascii_lowercase();
    let default_port = default_port(scheme).map(|port| format!(":{port}"));
    let rest = default_port.and_then(|port| rest.strip_suffix(&port)).unwrap_or(&rest);
    if let Some((host, port)) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        let host = host::write_ipv6(host.parse::<Ipv6Addr>().ok()?);
        return Some(format!("{scheme}://{host}{port}"));
    }
    Some(format!("{scheme}://{rest}"))
}

/// Splits texts such as `https:/a.example`, `//a.example`, `a.example` and `localhost:3000`.
fn guess_scheme(text: &str) -> (String, &str) {
    for scheme in ["https", "http"] {
        let rest = text.strip_prefix(scheme).filter(|rest| rest.starts_with([':', '/']));
        if let Some(rest) = rest {
            return (scheme.to_owned(), rest.trim_start_matches([':', '/']));
        }
    }
    let rest = text.trim_start_matches('/');
    let as_http = format!("http://{rest}");
    let is_local =
        grammar::parse_parts(&as_http).is_ok_and(|layout| layout.parts(&as_http).is_loopback());
    (if is_local { "http" } else { "https" }.to_owned(), rest)
}
