//! nginx: the requests that `Enforcement::Reject` lets through.

use super::{
    Text, escape,
    nginx::matching,
    nginx_origins::OriginMaps,
    nginx_paths::Numbers,
    plan::{Plan, Rejection, own_host_pcre},
    site::Site,
};

/// Writes `$SITE_is_excused`: `1` for own pages and trusted senders, otherwise empty.
pub(super) fn maps(text: &mut Text, site: &Site<'_>, numbers: &Numbers) {
    if !site.any(|plan| plan.rejection.is_some()) {
        return;
    }
    let (name, policy, any) = (&site.name, &numbers.variable, numbers.any());
    text.blank();
    text.comment("A plain http page is not the service's own if the request came over https.");
    text.map(
        "$scheme,$http_x_forwarded_proto|$http_forwarded",
        &format!("${name}_is_https"),
        &[
            caseless(r"^(?:[^|]*,)?[ \t]*(?:https|wss)[ \t]*(?:,[^|]*)?\|", "1"),
            caseless(r#"\|(?:.*[,;])?[ \t]*proto="?(?:https|wss)"?[ \t]*(?:[,;]|$)"#, "1"),
        ],
    );
    text.comment(
        "The service's own pages: `Sec-Fetch-Site` decides, which no page can forge. Without it, the\n\
         listed pages, or those whose host and port are those of the request.",
    );
    let of_plan = |(number, plan): (String, &Plan<'_>)| own_pages(&number, plan.rejection.as_ref());
    let own = numbers.filter(site, |_| true).flat_map(of_plan);
    let same_origin = matching(&format!("^{any}same-origin "), "1");
    let entries: Vec<String> = [same_origin].into_iter().chain(own).collect();
    let source = format!("{policy}$http_sec_fetch_site ${name}_is_https $http_origin $http_host");
    text.map(&source, &format!("${name}_is_own"), &entries);
    let excused = format!("${name}_is_excused");
    let lists: Vec<_> = numbers
        .filter(site, |_| true)
        .filter_map(|(number, plan)| Some((number, plan.senders()?)))
        .collect();
    if lists.is_empty() {
        text.map("", &excused, &[format!("default ${name}_is_own;")]);
        return;
    }
    text.comment(
        "Trusted senders. A page that opens a WebSocket reads, so handshakes are not covered.",
    );
    let senders = OriginMaps { numbers, lists, constants: Vec::new() };
    senders.write(text, &format!("${name}_is_sender"), "1");
    text.map(
        "$http_sec_websocket_key|$http_upgrade",
        &format!("${name}_is_websocket"),
        &[matching(r"^[^|]", "1"), caseless(r"\|(?:.*,)?[ \t]*websocket[ \t]*(?:,|$)", "1")],
    );
    text.map(
        &format!("${name}_is_own:${name}_is_sender:${name}_is_websocket"),
        &excused,
        &[matching("^1:", "1"), matching("^:1:$", "1")],
    );
}

/// An entry whose key is a regular expression without regard to case.
fn caseless(regex: &str, value: &str) -> String {
    matching(&format!("(?i){regex}"), value)
}

/// The text is `<number><Sec-Fetch-Site> <1 if https> <Origin> <Host>`.
fn own_pages(number: &str, rejection: Option<&Rejection<'_>>) -> Vec<String> {
    let Some(rejection) = rejection else { return Vec::new() };
    let own = |scheme: &str, page: &str| {
        let is_https = if scheme == "http" { "" } else { "1?" };
        matching(&format!("^{number} {is_https} {page}$"), "1")
    };
    if rejection.own_origins.is_empty() {
        let pages = ["https", "http"]
            .into_iter()
            .flat_map(|scheme| own_host_pcre(scheme).map(|page| own(scheme, &page)));
        return pages.collect();
    }
    let pages = rejection.own_origins.iter().map(|origin| {
        let scheme = if origin.starts_with("http://") { "http" } else { "https" };
        own(scheme, &format!("{} [^ ]*", escape::regex(origin)))
    });
    pages.collect()
}
