//! `HAProxy`: rules for a `frontend`. It has no directive that includes a file.

use super::{
    File, Text,
    escape::{haproxy as quote, haproxy_format as quote_format},
    loss::Loss,
    origins::{OriginList, OriginRegex},
    plan::{AllowHeaders, NAME_BYTE, Plan, Rejection, names_pcre},
};
use crate::origin::default_port;

pub(super) fn files(plan: &Plan<'_>) -> Vec<File> {
    vec![File {
        name: "corsac.frontend.cfg",
        purpose: "paste these lines into the `frontend`, before all of its other rules",
        text: rules(plan),
    }]
}

pub(super) fn losses(plan: &Plan<'_>) -> Vec<Loss> {
    let rejection = plan.rejection.as_ref();
    let losses = [
        (Loss::ExposedHeaders, plan.exposes_present_headers),
        (Loss::ForwardedHosts, rejection.is_some_and(|it| it.trusts_forwarded_headers)),
        (Loss::MalformedOrigins, plan.matches_malformed()),
        (Loss::SplitRequestHeaders, true),
        (Loss::InvalidNames, matches!(plan.request_headers, AllowHeaders::Mirrored)),
        (Loss::SeparateVary, true),
        (Loss::EarlyErrors, true),
    ];
    losses.into_iter().filter(|(_, applies)| *applies).map(|(loss, _)| loss).collect()
}

fn rules(plan: &Plan<'_>) -> String {
    let mut text = Text::new(plan);
    text.comment("\nPaste these lines into the `frontend`, before all of its other rules.");
    origin(&mut text, plan);
    answer(&mut text, plan);
    if let Some(rejection) = &plan.rejection {
        reject(&mut text, rejection);
    }
    mirror(&mut text, plan);
    headers(&mut text, plan);
    returns(&mut text, plan);
    text.text
}

impl Text {
    fn rule(&mut self, rule: &str) {
        self.line(format_args!("{rule}"));
    }
}

/// `txn.corsac_origin`: the value of `Access-Control-Allow-Origin`, if there is one.
fn origin(text: &mut Text, plan: &Plan<'_>) {
    text.blank();
    text.rule("acl corsac_has_origin req.fhdr_cnt(origin) gt 0");
    let Some(origins) = &plan.origins else {
        text.comment("Every origin is allowed, by a constant.");
        text.rule("http-request set-var(txn.corsac_origin) str(*)");
        return;
    };
    text.comment(
        "The whole line, and only one: `req.hdr` would split it at commas, and take the last part.\n\
         A regex that is not anchored at both ends would allow look-alikes.",
    );
    text.rule("acl corsac_one_origin req.fhdr_cnt(origin) eq 1");
    if !origins.is_empty() {
        origin_acl(text, origins, "corsac_listed");
        text.rule(
            "http-request set-var(txn.corsac_origin) req.fhdr(origin) if corsac_one_origin \
             corsac_listed",
        );
    }
}

/// The lines of an ACL are alternatives. A line has at most 64 words and 2048 bytes.
fn origin_acl(text: &mut Text, origins: &OriginList<'_>, name: &str) {
    for origins in origins.exact.chunks(5) {
        let origins: Vec<String> = origins.iter().map(|origin| quote(origin)).collect();
        let origins = origins.join(" ");
        text.line(format_args!("acl {name} req.fhdr(origin) -m str -- {origins}"));
    }
    for regex in origins.wildcards.iter().map(OriginRegex::pcre) {
        let regex = quote(&format!("^{regex}$"));
        text.line(format_args!("acl {name} req.fhdr(origin) -m reg -- {regex}"));
    }
}

