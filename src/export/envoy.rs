//! Envoy: filters for `http_filters`, and routes for each virtual host.

use super::{
    File, Text,
    envoy_match::Condition,
    envoy_reject, envoy_routes,
    escape::{self, envoy_format as quote_format},
    loss::Loss,
    losses::When::{Always, If},
    origins::{KNOWN_SCHEMES, OriginList, OriginRegex},
    plan::{AllowHeaders, NAME_BYTE, Plan, STRIPPED, names_re2},
    site::Site,
    target::Server,
};

pub(super) static SERVER: Server = Server {
    name: "envoy",
    files,
    chooses_by_path: false,
    losses: &[
        (Loss::ExposedHeaders, If(|plan| plan.exposes_present_headers)),
        (Loss::ForwardedHosts, If(|plan| plan.trusts_forwarded_headers())),
        (Loss::MalformedOrigins, If(|plan| plan.has_wildcards())),
        (Loss::SeveralLines, If(|plan| plan.mirrors_method || plan.rejection.is_some())),
        (Loss::InvalidNames, If(|plan| plan.mirrors_request_headers())),
        (Loss::EarlyErrors, Always),
    ],
};

fn files(site: &Site<'_>) -> Vec<File> {
    let name = &site.name;
    let files = site.plans.iter().flat_map(|plan| {
        [
            File {
                name: format!("{name}.http_filters.yaml"),
                purpose: "paste these items into `http_filters`, before all of its other items"
                    .to_owned(),
                text: filters(site, plan),
            },
            File {
                name: format!("{name}.routes.yaml"),
                purpose:
                    "paste these items into the `routes` of each virtual host, before all of its \
                          other items"
                        .to_owned(),
                text: envoy_routes::routes(site, plan),
            },
        ]
    });
    files.collect()
}

fn filters(site: &Site<'_>, plan: &Plan<'_>) -> String {
    let mut text = Text::new(site);
    text.comment(
        "\nPaste these items into `http_filters` of the HTTP connection manager, before all of its other\n\
         items, and those of corsac.routes.yaml into the routes. Envoy 1.38 or later.\n\n\
         They are for all virtual hosts. One that has no policy switches the headers off:\n\n\
         \ttyped_per_filter_config:\n\
         \t  corsac.headers: { \"@type\": type.googleapis.com/envoy.config.route.v3.FilterConfig, disabled: true }",
    );
    origin(&mut text, plan.origins.as_ref(), plan);
    too_many(&mut text);
    mirror(&mut text, plan);
    if let Some(rejection) = &plan.rejection {
        envoy_reject::filters(&mut text, rejection);
    }
    headers(&mut text, plan);
    answer(&mut text);
    text.text
}

/// The values that depend on the origin. A value that is not set adds no header.
fn origin(text: &mut Text, origins: Option<&OriginList<'_>>, plan: &Plan<'_>) {
    let Some(origins) = origins.filter(|origins| !origins.is_empty()) else { return };
    text.blank();
    text.comment(
        "If the origin is allowed, it is kept for the headers and for the routes. Several `Origin` lines\n\
         are one text here, which matches nothing. An expression matches the whole text.",
    );
    let mut values = vec![
        ("corsac.origin", escape::yaml("%REQ(origin)%")),
        ("corsac.allowed", escape::yaml("true")),
    ];
    values.extend(plan.exposed.as_ref().map(|names| ("corsac.exposed", quote_format(names))));
    text.state("corsac.origin", &values, "", Some(&Condition::not(is_one_of(origins))));
}

/// Returns a condition that is true for these origins.
pub(super) fn is_one_of(origins: &OriginList<'_>) -> Condition {
    let (of_other_schemes, others): (Vec<_>, Vec<_>) =
        origins.wildcards.iter().partition(|wildcard| wildcard.is_of_other_scheme);
    let exact = origins.exact.iter().map(|origin| escape::regex(origin));
    let expressions: Vec<String> = exact.chain(others.into_iter().map(OriginRegex::re2)).collect();
    let mut alternatives = Vec::new();
    if !expressions.is_empty() {
        alternatives.push(Condition::header("origin", expressions));
    }
    for wildcard in of_other_schemes {
        let is_known = Condition::header("origin", vec![format!("{KNOWN_SCHEMES}.*")]);
        let is_other = Condition::header("origin", vec![wildcard.re2()]);
        alternatives.push(Condition::All(vec![is_other, Condition::not(is_known)]));
    }
    Condition::Any(alternatives)
}

/// A route has smaller limits for expressions.
fn too_many(text: &mut Text) {
    text.blank();
    text.comment("More than 1024 names or 16 KiB of them: no page asks for so many.");
    // RE2 repeats at most 1000 times.
    let names = r"(?:[^,]*,){1000}(?:[^,]*,){24}\C*".to_owned();
    let bytes = format!(r"{}\C{{385}}\C*", r"\C{1000}".repeat(16));
    let is_too_many = Condition::header("access-control-request-headers", vec![names, bytes]);
    let values = [("corsac.too_many", escape::yaml("true"))];
    text.state("corsac.too_many", &values, "", Some(&Condition::not(is_too_many)));
}

