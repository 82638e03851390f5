//! nginx: a file of maps for `http`, and a file of directives for `server`.
//!
//! The variables of a policy start with the name of its plan: `$NAME_answer`, `$NAME_status`, and one for the
//! value of each header. If the path chooses among several policies, `$SITE_policy` is the number of one, and
//! `$SITE_status` and so on select the variables of that one.

use super::{
    File, Text,
    escape::{self, nginx_key, nginx_value},
    loss::Loss,
    losses::When::{Always, If, LeavesPaths},
    nginx_paths, nginx_reject,
    origins::{OriginList, OriginRegex},
    plan::{AllowHeaders, NAME_BYTE, Plan, STRIPPED, names_pcre},
    site::Site,
    target::Server,
};

pub(super) static SERVER: Server = Server {
    name: "nginx",
    files,
    chooses_by_path: true,
    losses: &[
        (Loss::ExposedHeaders, If(|plan| plan.exposes_present_headers)),
        (Loss::ForwardedHosts, If(|plan| plan.trusts_forwarded_headers())),
        (Loss::RejectStatus, If(|plan| plan.reject_status().is_some_and(is_reserved))),
        (Loss::MalformedOrigins, If(|plan| plan.matches_malformed())),
        (Loss::EmptyLines, Always),
        (Loss::SeveralLines, Always),
        (Loss::PassedLines, LeavesPaths),
        (Loss::InvalidNames, If(|plan| plan.mirrors_request_headers())),
        (Loss::SeparateVary, Always),
        (Loss::EarlyErrors, Always),
    ],
};

/// nginx closes the connection, or takes these statuses as its own errors.
fn is_reserved(status: u16) -> bool {
    matches!(status, 444 | 494..=499)
}

fn files(site: &Site<'_>) -> Vec<File> {
    let (http, server) = (format!("{}.http.conf", site.name), format!("{}.server.conf", site.name));
    vec![
        File {
            purpose: format!("in `http`: include {http};"),
            text: maps(site, &server),
            name: http.clone(),
        },
        File {
            purpose: format!("first in each `server` that the policy is for: include {server};"),
            text: directives(site, &http),
            name: server,
        },
    ]
}

