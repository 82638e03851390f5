//! Envoy: the routes that answer in place of the service.

use super::{
    Text,
    escape::{self, envoy_format as quote_format},
    plan::{AllowHeaders, Plan},
    site::Site,
};

pub(super) fn routes(site: &Site<'_>, plan: &Plan<'_>) -> String {
    let mut text = Text::new(site);
    text.comment(
        "\nPaste these items into the `routes` of each virtual host, before all of its other items. They\n\
         need the filters of corsac.http_filters.yaml.",
    );
    text.blank();
    text.comment("A preflight with too many names.");
    let route = Route { name: "corsac.too_many", status: 403 };
    // The origin may be allowed.
    let mut mutations: Vec<String> = ["origin", "credentials"]
        .map(|name| format!("- remove: access-control-allow-{name}"))
        .to_vec();
    mutations.extend([hide_exposed(), vary()]);
    route.write(&mut text, PREFLIGHT, &state("corsac.too_many"), &mutations);
    text.blank();
    text.comment(
        "A preflight is `OPTIONS` with these two headers. Other `OPTIONS` are the service's. The answer\n\
         has the full lists, which the browser compares with what it needs.",
    );
    let is_allowed = match plan.origins {
        Some(_) => state("corsac.allowed"),
        None => String::new(),
    };
    let route = Route { name: "corsac.preflight", status: plan.preflight_status.as_u16() };
    route.write(&mut text, PREFLIGHT, &is_allowed, &preflight_mutations(plan));
    if plan.origins.is_some() {
        text.blank();
        text.comment("A preflight of another origin.");
        // Fetch, "HTTP responses": "403 can be used".
        let route = Route { name: "corsac.forbidden", status: 403 };
        route.write(&mut text, PREFLIGHT, "", &[vary()]);
    }
    if let Some(rejection) = &plan.rejection {
        text.blank();
        text.comment("A request of another origin that is neither an own page nor trusted.");
        let route = Route { name: "corsac.rejected", status: rejection.status.as_u16() };
        route.write(&mut text, HAS_ORIGIN, &state("corsac.rejected"), &[]);
    }
    text.text
}

const HAS_ORIGIN: &str = "- { name: origin, present_match: true }";

const PREFLIGHT: &str = "- { name: \":method\", string_match: { exact: OPTIONS } }\n\
                         - { name: origin, present_match: true }\n\
                         - { name: access-control-request-method, present_match: true }";

/// A condition for a value that a filter keeps.
fn state(key: &str) -> String {
    format!("filter_state: [{{ key: {key}, string_match: {{ exact: {} }} }}]", escape::yaml("true"))
}

/// An answer of Envoy.
struct Route<'r> {
    name: &'r str,
    status: u16,
}

impl Route<'_> {
    fn write(self, text: &mut Text, headers: &str, state: &str, mutations: &[String]) {
        let Self { name, status } = self;
        text.lines(0, &format!("- name: {name}\n  match:\n    prefix: \"/\""));
        text.lines(4, state);
        text.lines(4, "headers:");
        text.lines(4, headers);
        text.lines(
            2,
            &format!("direct_response: {{ status: {status} }}\ntyped_per_filter_config:"),
        );
        text.lines(
            4,
            "corsac.answer:\n  \
               \"@type\": type.googleapis.com/envoy.extensions.common.matching.v3.ExtensionWithMatcherPerRoute\n  \
               xds_matcher: {}",
        );
        if mutations.is_empty() {
            return;
        }
        text.lines(
            4,
            "corsac.headers:\n  \
               \"@type\": type.googleapis.com/envoy.extensions.filters.http.header_mutation.v3.HeaderMutationPerRoute\n  \
               mutations:\n    \
                 response_mutations:",
        );
        for mutation in mutations {
            text.lines(8, mutation);
        }
    }
}

fn append(name: &str, value: &str) -> String {
    format!("- append: {{ header: {{ key: {name}, value: {value} }} }}")
}

fn preflight_mutations(plan: &Plan<'_>) -> Vec<String> {
    let mut mutations = vec![hide_exposed()];
    if let Some(methods) = &plan.methods {
        let name = "access-control-allow-methods";
        mutations.push(append(name, &quote_format(methods)));
        if plan.mirrors_method {
            // An empty value changes nothing.
            let value = escape::yaml("%FILTER_STATE(corsac.methods:PLAIN)%");
            mutations.push(format!(
                "- append:\n    header: {{ key: {name}, value: {value} }}\n    \
                 append_action: OVERWRITE_IF_EXISTS_OR_ADD"
            ));
        }
    }
    let names = match &plan.request_headers {
        AllowHeaders::None => None,
        AllowHeaders::Listed(names) => Some(quote_format(names)),
        AllowHeaders::Mirrored => Some(escape::yaml("%FILTER_STATE(corsac.names:PLAIN)%")),
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
