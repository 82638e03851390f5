//! Envoy: the routes that answer in place of the service.

use std::collections::BTreeSet;

use super::{
    Text,
    envoy::sends_constants,
    envoy_filter::{append, kept},
    escape::{self, envoy_format as quote_format},
    plan::{AllowHeaders, Plan},
    site::Site,
};

pub(super) fn routes(site: &Site<'_>) -> String {
    let (mut text, name) = (Text::new(site), &site.name);
    text.comment(&format!(
        "\nPaste these items into the `routes` of each virtual host, before all of its other items. They\n\
         need the filters of {name}.http_filters.yaml."
    ));
    text.blank();
    text.comment("A preflight with too many names. The origin may be allowed.");
    let mut mutations: Vec<String> = ["origin", "credentials"]
        .map(|name| format!("- remove: access-control-allow-{name}"))
        .to_vec();
    mutations.extend([hide_exposed(), vary()]);
    let is = |key: &str, value: &str| {
        let value = escape::yaml(value);
        format!("{{ key: {name}.{key}, string_match: {{ exact: {value} }} }}")
    };
    let route = |status, states| Route { site: name, status, states };
    route(403, vec![is("too_many", "true")]).write(&mut text, "too_many", PREFLIGHT, &mutations);
    text.blank();
    text.comment(
        "A preflight is `OPTIONS` with these two headers. Other `OPTIONS` are the service's. The answer\n\
         has the full lists, which the browser compares with what it needs.",
    );
    for (index, plan) in site.plans.iter().enumerate() {
        if plan.denies_all() {
            continue;
        }
        text.comment_plan(site, index);
        let mut states = Vec::new();
        if !sends_constants(site) {
            states.push(is("allowed", "true"));
        }
        states.extend(site.paths.as_ref().map(|_| is("policy", &index.to_string())));
        let mutations = preflight_mutations(site, plan);
        let route = route(plan.preflight_status.as_u16(), states);
        route.write(&mut text, "preflight", PREFLIGHT, &mutations);
    }
    if sends_constants(site) {
        return text.text;
    }
    text.blank();
    text.comment("A preflight of another origin.");
    let has_policy = format!(
        "{{ key: {name}.policy, string_match: {{ safe_regex: {{ regex: \"[0-9]+\" }} }} }}"
    );
    let states = if site.leaves_paths() { vec![has_policy] } else { Vec::new() };
    // Fetch, "HTTP responses": "403 can be used".
    route(403, states).write(&mut text, "forbidden", PREFLIGHT, &[vary()]);
    let rejected: BTreeSet<u16> =
        site.plans.iter().filter_map(|plan| plan.reject_status()).collect();
    for status in rejected {
        text.blank();
        text.comment("A request of another origin that is neither an own page nor trusted.");
        let states = vec![is("rejected", &status.to_string())];
        route(status, states).write(&mut text, "rejected", HAS_ORIGIN, &[]);
    }
    text.text
}

const HAS_ORIGIN: &str = "- { name: origin, present_match: true }";

const PREFLIGHT: &str = "- { name: \":method\", string_match: { exact: OPTIONS } }\n\
                         - { name: origin, present_match: true }\n\
                         - { name: access-control-request-method, present_match: true }";

/// An answer of Envoy.
struct Route<'r> {
    site: &'r str,
    status: u16,
    /// Conditions for values that filters keep.
    states: Vec<String>,
}

impl Route<'_> {
    fn write(self, text: &mut Text, name: &str, headers: &str, mutations: &[String]) {
        let Self { site, status, states } = self;
        text.lines(0, &format!("- name: {site}.{name}\n  match:\n    prefix: \"/\""));
        if !states.is_empty() {
            text.lines(4, &format!("filter_state:\n- {}", states.join("\n- ")));
        }
        text.lines(4, &format!("headers:\n{headers}"));
        text.lines(
            2,
            &format!("direct_response: {{ status: {status} }}\ntyped_per_filter_config:"),
        );
        text.lines(
            4,
            &format!(
                "{site}.answer:\n  \"@type\": \
                 type.googleapis.com/envoy.extensions.common.matching.v3.ExtensionWithMatcherPerRoute\n  \
                 xds_matcher: {{}}"
            ),
        );
        if mutations.is_empty() {
            return;
        }
        text.lines(
            4,
            &format!(
                "{site}.headers:\n  \"@type\": \
                 type.googleapis.com/envoy.extensions.filters.http.header_mutation.v3.HeaderMutationPerRoute\n  \
                 mutations:\n    response_mutations:"
            ),
        );
        for mutation in mutations {
            text.lines(8, mutation);
        }
    }
}

fn preflight_mutations(site: &Site<'_>, plan: &Plan<'_>) -> Vec<String> {
    let name = &site.name;
    let mut mutations = vec![hide_exposed()];
    if let Some(methods) = &plan.methods {
        let header = "access-control-allow-methods";
        mutations.push(append(header, &quote_format(methods)));
        if plan.mirrors_method {
            // An empty value changes nothing.
            let value = kept(&format!("{name}.methods"));
            mutations.push(format!(
                "- append:\n    header: {{ key: {header}, value: {value} }}\n    \
                 append_action: OVERWRITE_IF_EXISTS_OR_ADD"
            ));
        }
    }
    let names = match &plan.request_headers {
        AllowHeaders::None => None,
        AllowHeaders::Listed(names) => Some(quote_format(names)),
        AllowHeaders::Mirrored => Some(kept(&format!("{name}.names"))),
    };
    mutations.extend(names.map(|names| append("access-control-allow-headers", &names)));
    mutations.push(append("access-control-max-age", &escape::yaml(&plan.max_age.to_string())));
    mutations.push(vary());
    mutations
}

fn hide_exposed() -> String {
    "- remove: access-control-expose-headers".to_owned()
}

fn vary() -> String {
    append("vary", &escape::yaml("Access-Control-Request-Method, Access-Control-Request-Headers"))
}