/// A response header, with the variable of its value.
pub(super) struct Header {
    pub(super) name: &'static str,
    pub(super) variable: &'static str,
    is_sent: fn(&Plan<'_>) -> bool,
}

const VARY: Header = header("Vary", "vary", |_| true);

/// In the order of [`STRIPPED`].
pub(super) const HEADERS: [Header; 8] = [
    header(STRIPPED[0], "allow_origin", |_| true),
    header(STRIPPED[1], "allow_credentials", |plan| plan.credentials),
    header(STRIPPED[2], "expose_headers", |plan| plan.exposed.is_some()),
    header(STRIPPED[3], "allow_methods", |plan| plan.methods.is_some()),
    header(STRIPPED[4], "allow_headers", |plan| {
        !matches!(plan.request_headers, AllowHeaders::None)
    }),
    header(STRIPPED[5], "max_age", |_| true),
    header(STRIPPED[6], "allow_private_network", |_| false),
    VARY,
];

const fn header(
    name: &'static str,
    variable: &'static str,
    is_sent: fn(&Plan<'_>) -> bool,
) -> Header {
    Header { name, variable, is_sent }
}

impl Header {
    /// Returns whether a policy has the variable.
    pub(super) fn is_sent(&self, plan: &Plan<'_>) -> bool {
        (self.is_sent)(plan)
    }

    /// The service can send it on paths that have no policy.
    pub(super) fn passes(&self, site: &Site<'_>) -> bool {
        site.leaves_paths() && self.name != VARY.name
    }
}

fn maps(site: &Site<'_>, server: &str) -> String {
    let mut text = Text::new(site);
    text.comment(&format!(
        "\nInclude this file in `http`. It defines the variables of {server}.\n\
         An empty variable means that its header is not sent."
    ));
    if site.any(uses_dollar) {
        text.blank();
        text.comment("nginx has no escape for a dollar sign in a value.");
        text.map("geo", &format!("${}", dollar(site)), &["default \"$\";".to_owned()]);
    }
    nginx_paths::choose(&mut text, site);
    kind(&mut text, &site.name);
    nginx_reject::shared(&mut text, site);
    for (index, plan) in site.plans.iter().enumerate() {
        text.blank();
        text.comment_plan(site, index);
        origin(&mut text, plan);
        nginx_reject::excused(&mut text, site, plan);
        answer(&mut text, site, plan);
        headers(&mut text, site, plan);
    }
    nginx_paths::select(&mut text, site);
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

/// The variable whose value is a dollar sign.
fn dollar(site: &Site<'_>) -> String {
    format!("{}_dollar", site.name)
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

/// `$NAME_origin`: the value of `Access-Control-Allow-Origin` if the origin decides alone.
fn origin(text: &mut Text, plan: &Plan<'_>) {
    let variable = format!("${}_origin", plan.name);
    let Some(origins) = &plan.origins else {
        text.comment("Every origin is allowed, by a constant.");
        text.map("map \"\"", &variable, &["default \"*\";".to_owned()]);
        return;
    };
    text.comment("The request's origin, if it is allowed.");
    origin_maps(text, origins, &variable, "$http_origin");
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
    // No key contains a dollar sign.
    let entries: Vec<String> =
        keys.iter().map(|key| format!("{} {};", nginx_key(key), nginx_key(key))).collect();
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

/// `$SITE_kind`: `preflight`, `actual`, or nothing for a request without `Origin`.
fn kind(text: &mut Text, site: &str) {
    text.blank();
    text.comment(
        "A preflight is `OPTIONS` with these two headers. Other `OPTIONS` are the service's.",
    );
    let given = |value: &str| ["\"\" \"\";".to_owned(), format!("default {value};")];
    text.map("map $http_origin", &format!("${site}_has_origin"), &given("actual"));
    text.map(
        "map $http_access_control_request_method",
        &format!("${site}_has_method"),
        &given("1"),
    );
    text.map(
        &format!("map \"$request_method ${site}_has_origin ${site}_has_method\""),
        &format!("${site}_kind"),
        &[format!("default ${site}_has_origin;"), entry("^OPTIONS actual 1$", "preflight")],
    );
    text.comment("More than 1024 names or 16 KiB of them: no page asks for so many.");
    text.map(
        "map $http_access_control_request_headers",
        &format!("${site}_has_too_many"),
        &[entry("^(?:[^,]*,){1024}", "1"), entry("^.{16385}", "1")],
    );
}

/// `$NAME_answer`: who answers, and how. It is empty if the service does.
fn answer(text: &mut Text, site: &Site<'_>, plan: &Plan<'_>) {
    let (site, name) = (&site.name, &plan.name);
    let variable = format!("${name}_answer");
    text.comment(
        "`preflight`: allowed, with the full lists, which the browser compares.\n\
         `forbidden`: a preflight of another origin. Empty: the service answers.",
    );
    let forbidden = entry("^preflight:", "forbidden");
    let mut statuses = vec![
        format!("preflight {};", plan.preflight_status.as_u16()),
        // Fetch, "HTTP responses": "403 can be used".
        "forbidden 403;".to_owned(),
    ];
    if let Some(status) = plan.reject_status() {
        text.comment(
            "`rejected`: a request of another origin that is neither an own page nor trusted.",
        );
        text.map(
            &format!("map \"${site}_kind:${site}_has_too_many:${name}_is_excused:${name}_origin\""),
            &variable,
            &[
                entry("^preflight::1?:.", "preflight"),
                forbidden,
                entry("^actual:1?::$", "rejected"),
            ],
        );
        let status = if is_reserved(status) { 403 } else { status };
        statuses.push(format!("rejected {status};"));
    } else {
        text.map(
            &format!("map \"${site}_kind:${site}_has_too_many:${name}_origin\""),
            &variable,
            &[entry("^preflight::.", "preflight"), forbidden],
        );
    }
    text.map(&format!("map {variable}"), &format!("${name}_status"), &statuses);
}

fn headers(text: &mut Text, site: &Site<'_>, plan: &Plan<'_>) {
    let name = &plan.name;
    let (answer, dollar) = (format!("${name}_answer"), dollar(site));
    let value = |text: &str| nginx_value(text, &dollar);
    let allow_origin = format!("${name}_allow_origin");
    text.comment("The values of the headers.");
    text.map(
        &format!("map {answer}"),
        &allow_origin,
        &["forbidden \"\";".to_owned(), format!("default ${name}_origin;")],
    );
    if plan.credentials {
        let entries = ["\"\" \"\";".to_owned(), "default true;".to_owned()];
        text.map(&format!("map {allow_origin}"), &format!("${name}_allow_credentials"), &entries);
    }
    if let Some(names) = &plan.exposed {
        let source = format!("map \"{answer} {allow_origin}\"");
        text.map(&source, &format!("${name}_expose_headers"), &[entry("^ .", &value(names))]);
    }
    if let Some(methods) = &plan.methods {
        let variable = format!("${name}_allow_methods");
        if plan.mirrors_method {
            mirror_method(text, &answer, &variable, methods, &value(methods));
        } else {
            let entry = format!("preflight {};", value(methods));
            text.map(&format!("map {answer}"), &variable, &[entry]);
        }
    }
    let variable = format!("${name}_allow_headers");
    match &plan.request_headers {
        AllowHeaders::None => {}
        AllowHeaders::Listed(names) => {
            let entry = format!("preflight {};", value(names));
            text.map(&format!("map {answer}"), &variable, &[entry]);
        }
        AllowHeaders::Mirrored => mirror_headers(text, &answer, &variable),
    }
    let max_age = format!("preflight {};", plan.max_age);
    text.map(&format!("map {answer}"), &format!("${name}_max_age"), &[max_age]);
    text.comment("Also if the origin is refused or missing: a cache must not mix up the answers.");
    let vary = [
        format!("default {};", nginx_key(plan.vary.actual)),
        format!("preflight {};", nginx_key(plan.vary.preflight)),
        format!("forbidden {};", nginx_key(plan.vary.preflight)),
    ];
    text.map(&format!("map {answer}"), &format!("${name}_vary"), &vary);
}

/// `line` is the quoted list of `methods`.
fn mirror_method(text: &mut Text, answer: &str, variable: &str, methods: &str, line: &str) {
    text.comment("The usual methods, and the requested one if it is another.");
    let listed: Vec<String> = methods.split(", ").map(escape::regex).collect();
    let forbidden = "(?i:CONNECT|TRACE|TRACK)";
    let with_requested =
        format!("{}, $http_access_control_request_method\"", line.trim_end_matches('"'));
    let entries = [
        entry(&format!("^preflight (?:{}|{forbidden})$", listed.join("|")), line),
        entry(&format!("^preflight {NAME_BYTE}{{1,128}}$"), &with_requested),
        entry("^preflight ", line),
    ];
    let source = format!("map \"{answer} $http_access_control_request_method\"");
    text.map(&source, variable, &entries);
}

/// Mirrors the requested names. `*` would not cover `Authorization`, and nothing with credentials.
fn mirror_headers(text: &mut Text, answer: &str, variable: &str) {
    text.comment("The requested names, if all of them are names.");
    let names = names_pcre();
    let entries = [entry(&format!("^preflight {names}$"), "$http_access_control_request_headers")];
    let source = format!("map \"{answer} $http_access_control_request_headers\"");
    text.map(&source, variable, &entries);
}

fn directives(site: &Site<'_>, http: &str) -> String {
    let mut text = Text::new(site);
    text.comment(&format!(
        "\nInclude this file first in `server`, beside {http} in `http`.\n\n\
         A `location` that has an `add_header` or `proxy_hide_header` of its own drops all of those below.\n\
         Include this file in that `location` too, or, with nginx 1.29.3 or later, write\n\
         `add_header_inherit merge;` there. The latter does not help with `proxy_hide_header`."
    ));
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
    for header in &HEADERS {
        if site.any(|plan| header.is_sent(plan)) || header.passes(site) {
            let (name, variable) = (header.name, header.variable);
            text.line(format_args!("add_header {name} ${}_{variable} always;", site.name));
        }
    }
    text.blank();
    text.comment(
        "Before authentication, because a preflight carries no credentials. An `if` that has only a\n\
         `return` is safe, and keeps the headers above.",
    );
    let of_plan = |plan: &Plan<'_>| {
        let rejected = plan.reject_status().filter(|status| !is_reserved(*status));
        [Some(plan.preflight_status.as_u16()), Some(403), rejected]
    };
    let mut statuses: Vec<u16> = site.plans.iter().flat_map(of_plan).flatten().collect();
    statuses.sort_unstable();
    statuses.dedup();
    for status in statuses {
        let variable = format!("${}_status", site.name);
        text.line(format_args!("if ({variable} = {status}) {{ return {status}; }}"));
    }
    text.text
}