/// `txn.corsac_answer`: how the proxy answers, if the service does not.
fn answer(text: &mut Text, plan: &Plan<'_>) {
    text.blank();
    text.comment(
        "A preflight is `OPTIONS` with these two headers. Other `OPTIONS` are the service's.",
    );
    text.rule("acl corsac_has_method req.fhdr_cnt(access-control-request-method) gt 0");
    text.rule("acl corsac_allowed var(txn.corsac_origin) -m found");
    text.rule("acl corsac_preflight var(txn.corsac_answer) -m str preflight");
    text.rule("acl corsac_forbidden var(txn.corsac_answer) -m str forbidden");
    text.rule(
        "http-request set-var(txn.corsac_answer) str(preflight) if METH_OPTIONS corsac_has_origin \
         corsac_has_method",
    );
    text.comment("More than 1024 names or 16 KiB of them: no page asks for so many.");
    for too_many in ["^(?:[^,]*,){1024}", "^.{16385}"] {
        let too_many = quote(too_many);
        text.line(format_args!(
            "acl corsac_too_many req.fhdr(access-control-request-headers) -m reg -- {too_many}"
        ));
    }
    let forbid = "http-request set-var(txn.corsac_answer) str(forbidden) if corsac_preflight";
    text.line(format_args!("{forbid} corsac_too_many"));
    if plan.origins.is_some() {
        text.line(format_args!("{forbid} !corsac_allowed"));
    }
    text.rule("http-request unset-var(txn.corsac_origin) if corsac_forbidden");
}

/// The request's headers are gone when the response comes, so variables keep what is mirrored.
fn mirror(text: &mut Text, plan: &Plan<'_>) {
    if let (true, Some(methods)) = (plan.mirrors_method, &plan.methods) {
        text.blank();
        text.comment("The usual methods, and the requested one if it is another.");
        let method = "req.fhdr(access-control-request-method,1)";
        let usual: Vec<String> = methods.split(", ").map(quote).collect();
        text.line(format_args!("acl corsac_usual {method} -m str -- {}", usual.join(" ")));
        text.line(format_args!("acl corsac_no_method {method} -m str -i CONNECT TRACE TRACK"));
        let name = quote(&format!("^{NAME_BYTE}{{1,128}}$"));
        text.line(format_args!("acl corsac_method {method} -m reg -- {name}"));
        text.line(format_args!(
            "http-request set-var(txn.corsac_method) {method} if corsac_preflight corsac_method \
             !corsac_usual !corsac_no_method"
        ));
    }
    if matches!(plan.request_headers, AllowHeaders::Mirrored) {
        text.blank();
        // `*` would not cover `Authorization`, and nothing with credentials.
        text.comment("The requested names, if all of them are names, in one line.");
        let names = quote(&format!("^{}$", names_pcre()));
        let line = "req.fhdr(access-control-request-headers)";
        text.line(format_args!("acl corsac_names {line} -m reg -- {names}"));
        text.rule("acl corsac_one_line req.fhdr_cnt(access-control-request-headers) eq 1");
        text.line(format_args!(
            "http-request set-var(txn.corsac_names) {line} if corsac_preflight corsac_one_line \
             corsac_names"
        ));
    }
}

fn headers(text: &mut Text, plan: &Plan<'_>) {
    text.blank();
    text.comment(
        "On every response, also those that HAProxy makes: `http-response` would miss these.\n\
         The service behind may send CORS headers of its own: two of a kind make browsers refuse.",
    );
    text.rule("http-after-response del-header access-control- -m beg");
    let set = |text: &mut Text, name: &str, value: &str, condition: &str| {
        text.line(format_args!("http-after-response set-header {name} {value} if {condition}"));
    };
    set(text, "Access-Control-Allow-Origin", "%[var(txn.corsac_origin)]", "corsac_allowed");
    if plan.credentials {
        set(text, "Access-Control-Allow-Credentials", "true", "corsac_allowed");
    }
    if let Some(names) = &plan.exposed {
        let condition = "corsac_allowed !corsac_preflight";
        set(text, "Access-Control-Expose-Headers", &quote_format(names), condition);
    }
    if let Some(methods) = &plan.methods {
        let name = "Access-Control-Allow-Methods";
        set(text, name, &quote_format(methods), "corsac_preflight");
        if plan.mirrors_method {
            let methods = format!("\"{methods}, %[var(txn.corsac_method)]\"");
            set(text, name, &methods, "{ var(txn.corsac_method) -m found }");
        }
    }
    match &plan.request_headers {
        AllowHeaders::None => {}
        AllowHeaders::Listed(names) => {
            set(text, "Access-Control-Allow-Headers", &quote_format(names), "corsac_preflight");
        }
        AllowHeaders::Mirrored => {
            let condition = "{ var(txn.corsac_names) -m found } corsac_preflight";
            set(text, "Access-Control-Allow-Headers", "%[var(txn.corsac_names)]", condition);
        }
    }
    set(text, "Access-Control-Max-Age", &plan.max_age.to_string(), "corsac_preflight");
    text.comment("Also if the origin is refused or missing: a cache must not mix up the answers.");
    if !plan.vary.actual.is_empty() {
        text.line(format_args!("http-after-response add-header Vary {}", plan.vary.actual));
    }
    for answer in ["corsac_preflight", "corsac_forbidden"] {
        text.line(format_args!(
            "http-after-response add-header Vary \
             \"Access-Control-Request-Method, Access-Control-Request-Headers\" if {answer}"
        ));
    }
}

