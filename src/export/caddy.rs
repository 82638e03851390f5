//! Caddy: a file of snippets, and the lines that import them.

use super::{
    File, Text,
    escape::{self, caddy as quote},
    loss::Loss,
    origins::{KNOWN_SCHEMES, OriginList},
    plan::{AllowHeaders, NAME_BYTE, Plan, Rejection, names_re2},
};
use crate::origin::default_port;

pub(super) fn files(plan: &Plan<'_>) -> Vec<File> {
    vec![File {
        name: "corsac.caddy",
        purpose: "at the start of the Caddyfile: import corsac.caddy; its first lines say what to \
                  write in each site",
        text: snippets(plan),
    }]
}

pub(super) fn losses(plan: &Plan<'_>) -> Vec<Loss> {
    let rejection = plan.rejection.as_ref();
    let losses = [
        (Loss::ExposedHeaders, plan.exposes_present_headers),
        (Loss::ForwardedHosts, rejection.is_some_and(|it| it.trusts_forwarded_headers)),
        (Loss::MalformedOrigins, plan.has_wildcards()),
        (Loss::EmptyLines, rejection.is_some()),
        (Loss::SeveralLines, plan.mirrors_method || rejection.is_some()),
        (Loss::InvalidNames, matches!(plan.request_headers, AllowHeaders::Mirrored)),
        (Loss::SeparateVary, true),
        (Loss::EarlyErrors, true),
    ];
    losses.into_iter().filter(|(_, applies)| *applies).map(|(loss, _)| loss).collect()
}

fn snippets(plan: &Plan<'_>) -> String {
    let mut text = Text::new(plan);
    text.comment(
        "\nWrite the site so. In `route` the order is kept, so preflights are answered before all else;\n\
         in `handle` Caddy sorts the directives as usual.\n\n\
         \texample.com {\n\
         \t\troute {\n\
         \t\t\timport corsac\n\
         \t\t\thandle {\n\
         \t\t\t\treverse_proxy localhost:3000 {\n\
         \t\t\t\t\timport corsac_strip\n\
         \t\t\t\t}\n\
         \t\t\t}\n\
         \t\t}\n\
         \t}\n",
    );
    text.comment("In each `reverse_proxy`: the service behind may send CORS headers of its own, and two of\na kind make browsers refuse.");
    text.block("(corsac_strip)", &["header_down -Access-Control-*".to_owned()]);
    text.blank();
    text.raw("(corsac) {");
    origin(&mut text, plan);
    preflight(&mut text, plan);
    if let Some(rejection) = &plan.rejection {
        reject(&mut text, rejection);
    }
    actual(&mut text, plan);
    text.raw("}");
    text.text
}

impl Text {
    fn raw(&mut self, line: &str) {
        self.line(format_args!("{line}"));
    }

    /// Writes a comment inside of a block.
    fn note(&mut self, comment: &str) {
        for line in comment.lines() {
            self.line(format_args!("\t# {line}"));
        }
    }

    fn block(&mut self, start: &str, lines: &[String]) {
        self.line(format_args!("{start} {{"));
        let tabs: String = start.chars().take_while(|char| *char == '\t').collect();
        for line in lines {
            self.line(format_args!("{tabs}\t{line}"));
        }
        self.line(format_args!("{tabs}}}"));
    }
}

