//! Apache httpd: the requests that `Enforcement::Reject` lets through.

use super::{Text, apache::set_if_origin, plan::Rejection};
use crate::origin::default_port;

/// `corsac_excused`: the request is one of an own page or of a trusted sender.
pub(super) fn variables(text: &mut Text, rejection: &Rejection<'_>) {
    text.blank();
    text.comment("A plain http page is not the service's own if the request came over https.");
    text.set_if("%{HTTPS} == 'on'", "corsac_https=1");
    let listed = r"(?:^|,)[ \t]*(?i:https|wss)[ \t]*(?:,|$)";
    text.set_if_header("X-Forwarded-Proto", listed, "corsac_https=1");
    let forwarded = r#"(?:^|[,;])[ \t]*(?i:proto="?(?:https|wss)"?)[ \t]*(?:[,;]|$)"#;
    text.set_if_header("Forwarded", forwarded, "corsac_https=1");
    text.comment("The service's own pages: `Sec-Fetch-Site` decides, which no page can forge.");
    text.set_if_header("Sec-Fetch-Site", "^same-origin$", "corsac_excused=1");
    if rejection.own_origins.is_empty() {
        text.comment("Without it, pages whose host and port are those of the request.");
        for scheme in ["https", "http"] {
            let host = format!("'{scheme}://' . tolower(req_novary('Host'))");
            // RFC 9110, 7.2 "Host": the port can be written although it is the default one.
            let port = default_port(scheme).unwrap_or_default();
            let page = "req_novary('Origin')";
            let is_own = format!(
                "({host} == {page} || {host} == {page} . ':' || {host} == {page} . ':{port}')"
            );
            own(text, &is_own, scheme == "http");
        }
    }
    for origin in rejection.own_origins {
        // The bytes of an origin mean nothing in a string.
        let is_own = format!("req_novary('Origin') == '{origin}'");
        own(text, &is_own, origin.starts_with("http://"));
    }
    if !rejection.senders.is_empty() {
        text.comment(
            "Trusted senders. A page that opens a WebSocket reads, so handshakes are not covered.",
        );
        set_if_origin(text, &rejection.senders, "corsac_sender=1");
        text.set_if_header("Sec-WebSocket-Key", ".", "corsac_websocket=1");
        let listed = r"(?:^|,)[ \t]*(?i:websocket)[ \t]*(?:,|$)";
        text.set_if_header("Upgrade", listed, "corsac_websocket=1");
        text.set_if(
            "-n reqenv('corsac_sender') && -z reqenv('corsac_websocket')",
            "corsac_excused=1",
        );
    }
}

fn own(text: &mut Text, is_own: &str, is_http: bool) {
    let unless_https = if is_http { " && -z reqenv('corsac_https')" } else { "" };
    text.set_if(
        &format!("-z req_novary('Sec-Fetch-Site') && {is_own}{unless_https}"),
        "corsac_excused=1",
    );
}
