//! Faults that people write: each is planted in a configuration, and the comparison has to see it.

use std::{error::Error, fmt::Write as _};

use crate::{edge::Bench, path_faults, policies::Case, server::Kind};

pub struct Fault {
    name: &'static str,
    policy: &'static str,
    from: &'static str,
    to: &'static str,
}

pub const fn fault(
    name: &'static str,
    policy: &'static str,
    from: &'static str,
    to: &'static str,
) -> Fault {
    Fault { name, policy, from, to }
}

const APACHE: [Fault; 15] = [
    fault("headers are missing on errors", "strict", "Header always set", "Header set"),
    fault("a regex without its end", "strict", ")$\" corsac_origin", ")\" corsac_origin"),
    fault("a regex without its start", "strict", "Origin \"^(?:", "Origin \"(?:"),
    fault("a dot that matches any byte", "strict", r"\\.", "."),
    fault("a comparison without case", "strict", "SetEnvIf Origin", "SetEnvIfNoCase Origin"),
    fault("the service's header is kept", "strict", "Header unset A", "Header unset X-A"),
    fault(
        "no Vary if the origin is refused",
        "strict",
        "expr=true",
        "expr=-n reqenv('corsac_origin')",
    ),
    fault(
        "every OPTIONS is a preflight",
        "strict",
        " && -n req_novary('Access-Control-Request-Method')",
        "",
    ),
    fault("another max age", "strict", "Max-Age 600", "Max-Age 60"),
    fault("a refused preflight succeeds", "strict", "R=403", "R=204"),
    fault("a preflight reaches the service", "strict", "RewriteEngine On", "RewriteEngine Off"),
    fault(
        "preflights need a password",
        "strict",
        "Include corsac.conf",
        "<Location />\nInclude corsac.conf\n</Location>",
    ),
    fault("an error page is not a preflight", "strict", "REDIRECT_corsac_answer", "none"),
    fault("every page is the service's own", "reject", "== 'same-origin'", "!= ''"),
    fault("a confusing path has a policy", "some_paths", "corsac_policy=0", "corsac_policy=1"),
];

