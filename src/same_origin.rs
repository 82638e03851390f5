//! Is the page one of the service's own? What a request tells of where it comes from.

use http::{
    HeaderMap, HeaderValue,
    header::{FORWARDED, HOST, SEC_WEBSOCKET_KEY, UPGRADE},
    uri::Authority,
};

use crate::origin::{Origin, default_port};

pub(crate) fn is_same_origin(
    origin: &HeaderValue,
    headers: &HeaderMap,
    authority: Option<&Authority>,
) -> bool {
    // Fetch Metadata, "Sec-Fetch-Site": no page can forge it, so where it is, it decides.
    if let Some(site) = headers.get("sec-fetch-site") {
        return site == "same-origin";
    }
    let Some(origin) = Origin::from_header(origin) else { return false };
    // `Host` may spell out the port that `Origin` leaves out. Other schemes have no hosts to compare.
    let Some(default_port) = default_port(origin.scheme()) else { return false };
    let default_port = format!(":{default_port}");
    let (_, own) = origin.as_str().split_at(origin.scheme().len() + "://".len());
    let is_own =
        |host: &str| own.eq_ignore_ascii_case(host.strip_suffix(&default_port).unwrap_or(host));
    let text = |line: &HeaderValue| line.to_str().is_ok_and(is_own);
    let is_asked_for = match authority {
        Some(authority) => is_own(authority.as_str()),
        None => headers.get(HOST).is_some_and(text),
    };
    is_asked_for || forwarded_hosts(headers).any(is_own)
}

/// What proxies say that the client asked for.
///
/// A page of another origin can say none of it: its preflight would be refused first, and forms and
/// WebSockets carry no headers of a page's choice.
fn forwarded_hosts(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let items = |name: &str| {
        let lines = headers.get_all(name).iter().filter_map(|line| line.to_str().ok());
        lines.flat_map(|line| line.split(','))
    };
    // RFC 7239, 4 "Forwarded HTTP Header Field": `for=192.0.2.1;host="shop.example:8443"`.
    let pairs = items(FORWARDED.as_str()).flat_map(|item| item.split(';'));
    let hosts = pairs.filter_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        name.eq_ignore_ascii_case("host").then(|| value.trim_matches('"'))
    });
    items("x-forwarded-host").map(str::trim).chain(hosts)
}

/// RFC 6455, 4.1 "Client Requirements". Over HTTP/2 the request is an extended `CONNECT`, whose
/// protocol is no header (RFC 8441, 4).
pub(crate) fn is_websocket(headers: &HeaderMap) -> bool {
    let upgrades = headers.get_all(UPGRADE).iter().filter_map(|line| line.to_str().ok());
    let mut protocols = upgrades.flat_map(|line| line.split(',')).map(str::trim);
    headers.contains_key(SEC_WEBSOCKET_KEY)
        || protocols.any(|protocol| protocol.eq_ignore_ascii_case("websocket"))
}
