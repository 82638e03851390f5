//! Caddy: a file of snippets, and the lines that import them.
//!
//! The placeholders of a policy start with the name of the site. If the path chooses among several policies,
//! each is a `route` of its own, and at most one of them runs, so all use the same placeholders.

use super::{
    File, Text,
    escape::{self, caddy as quote},
    loss::Loss,
    losses::When::{Always, If},
    origins::{KNOWN_SCHEMES, OriginList},
    plan::{AllowHeaders, NAME_BYTE, Plan, Rejection, names_re2},
    site::{Site, plain_re2},
    target::Server,
};
use crate::origin::default_port;

pub(super) static SERVER: Server = Server {
    name: "caddy",
    files,
    chooses_by_path: true,
    losses: &[
        (Loss::ExposedHeaders, If(|plan| plan.exposes_present_headers)),
        (Loss::ForwardedHosts, If(|plan| plan.trusts_forwarded_headers())),
        (Loss::MalformedOrigins, If(|plan| plan.has_wildcards())),
        (Loss::EmptyLines, If(|plan| plan.rejection.is_some())),
        (Loss::SeveralLines, If(|plan| plan.mirrors_method || plan.rejection.is_some())),
        (Loss::InvalidNames, If(|plan| plan.mirrors_request_headers())),
        (Loss::SeparateVary, Always),
        (Loss::EarlyErrors, Always),
    ],
};

fn files(site: &Site<'_>) -> Vec<File> {
    let name = format!("{}.caddy", site.name);
    vec![File {
        purpose: format!(
            "at the start of the Caddyfile: import {name}; its first lines say what to write in each site"
        ),
        text: snippets(site),
        name,
    }]
}

fn snippets(site: &Site<'_>) -> String {
    let (mut text, name) = (Text::new(site), &site.name);
    text.comment(&format!(
        "\nWrite the site so. In `route` the order is kept, so preflights are answered before all else;\n\
         in `handle` Caddy sorts the directives as usual.\n\n\
         \texample.com {{\n\
         \t\troute {{\n\
         \t\t\timport {name}\n\
         \t\t\thandle {{\n\
         \t\t\t\treverse_proxy localhost:3000 {{\n\
         \t\t\t\t\timport {name}_strip\n\
         \t\t\t\t}}\n\
         \t\t\t}}\n\
         \t\t}}\n\
         \t}}\n",
    ));
    text.comment("In each `reverse_proxy`: the service behind may send CORS headers of its own, and two of\na kind make browsers refuse.");
    let stripped = if site.leaves_paths() {
        format!("{{{name}_strip}}")
    } else {
        "Access-Control-*".to_owned()
    };
    text.block(&format!("({name}_strip)"), &[format!("header_down -{stripped}")]);
    text.blank();
    text.open(&format!("({name})"));
    choose(&mut text, site);
    for (index, plan) in site.plans.iter().enumerate() {
        if site.paths.is_some() {
            text.rule(&format!("@{name}_{index} expression `{{{name}_policy}} == \"{index}\"`"));
            text.open(&format!("route @{name}_{index}"));
        }
        origin(&mut text, name, plan);
        preflight(&mut text, name, plan);
        if let Some(rejection) = &plan.rejection {
            reject(&mut text, name, rejection);
        }
        actual(&mut text, name, plan);
        if site.paths.is_some() {
            text.close();
        }
    }
    text.close();
    text.text
}

impl Text {
    fn block(&mut self, start: &str, lines: &[String]) {
        self.open(start);
        for line in lines {
            self.rule(line);
        }
        self.close();
    }
}

/// `{SITE_policy}`: the number of a policy, or `none`.
fn choose(text: &mut Text, site: &Site<'_>) {
    let (Some(paths), name) = (&site.paths, &site.name) else { return };
    text.list_plans(site);
    text.comment(
        "The path as it was sent: matchers for paths decode it, and ignore case. Empty unless all\n\
         servers read it in the same way.",
    );
    let host = r"[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*";
    let plain = format!(r"~^(?:{host})?({})(?:\?.*)?$", plain_re2());
    let entries = [
        format!("{} \"${{1}}\"", quote(&plain)),
        format!("{} \"/\"", quote(&format!(r"~^{host}(?:\?.*)?$"))),
        "default \"\"".to_owned(),
    ];
    text.block(&format!("map {{http.request.orig_uri}} {{{name}_path}}"), &entries);
    let choices = paths.choices.iter().map(|choice| {
        let policy = choice.policy();
        format!("{} \"{policy}\"", quote(&format!("~{}", choice.regex)))
    });
    let entries: Vec<String> = choices.chain(["default \"0\"".to_owned()]).collect();
    text.block(&format!("map {{{name}_path}} {{{name}_policy}}"), &entries);
    if site.leaves_paths() {
        text.comment("Without a policy, the headers of the service pass.");
        let entries = ["none \"\"".to_owned(), "default Access-Control-*".to_owned()];
        text.block(&format!("map {{{name}_policy}} {{{name}_strip}}"), &entries);
    }
}

