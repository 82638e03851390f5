//! Envoy: the requests that `Enforcement::Reject` denies.

use super::{
    Text,
    envoy::{chosen, is_one_of},
    envoy_filter::{Condition, Runs::Always},
    escape,
    plan::Rejection,
    site::Site,
};
use crate::origin::default_port;

/// Keeps whether the page has the host and the port of the request, if a plan compares these.
pub(super) fn own_host(text: &mut Text, site: &Site<'_>) {
    let name = &site.name;
    let compares = |rejection: &Rejection<'_>| rejection.own_origins.is_empty();
    if !site.any(|plan| plan.rejection.as_ref().is_some_and(compares)) {
        return;
    }
    text.blank();
    text.comment(
        "Whether the page has the host and the port of the request. Envoy 1.40 or later: before it, no\n\
         expression can join texts.",
    );
    let values = ["https", "http"].map(|scheme| {
        // RFC 9110, 7.2 "Host": the port can be written although it is the default one.
        let port = default_port(scheme).unwrap_or_default();
        let page = "request.headers['origin']";
        let is_own = format!(
            "%CEL('{scheme}://' + request.host.lowerAscii() in [{page}, {page} + ':', {page} + ':{port}'])%"
        );
        (format!("{name}.own_{scheme}"), escape::yaml(&is_own))
    });
    let formatters = "formatters:\n\
                      - name: envoy.formatter.cel\n  \
                        typed_config:\n    \
                          \"@type\": type.googleapis.com/envoy.extensions.formatter.cel.v3.Cel\n    \
                          cel_config: { enable_string_concat: true, enable_string_functions: true }";
    text.keep_formatted(&format!("{name}.own"), Always, &values, formatters);
}

/// Keeps `SITE.rejected`: the status of the answer. A route compares it.
pub(super) fn rejected(text: &mut Text, site: &Site<'_>, index: usize) {
    let (plan, name) = (&site.plans[index], &site.name);
    let Some(rejection) = &plan.rejection else { return };
    text.comment(
        "Requests of other origins are rejected, but not those of the service's own pages:\n\
         `Sec-Fetch-Site` decides, which no page can forge. Without it,",
    );
    text.comment(if rejection.own_origins.is_empty() {
        "pages whose host and port are those of the request. A plain http page is not the service's own\n\
         if the request came over https."
    } else {
        "listed pages. A plain http page is not the service's own if the request came over https."
    });
    let site_is = |regex: &str| Condition::header("sec-fetch-site", vec![regex.to_owned()]);
    let is_own = Condition::All(vec![site_is(ANY).not(), own_page(name, rejection)]);
    let is_allowed = Condition::state(format!("{name}.allowed"), "true");
    let mut excuses = vec![is_allowed, site_is("same-origin"), is_own];
    if let Some(senders) = plan.senders() {
        text.comment(
            "Trusted senders pass. A page that opens a WebSocket reads, so handshakes are not covered.",
        );
        excuses.push(Condition::All(vec![is_one_of(senders), is_websocket().not()]));
    }
    let status = rejection.status.as_u16().to_string();
    text.keep(
        &format!("{}.rejected", plan.name),
        chosen(site, index, Some(Condition::Any(excuses).not())),
        &[(format!("{name}.rejected"), escape::yaml(&status))],
    );
}

/// Every text, also one that is not UTF-8.
const ANY: &str = r"\C*";

fn own_page(name: &str, rejection: &Rejection<'_>) -> Condition {
    let (plain, secure) = if rejection.own_origins.is_empty() {
        let own = |scheme| Some(Condition::state(format!("{name}.own_{scheme}"), "true"));
        (own("http"), own("https"))
    } else {
        let (plain, secure): (Vec<_>, Vec<_>) =
            rejection.own_origins.iter().partition(|own| own.starts_with("http://"));
        let is_listed = |origins: Vec<&String>| {
            let expressions: Vec<String> = origins.iter().map(|own| escape::regex(own)).collect();
            (!expressions.is_empty()).then(|| Condition::header("origin", expressions))
        };
        (is_listed(plain), is_listed(secure))
    };
    let plain = plain.map(|plain| Condition::All(vec![plain, is_https().not()]));
    Condition::Any(secure.into_iter().chain(plain).collect())
}

fn is_https() -> Condition {
    let of = |name, regex: &str| Condition::header(name, vec![regex.to_owned()]);
    Condition::Any(vec![
        of(":scheme", "(?i:https|wss)"),
        of("x-forwarded-proto", r"(?i:(?:.*,)?[ \t]*(?:https|wss)[ \t]*(?:,.*)?)"),
        of("forwarded", r#"(?i:(?:.*[,;])?[ \t]*proto="?(?:https|wss)"?[ \t]*(?:[,;].*)?)"#),
    ])
}

fn is_websocket() -> Condition {
    let of = |name, regex: &str| Condition::header(name, vec![regex.to_owned()]);
    Condition::Any(vec![
        of("sec-websocket-key", ANY),
        of("upgrade", r"(?i:(?:.*,)?[ \t]*websocket[ \t]*(?:,.*)?)"),
    ])
}
