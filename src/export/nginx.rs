//! nginx: a file of maps for `http`, and a file of directives for `server`.

use super::{
    File, Text,
    escape::{self, NGINX_DOLLAR, nginx_key, nginx_value},
    loss::Loss,
    nginx_reject,
    origins::{OriginList, OriginRegex},
    plan::{AllowHeaders, NAME_BYTE, Plan, STRIPPED, names_pcre},
};

pub(super) fn files(plan: &Plan<'_>) -> Vec<File> {
    vec![
        File {
            name: "corsac.http.conf",
            purpose: "in `http`: include corsac.http.conf;",
            text: maps(plan),
        },
        File {
            name: "corsac.server.conf",
            purpose: "first in each `server` that the policy is for: include corsac.server.conf;",
            text: server(plan),
        },
    ]
}

pub(super) fn losses(plan: &Plan<'_>) -> Vec<Loss> {
    let rejection = plan.rejection.as_ref();
    let losses = [
        (Loss::ExposedHeaders, plan.exposes_present_headers),
        (Loss::ForwardedHosts, rejection.is_some_and(|it| it.trusts_forwarded_headers)),
        (Loss::RejectStatus, rejection.is_some_and(|it| is_reserved(it.status.as_u16()))),
        (Loss::MalformedOrigins, plan.matches_malformed()),
        (Loss::EmptyLines, true),
        (Loss::SeveralLines, true),
        (Loss::InvalidNames, matches!(plan.request_headers, AllowHeaders::Mirrored)),
        (Loss::SeparateVary, true),
        (Loss::EarlyErrors, true),
    ];
    losses.into_iter().filter(|(_, applies)| *applies).map(|(loss, _)| loss).collect()
}

/// nginx closes the connection, or takes these statuses as its own errors.
fn is_reserved(status: u16) -> bool {
    matches!(status, 444 | 494..=499)
}

fn maps(plan: &Plan<'_>) -> String {
    let mut text = Text::new(plan);
    text.comment(
        "\nInclude this file in `http`. It defines the variables of corsac.server.conf.\n\
         An empty variable means that its header is not sent.",
    );
    if uses_dollar(plan) {
        text.blank();
        text.comment("nginx has no escape for a dollar sign in a value.");
        text.map("geo", &format!("${NGINX_DOLLAR}"), &["default \"$\";".to_owned()]);
    }
    origin(&mut text, plan.origins.as_ref());
    kind(&mut text);
    if plan.rejection.is_some() {
        nginx_reject::maps(&mut text, plan);
    }
    answer(&mut text, plan);
    headers(&mut text, plan);
    text.text
}

fn uses_dollar(plan: &Plan<'_>) -> bool {
    let names = match &plan.request_headers {
        AllowHeaders::Listed(names) => names,
        AllowHeaders::None | AllowHeaders::Mirrored => "",
    };
    let lines = plan.methods.iter().chain(&plan.exposed).map(String::as_str);
    lines.chain([names]).any(|line| line.contains('$'))
}

impl Text {
    /// Writes `directive variable { ... }`. Without a `default` among the entries the variable is empty
    /// if none matches.
    pub(super) fn map(&mut self, directive: &str, variable: &str, entries: &[String]) {
        self.line(format_args!("{directive} {variable} {{"));
        if !entries.iter().any(|entry| entry.starts_with("default ")) {
            self.line(format_args!("    default \"\";"));
        }
        for entry in entries {
            self.line(format_args!("    {entry}"));
        }
        self.line(format_args!("}}"));
    }
}

/// `$corsac_origin`: the value of `Access-Control-Allow-Origin` if the origin decides alone.
fn origin(text: &mut Text, origins: Option<&OriginList<'_>>) {
    text.blank();
    let Some(origins) = origins else {
        text.comment("Every origin is allowed, by a constant.");
        text.map("map \"\"", "$corsac_origin", &["default \"*\";".to_owned()]);
        return;
    };
    text.comment("The request's origin, if it is allowed.");
    origin_maps(text, origins, "$corsac_origin", "$http_origin");
}

/// The longest key that fits into a bucket of a map, whose size is 64 bytes by default.
const LONGEST_KEY: usize = 46;

