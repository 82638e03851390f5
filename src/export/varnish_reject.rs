//! Varnish: the requests that `Enforcement::Reject` lets through.

use super::{
    Text,
    escape::{vcl as quote, vcl_regex as quote_regex},
    plan::{Rejection, own_host_pcre},
    varnish::tests,
};

/// Writes the subroutine that answers requests that come neither from an own page nor from a trusted sender.
pub(super) fn reject(text: &mut Text, name: &str, rejection: &Rejection<'_>) {
    text.blank();
    text.open(&format!("sub {name}_reject"));
    text.comment("The service's own pages: `Sec-Fetch-Site` decides, which no page can forge.");
    text.return_if(&["req.http.Sec-Fetch-Site == \"same-origin\"".to_owned()]);
    text.open("if (!req.http.Sec-Fetch-Site)");
    if rejection.own_origins.is_empty() {
        text.comment("Without it, pages whose host and port are those of the request.");
    }
    text.return_if(&own_pages(rejection, "https"));
    let http = own_pages(rejection, "http");
    if !http.is_empty() {
        text.comment(
            "A plain http page is not the service's own if the request came over https. Varnish\n\
             keeps the scheme of HTTP/2 as a header.",
        );
        text.rule("std.collect(req.http.X-Forwarded-Proto, \",\");");
        text.rule("std.collect(req.http.Forwarded, \",\");");
        let forwarded = r#"(?i)(?:^|[,;])[ \t]*proto="?(?:https|wss)"?[ \t]*(?:[,;]|$)"#;
        let plain = [
            "std.port(server.ip) != 443".to_owned(),
            "!(req.proto == \"HTTP/2.0\" && req.http.scheme ~ \"(?i)^(?:https|wss)$\")".to_owned(),
            format!("req.http.X-Forwarded-Proto !~ {}", element("https|wss")),
            format!("req.http.Forwarded !~ {}", quote_regex(forwarded)),
        ];
        text.open_if(&plain, "&&");
        text.return_if(&http);
        text.close();
    }
    text.close();
    if !rejection.senders.is_empty() {
        text.comment(
            "Trusted senders. A page that opens a WebSocket reads, so handshakes are not covered.",
        );
        text.rule("std.collect(req.http.Upgrade, \",\");");
        let is_no_handshake = [
            "!req.http.Sec-WebSocket-Key".to_owned(),
            format!("req.http.Upgrade !~ {}", element("websocket")),
        ];
        text.open_if(&is_no_handshake, "&&");
        text.return_if(&tests(&rejection.senders, "req.http.Origin"));
        text.close();
    }
    text.rule(&format!("return (synth({}));", rejection.status.as_u16()));
    text.close();
}

/// Returns a regular expression for a list that has one of these elements.
fn element(names: &str) -> String {
    quote_regex(&format!(r"(?i)(?:^|,)[ \t]*(?:{names})[ \t]*(?:,|$)"))
}

/// Returns expressions, one of which is true if the origin is an own one of this scheme.
fn own_pages(rejection: &Rejection<'_>, scheme: &str) -> Vec<String> {
    if rejection.own_origins.is_empty() {
        let page = "req.http.Origin + \" \" + req.http.Host";
        let regexes = own_host_pcre(scheme).map(|regex| quote_regex(&format!("^{regex}$")));
        return regexes.map(|regex| format!("{page} ~ {regex}")).to_vec();
    }
    let is_http = |own: &&String| own.starts_with("http://") == (scheme == "http");
    let own = rejection.own_origins.iter().filter(is_http);
    own.map(|own| format!("req.http.Origin == {}", quote(own))).collect()
}
