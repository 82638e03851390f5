//! Why a text is not an origin, and what to write instead.

use std::{error::Error, fmt};

use super::{
    diagnosis::entries,
    examples::{ipv4_range, regex_for},
    quote::shortened,
    repair::{pattern_of_regex, repair},
};

/// The error for a text that no browser sends as an origin, with the reason and, if it is known,
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

    /// Returns the text to write instead, if it is known.
    #[must_use]
    pub fn suggestion(&self) -> Option<&str> {
        self.suggestion.as_deref()
    }

    pub(crate) fn into_value_and_suggestion(self) -> (String, Option<String>) {
        (self.value, self.suggestion)
    }

    /// Returns the reason, and what to write instead.
    pub(crate) fn message(&self) -> String {
        let sentence = self.kind.sentence();
        let instead = match (self.kind, &self.suggestion) {
            (OriginErrorKind::List, Some(first)) => format!(", {first:?} first"),
            (OriginErrorKind::Invisible(c), None) => format!(" U+{:04X}", u32::from(c)),
            (OriginErrorKind::Invisible(c), Some(text)) => {
                format!(" U+{:04X}; write {text:?}", u32::from(c))
            }
            (OriginErrorKind::Wildcard, _) => match regex_for(&self.value) {
                Some(regex) => {
                    format!("; or use `allow_origin_regex(r\"{regex}\")` or `allow_origin_if`")
                }
                None => "; or use `allow_origin_regex` or `allow_origin_if`".to_owned(),
            },
            (OriginErrorKind::AddressRange, _) => match ipv4_range(&self.value) {
                Some(octets) => format!(
                    "; use `allow_origin_if(|origin| origin.host().parse().is_ok_and(|ip: \
                     std::net::Ipv4Addr| matches!(ip.octets(), {octets})))`"
                ),
                None => "; use `allow_origin_if`".to_owned(),
            },
            (_, Some(text)) => format!("; write {text:?}"),
            (_, None) => String::new(),
        };
        format!("{sentence}{instead}")
    }

    #[cold]
    pub(super) fn new(value: &str, kind: OriginErrorKind, is_valid: fn(&str) -> bool) -> Self {
        let is_suggestion = |text: &str| text != value && is_valid(text);
        let guess = match kind {
            OriginErrorKind::Null
            | OriginErrorKind::TooLong
            | OriginErrorKind::AddressRange
            | OriginErrorKind::Placeholder => None,
            OriginErrorKind::Regex => Some(pattern_of_regex(value)),
            OriginErrorKind::List => {
                let first = entries(value).first().map_or("", |first| *first);
                if is_suggestion(first) { Some(first.to_owned()) } else { repair(first) }
            }
            _ => repair(value),
        };
        let suggestion = guess.filter(|text| is_suggestion(text));
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
    AnyWord,
    Null,
    Invisible(char),
    Placeholder,
    Regex,
    List,
    TooLong,
    WhiteSpace,
    Brackets,
    Quotes,
    Separator,
    NotAscii,
    NoScheme,
    NoHost,
    Scheme,
    SchemeWildcard,
    MisspelledScheme,
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
    TopLevelWildcard,
    AddressRange,
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
                | Kind::AnyWord
                | Kind::Null
                | Kind::Invisible(_)
                | Kind::Placeholder
                | Kind::List
                | Kind::WhiteSpace
                | Kind::Brackets
                | Kind::Quotes
                | Kind::Separator
                | Kind::NotAscii
        )
    }

    pub(super) fn sentence(self) -> &'static str {
        match self {
            Self::Empty => "an origin cannot be empty",
            Self::AnyOrigin => "`*` is not a pattern; use `allow_any_origin()`",
            Self::AnyWord => "this is not an origin; use `allow_any_origin()` to allow any",
            Self::Null => {
                "`null` stands for every opaque origin; set `dangerous_allow_null_origin`"
            }
            Self::TooLong => "longer than any origin that a browser sends",
            Self::NotAscii => "browsers send hosts in ASCII, as punycode (`xn--...`)",
            Self::Invisible(_) => "remove the invisible character",
            Self::Placeholder => "this looks like a placeholder without its value",
            Self::Regex => "this looks like a regex, which belongs in `allow_origin_regex`",
            Self::Brackets => "an origin has no brackets and no quotes around it",
            Self::Separator => "an origin has no comma, semicolon or bar around it",
            Self::WhiteSpace => "an origin has no white space around it",
            Self::List => "one origin is expected; pass each one as an item of its own",
            Self::Quotes => "an origin has no quotes around it",
            Self::NoScheme => "an origin starts with its scheme and `://`",
            Self::NoHost => "an origin has a host",
            Self::Scheme => "a scheme consists of lower-case letters, digits, `+`, `-` and `.`",
            Self::SchemeWildcard => "`*` is not a scheme; list the origin once for each scheme",
            Self::MisspelledScheme => "the scheme is misspelled",
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
            Self::TopLevelWildcard => {
                "`*` cannot stand for a top-level domain: others may own the name under another one; \
                 list each domain"
            }
            Self::AddressRange => "a range of addresses is not a pattern",
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
