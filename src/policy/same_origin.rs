//! Recognizes requests of the service's own pages, and WebSocket handshakes.

use std::fmt;

use http::{
    HeaderMap, HeaderName, HeaderValue, Uri,
    header::{FORWARDED, HOST, ORIGIN, SEC_WEBSOCKET_KEY, UPGRADE},
};

use super::{decision::Context, evaluate::is_repeated, forwarded};
use crate::origin::Origin;

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

static SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
static X_FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
static X_FORWARDED_PORT: HeaderName = HeaderName::from_static("x-forwarded-port");
static X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// Checks whether the page is one of the service's own.
pub(crate) fn check_own_page(origin: &HeaderValue, context: Context<'_>) -> Result<(), Foreign> {
    let Context { policy, headers, uri } = context;
    // Fetch Metadata, "Sec-Fetch-Site": no page can forge it, so it decides if it is present.
    if let Some(site) = headers.get(&SEC_FETCH_SITE) {
        return if site == "same-origin" { Ok(()) } else { Err(Foreign::FetchMetadata) };
    }
    // Fetch, "`Origin` header": one line, one value.
    if is_repeated(&ORIGIN, headers) {
        return Err(Foreign::Host);
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
    let Some(page) = Page::new(&origin) else { return Err(Foreign::Host) };
    let own = request_host(headers, uri);
    if own.is_some_and(|own| page.is_at(own)) {
        return Ok(());
    }
    match (page.find_forwarded(headers, own), own) {
        (Some(_), _) if rules.trust_forwarded_headers => Ok(()),
        (Some(header), _) => Err(Foreign::Untrusted(header)),
        (None, Some(own)) if own.name.eq_ignore_ascii_case(page.name) => Err(Foreign::Port),
        (None, _) => Err(Foreign::Host),
    }
}

/// Returns the host that the request was sent to: that of its URI (HTTP/2) or of `Host`.
pub(crate) fn request_host<'a>(headers: &'a HeaderMap, uri: Option<&'a Uri>) -> Option<Host<'a>> {
    match uri.and_then(Uri::authority) {
        // Without user info, which names no host.
        Some(authority) => Some(Host { name: authority.host(), port: authority.port_u16() }),
        None => Host::parse(headers.get(&HOST)?.to_str().ok()?),
    }
}

/// Returns whether the request says that it came over https. This only ever denies, so no proxy has
/// to be trusted for it.
fn is_https(headers: &HeaderMap, uri: Option<&Uri>) -> bool {
    let is_secure =
        |scheme: &str| scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("wss");
    uri.and_then(Uri::scheme_str).is_some_and(is_secure)
        || elements(headers, &X_FORWARDED_PROTO).into_iter().any(is_secure)
        || forwarded::values(headers.get_all(&FORWARDED), "proto")
            .iter()
            .any(|scheme| is_secure(scheme))
}

/// RFC 9110, 5.6.1 "Lists".
fn elements<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Vec<&'a str> {
    let mut elements = Vec::new();
    for line in headers.get_all(name).iter().filter_map(|line| line.to_str().ok()) {
        for element in line.split(',') {
            elements.push(element.trim_ascii());
        }
    }
    elements
}

/// A host, and its port if it has one.
#[derive(Clone, Copy)]
pub(crate) struct Host<'a> {
    pub(crate) name: &'a str,
    port: Option<u16>,
}

impl<'a> Host<'a> {
    /// RFC 9110, 7.2 "Host": a host, and a port of digits if there is a colon.
    fn parse(text: &'a str) -> Option<Self> {
        let name_end = text.rfind(']').map_or(0, |bracket| bracket + 1);
        let colon = text[name_end..].find(':').map(|colon| name_end + colon);
        let (name, port) = text.split_at(colon.unwrap_or(text.len()));
        let port = match port.strip_prefix(':') {
            // An empty port is the default one (RFC 3986, 3.2.3 "Port").
            None | Some("") => None,
            Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                Some(digits.parse().ok()?)
            }
            Some(_) => return None,
        };
        let is_name = !name.is_empty() && !name.contains(['@', '/', ',', ' ']);
        is_name.then_some(Self { name, port })
    }
}

impl fmt::Display for Host<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)?;
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

/// The host and the port of a page.
struct Page<'a> {
    name: &'a str,
    port: u16,
    /// The default port of the page's scheme.
    default_port: u16,
}

impl<'a> Page<'a> {
    /// Returns `None` for a scheme that no service has.
    fn new(origin: &'a Origin) -> Option<Self> {
        let default_port = match origin.scheme() {
            "http" => 80,
            "https" => 443,
            _ => return None,
        };
        Some(Self {
            name: origin.host(),
            port: origin.port().unwrap_or(default_port),
            default_port,
        })
    }

    fn is_at(&self, host: Host<'_>) -> bool {
        host.name.eq_ignore_ascii_case(self.name)
            && host.port.unwrap_or(self.default_port) == self.port
    }

    /// Returns the forwarding header that has the host of the page. `X-Forwarded-*` has no standard:
    /// a port belongs to a host without one.
    fn find_forwarded(
        &self,
        headers: &HeaderMap,
        own: Option<Host<'_>>,
    ) -> Option<ForwardedHeader> {
        let ports = elements(headers, &X_FORWARDED_PORT);
        let has_page_port = ports.iter().any(|port| port.parse() == Ok(self.port));
        let is_at_port = |host: Host<'_>| {
            has_page_port && host.port.is_none() && host.name.eq_ignore_ascii_case(self.name)
        };
        let hosts = elements(headers, &X_FORWARDED_HOST);
        let mut hosts = hosts.into_iter().filter_map(Host::parse);
        let others = forwarded::values(headers.get_all(&FORWARDED), "host");
        let mut others = others.iter().filter_map(|host| Host::parse(host));
        if hosts.any(|host| self.is_at(host) || is_at_port(host)) {
            Some(ForwardedHeader::XForwardedHost)
        } else if others.any(|host| self.is_at(host)) {
            Some(ForwardedHeader::Forwarded)
        } else {
            own.is_some_and(is_at_port).then_some(ForwardedHeader::XForwardedPort)
        }
    }
}

/// Returns whether the request opens a WebSocket.
///
/// RFC 6455, 4.1 "Client Requirements". Over HTTP/2 the request is an extended `CONNECT`, whose
/// protocol is no header (RFC 8441, 4).
pub(crate) fn is_websocket(headers: &HeaderMap) -> bool {
    headers.contains_key(&SEC_WEBSOCKET_KEY)
        || elements(headers, &UPGRADE)
            .into_iter()
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
