//! The configuration of Envoy around the exported items.

use std::{path::Path, process::Command};

use corsac::export::{Export, File};

use crate::server::Ports;

/// The exported items are part of the file.
pub fn configuration(Ports { edge, service, closed, .. }: Ports, export: &Export) -> String {
    let pasted = |name: &str, indent: usize| -> String {
        let file = export.files().iter().find(|file| file.name() == name);
        let lines = file.map_or("", File::text).lines();
        let lines: Vec<String> = lines.map(|line| format!("{:indent$}{line}", "")).collect();
        lines.join("\n")
    };
    let filters = pasted("corsac.http_filters.yaml", 10);
    let routes = pasted("corsac.routes.yaml", 14);
    // Authentication is a filter, which runs before the last router.
    format!(
        r#"static_resources:
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
{filters}
          - name: authentication
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.common.matching.v3.ExtensionWithMatcher
              xds_matcher:
                matcher_list:
                  matchers:
                  - predicate:
                      not_matcher:
                        single_predicate:
                          input:
                            name: path
                            typed_config:
                              "@type": type.googleapis.com/envoy.type.matcher.v3.HttpRequestHeaderMatchInput
                              header_name: ":path"
                          value_match: {{ prefix: /private }}
                    on_match:
                      action:
                        name: skip
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.filters.common.matcher.action.v3.SkipFilter
              extension_config:
                name: authentication
                typed_config:
                  "@type": type.googleapis.com/envoy.extensions.filters.http.basic_auth.v3.BasicAuth
                  # A user without a password.
                  users: {{ inline_string: "user:{{SHA}}2jmj7l5rSw0yVb/vlWAYkK/YBwk=" }}
          - name: envoy.filters.http.router
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
          route_config:
            virtual_hosts:
            - name: all
              domains: ["*"]
              routes:
{routes}
              - match: {{ prefix: /down }}
                route: {{ cluster: closed }}
              - match:
                  prefix: /large
                  headers: [{{ name: content-length, range_match: {{ start: 5, end: 1000 }} }}]
                direct_response: {{ status: 413 }}
              - match: {{ prefix: /missing }}
                direct_response: {{ status: 404 }}
              - match: {{ prefix: /slow }}
                route: {{ cluster: service, timeout: 0.1s }}
              - match: {{ prefix: / }}
                route: {{ cluster: service }}
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

/// The command that checks the configuration or starts the server.
pub fn command(program: &Path, at: &Path, mode: &str) -> Command {
    let mut command = Command::new(program);
    command.current_dir(at).args(["-c", "envoy.yaml", "--mode", mode, "--log-level", "error"]);
    command.args(["--concurrency", "1", "--disable-hot-restart"]);
    command
}