/// Sets `variable` to `value` if the origin is one of these. Otherwise it is empty.
pub(super) fn origin_maps(text: &mut Text, origins: &OriginList<'_>, variable: &str, value: &str) {
    // Two keys of a map must differ in more than their case.
    let is_key = |origin: &&&str| {
        origin.len() <= LONGEST_KEY
            && !origin.bytes().any(|byte| byte.is_ascii_uppercase() || byte == b'$')
    };
    let (keys, others): (Vec<&str>, Vec<&str>) =
        origins.exact.iter().partition(|origin| is_key(origin));
    let texts = others.iter().map(|origin| escape::regex(origin));
    let regexes = texts.chain(origins.wildcards.iter().map(OriginRegex::pcre));
    if keys.is_empty() {
        let entries: Vec<String> =
            regexes.map(|regex| entry(&format!("^{regex}$"), value)).collect();
        text.map("map $http_origin", variable, &entries);
        return;
    }
    text.comment(
        "nginx looks keys up without regard to case, so the second map compares the texts again.\n\
         A regex that is not anchored at both ends would allow look-alikes.",
    );
    let listed = format!("{variable}_key");
    let entries: Vec<String> =
        keys.iter().map(|key| format!("{} {};", nginx_key(key), nginx_value(key))).collect();
    text.map("map $http_origin", &listed, &entries);
    let same = entry(r"^([^ ]+) \1$", value);
    let regexes = regexes.map(|regex| entry(&format!("^[^ ]* {regex}$"), value));
    let entries: Vec<String> = [same].into_iter().chain(regexes).collect();
    text.map(&format!("map \"{listed} $http_origin\""), variable, &entries);
}

/// An entry whose key is a regular expression that regards case.
pub(super) fn entry(regex: &str, value: &str) -> String {
    format!("{} {value};", nginx_key(&format!("~{regex}")))
}

/// `$corsac_kind`: `preflight`, `actual`, or nothing for a request without `Origin`.
fn kind(text: &mut Text) {
    text.blank();
    text.comment(
        "A preflight is `OPTIONS` with these two headers. Other `OPTIONS` are the service's.",
    );
    let given = |value: &str| ["\"\" \"\";".to_owned(), format!("default {value};")];
    text.map("map $http_origin", "$corsac_has_origin", &given("actual"));
    text.map("map $http_access_control_request_method", "$corsac_has_method", &given("1"));
    text.map(
        "map \"$request_method $corsac_has_origin $corsac_has_method\"",
        "$corsac_kind",
        &["default $corsac_has_origin;".to_owned(), entry("^OPTIONS actual 1$", "preflight")],
    );
    text.comment("More than 1024 names or 16 KiB of them: no page asks for so many.");
    text.map(
        "map $http_access_control_request_headers",
        "$corsac_has_too_many",
        &[entry("^(?:[^,]*,){1024}", "1"), entry("^.{16385}", "1")],
    );
}

/// `$corsac_answer`: who answers, and how. It is empty if the service does.
fn answer(text: &mut Text, plan: &Plan<'_>) {
    text.blank();
    text.comment(
        "`preflight`: allowed, with the full lists, which the browser compares.\n\
         `forbidden`: a preflight of another origin. Empty: the service answers.",
    );
    let forbidden = entry("^preflight:", "forbidden");
    if plan.rejection.is_some() {
        text.comment(
            "`rejected`: a request of another origin that is neither an own page nor trusted.",
        );
        text.map(
            "map \"$corsac_kind:$corsac_has_too_many:$corsac_is_excused:$corsac_origin\"",
            "$corsac_answer",
            &[
                entry("^preflight::1?:.", "preflight"),
                forbidden,
                entry("^actual:1?::$", "rejected"),
            ],
        );
    } else {
        text.map(
            "map \"$corsac_kind:$corsac_has_too_many:$corsac_origin\"",
            "$corsac_answer",
            &[entry("^preflight::.", "preflight"), forbidden],
        );
    }
}

fn headers(text: &mut Text, plan: &Plan<'_>) {
    text.blank();
    text.comment("The values of the headers.");
    text.map(
        "map $corsac_answer",
        "$corsac_allow_origin",
        &["forbidden \"\";".to_owned(), "default $corsac_origin;".to_owned()],
    );
    if plan.credentials {
        let entries = ["\"\" \"\";".to_owned(), "default true;".to_owned()];
        text.map("map $corsac_allow_origin", "$corsac_allow_credentials", &entries);
    }
    if let Some(names) = &plan.exposed {
        let source = "map \"$corsac_answer $corsac_allow_origin\"";
        text.map(source, "$corsac_expose_headers", &[entry("^ .", &nginx_value(names))]);
    }
    if let Some(methods) = &plan.methods {
        allow_methods(text, methods, plan.mirrors_method);
    }
    match &plan.request_headers {
        AllowHeaders::None => {}
        AllowHeaders::Listed(names) => {
            let entry = format!("preflight {};", nginx_value(names));
            text.map("map $corsac_answer", "$corsac_allow_headers", &[entry]);
        }
        AllowHeaders::Mirrored => allow_any_header(text),
    }
    let max_age = format!("preflight {};", plan.max_age);
    text.map("map $corsac_answer", "$corsac_max_age", &[max_age]);
    text.comment("Also if the origin is refused or missing: a cache must not mix up the answers.");
    let vary = [
        format!("default {};", nginx_value(plan.vary.actual)),
        format!("preflight {};", nginx_value(plan.vary.preflight)),
        format!("forbidden {};", nginx_value(plan.vary.preflight)),
    ];
    text.map("map $corsac_answer", "$corsac_vary", &vary);
}