/// The values that depend on the requested method and on the requested names.
fn mirror(text: &mut Text, plan: &Plan<'_>) {
    if let (true, Some(methods)) = (plan.mirrors_method, &plan.methods) {
        let header = "access-control-request-method";
        text.blank();
        text.comment("The usual methods, and the requested one if it is another.");
        let usual = methods.split(", ").map(escape::regex);
        let usual = usual.chain(["(?i:CONNECT|TRACE|TRACK)".to_owned()]).collect();
        let is_usual = Condition::header(header, usual);
        let is_name = Condition::header(header, vec![format!("{NAME_BYTE}{{1,128}}")]);
        let values = [("corsac.methods", escape::yaml(&format!("{methods}, %REQ({header})%")))];
        let unless = Condition::Any(vec![is_usual, Condition::not(is_name)]);
        text.state("corsac.methods", &values, "", Some(&unless));
    }
    if matches!(plan.request_headers, AllowHeaders::Mirrored) {
        let header = "access-control-request-headers";
        text.blank();
        // `*` would not cover `Authorization`, and nothing with credentials.
        text.comment("The requested names, if all of them are names.");
        let values = [("corsac.names", escape::yaml(&format!("%REQ({header})%")))];
        let unless = Condition::not(Condition::header(header, vec![names_re2()]));
        text.state("corsac.names", &values, "", Some(&unless));
    }
}

fn headers(text: &mut Text, plan: &Plan<'_>) {
    text.blank();
    text.comment(
        "On every response, also those that Envoy makes. The service behind may send CORS headers of its\n\
         own: two of a kind make browsers refuse.",
    );
    text.lines(
        0,
        "- name: corsac.headers\n  \
           typed_config:\n    \
             \"@type\": type.googleapis.com/envoy.extensions.filters.http.header_mutation.v3.HeaderMutation\n    \
             mutations:\n      \
               response_mutations:",
    );
    for name in STRIPPED {
        text.line(format_args!("      - remove: {}", name.to_lowercase()));
    }
    text.lines(6, "# An empty value adds no header.");
    let origin = if plan.origins.is_some() { "%FILTER_STATE(corsac.origin:PLAIN)%" } else { "*" };
    text.append(6, "access-control-allow-origin", &escape::yaml(origin));
    if plan.credentials {
        let value = escape::yaml("%FILTER_STATE(corsac.allowed:PLAIN)%");
        text.append(6, "access-control-allow-credentials", &value);
    }
    match &plan.exposed {
        Some(_) if plan.origins.is_some() => {
            let value = escape::yaml("%FILTER_STATE(corsac.exposed:PLAIN)%");
            text.append(6, "access-control-expose-headers", &value);
        }
        Some(names) => text.append(6, "access-control-expose-headers", &quote_format(names)),
        None => {}
    }
    if !plan.vary.actual.is_empty() {
        text.lines(
            6,
            "# Also if the origin is refused or missing: a cache must not mix up the answers.",
        );
        text.append(6, "vary", &escape::yaml(plan.vary.actual));
    }
}

/// Answers the requests of the routes in corsac.routes.yaml. The last router would be too late.
fn answer(text: &mut Text) {
    text.blank();
    text.comment(
        "Before authentication, because a preflight carries no credentials. This router is for the routes\n\
         of corsac.routes.yaml alone, which switch it on: other requests go on to the filters below.",
    );
    text.lines(
        0,
        "- name: corsac.answer\n  \
           typed_config:\n    \
             \"@type\": type.googleapis.com/envoy.extensions.common.matching.v3.ExtensionWithMatcher\n    \
             xds_matcher:\n      \
               on_no_match:",
    );
    text.lines(8, SKIP);
    text.lines(
        4,
        "extension_config:\n  \
           name: corsac.answer\n  \
           typed_config:\n    \
             \"@type\": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router",
    );
}

/// The action of a matcher that leaves its filter out.
const SKIP: &str = "action:\n  \
                      name: skip\n  \
                      typed_config:\n    \
                        \"@type\": type.googleapis.com/envoy.extensions.filters.common.matcher.action.v3.SkipFilter";

impl Text {
    /// Writes lines with `indent` spaces before each.
    pub(super) fn lines(&mut self, indent: usize, lines: &str) {
        for line in lines.lines() {
            self.line(format_args!("{:indent$}{line}", ""));
        }
    }

    /// Writes an item that adds a line to the response. The value is quoted.
    pub(super) fn append(&mut self, indent: usize, name: &str, value: &str) {
        self.line(format_args!(
            "{:indent$}- append: {{ header: {{ key: {name}, value: {value} }} }}",
            ""
        ));
    }

    /// Writes a filter that keeps values, unless the condition is true. The values are quoted formats, and
    /// `formatters` are lines for them.
    pub(super) fn state(
        &mut self,
        name: &str,
        values: &[(&str, String)],
        formatters: &str,
        unless: Option<&Condition>,
    ) {
        self.lines(0, &format!("- name: {name}\n  typed_config:"));
        if let Some(unless) = unless {
            self.lines(
                4,
                "\"@type\": type.googleapis.com/envoy.extensions.common.matching.v3.ExtensionWithMatcher\n\
                 xds_matcher:\n  \
                   matcher_list:\n    \
                     matchers:\n    \
                     - predicate:",
            );
            self.lines(12, &unless.to_yaml());
            self.lines(10, "on_match:");
            self.lines(12, SKIP);
            self.lines(4, &format!("extension_config:\n  name: {name}\n  typed_config:"));
        }
        let indent = if unless.is_some() { 8 } else { 4 };
        self.lines(
            indent,
            "\"@type\": type.googleapis.com/envoy.extensions.filters.http.set_filter_state.v3.Config\n\
             # Envoy has chosen a route before it runs filters.\n\
             clear_route_cache: true\n\
             on_request_headers:",
        );
        for (key, value) in values {
            self.lines(
                indent,
                &format!(
                    "- object_key: {key}\n  \
                       factory_key: envoy.string\n  \
                       format_string:\n    \
                         text_format_source: {{ inline_string: {value} }}"
                ),
            );
            self.lines(indent + 4, formatters);
        }
    }
}
