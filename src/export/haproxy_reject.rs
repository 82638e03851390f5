//! `HAProxy`: the requests that `Enforcement::Reject` lets through.

use super::{
    Text,
    escape::haproxy as quote,
    haproxy::{Rules, origin_acl},
    plan::{Plan, Rejection},
    site::Site,
};
use crate::origin::default_port;

/// Writes what all plans share.
pub(super) fn shared(text: &mut Text, site: &Site<'_>) {
    let name = &site.name;
    if !site.any(|plan| plan.rejection.is_some()) {
        return;
    }
    text.blank();
    text.comment("A plain http page is not the service's own if the request came over https.");
    text.acl(&format!("{name}_https ssl_fc"));
    text.acl(&format!("{name}_https req.hdr(x-forwarded-proto) -m str -i https wss"));
    let forwarded = quote(r#"(?:^|[,;])[ \t]*proto="?(?:https|wss)"?[ \t]*(?:[,;]|$)"#);
    text.acl(&format!("{name}_https req.fhdr(forwarded) -m reg -i -- {forwarded}"));
    text.comment("The service's own pages: `Sec-Fetch-Site` decides, which no page can forge.");
    text.acl(&format!("{name}_excused var(txn.{name}_excused) -m found"));
    text.acl(&format!("{name}_has_site req.fhdr_cnt(sec-fetch-site) gt 0"));
    text.acl(&format!("{name}_same_origin req.fhdr(sec-fetch-site,1) -m str same-origin"));
    if site.any(|plan| plan.senders().is_some()) {
        text.comment(
            "Trusted senders. A page that opens a WebSocket reads, so handshakes are not covered.",
        );
        text.acl(&format!("{name}_websocket req.fhdr_cnt(sec-websocket-key) gt 0"));
        text.acl(&format!("{name}_websocket req.hdr(upgrade) -m str -i websocket"));
    }
}

/// `txn.SITE_excused`: the request is one of an own page or of a trusted sender.
pub(super) fn excuse(rules: &mut Rules<'_>, plan: &Plan<'_>) {
    let Some(rejection) = &plan.rejection else { return };
    let (site, name) = (rules.site, &plan.name);
    let excuse = format!("http-request set-var(txn.{site}_excused) bool(true)");
    rules.rule_if(&excuse, &format!("{site}_same_origin"));
    if rejection.own_origins.is_empty() {
        own_host(rules, &excuse);
    } else {
        own_origins(rules, &excuse, rejection);
    }
    if let Some(senders) = plan.senders() {
        origin_acl(rules.text, senders, &format!("{name}_sender"));
        rules.rule_if(&excuse, &format!("{site}_one_origin {name}_sender !{site}_websocket"));
    }
}

fn own_host(rules: &mut Rules<'_>, excuse: &str) {
    let site = rules.site;
    rules.text.comment("Without it, pages whose host and port are those of the request.");
    rules.rule_if(&format!("http-request set-var(txn.{site}_page) req.fhdr(origin)"), "");
    for scheme in ["https", "http"] {
        // RFC 9110, 7.2 "Host": the port can be written although it is the default one.
        let port = default_port(scheme).unwrap_or_default();
        rules.rule_if(
            &format!(
                "http-request set-var(txn.{site}_host) req.fhdr(host),lower,regsub(:{port}$,),regsub(:$,)"
            ),
            "",
        );
        rules.rule_if(
            &format!(
                "http-request set-var(txn.{site}_own) str({scheme}://),concat(,txn.{site}_host)"
            ),
            "",
        );
        let is_own = format!("{{ var(txn.{site}_own),strcmp(txn.{site}_page) eq 0 }}");
        rules.rule_if(excuse, &format!("{}{is_own}", unless_site(site, scheme)));
    }
}

fn own_origins(rules: &mut Rules<'_>, excuse: &str, rejection: &Rejection<'_>) {
    let site = rules.site;
    for own in rejection.own_origins {
        let scheme = if own.starts_with("http://") { "http" } else { "https" };
        let is_own = format!("{{ req.fhdr(origin) -m str -- {} }}", quote(own));
        rules.rule_if(excuse, &format!("{}{is_own}", unless_site(site, scheme)));
    }
}

/// The conditions before that of an own page.
fn unless_site(site: &str, scheme: &str) -> String {
    let unless = if scheme == "http" { format!("!{site}_https ") } else { String::new() };
    format!("{site}_one_origin !{site}_has_site {unless}")
}