fn allow_methods(text: &mut Text, methods: &str, mirrors: bool) {
    let line = nginx_value(methods);
    if !mirrors {
        text.map("map $corsac_answer", "$corsac_allow_methods", &[format!("preflight {line};")]);
        return;
    }
    text.comment("The usual methods, and the requested one if it is another.");
    let listed: Vec<String> = methods.split(", ").map(escape::regex).collect();
    let forbidden = "(?i:CONNECT|TRACE|TRACK)";
    let with_requested = nginx_value(&format!("{methods}, ")).trim_end_matches('"').to_owned()
        + "$http_access_control_request_method\"";
    let entries = [
        entry(&format!("^preflight (?:{}|{forbidden})$", listed.join("|")), &line),
        entry(&format!("^preflight {NAME_BYTE}{{1,128}}$"), &with_requested),
        entry("^preflight ", &line),
    ];
    let source = "map \"$corsac_answer $http_access_control_request_method\"";
    text.map(source, "$corsac_allow_methods", &entries);
}

/// Mirrors the requested names. `*` would not cover `Authorization`, and nothing with credentials.
fn allow_any_header(text: &mut Text) {
    text.comment("The requested names, if all of them are names.");
    let names = names_pcre();
    let entries = [entry(&format!("^preflight {names}$"), "$http_access_control_request_headers")];
    let source = "map \"$corsac_answer $http_access_control_request_headers\"";
    text.map(source, "$corsac_allow_headers", &entries);
}

fn server(plan: &Plan<'_>) -> String {
    let mut text = Text::new(plan);
    text.comment(
        "\nInclude this file first in `server`, beside corsac.http.conf in `http`.\n\n\
         A `location` that has an `add_header` or `proxy_hide_header` of its own drops all of those below.\n\
         Include this file in that `location` too.",
    );
    text.blank();
    text.comment(
        "The service behind may send CORS headers of its own: two of a kind make browsers refuse.\n\
         With fastcgi_pass, uwsgi_pass, scgi_pass or grpc_pass, write these lines with that prefix too.",
    );
    for name in STRIPPED {
        text.line(format_args!("proxy_hide_header {name};"));
    }
    text.blank();
    text.comment("`always`: pages can read errors too. An empty value sends no header.");
    let headers = [
        ("Access-Control-Allow-Origin", "allow_origin", true),
        ("Access-Control-Allow-Credentials", "allow_credentials", plan.credentials),
        ("Access-Control-Expose-Headers", "expose_headers", plan.exposed.is_some()),
        ("Access-Control-Allow-Methods", "allow_methods", plan.methods.is_some()),
        (
            "Access-Control-Allow-Headers",
            "allow_headers",
            !matches!(plan.request_headers, AllowHeaders::None),
        ),
        ("Access-Control-Max-Age", "max_age", true),
        ("Vary", "vary", true),
    ];
    for (name, variable, is_sent) in headers {
        if is_sent {
            text.line(format_args!("add_header {name} $corsac_{variable} always;"));
        }
    }
    text.blank();
    text.comment(
        "Before authentication, because a preflight carries no credentials. An `if` that has only a\n\
         `return` is safe, and keeps the headers above.",
    );
    let mut answers = vec![
        ("preflight", plan.preflight_status.as_u16()),
        // Fetch, "HTTP responses": "403 can be used".
        ("forbidden", 403),
    ];
    if let Some(rejection) = &plan.rejection {
        let status = rejection.status.as_u16();
        answers.push(("rejected", if is_reserved(status) { 403 } else { status }));
    }
    for (answer, status) in answers {
        text.line(format_args!("if ($corsac_answer = {answer}) {{ return {status}; }}"));
    }
    text.text
}
