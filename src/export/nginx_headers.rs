//! nginx: the values of the headers.

use super::{
    Text, escape,
    escape::nginx_value,
    nginx::{entry, matching},
    nginx_paths::Numbers,
    plan::{AllowHeaders, NAME_BYTE, Plan, STRIPPED, names_pcre},
    site::Site,
};

/// A response header, with the variable of its value.
pub(super) struct Header {
    pub(super) name: &'static str,
    pub(super) variable: &'static str,
    map: fn(&Values<'_>) -> Map,
}

/// The header, the variable, and the map. The headers of the protocol are those that the service must not send.
const HEADERS: [Header; STRIPPED.len() + 1] = [
    header(STRIPPED[0], "allow_origin", allow_origin),
    header(STRIPPED[1], "allow_credentials", allow_credentials),
    header(STRIPPED[2], "expose_headers", expose_headers),
    header(STRIPPED[3], "allow_methods", allow_methods),
    header(STRIPPED[4], "allow_headers", allow_headers),
    header(STRIPPED[5], "max_age", max_age),
    header(STRIPPED[6], "allow_private_network", |values| values.map("$answer", Vec::new())),
    header("Vary", "vary", vary),
];

const fn header(name: &'static str, variable: &'static str, map: fn(&Values<'_>) -> Map) -> Header {
    Header { name, variable, map }
}

/// A map for the value of a header.
pub(super) struct Map {
    source: String,
    /// None if no policy sends the header, and it never passes.
    entries: Vec<String>,
}

/// Returns the headers that can be sent.
pub(super) fn headers(site: &Site<'_>, numbers: &Numbers) -> Vec<(&'static Header, Map)> {
    let values = Values { site, numbers };
    let headers = HEADERS.iter().map(|header| {
        let mut map = (header.map)(&values);
        if site.leaves_paths() && STRIPPED.contains(&header.name) {
            // Without a policy, what the service sent passes.
            let sent = header.name.to_ascii_lowercase().replace('-', "_");
            map.entries.insert(0, matching("^none ", &format!("$upstream_http_{sent}")));
        }
        (header, map)
    });
    headers.filter(|(_, map)| !map.entries.is_empty()).collect()
}

/// Writes a variable for each header.
pub(super) fn maps(text: &mut Text, site: &Site<'_>, numbers: &Numbers) {
    text.blank();
    if site.any(uses_dollar) {
        text.comment("nginx has no escape for a dollar sign in a value.");
        text.line(format_args!("geo ${} {{", dollar(site)));
        text.line(format_args!("    default \"$\";"));
        text.line(format_args!("}}"));
    }
    text.comment("The values of the headers.");
    if site.leaves_paths() {
        text.comment("Without a policy, they are those of the service.");
    }
    for (header, map) in headers(site, numbers) {
        if header.variable == "vary" {
            text.comment(
                "Also if the origin is refused or missing: a cache must not mix up the answers.",
            );
        }
        text.map(&map.source, &format!("${}_{}", site.name, header.variable), &map.entries);
    }
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

struct Values<'s> {
    site: &'s Site<'s>,
    numbers: &'s Numbers,
}

impl Values<'_> {
    /// Returns a map of the policy and `source`, in which `$answer` is that of the site.
    fn map(&self, source: &str, entries: Vec<String>) -> Map {
        let source = source.replace("$answer", &format!("${}_answer", self.site.name));
        Map { source: format!("{}{source}", self.numbers.variable), entries }
    }

    /// Returns the entries of each policy.
    fn each(&self, entries: impl Fn(&str, &Plan<'_>) -> Vec<String>) -> Vec<String> {
        let policies = self.numbers.filter(self.site, |_| true);
        policies.flat_map(|(number, plan)| entries(&number, plan)).collect()
    }

    fn quote(&self, value: &str) -> String {
        nginx_value(value, &dollar(self.site))
    }
}

fn allow_origin(values: &Values<'_>) -> Map {
    let forbidden = if values.numbers.are_several() {
        matching(" forbidden$", "\"\"")
    } else {
        entry("forbidden", "\"\"")
    };
    let default = format!("default ${}_origin;", values.site.name);
    values.map("$answer", vec![forbidden, default])
}

/// The part of a map that is empty if the origin is not allowed.
fn allowed(values: &Values<'_>) -> String {
    format!("${}_allow_origin", values.site.name)
}

fn allow_credentials(values: &Values<'_>) -> Map {
    let entries = values.each(|number, plan| {
        plan.credentials.then(|| matching(&format!("^{number}."), "true")).into_iter().collect()
    });
    values.map(&allowed(values), entries)
}

fn expose_headers(values: &Values<'_>) -> Map {
    let entries = values.each(|number, plan| {
        let names = plan.exposed.iter();
        names.map(|names| matching(&format!("^{number} ."), &values.quote(names))).collect()
    });
    values.map(&format!("$answer {}", allowed(values)), entries)
}

/// The usual methods, and the requested one if it is another.
fn allow_methods(values: &Values<'_>) -> Map {
    let mirrors = values.site.any(|plan| plan.mirrors_method);
    let entries = values.each(|number, plan| {
        let Some(methods) = &plan.methods else { return Vec::new() };
        let line = values.quote(methods);
        if !plan.mirrors_method {
            return vec![of_preflight(number, mirrors, &line)];
        }
        let listed: Vec<String> = methods.split(", ").map(escape::regex).collect();
        let listed = format!("{}|(?i:CONNECT|TRACE|TRACK)", listed.join("|"));
        let line_and_method =
            format!("{}, $http_access_control_request_method\"", line.trim_end_matches('"'));
        vec![
            matching(&format!("^{number}preflight (?:{listed})$"), &line),
            matching(&format!("^{number}preflight {NAME_BYTE}{{1,128}}$"), &line_and_method),
            of_preflight(number, mirrors, &line),
        ]
    });
    let requested = if mirrors { " $http_access_control_request_method" } else { "" };
    values.map(&format!("$answer{requested}"), entries)
}

/// The requested names, if all of them are names. `*` would not cover `Authorization`, and nothing with
/// credentials.
fn allow_headers(values: &Values<'_>) -> Map {
    let mirrors = values.site.any(|plan| plan.mirrors_request_headers());
    let entries = values.each(|number, plan| match &plan.request_headers {
        AllowHeaders::None => Vec::new(),
        AllowHeaders::Listed(names) => vec![of_preflight(number, mirrors, &values.quote(names))],
        AllowHeaders::Mirrored => vec![matching(
            &format!("^{number}preflight {}$", names_pcre()),
            "$http_access_control_request_headers",
        )],
    });
    let requested = if mirrors { " $http_access_control_request_headers" } else { "" };
    values.map(&format!("$answer{requested}"), entries)
}

/// An entry for preflights that are allowed. If it is a start, more follows in the text.
fn of_preflight(number: &str, is_start: bool, value: &str) -> String {
    if is_start {
        matching(&format!("^{number}preflight "), value)
    } else {
        entry(&format!("{number}preflight"), value)
    }
}

fn max_age(values: &Values<'_>) -> Map {
    let entries =
        values.each(|number, plan| vec![of_preflight(number, false, &plan.max_age.to_string())]);
    values.map("$answer", entries)
}

fn vary(values: &Values<'_>) -> Map {
    let entries = values.each(|number, plan| {
        let (actual, preflight) =
            (values.quote(plan.vary.actual), values.quote(plan.vary.preflight));
        let mut entries: Vec<String> = ["preflight", "forbidden"]
            .map(|answer| entry(&format!("{number}{answer}"), &preflight))
            .to_vec();
        entries.push(match number {
            "" => format!("default {actual};"),
            number => matching(&format!("^{number}"), &actual),
        });
        entries
    });
    values.map("$answer", entries)
}
