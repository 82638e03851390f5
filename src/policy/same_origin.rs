//! Recognizes requests of the service's own pages, and WebSocket handshakes.

use http::{
    HeaderMap, HeaderValue, Uri,
    header::{FORWARDED, HOST, SEC_WEBSOCKET_KEY, UPGRADE},
};

use super::{decision::Context, forwarded};
use crate::origin::{Origin, default_port};

/// The reason why a page is not one of the service's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Foreign {
    /// `Sec-Fetch-Site` has another value.
    FetchMetadata,
    /// The page came over http, and the request came over https.
    Scheme,
    /// The hosts are the same, the ports are not.
    Port,
    /// A header that is not trusted has the host of the page.
    Untrusted(ForwardedHeader),
    Host,
}

/// A header in which a proxy passes the host of a request on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ForwardedHeader {
    XForwardedHost,
    XForwardedPort,
    Forwarded,
}

const X_FORWARDED_HOST: &str = "x-forwarded-host";
const X_FORWARDED_PORT: &str = "x-forwarded-port";
const X_FORWARDED_PROTO: &str = "x-forwarded-proto";

/// Checks whether the page is one of the service's own.
pub(crate) fn check_own_page(origin: &HeaderValue, context: Context<'_>) -> Result<(), Foreign> {
    let Context { policy, headers, uri } = context;
    // Fetch Metadata, "Sec-Fetch-Site": no page can forge it, so it decides if it is present.
    if let Some(site) = headers.get("sec-fetch-site") {
        return if site == "same-origin" { Ok(()) } else { Err(Foreign::FetchMetadata) };
    }
    let Some(origin) = Origin::from_header(origin) else { return Err(Foreign::Host) };
    // The page that someone on the network serves over http is not the service's own.
    if origin.scheme() == "http" && is_https(headers, uri) {
        return Err(Foreign::Scheme);
    }
    let rules = &policy.rules;
    if !rules.own_origins.is_empty() {
        let is_own = rules.own_origins.iter().any(|own| own == origin.as_str());
        return if is_own { Ok(()) } else { Err(Foreign::Host) };
    }
    let Some(page) = HostAndPort::of_page(&origin) else { return Err(Foreign::Host) };
    let own = request_host(headers, uri).and_then(HostAndPort::parse);
    let is_page = |host: HostAndPort<'_>| host.is(page, &origin);
    if own.is_some_and(is_page) {
        return Ok(());
    }
    let forwarded = match_forwarded(headers, own, is_page);
    match (forwarded, own) {
        (Some(_), _) if rules.trust_forwarded_headers => Ok(()),
        (Some(header), _) => Err(Foreign::Untrusted(header)),
        (None, Some(own)) if own.host.eq_ignore_ascii_case(page.host) => Err(Foreign::Port),
        (None, _) => Err(Foreign::Host),
    }
}

/// Returns the host that the request was sent to: that of its URI (HTTP/2) or of `Host`.
pub(crate) fn request_host<'a>(headers: &'a HeaderMap, uri: Option<&'a Uri>) -> Option<&'a str> {
    match uri.and_then(Uri::authority) {
        Some(authority) => Some(authority.as_str()),
        None => headers.get(HOST)?.to_str().ok(),
    }
}

/// Returns whether the request says that it came over https. This only ever denies, so no proxy has
/// to be trusted for it.
fn is_https(headers: &HeaderMap, uri: Option<&Uri>) -> bool {
    let is_secure =
        |scheme: &str| scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("wss");
    uri.and_then(Uri::scheme_str).is_some_and(is_secure)
        || elements(headers, X_FORWARDED_PROTO).any(is_secure)
        || forwarded::values(headers.get_all(FORWARDED), "proto").any(|scheme| is_secure(&scheme))
}

/// Returns the forwarding header that has the host of the page.
fn match_forwarded(
    headers: &HeaderMap,
    own: Option<HostAndPort<'_>>,
    is_page: impl Fn(HostAndPort<'_>) -> bool,
) -> Option<ForwardedHeader> {
    let mut ports = elements(headers, X_FORWARDED_PORT);
    let mut hosts = elements(headers, X_FORWARDED_HOST).filter_map(HostAndPort::parse);
    let mut others = forwarded::values(headers.get_all(FORWARDED), "host");
    if hosts.any(|host| {
        let mut ports = elements(headers, X_FORWARDED_PORT);
        is_page(host) || ports.any(|port| host.with_port(port).is_some_and(&is_page))
    }) {
        Some(ForwardedHeader::XForwardedHost)
    } else if others.any(|host| HostAndPort::parse(&host).is_some_and(&is_page)) {
        Some(ForwardedHeader::Forwarded)
    } else if ports.any(|port| own.and_then(|own| own.with_port(port)).is_some_and(&is_page)) {
        Some(ForwardedHeader::XForwardedPort)
    } else {
        None
    }
}

/// RFC 9110, 5.6.1 "Lists".
fn elements<'a>(headers: &'a HeaderMap, name: &'a str) -> impl Iterator<Item = &'a str> {
    let lines = headers.get_all(name).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).map(str::trim)
}

#[derive(Clone, Copy)]
struct HostAndPort<'a> {
    host: &'a str,
    port: Option<u16>,
}

impl<'a> HostAndPort<'a> {
    /// Returns `None` for an origin whose scheme has no host to compare.
    fn of_page(origin: &'a Origin) -> Option<Self> {
        default_port(origin.scheme())?;
        Some(Self { host: origin.host(), port: origin.port() })
    }

    /// RFC 9110, 7.2 "Host": a host, and a port of digits if there is a colon.
    fn parse(text: &'a str) -> Option<Self> {
        let after_host = text.rfind(']').map_or(0, |bracket| bracket + 1);
        let (host, port) = match text[after_host..].split_once(':') {
            Some((host, port)) => (&text[..after_host + host.len()], Some(port)),
            None => (text, None),
        };
        let port = match port {
            // An empty port is the default one (RFC 3986, 3.2.3 "Port").
            None | Some("") => None,
            Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                Some(digits.parse().ok()?)
            }
            Some(_) => return None,
        };
        Some(Self { host, port })
    }

    /// Returns the host with a port that a header adds, if it has none of its own.
    fn with_port(self, port: &str) -> Option<Self> {
        let port = port.parse().ok()?;
        self.port.is_none().then_some(Self { port: Some(port), ..self })
    }

    /// Compares, with the default port of the page's scheme on both sides.
    fn is(self, page: HostAndPort<'_>, origin: &Origin) -> bool {
        let default = default_port(origin.scheme());
        self.host.eq_ignore_ascii_case(page.host) && self.port.or(default) == page.port.or(default)
    }
}

/// Returns whether the request opens a WebSocket.
///
/// RFC 6455, 4.1 "Client Requirements". Over HTTP/2 the request is an extended `CONNECT`, whose
/// protocol is no header (RFC 8441, 4).
pub(crate) fn is_websocket(headers: &HeaderMap) -> bool {
    headers.contains_key(SEC_WEBSOCKET_KEY)
        || elements(headers, UPGRADE.as_str())
            .any(|protocol| protocol.eq_ignore_ascii_case("websocket"))
}

impl ForwardedHeader {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::XForwardedHost => "X-Forwarded-Host",
            Self::XForwardedPort => "X-Forwarded-Port",
            Self::Forwarded => "Forwarded",
        }
    }
}