/// `{SITE_origin}`: the value of `Access-Control-Allow-Origin`, or nothing.
fn origin(text: &mut Text, name: &str, plan: &Plan<'_>) {
    let Some(origins) = &plan.origins else { return };
    text.comment(
        "The request's origin, if it is allowed. Several `Origin` lines are one text here, which\n\
         matches nothing. A regex that is not anchored at both ends would allow look-alikes.",
    );
    let entries = origin_entries(origins);
    text.block(&format!("map {{header.Origin}} {{{name}_origin}}"), &entries);
    text.comment("Also if the origin is refused or missing: a cache must not mix up the answers.");
    text.line(format_args!("header +Vary {}", plan.vary.actual));
}

fn origin_entries(origins: &OriginList<'_>) -> Vec<String> {
    let exact = origins.exact.iter().map(|origin| {
        // Braces start placeholders.
        if origin.contains(['{', '}', '$']) {
            format!("{} \"${{1}}\"", quote(&format!("~^({})$", escape::regex(origin))))
        } else {
            format!("{} {}", quote(origin), quote(origin))
        }
    });
    let wildcards = origins.wildcards.iter().flat_map(|wildcard| {
        // The first entry that matches decides.
        let denied = quote(&format!("~^{KNOWN_SCHEMES}"));
        let denied = wildcard.is_of_other_scheme.then(|| format!("{denied} \"\""));
        let allowed = format!("{} \"${{1}}\"", quote(&format!("~^({})$", wildcard.re2())));
        denied.into_iter().chain([allowed])
    });
    exact.chain(wildcards).chain(["default \"\"".to_owned()]).collect()
}

fn preflight(text: &mut Text, name: &str, plan: &Plan<'_>) {
    text.comment(
        "A preflight is `OPTIONS` with these two headers. Other `OPTIONS` are the service's.",
    );
    text.block(
        &format!("@{name}_preflight"),
        &["method", "header Origin", "header Access-Control-Request-Method"].map(|matcher| {
            format!("{matcher} {}", if matcher == "method" { "OPTIONS" } else { "*" })
        }),
    );
    text.open(&format!("route @{name}_preflight"));
    text.rule("header +Vary \"Access-Control-Request-Method, Access-Control-Request-Headers\"");
    text.comment("More than 1024 names or 16 KiB of them: no page asks for so many.");
    let names = "{header.Access-Control-Request-Headers}";
    let mut denied = format!("size({names}) > 16384 || size({names}.split(\",\")) > 1024");
    if plan.origins.is_some() {
        denied = format!("{{{name}_origin}} == \"\" || {denied}");
    }
    text.line(format_args!("@{name}_denied expression `{denied}`"));
    // Fetch, "HTTP responses": "403 can be used".
    text.line(format_args!("respond @{name}_denied 403"));
    text.comment("The full lists, which the browser compares with what it needs.");
    let mut headers = vec![allow_origin(name, plan)];
    if plan.credentials {
        headers.push("Access-Control-Allow-Credentials true".to_owned());
    }
    if let Some(methods) = &plan.methods {
        let value = if plan.mirrors_method {
            allow_methods(text, name, methods);
            format!("{{{name}_methods}}")
        } else {
            quote(methods)
        };
        headers.push(format!("Access-Control-Allow-Methods {value}"));
    }
    if let AllowHeaders::Listed(names) = &plan.request_headers {
        headers.push(format!("Access-Control-Allow-Headers {}", quote(names)));
    }
    headers.push(format!("Access-Control-Max-Age {}", plan.max_age));
    text.block("header", &headers);
    if plan.mirrors_request_headers() {
        allow_any_header(text, name);
    }
    text.line(format_args!("respond {}", plan.preflight_status.as_u16()));
    text.close();
}

fn allow_origin(name: &str, plan: &Plan<'_>) -> String {
    match plan.origins {
        Some(_) => format!("Access-Control-Allow-Origin {{{name}_origin}}"),
        None => "Access-Control-Allow-Origin *".to_owned(),
    }
}

/// The usual methods, and the requested one if it is another.
fn allow_methods(text: &mut Text, name: &str, methods: &str) {
    let listed: Vec<String> = methods.split(", ").map(escape::regex).collect();
    let listed = format!("~^(?:{}|(?i:CONNECT|TRACE|TRACK))$", listed.join("|"));
    let entries = [
        format!("{} {}", quote(&listed), quote(methods)),
        format!("\"~^({NAME_BYTE}{{1,128}})$\" \"{methods}, ${{1}}\""),
        format!("default {}", quote(methods)),
    ];
    let map = format!("map {{header.Access-Control-Request-Method}} {{{name}_methods}}");
    text.block(&map, &entries);
}

