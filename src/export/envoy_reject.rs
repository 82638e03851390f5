//! Envoy: the requests that `Enforcement::Reject` denies.

use super::{Text, envoy::is_one_of, envoy_match::Condition, escape, plan::Rejection};
use crate::origin::default_port;

/// Writes the filter that keeps `corsac.rejected`, which a route answers.
pub(super) fn filters(text: &mut Text, rejection: &Rejection<'_>) {
    if rejection.own_origins.is_empty() {
        own_host(text);
    }
    text.blank();
    text.comment(
        "Requests of other origins are rejected, but not those of the service's own pages:\n\
         `Sec-Fetch-Site` decides, which no page can forge. Without it, ",
    );
    text.comment(if rejection.own_origins.is_empty() {
        "pages whose host and port are those of the request. A plain http page is not the service's own\n\
         if the request came over https."
    } else {
        "listed pages. A plain http page is not the service's own if the request came over https."
    });
    if !rejection.senders.is_empty() {
        text.comment(
            "Trusted senders pass. A page that opens a WebSocket reads, so handshakes are not covered.",
        );
    }
    let site = |expression: &str| Condition::header("sec-fetch-site", vec![expression.to_owned()]);
    let is_own = Condition::All(vec![Condition::not(site(ANY)), own_page(rejection)]);
    let mut excuses = vec![Condition::State { key: "corsac.allowed" }, site("same-origin"), is_own];
    if !rejection.senders.is_empty() {
        let is_sender = is_one_of(&rejection.senders);
        excuses.push(Condition::All(vec![is_sender, Condition::not(is_websocket())]));
    }
    let values = [("corsac.rejected", escape::yaml("true"))];
    text.state("corsac.rejected", &values, "", Some(&Condition::Any(excuses)));
}

/// Every text, also one that is not UTF-8.
const ANY: &str = r"\C*";

/// Keeps whether the page has the host and the port of the request.
fn own_host(text: &mut Text) {
    text.blank();
    text.comment("Whether the page has the host and the port of the request. An expression of Envoy has no\nconcatenation unless it is switched on.");
    let values = ["https", "http"].map(|scheme| {
        // RFC 9110, 7.2 "Host": the port can be written although it is the default one.
        let port = default_port(scheme).unwrap_or_default();
        let page = "request.headers['origin']";
        let is_own = format!(
            "%CEL('{scheme}://' + request.host.lowerAscii() in [{page}, {page} + ':', {page} + ':{port}'])%"
        );
        (if scheme == "https" { "corsac.own_https" } else { "corsac.own_http" }, escape::yaml(&is_own))
    });
    let formatters = "formatters:\n\
                      - name: envoy.formatter.cel\n  \
                        typed_config:\n    \
                          \"@type\": type.googleapis.com/envoy.extensions.formatter.cel.v3.Cel\n    \
                          cel_config: { enable_string_concat: true, enable_string_functions: true }";
    text.state("corsac.own", &values, formatters, None);
}

fn own_page(rejection: &Rejection<'_>) -> Condition {
    let is_plain = |own: &String| own.starts_with("http://");
    let (plain, secure) = if rejection.own_origins.is_empty() {
        let state = |key| Some(Condition::State { key });
        (state("corsac.own_http"), state("corsac.own_https"))
    } else {
        let (plain, secure): (Vec<_>, Vec<_>) =
            rejection.own_origins.iter().partition(|own| is_plain(own));
        let is_listed = |origins: Vec<&String>| {
            let expressions: Vec<String> = origins.iter().map(|own| escape::regex(own)).collect();
            (!expressions.is_empty()).then(|| Condition::header("origin", expressions))
        };
        (is_listed(plain), is_listed(secure))
    };
    let plain = plain.map(|plain| Condition::All(vec![plain, Condition::not(is_https())]));
    Condition::Any(secure.into_iter().chain(plain).collect())
}

fn is_https() -> Condition {
    let of = |name, expression: &str| Condition::header(name, vec![expression.to_owned()]);
    Condition::Any(vec![
        of(":scheme", "(?i:https|wss)"),
        of("x-forwarded-proto", r"(?i:(?:.*,)?[ \t]*(?:https|wss)[ \t]*(?:,.*)?)"),
        of("forwarded", r#"(?i:(?:.*[,;])?[ \t]*proto="?(?:https|wss)"?[ \t]*(?:[,;].*)?)"#),
    ])
}

fn is_websocket() -> Condition {
    let of = |name, expression: &str| Condition::header(name, vec![expression.to_owned()]);
    Condition::Any(vec![
        of("sec-websocket-key", ANY),
        of("upgrade", r"(?i:(?:.*,)?[ \t]*websocket[ \t]*(?:,.*)?)"),
    ])
}
