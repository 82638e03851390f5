//! nginx: the requests that `Enforcement::Reject` lets through.

use super::{
    Text, escape,
    nginx::{entry, origin_maps},
    plan::{Plan, Rejection, own_host_pcre},
    site::Site,
};

/// Writes what the policies have in common: `$SITE_is_https` and `$SITE_is_websocket`.
pub(super) fn shared(text: &mut Text, site: &Site<'_>) {
    let name = &site.name;
    if !site.any(|plan| plan.rejection.is_some()) {
        return;
    }
    text.blank();
    text.comment("A plain http page is not the service's own if the request came over https.");
    text.map(
        "map \"$scheme,$http_x_forwarded_proto|$http_forwarded\"",
        &format!("${name}_is_https"),
        &[
            caseless(r"^(?:[^|]*,)?[ \t]*(?:https|wss)[ \t]*(?:,[^|]*)?\|", "1"),
            caseless(r#"\|(?:.*[,;])?[ \t]*proto="?(?:https|wss)"?[ \t]*(?:[,;]|$)"#, "1"),
        ],
    );
    if site.any(|plan| plan.senders().is_some()) {
        text.map(
            "map \"$http_sec_websocket_key|$http_upgrade\"",
            &format!("${name}_is_websocket"),
            &[entry(r"^[^|]", "1"), caseless(r"\|(?:.*,)?[ \t]*websocket[ \t]*(?:,|$)", "1")],
        );
    }
}

/// Writes `$NAME_is_excused`: `1` for own pages and trusted senders, otherwise empty.
pub(super) fn excused(text: &mut Text, site: &Site<'_>, plan: &Plan<'_>) {
    let Some(rejection) = &plan.rejection else { return };
    let (site, name) = (&site.name, &plan.name);
    let excused = format!("${name}_is_excused");
    text.comment("The service's own pages: `Sec-Fetch-Site` decides, which no page can forge.");
    let (page, own) = if rejection.own_origins.is_empty() {
        text.comment("Without it, pages whose host and port are those of the request.");
        ("$http_origin $http_host", of_host())
    } else {
        ("$http_origin", of_list(rejection))
    };
    let entries: Vec<String> = [entry("^same-origin ", "1")].into_iter().chain(own).collect();
    let source = format!("map \"$http_sec_fetch_site ${site}_is_https {page}\"");
    let is_own = format!("${name}_is_own");
    text.map(&source, &is_own, &entries);
    let Some(senders) = plan.senders() else {
        text.map("map \"\"", &excused, &[format!("default {is_own};")]);
        return;
    };
    text.comment(
        "Trusted senders. A page that opens a WebSocket reads, so handshakes are not covered.",
    );
    origin_maps(text, senders, &format!("${name}_is_sender"), "1");
    text.map(
        &format!("map \"{is_own}:${name}_is_sender:${site}_is_websocket\""),
        &excused,
        &[entry("^1:", "1"), entry("^:1:$", "1")],
    );
}

/// An entry whose key is a regular expression without regard to case.
fn caseless(regex: &str, value: &str) -> String {
    entry(&format!("(?i){regex}"), value)
}

/// The text is `<Sec-Fetch-Site> <1 if https> <Origin>`.
fn of_list(rejection: &Rejection<'_>) -> Vec<String> {
    let of = |origin: &String| {
        let is_https = if origin.starts_with("http://") { "" } else { "1?" };
        entry(&format!("^ {is_https} {}$", escape::regex(origin)), "1")
    };
    rejection.own_origins.iter().map(of).collect()
}

/// The text is `<Sec-Fetch-Site> <1 if https> <Origin> <Host>`.
fn of_host() -> Vec<String> {
    let of = |scheme| {
        let is_https = if scheme == "http" { "" } else { "1?" };
        own_host_pcre(scheme).map(|regex| entry(&format!("^ {is_https} {regex}$"), "1"))
    };
    ["https", "http"].into_iter().flat_map(of).collect()
}
