//! Apache httpd: the requests that `Enforcement::Reject` lets through.

use super::{
    Text,
    apache::set_if_origin,
    plan::{Plan, Rejection},
    site::Site,
};
use crate::origin::default_port;

/// Reads what all plans share.
pub(super) fn shared(text: &mut Text, site: &Site<'_>) {
    let name = &site.name;
    if !site.any(|plan| plan.rejection.is_some()) {
        return;
    }
    text.comment("A plain http page is not the service's own if the request came over https.");
    let listed = r"(?:^|,)[ \t]*(?i:https|wss)[ \t]*(?:,|$)";
    text.set_if_header("X-Forwarded-Proto", listed, &format!("{name}_https=1"));
    let forwarded = r#"(?:^|[,;])[ \t]*(?i:proto="?(?:https|wss)"?)[ \t]*(?:[,;]|$)"#;
    text.set_if_header("Forwarded", forwarded, &format!("{name}_https=1"));
    if site.any(|plan| plan.senders().is_some()) {
        text.comment(
            "A page that opens a WebSocket reads, so no sender is trusted with handshakes.",
        );
        text.set_if_header("Sec-WebSocket-Key", ".", &format!("{name}_websocket=1"));
        let listed = r"(?:^|,)[ \t]*(?i:websocket)[ \t]*(?:,|$)";
        text.set_if_header("Upgrade", listed, &format!("{name}_websocket=1"));
    }
}

/// `NAME_sender`: the origin is a trusted sender of the policy.
pub(super) fn senders(text: &mut Text, plan: &Plan<'_>) {
    if let Some(senders) = plan.senders() {
        text.comment("Trusted senders.");
        set_if_origin(text, senders, &format!("{}_sender=1", plan.name));
    }
}

/// `NAME_excused`: the request is one of an own page or of a trusted sender.
pub(super) fn excused(
    text: &mut Text,
    site: &Site<'_>,
    plan: &Plan<'_>,
    rejection: &Rejection<'_>,
) {
    let (name, excused) = (&site.name, format!("{}_excused=1", plan.name));
    text.comment("The service's own pages: `Sec-Fetch-Site` decides, which no page can forge.");
    text.set_if("req_novary('Sec-Fetch-Site') == 'same-origin'", &excused);
    let mut own = |is_own: &str, is_http: bool| {
        let unless_https = if is_http {
            format!(" && %{{HTTPS}} != 'on' && -z reqenv('{name}_https')")
        } else {
            String::new()
        };
        let expression = format!("-z req_novary('Sec-Fetch-Site') && {is_own}{unless_https}");
        text.set_if(&expression, &excused);
    };
    let page = "req_novary('Origin')";
    if rejection.own_origins.is_empty() {
        // Without it, pages whose host and port are those of the request.
        for scheme in ["https", "http"] {
            let host = format!("'{scheme}://' . tolower(req_novary('Host'))");
            // RFC 9110, 7.2 "Host": the port can be written although it is the default one.
            let port = default_port(scheme).unwrap_or_default();
            let is_own = format!(
                "({host} == {page} || {host} == {page} . ':' || {host} == {page} . ':{port}')"
            );
            own(&is_own, scheme == "http");
        }
    }
    for origin in rejection.own_origins {
        // The bytes of an origin mean nothing in a string.
        own(&format!("{page} == '{origin}'"), origin.starts_with("http://"));
    }
    if plan.senders().is_some() {
        let is_sender = format!("-n reqenv('{}_sender')", plan.name);
        text.set_if(&format!("{is_sender} && -z reqenv('{name}_websocket')"), &excused);
    }
}
