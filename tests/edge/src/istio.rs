//! Envoy as Istio configures it for an exported `VirtualService`: the filter for CORS is the first one.

use std::fmt::Write as _;

use corsac::export::{Export, File};

use crate::server::Ports;

/// Translates the exported entries as Istio does (`TranslateCORSPolicy` and the headers of a route).
pub fn configuration(Ports { edge, service, closed, .. }: Ports, export: &Export) -> String {
    let text = export.files().first().map_or("", File::text);
    let route = route(text);
    let mut routes = String::new();
    for (prefix, cluster, status) in [
        ("/down", "closed", 0),
        (LARGE, "service", 413),
        ("/missing", "service", 404),
        ("/private", "service", 401),
        ("/slow", "slow", 0),
        ("/", "service", 0),
    ] {
        let (cluster, timeout) =
            if cluster == "slow" { ("service", ", timeout: 0.1s") } else { (cluster, "") };
        // Writing to a `String` never fails.
        let _ = write!(
            routes,
            "
              - match: {{ prefix: {prefix} }}
                route: {{ cluster: {cluster}{timeout} }}
{route}"
        );
        if status != 0 {
            let _ = write!(
                routes,
                r#"
                  envoy.filters.http.fault:
                    "@type": type.googleapis.com/envoy.extensions.filters.http.fault.v3.HTTPFault
                    abort: {{ http_status: {status}, percentage: {{ numerator: 100 }} }}"#
            );
        }
    }
    format!(
        r#"layered_runtime:
  layers:
  - name: istio
    static_layer: {{ re2.max_program_size.error_level: 32768 }}
static_resources:
  listeners:
  - name: edge
    address: {{ socket_address: {{ address: 127.0.0.1, port_value: {edge} }} }}
    filter_chains:
    - filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: edge
          http_filters:
          - name: envoy.filters.http.cors
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.filters.http.cors.v3.Cors
          - name: envoy.filters.http.fault
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.filters.http.fault.v3.HTTPFault
          - name: envoy.filters.http.router
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
          route_config:
            virtual_hosts:
            - name: all
              domains: ["*"]
              routes:{routes}
  clusters:
  - name: service
    load_assignment:
      cluster_name: service
      endpoints:
      - lb_endpoints:
        - endpoint: {{ address: {{ socket_address: {{ address: 127.0.0.1, port_value: {service} }} }} }}
  - name: closed
    load_assignment:
      cluster_name: closed
      endpoints:
      - lb_endpoints:
        - endpoint: {{ address: {{ socket_address: {{ address: 127.0.0.1, port_value: {closed} }} }} }}
"#
    )
}

/// Matches bodies that are too large.
const LARGE: &str =
    "/large, headers: [{ name: content-length, range_match: { start: 5, end: 1000 } }]";

/// Returns the part of a route of Envoy, which ends in its settings for filters.
fn route(text: &str) -> String {
    let origins: Vec<String> = list(text, "allowOrigins")
        .map(|origin| match origin.strip_prefix("regex: ") {
            Some(regex) => format!("{{ safe_regex: {{ regex: {regex} }} }}"),
            None => format!("{{ {origin} }}"),
        })
        .collect();
    let joined = |key| -> String {
        let names: Vec<&str> = list(text, key).map(|name| name.trim_matches('"')).collect();
        format!("\"{}\"", names.join(","))
    };
    let value = |key: &str| {
        let mut lines =
            text.lines().filter_map(|line| line.trim().strip_prefix(key)?.strip_prefix(": "));
        lines.next().unwrap_or_default().trim_matches('"').to_owned()
    };
    let removed: Vec<&str> = list(text, "remove").collect();
    format!(
        r#"                response_headers_to_remove: [{removed}]
                response_headers_to_add:
                - header: {{ key: Vary, value: {vary} }}
                  append_action: APPEND_IF_EXISTS_OR_ADD
                typed_per_filter_config:
                  envoy.filters.http.cors:
                    "@type": type.googleapis.com/envoy.extensions.filters.http.cors.v3.CorsPolicy
                    allow_origin_string_match: [{origins}]
                    allow_credentials: {credentials}
                    allow_methods: {methods}
                    allow_headers: {headers}
                    expose_headers: {exposed}
                    max_age: "{max_age}"
                    forward_not_matching_preflights: {forwards}"#,
        removed = removed.join(", "),
        vary = value("Vary"),
        origins = origins.join(", "),
        credentials = value("allowCredentials"),
        methods = joined("allowMethods"),
        headers = joined("allowHeaders"),
        exposed = joined("exposeHeaders"),
        max_age = value("maxAge").trim_end_matches('s'),
        forwards = value("unmatchedPreflights") != "IGNORE",
    )
}

/// Returns the items of a list.
fn list<'t>(text: &'t str, key: &str) -> impl Iterator<Item = &'t str> {
    let start = format!("{key}:");
    let lines = text.lines().map(str::trim).skip_while(move |line| *line != start).skip(1);
    lines.map_while(|line| line.strip_prefix("- "))
}