const ISTIO: [Fault; 6] = [
    fault("a regex without its end", "strict", r#"\\.org$""#, r#"\\.org.*""#),
    fault("a dot that matches any byte", "strict", r"\\.", "."),
    fault(
        "every origin is allowed",
        "strict",
        "exact: \"https://app.example.com\"",
        "exact: \"*\"",
    ),
    fault("the service's headers are kept", "strict", "\"Access-Control-Allow-Origin\"", "\"X\""),
    fault("no Vary", "strict", "key: Vary", "key: X-Vary"),
    fault("preflights are passed on", "strict", "preflights: false", "preflights: true"),
];

const NGINX: [Fault; 13] = [
    fault("headers are missing on errors", "strict", " always;", ";"),
    fault("a regex without its end", "strict", r#"\\.org$""#, r#"\\.org""#),
    fault("a regex without its start", "strict", r#""~^[^ ]* "#, r#""~[^ ]* .*"#),
    fault("a dot that matches any byte", "strict", r"\\.", "."),
    fault("a comparison without case", "strict", r"^([^ ]+) \\1$", r"(?i)^([^ ]+) \\1$"),
    fault("the service's header is kept", "strict", "proxy_hide_header", "proxy_pass_header"),
    fault("no Vary if the origin is refused", "strict", "default \"Origin\"", "default \"\""),
    fault("every OPTIONS is a preflight", "strict", "^OPTIONS actual 1$", "^OPTIONS actual"),
    fault(
        "credentials for each origin",
        "strict",
        "default \"\";\n    \"~^.\" true;",
        "default true;",
    ),
    fault("another max age", "strict", "\"preflight\" 600;", "\"preflight\" 60;"),
    fault("a refused preflight succeeds", "strict", "{ return 403; }", "{ return 204; }"),
    fault("a header in a location", "strict", "location / {", "location / { add_header X-A b;"),
    fault("every page is the service's own", "reject", "^same-origin ", "^same-"),
];

const CADDY: [Fault; 11] = [
    fault("a regex without its end", "strict", r"\.org)$", r"\.org)"),
    fault("a regex without its start", "strict", r"~^(https", "~(https"),
    fault("a dot that matches any byte", "strict", r"\.", "."),
    fault("a comparison without case", "strict", "~^(", "~(?i)^("),
    fault("the service's header is kept", "strict", "header_down -", "header_down -X-"),
    fault("no Vary", "strict", "header +Vary Origin", "header +Vary Accept"),
    fault("every OPTIONS is a preflight", "strict", "header Access-Control-Request-Method *", ""),
    fault("another max age", "strict", "Max-Age 600", "Max-Age 60"),
    fault("a refused preflight succeeds", "strict", "respond @corsac_denied 403", ""),
    fault("a refused origin is named", "strict", "header @corsac_allowed", "header"),
    fault("every page is the service's own", "reject", "== \"same-origin\"", "!= \"\""),
];

const ENVOY: [Fault; 15] = [
    fault("a regex without its end", "strict", r"+example\\.org", r"+example\\.org.*"),
    fault("a regex without its start", "strict", "|https://(?:", "|.*https://(?:"),
    fault("a dot that matches any byte", "strict", r"\\.", "."),
    fault("a comparison without case", "strict", "regex: \"https", "regex: \"(?i)https"),
    fault("the service's header is kept", "strict", "- remove: access", "- remove: x-access"),
    fault("no Vary", "strict", "value: \"Origin\"", "value: \"Accept\""),
    fault(
        "every OPTIONS is a preflight",
        "strict",
        "name: access-control-request-method, present",
        "name: origin, present",
    ),
    fault("another max age", "strict", "value: \"600\"", "value: \"60\""),
    fault("a refused preflight succeeds", "strict", "status: 403", "status: 204"),
    fault(
        "another route comes first",
        "strict",
        "- name: corsac.forbidden",
        "- match: { prefix: / }\n                route: { cluster: service }\n              - name: corsac.forbidden",
    ),
    fault(
        "preflights need a password",
        "strict",
        "xds_matcher: {}",
        "xds_matcher: { on_no_match: { action: { name: skip, typed_config: { \"@type\": type.googleapis.com/envoy.extensions.filters.common.matcher.action.v3.SkipFilter } } } }",
    ),
    fault(
        "the route is not chosen again",
        "strict",
        "clear_route_cache: true",
        "clear_route_cache: false",
    ),
    fault(
        "a refused origin is named",
        "strict",
        "%FILTER_STATE(corsac.origin:PLAIN)%",
        "%REQ(origin)%",
    ),
    fault("every page is the service's own", "reject", "same-origin", "same-.*"),
    fault(
        "a confusing path has a policy",
        "some_paths",
        "inline_string: \"0\"",
        "inline_string: \"1\"",
    ),
];

const HAPROXY: [Fault; 10] = [
    fault("a regex without its end", "strict", r"\.org$", r"\.org"),
    fault("a regex without its start", "strict", "'^https", "'https"),
    fault("a dot that matches any byte", "strict", r"\.", "."),
    fault("a comparison without case", "strict", "-m str --", "-m str -i --"),
    fault("a list of origins is split", "strict", "req.fhdr(origin)", "req.hdr(origin)"),
    fault("the service's header is kept", "strict", "del-header access", "del-header x-access"),
    fault("errors have no headers", "strict", "http-after-response", "http-response"),
    fault("no Vary", "strict", "add-header Vary Origin", "add-header Vary Accept"),
    fault("every OPTIONS is a preflight", "strict", " corsac_has_origin corsac_has_method", ""),
    fault("every page is the service's own", "reject", "-m str same-origin", "-m found"),
];

const TRAEFIK: [Fault; 11] = [
    fault("a regex without its end", "strict", r#"\\.org$""#, r#"\\.org""#),
    fault("a regex without its start", "strict", "\"^https", "\"https"),
    fault("a dot that matches any byte", "strict", r"\\.", "."),
    fault("a comparison without case", "strict", "\"^https", "\"(?i)^https"),
    fault("every origin is allowed", "strict", "\"https://app.example.com\"", "\"*\""),
    fault(
        "the service's headers are kept",
        "strict",
        "Access-Control-Allow-Origin: \"\"",
        "X: \"\"",
    ),
    fault("no Vary", "strict", "addVaryHeader: true", "addVaryHeader: false"),
    fault("another max age", "strict", "MaxAge: 600", "MaxAge: 60"),
    fault("no credentials", "strict", "AllowCredentials: true", "AllowCredentials: false"),
    fault("a header that is not allowed", "strict", "- \"authorization\"", "- \"x-other\""),
    fault("preflights are stopped", "strict", "[corsac@file, private]", "[private, corsac@file]"),
];

const VARNISH: [Fault; 17] = [
    fault("a regex without its end", "strict", r#"\.org$""#, r#"\.org""#),
    fault("a regex without its start", "strict", "\"^https", "\"https"),
    fault("a dot that matches any byte", "strict", r"\.", "."),
    fault("a comparison without case", "strict", "== \"https://app.", "~ \"(?i)^https://app."),
    fault(
        "the first of several origins counts",
        "strict",
        "std.collect(req.http.Origin, \", \");",
        "",
    ),
    fault(
        "the service's header is kept",
        "strict",
        "unset resp.http.Access-",
        "unset resp.http.X-",
    ),
    fault("errors have no headers", "strict", "call corsac_headers;\n\t#", "#"),
    fault("no Vary", "strict", "Vary = \"Origin\"", "Vary = \"Accept\""),
    fault(
        "every OPTIONS is a preflight",
        "strict",
        " && req.http.Access-Control-Request-Method",
        "",
    ),
    fault("another max age", "strict", "\"600\"", "\"60\""),
    fault("a refused preflight succeeds", "strict", "synth(403)", "synth(204)"),
    fault("the client's answer counts", "strict", "unset req.http.X-Corsac-Answer;", ""),
    fault("an unknown method is piped", "strict", "return (pass);", "return (pipe);"),
    fault("every page is the service's own", "reject", " == \"same-origin\"", ""),
    fault("paths that servers read in other ways", "some_paths", r"//|\.(?:/|$)|", "//|"),
    fault("a prefix that ends inside of a segment", "some_paths", r"^/api(?:/|$)", "^/api"),
    fault("a path that only looks like one without a policy", "some_paths", "(?i)^/", "^/"),
];
fn of(kind: Kind) -> &'static [Fault] {
    match kind {
        Kind::Apache => &APACHE,
        Kind::Caddy => &CADDY,
        Kind::Envoy => &ENVOY,
        Kind::Haproxy => &HAPROXY,
        Kind::Istio => &ISTIO,
        Kind::Nginx => &NGINX,
        Kind::Traefik => &TRAEFIK,
        Kind::Varnish => &VARNISH,
    }
}

/// Returns the number of faults that were not seen.
pub fn plant(
    bench: &Bench<'_>,
    cases: &[Case],
    output: &mut String,
) -> Result<usize, Box<dyn Error>> {
    let mut unseen = 0;
    let kind = bench.server.kind;
    for Fault { name, policy, from, to } in
        of(kind).iter().chain(&path_faults::EACH).chain(path_faults::of(kind))
    {
        let case = cases.iter().find(|case| case.name == *policy);
        let case = case.ok_or_else(|| format!("there is no policy {policy}"))?;
        if case.is_refused(&kind.target()) {
            continue;
        }
        let export = bench.export(case)?;
        let edge = bench.start(&export, from, to).map_err(|error| format!("{name}: {error}"))?;
        let is_seen = !edge.compare(case, &export, 1)?.mismatches.is_empty();
        writeln!(output, "{} fault: {name}", if is_seen { "seen" } else { "UNSEEN" })?;
        unseen += usize::from(!is_seen);
    }
    Ok(unseen)
}