/// Mirrors the requested names. `*` would not cover `Authorization`, and nothing with credentials.
fn allow_any_header(text: &mut Text, name: &str) {
    let names = format!("~^({})$", names_re2());
    let entries = [format!("{} \"${{1}}\"", quote(&names)), "default \"\"".to_owned()];
    text.block(
        &format!("map {{header.Access-Control-Request-Headers}} {{{name}_headers}}"),
        &entries,
    );
    text.comment("Caddy would send an empty value.");
    text.line(format_args!("@{name}_has_headers expression `{{{name}_headers}} != \"\"`"));
    text.line(format_args!(
        "header @{name}_has_headers Access-Control-Allow-Headers {{{name}_headers}}"
    ));
}

fn actual(text: &mut Text, name: &str, plan: &Plan<'_>) {
    text.comment("Before the service answers, so that errors have them too.");
    let mut headers = vec![allow_origin(name, plan)];
    if plan.credentials {
        headers.push("Access-Control-Allow-Credentials true".to_owned());
    }
    if let Some(names) = &plan.exposed {
        headers.push(format!("Access-Control-Expose-Headers {}", quote(names)));
    }
    if plan.origins.is_some() {
        text.line(format_args!("@{name}_allowed expression `{{{name}_origin}} != \"\"`"));
        text.block(&format!("header @{name}_allowed"), &headers);
    } else {
        text.block("header", &headers);
    }
}

/// Answers requests of other origins that are neither own pages nor trusted senders.
fn reject(text: &mut Text, name: &str, rejection: &Rejection<'_>) {
    text.comment("A plain http page is not the service's own if the request came over https.");
    text.block(
        &format!(
            "map \"{{scheme}},{{header.X-Forwarded-Proto}}|{{header.Forwarded}}\" {{{name}_is_https}}"
        ),
        &[
            format!("{} 1", quote(r"~(?i)^(?:[^|]*,)?[ \t]*(?:https|wss)[ \t]*(?:,[^|]*)?\|")),
            format!(
                "{} 1",
                quote(r"~(?i)\|(?:.*[,;])?[ \t]*proto=\x22?(?:https|wss)\x22?[ \t]*(?:[,;]|$)")
            ),
            "default \"\"".to_owned(),
        ],
    );
    let mut excused = vec![
        "{header.Sec-Fetch-Site} == \"same-origin\"".to_owned(),
        format!("{{header.Sec-Fetch-Site}} == \"\" && ({})", own_page(name, rejection)),
    ];
    if !rejection.senders.is_empty() {
        text.comment(
            "Trusted senders. A page that opens a WebSocket reads, so handshakes are not covered.",
        );
        let entries = origin_entries(&rejection.senders);
        text.block(&format!("map {{header.Origin}} {{{name}_sender}}"), &entries);
        text.block(
            &format!(
                "map \"{{header.Sec-WebSocket-Key}}|{{header.Upgrade}}\" {{{name}_is_websocket}}"
            ),
            &[
                format!("{} 1", quote(r"~^[^|]")),
                format!("{} 1", quote(r"~(?i)\|(?:.*,)?[ \t]*websocket[ \t]*(?:,|$)")),
                "default \"\"".to_owned(),
            ],
        );
        excused.push(format!("{{{name}_sender}} != \"\" && {{{name}_is_websocket}} == \"\""));
    }
    text.comment(
        "Other origins, but not the service's own pages. No page can forge `Sec-Fetch-Site`.",
    );
    let excused: Vec<String> = excused.iter().map(|excuse| format!("({excuse})")).collect();
    let rejected = format!("{{{name}_origin}} == \"\" && !({})", excused.join(" || "));
    text.block(
        &format!("@{name}_rejected"),
        &["header Origin *".to_owned(), format!("expression `{rejected}`")],
    );
    text.line(format_args!("respond @{name}_rejected {}", rejection.status.as_u16()));
}

/// An expression that is true if the origin is one of the service's own.
fn own_page(name: &str, rejection: &Rejection<'_>) -> String {
    let is_http = |origin: &str| origin.starts_with("http://");
    let unless_https = |own: String, is_http| {
        if is_http { format!("({own}) && {{{name}_is_https}} == \"\"") } else { own }
    };
    if rejection.own_origins.is_empty() {
        let pages = ["https", "http"].map(|scheme| {
            // RFC 9110, 7.2 "Host": the port can be written although it is the default one.
            let default = default_port(scheme).unwrap_or_default();
            let origins = ["", ":", &format!(":{default}")].map(|port| match port {
                "" => "{header.Origin}".to_owned(),
                port => format!("{{header.Origin}} + \"{port}\""),
            });
            let host = format!("\"{scheme}://\" + {{hostport}}.lowerAscii()");
            unless_https(format!("{host} in [{}]", origins.join(", ")), scheme == "http")
        });
        return pages.map(|page| format!("({page})")).join(" || ");
    }
    let is_own = rejection.own_origins.iter().map(|own| {
        // The bytes of an origin mean nothing in a string.
        unless_https(format!("{{header.Origin}} == \"{own}\""), is_http(own))
    });
    is_own.map(|own| format!("({own})")).collect::<Vec<_>>().join(" || ")
}
