//! nginx: a file of maps for `http`, and a file of directives for `server`.
//!
//! If the path chooses among several policies, the text that a map compares starts with the number of the policy:
//! see [`Numbers`]. So the number of variables does not depend on the number of policies.

use super::{
    File, Text,
    escape::nginx_key,
    loss::Loss,
    losses::When::{Always, If, LeavesPaths},
    nginx_headers::{self, headers},
    nginx_origins::origin,
    nginx_paths::{Numbers, choose},
    nginx_reject,
    plan::{Plan, STRIPPED},
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

/// Writes the variables of the second file.
fn maps(site: &Site<'_>, server: &str) -> String {
    let mut text = Text::new(site);
    text.comment(&format!(
        "\nInclude this file in `http`. It defines the variables of {server}.\n\
         An empty variable means that its header is not sent."
    ));
    let numbers = Numbers::new(site);
    choose(&mut text, site);
    kind(&mut text, &site.name);
    origin(&mut text, site, &numbers);
    nginx_reject::maps(&mut text, site, &numbers);
    answer(&mut text, site, &numbers);
    nginx_headers::maps(&mut text, site, &numbers);
    text.text
}

impl Text {
    /// Writes a map from `source` to `variable`. Without a `default` among the entries the variable is empty
    /// if none matches.
    pub(super) fn map(&mut self, source: &str, variable: &str, entries: &[String]) {
        let is_word = !source.is_empty() && !source.contains([' ', '|', ',', ':']);
        let quote = if is_word { "" } else { "\"" };
        self.line(format_args!("map {quote}{source}{quote} {variable} {{"));
        if !entries.iter().any(|entry| entry.starts_with("default ")) {
            self.line(format_args!("    default \"\";"));
        }
        for entry in entries {
            self.line(format_args!("    {entry}"));
        }
        self.line(format_args!("}}"));
    }
}

/// An entry whose key is a text, without regard to case.
pub(super) fn entry(key: &str, value: &str) -> String {
    format!("{} {value};", nginx_key(key))
}

/// An entry whose key is a regular expression that regards case.
pub(super) fn matching(regex: &str, value: &str) -> String {
    entry(&format!("~{regex}"), value)
}

/// `$SITE_kind`: `preflight`, `actual`, or nothing for a request without `Origin`.
fn kind(text: &mut Text, site: &str) {
    text.blank();
    text.comment(
        "A preflight is `OPTIONS` with these two headers. Other `OPTIONS` are the service's.",
    );
    let given = |value: &str| ["\"\" \"\";".to_owned(), format!("default {value};")];
    text.map("$http_origin", &format!("${site}_has_origin"), &given("actual"));
    text.map("$http_access_control_request_method", &format!("${site}_has_method"), &given("1"));
    text.map(
        &format!("$request_method ${site}_has_origin ${site}_has_method"),
        &format!("${site}_kind"),
        &[format!("default ${site}_has_origin;"), matching("^OPTIONS actual 1$", "preflight")],
    );
    text.comment("More than 1024 names or 16 KiB of them: no page asks for so many.");
    text.map(
        "$http_access_control_request_headers",
        &format!("${site}_has_too_many"),
        &[matching("^(?:[^,]*,){1024}", "1"), matching("^.{16385}", "1")],
    );
}

/// `$SITE_answer`: who answers, and how. It is empty if the service does. `$SITE_status` is the status of
/// an answer.
fn answer(text: &mut Text, site: &Site<'_>, numbers: &Numbers) {
    let (name, policy, any) = (&site.name, &numbers.variable, numbers.any());
    let variable = format!("${name}_answer");
    text.blank();
    text.comment(
        "`preflight`: allowed, with the full lists, which the browser compares.\n\
         `forbidden`: a preflight of another origin. Empty: the service answers.",
    );
    let forbidden = matching(&format!("^{any}preflight:"), "forbidden");
    if site.any(|plan| plan.rejection.is_some()) {
        text.comment(
            "`rejected`: a request of another origin that is neither an own page nor trusted.",
        );
        let mut entries = vec![matching(&format!("^{any}preflight::1?:."), "preflight"), forbidden];
        for (number, _) in numbers.filter(site, |plan| plan.rejection.is_some()) {
            entries.push(matching(&format!("^{number}actual:1?::$"), "rejected"));
        }
        let source =
            format!("{policy}${name}_kind:${name}_has_too_many:${name}_is_excused:${name}_origin");
        text.map(&source, &variable, &entries);
    } else {
        let source = format!("{policy}${name}_kind:${name}_has_too_many:${name}_origin");
        let preflight = matching(&format!("^{any}preflight::."), "preflight");
        text.map(&source, &variable, &[preflight, forbidden]);
    }
    let entries = numbers.filter(site, |_| true).flat_map(|(number, plan)| {
        statuses(plan)
            .map(move |(answer, status)| entry(&format!("{number}{answer}"), &status.to_string()))
    });
    let entries: Vec<String> = entries.collect();
    text.map(&format!("{policy}{variable}"), &format!("${name}_status"), &entries);
}

/// Returns each answer of nginx, with its status.
fn statuses(plan: &Plan<'_>) -> impl Iterator<Item = (&'static str, u16)> + use<> {
    let rejected = plan.reject_status();
    let rejected = rejected.map(|status| if is_reserved(status) { 403 } else { status });
    let statuses = [
        ("preflight", Some(plan.preflight_status.as_u16())),
        // Fetch, "HTTP responses": "403 can be used".
        ("forbidden", Some(403)),
        ("rejected", rejected),
    ];
    statuses.into_iter().filter_map(|(answer, status)| Some((answer, status?)))
}

fn directives(site: &Site<'_>, http: &str) -> String {
    let mut text = Text::new(site);
    text.comment(&format!(
        "\nInclude this file first in `server`, beside {http} in `http`.\n\n\
         A `location` that has an `add_header` or `proxy_hide_header` of its own drops all of those below.\n\
         Include this file in that `location` too. With nginx 1.29.3 or later, `add_header_inherit merge;` in\n\
         `server` keeps both, but only for `add_header`."
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
    for (header, _) in headers(site, &Numbers::new(site)) {
        let (name, variable) = (header.name, header.variable);
        text.line(format_args!("add_header {name} ${}_{variable} always;", site.name));
    }
    text.blank();
    text.comment(
        "Before authentication, because a preflight carries no credentials. An `if` that has only a\n\
         `return` is safe, and keeps the headers above.",
    );
    let mut statuses: Vec<u16> =
        site.plans.iter().flat_map(statuses).map(|(_, status)| status).collect();
    statuses.sort_unstable();
    statuses.dedup();
    for status in statuses {
        let variable = format!("${}_status", site.name);
        text.line(format_args!("if ({variable} = {status}) {{ return {status}; }}"));
    }
    text.text
}