fn returns(text: &mut Text, plan: &Plan<'_>) {
    text.blank();
    text.comment("Before authentication, because a preflight carries no credentials.");
    let status = plan.preflight_status.as_u16();
    text.line(format_args!("http-request return status {status} if corsac_preflight"));
    // Fetch, "HTTP responses": "403 can be used".
    text.rule("http-request return status 403 if corsac_forbidden");
    if let Some(rejection) = &plan.rejection {
        let status = rejection.status.as_u16();
        text.line(format_args!(
            "http-request return status {status} if corsac_has_origin !corsac_allowed !corsac_excused"
        ));
    }
}

/// `txn.corsac_excused`: the request is one of an own page or of a trusted sender.
fn reject(text: &mut Text, rejection: &Rejection<'_>) {
    let excuse = "http-request set-var(txn.corsac_excused) bool(true) if";
    text.blank();
    text.comment("A plain http page is not the service's own if the request came over https.");
    text.rule("acl corsac_https ssl_fc");
    text.rule("acl corsac_https req.hdr(x-forwarded-proto) -m str -i https wss");
    let forwarded = quote(r#"(?:^|[,;])[ \t]*proto="?(?:https|wss)"?[ \t]*(?:[,;]|$)"#);
    text.line(format_args!("acl corsac_https req.fhdr(forwarded) -m reg -i -- {forwarded}"));
    text.comment("The service's own pages: `Sec-Fetch-Site` decides, which no page can forge.");
    text.rule("acl corsac_excused var(txn.corsac_excused) -m found");
    text.rule("acl corsac_has_site req.fhdr_cnt(sec-fetch-site) gt 0");
    text.rule("acl corsac_same_origin req.fhdr(sec-fetch-site,1) -m str same-origin");
    text.line(format_args!("{excuse} corsac_same_origin"));
    let page = "req.fhdr(origin)";
    if rejection.own_origins.is_empty() {
        text.comment("Without it, pages whose host and port are those of the request.");
        text.line(format_args!("http-request set-var(txn.corsac_page) {page}"));
        for scheme in ["https", "http"] {
            // RFC 9110, 7.2 "Host": the port can be written although it is the default one.
            let port = default_port(scheme).unwrap_or_default();
            text.line(format_args!(
                "http-request set-var(txn.corsac_host) req.fhdr(host),lower,regsub(:{port}$,),regsub(:$,)"
            ));
            text.line(format_args!(
                "http-request set-var(txn.corsac_own) str({scheme}://),concat(,txn.corsac_host)"
            ));
            let unless = if scheme == "http" { "!corsac_https " } else { "" };
            text.line(format_args!(
                "{excuse} corsac_one_origin !corsac_has_site {unless}{{ var(txn.corsac_own),strcmp(txn.corsac_page) eq 0 }}"
            ));
        }
    }
    for own in rejection.own_origins {
        let unless = if own.starts_with("http://") { "!corsac_https " } else { "" };
        let own = quote(own);
        text.line(format_args!(
            "{excuse} corsac_one_origin !corsac_has_site {unless}{{ {page} -m str -- {own} }}"
        ));
    }
    if !rejection.senders.is_empty() {
        text.comment(
            "Trusted senders. A page that opens a WebSocket reads, so handshakes are not covered.",
        );
        origin_acl(text, &rejection.senders, "corsac_sender");
        text.rule("acl corsac_websocket req.fhdr_cnt(sec-websocket-key) gt 0");
        text.rule("acl corsac_websocket req.hdr(upgrade) -m str -i websocket");
        text.line(format_args!("{excuse} corsac_one_origin corsac_sender !corsac_websocket"));
    }
}