/// `{corsac_origin}`: the value of `Access-Control-Allow-Origin`, or nothing.
fn origin(text: &mut Text, plan: &Plan<'_>) {
    let Some(origins) = &plan.origins else { return };
    text.note(
        "The request's origin, if it is allowed. Several `Origin` lines are one text here, which\n\
         matches nothing. A regex that is not anchored at both ends would allow look-alikes.",
    );
    text.block("\tmap {header.Origin} {corsac_origin}", &origin_entries(origins));
    text.note("Also if the origin is refused or missing: a cache must not mix up the answers.");
    text.line(format_args!("\theader +Vary {}", plan.vary.actual));
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

fn preflight(text: &mut Text, plan: &Plan<'_>) {
    text.note(
        "A preflight is `OPTIONS` with these two headers. Other `OPTIONS` are the service's.",
    );
    text.block(
        "\t@corsac_preflight",
        &["method", "header Origin", "header Access-Control-Request-Method"].map(|matcher| {
            format!("{matcher} {}", if matcher == "method" { "OPTIONS" } else { "*" })
        }),
    );
    text.raw("\troute @corsac_preflight {");
    text.raw("\t\theader +Vary \"Access-Control-Request-Method, Access-Control-Request-Headers\"");
    text.raw("\t\t# More than 1024 names or 16 KiB of them: no page asks for so many.");
    let names = "{header.Access-Control-Request-Headers}";
    let mut denied = format!("size({names}) > 16384 || size({names}.split(\",\")) > 1024");
    if plan.origins.is_some() {
        denied = format!("{{corsac_origin}} == \"\" || {denied}");
    }
    text.line(format_args!("\t\t@corsac_denied expression `{denied}`"));
    // Fetch, "HTTP responses": "403 can be used".
    text.raw("\t\trespond @corsac_denied 403");
    text.raw("\t\t# The full lists, which the browser compares with what it needs.");
    let mut headers = vec![allow_origin(plan)];
    if plan.credentials {
        headers.push("Access-Control-Allow-Credentials true".to_owned());
    }
    if let Some(methods) = &plan.methods {
        let value = if plan.mirrors_method {
            allow_methods(text, methods);
            "{corsac_methods}".to_owned()
        } else {
            quote(methods)
        };
        headers.push(format!("Access-Control-Allow-Methods {value}"));
    }
    if let AllowHeaders::Listed(names) = &plan.request_headers {
        headers.push(format!("Access-Control-Allow-Headers {}", quote(names)));
    }
    headers.push(format!("Access-Control-Max-Age {}", plan.max_age));
    text.block("\t\theader", &headers);
    if matches!(plan.request_headers, AllowHeaders::Mirrored) {
        allow_any_header(text);
    }
    text.line(format_args!("\t\trespond {}", plan.preflight_status.as_u16()));
    text.raw("\t}");
}

fn allow_origin(plan: &Plan<'_>) -> String {
    let value = if plan.origins.is_some() { "{corsac_origin}" } else { "*" };
    format!("Access-Control-Allow-Origin {value}")
}

/// The usual methods, and the requested one if it is another.
fn allow_methods(text: &mut Text, methods: &str) {
    let listed: Vec<String> = methods.split(", ").map(escape::regex).collect();
    let listed = format!("~^(?:{}|(?i:CONNECT|TRACE|TRACK))$", listed.join("|"));
    let entries = [
        format!("{} {}", quote(&listed), quote(methods)),
        format!("\"~^({NAME_BYTE}{{1,128}})$\" \"{methods}, ${{1}}\""),
        format!("default {}", quote(methods)),
    ];
    text.block("\t\tmap {header.Access-Control-Request-Method} {corsac_methods}", &entries);
}

/// Mirrors the requested names. `*` would not cover `Authorization`, and nothing with credentials.
fn allow_any_header(text: &mut Text) {
    let names = format!("~^({})$", names_re2());
    let entries = [format!("{} \"${{1}}\"", quote(&names)), "default \"\"".to_owned()];
    text.block("\t\tmap {header.Access-Control-Request-Headers} {corsac_headers}", &entries);
    text.raw("\t\t# Caddy would send an empty value.");
    text.raw("\t\t@corsac_has_headers expression `{corsac_headers} != \"\"`");
    text.raw("\t\theader @corsac_has_headers Access-Control-Allow-Headers {corsac_headers}");
}

fn actual(text: &mut Text, plan: &Plan<'_>) {
    text.note("Before the service answers, so that errors have them too.");
    let mut headers = vec![allow_origin(plan)];
    if plan.credentials {
        headers.push("Access-Control-Allow-Credentials true".to_owned());
    }
    if let Some(names) = &plan.exposed {
        headers.push(format!("Access-Control-Expose-Headers {}", quote(names)));
    }
    if plan.origins.is_some() {
        text.raw("\t@corsac_allowed expression `{corsac_origin} != \"\"`");
        text.block("\theader @corsac_allowed", &headers);
    } else {
        text.block("\theader", &headers);
    }
}

/// Answers requests of other origins that are neither own pages nor trusted senders.
fn reject(text: &mut Text, rejection: &Rejection<'_>) {
    text.note("A plain http page is not the service's own if the request came over https.");
    text.block(
        "\tmap \"{scheme},{header.X-Forwarded-Proto}|{header.Forwarded}\" {corsac_is_https}",
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
        format!("{{header.Sec-Fetch-Site}} == \"\" && ({})", own_page(rejection)),
    ];
    if !rejection.senders.is_empty() {
        text.note(
            "Trusted senders. A page that opens a WebSocket reads, so handshakes are not covered.",
        );
        text.block("\tmap {header.Origin} {corsac_sender}", &origin_entries(&rejection.senders));
        text.block(
            "\tmap \"{header.Sec-WebSocket-Key}|{header.Upgrade}\" {corsac_is_websocket}",
            &[
                format!("{} 1", quote(r"~^[^|]")),
                format!("{} 1", quote(r"~(?i)\|(?:.*,)?[ \t]*websocket[ \t]*(?:,|$)")),
                "default \"\"".to_owned(),
            ],
        );
        excused.push("{corsac_sender} != \"\" && {corsac_is_websocket} == \"\"".to_owned());
    }
    text.note(
        "Other origins, but not the service's own pages. No page can forge `Sec-Fetch-Site`.",
    );
    let excused: Vec<String> = excused.iter().map(|excuse| format!("({excuse})")).collect();
    let rejected = format!("{{corsac_origin}} == \"\" && !({})", excused.join(" || "));
    text.block(
        "\t@corsac_rejected",
        &["header Origin *".to_owned(), format!("expression `{rejected}`")],
    );
    text.line(format_args!("\trespond @corsac_rejected {}", rejection.status.as_u16()));
}

/// An expression that is true if the origin is one of the service's own.
fn own_page(rejection: &Rejection<'_>) -> String {
    let is_http = |origin: &str| origin.starts_with("http://");
    let unless_https = |own: String, is_http| {
        if is_http { format!("({own}) && {{corsac_is_https}} == \"\"") } else { own }
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
