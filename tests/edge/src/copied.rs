//! The techniques that people copy from the web, on a real nginx. The same comparison has to find the
//! faults of each, and no others.

use std::{collections::BTreeSet, error::Error, fmt::Write as _};

use corsac::{CorsBuilder, CorsLayer, Policy};
use http::{
    HeaderMap, Method, Request,
    header::{
        ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_METHODS,
        ACCESS_CONTROL_ALLOW_ORIGIN, VARY,
    },
};

use crate::{
    edge::Bench,
    probed,
    server::Ports,
    wire::{Client, header_map},
};

struct Copied {
    name: &'static str,
    /// For `http` and for `location`.
    maps: &'static str,
    location: &'static str,
    policy: fn() -> CorsBuilder,
    faults: &'static [&'static str],
    /// What a probe finds.
    finds: &'static [&'static str],
}

/// Four of five answer each preflight without `Access-Control-Allow-Origin`: an `if` that has an
/// `add_header` drops those around it.
const COPIED: [Copied; 5] = [
    Copied {
        name: "one origin",
        maps: "",
        location: "
            add_header Access-Control-Allow-Origin https://example.com always;
            add_header Vary Origin always;
            if ($request_method = OPTIONS) {
                add_header Access-Control-Allow-Methods \"PUT, PATCH\";
                return 204;
            }",
        policy: one_origin,
        faults: &["preflight: refused", "preflight: no Vary"],
        finds: &["preflight-unanswered", "options-hijacked"],
    },
    Copied {
        name: "several origins, by a regex",
        maps: "",
        location: "
            set $named \"\";
            if ($http_origin ~* \"https?://(app\\.)?example\\.com\") { set $named $http_origin; }
            add_header Access-Control-Allow-Origin $named always;
            add_header Vary Origin always;
            if ($request_method = OPTIONS) {
                add_header Access-Control-Allow-Methods \"PUT, PATCH\";
                return 204;
            }",
        policy: two_origins,
        faults: &[
            "preflight: refused",
            "preflight: no Vary",
            "https://example.com.evil.com: allowed",
            "http://app.example.com.evil.io: allowed",
            "https://evil.com/https://example.com: allowed",
            "HTTPS://EXAMPLE.COM: allowed",
        ],
        finds: &[
            "preflight-unanswered",
            "origin-end-unanchored",
            "insecure-origin-allowed",
            "denied-preflight-headers",
            "options-hijacked",
        ],
    },
    Copied {
        name: "credentials",
        maps: "",
        location: "
            add_header Access-Control-Allow-Origin https://example.com always;
            add_header Access-Control-Allow-Credentials true always;
            add_header Vary Origin always;
            if ($request_method = OPTIONS) {
                add_header Access-Control-Allow-Methods \"PUT, PATCH\";
                return 204;
            }",
        policy: with_credentials,
        faults: &["preflight: refused", "preflight: no Vary"],
        finds: &["preflight-unanswered", "options-hijacked"],
    },
    Copied {
        name: "several origins, by a map",
        maps: "
        map $http_origin $allowed {
            default \"\";
            https://example.com https://example.com;
        }
        map $allowed $vary {
            default Origin;
            \"\" \"\";
        }",
        location: "
            set $named \"\";
            if ($request_method ~ \"^(GET|POST|PUT|DELETE)$\") { set $named $allowed; }
            add_header Access-Control-Allow-Origin $named always;
            add_header Vary $vary always;
            if ($request_method = OPTIONS) {
                add_header Access-Control-Allow-Origin $allowed;
                add_header Access-Control-Allow-Methods \"PUT, PATCH\";
                add_header Vary Origin;
                return 204;
            }",
        policy: one_origin,
        faults: &[
            "PATCH: refused",
            "HEAD: refused",
            "no origin: no Vary",
            "https://evil.com: no Vary",
            "https://example.com.evil.com: no Vary",
            "http://app.example.com.evil.io: no Vary",
            "https://evil.com/https://example.com: no Vary",
        ],
        finds: &[
            "head-without-cors",
            "vary-conditional",
            "denied-preflight-headers",
            "options-hijacked",
            "max-age-differs",
        ],
    },
    Copied {
        name: "any origin",
        maps: "",
        location: "
            add_header Access-Control-Allow-Origin * always;
            if ($request_method = OPTIONS) {
                add_header Access-Control-Allow-Methods \"PUT, PATCH\";
                return 204;
            }",
        policy: any_origin,
        faults: &["preflight: refused", "preflight: no Vary"],
        finds: &["preflight-unanswered", "options-hijacked"],
    },
];

fn one_origin() -> CorsBuilder {
    CorsLayer::builder().allow_origins(["https://example.com"]).allow_methods(["PUT", "PATCH"])
}

fn two_origins() -> CorsBuilder {
    one_origin().allow_origins(["https://app.example.com"])
}

fn with_credentials() -> CorsBuilder {
    one_origin().allow_credentials(true)
}

fn any_origin() -> CorsBuilder {
    CorsLayer::builder().allow_any_origin().allow_methods(["PUT", "PATCH"])
}

/// Returns the number of techniques whose faults are not those that are known.
pub fn compare(bench: &Bench<'_>, output: &mut String) -> Result<usize, Box<dyn Error>> {
    let mut failures = 0;
    for copied in &COPIED {
        let edge = bench.launch(&[], |ports| ("nginx.conf", copied.configuration(ports)))?;
        let mut client = Client::new(edge.port());
        let found = faults(&(copied.policy)().build_policy()?, &mut client)?;
        let known: BTreeSet<String> = copied.faults.iter().map(|fault| (*fault).into()).collect();
        let report = probed::copied(edge.port(), (copied.policy)().build_policy()?)?;
        let ids: Vec<&str> = report.findings().iter().map(|finding| finding.check().id()).collect();
        let is_known = found == known && ids == copied.finds;
        let seen = if is_known { "seen" } else { "OTHER" };
        writeln!(output, "{seen} copied: {}", copied.name)?;
        if !is_known {
            writeln!(output, "    expected {known:?}\n    found {found:?}\n{ids:?}\n{report}")?;
            failures += 1;
        }
    }
    Ok(failures)
}

impl Copied {
    fn configuration(&self, Ports { edge, http2, service, .. }: Ports) -> String {
        let Self { maps, location, .. } = self;
        format!(
            "daemon off;
worker_processes 1;
pid nginx.pid;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;{maps}
    server {{
        listen 127.0.0.1:{edge};
        listen 127.0.0.1:{http2};
        location / {{{location}
            proxy_pass http://127.0.0.1:{service};
        }}
    }}
}}
"
        )
    }
}

/// Sends what browsers send, and returns the differences that a page or a cache notices.
fn faults(policy: &Policy, client: &mut Client) -> Result<BTreeSet<String>, Box<dyn Error>> {
    const ALLOWED: Option<&str> = Some("https://example.com");
    let requests = [
        ("preflight", "OPTIONS", ALLOWED),
        ("GET", "GET", ALLOWED),
        ("PATCH", "PATCH", ALLOWED),
        ("HEAD", "HEAD", ALLOWED),
        ("no origin", "GET", None),
    ];
    let hostile = [
        "https://evil.com",
        "https://example.com.evil.com",
        "http://app.example.com.evil.io",
        "https://evil.com/https://example.com",
        "HTTPS://EXAMPLE.COM",
    ];
    let hostile = hostile.map(|origin| (origin, "GET", Some(origin)));
    let mut faults = BTreeSet::new();
    for (name, method, origin) in requests.into_iter().chain(hostile) {
        let mut lines = vec![("Host".to_owned(), b"api.example".to_vec())];
        lines.extend(origin.map(|origin| ("Origin".to_owned(), origin.into())));
        if method == "OPTIONS" {
            lines.push(("Access-Control-Request-Method".to_owned(), b"PUT".to_vec()));
        }
        let mut request = Request::new(());
        *request.method_mut() = Method::from_bytes(method.as_bytes())?;
        *request.headers_mut() = header_map(&lines);
        let mut expected = HeaderMap::new();
        policy.evaluate_request(&request).apply(&mut expected);
        let seen = client.send(method, "/", &lines, "")?.headers;
        let credentials = expected.get(ACCESS_CONTROL_ALLOW_CREDENTIALS).cloned();
        let reads = |headers: &HeaderMap| {
            let has_credentials = credentials.is_none()
                || headers.get(ACCESS_CONTROL_ALLOW_CREDENTIALS) == credentials.as_ref();
            has_credentials && origin.is_some_and(|origin| reads(headers, method, origin))
        };
        match (reads(&expected), reads(&seen)) {
            (true, false) => _ = faults.insert(format!("{name}: refused")),
            (false, true) => _ = faults.insert(format!("{name}: allowed")),
            _ => {}
        }
        if expected.contains_key(VARY) && !seen.contains_key(VARY) {
            faults.insert(format!("{name}: no Vary"));
        }
    }
    Ok(faults)
}

/// Returns whether a browser gives the page what it asks for, without credentials (Fetch, "CORS check").
fn reads(headers: &HeaderMap, method: &str, origin: &str) -> bool {
    let allowed = headers.get(ACCESS_CONTROL_ALLOW_ORIGIN);
    let has_method = headers.contains_key(ACCESS_CONTROL_ALLOW_METHODS);
    allowed.is_some_and(|allowed| allowed == "*" || allowed == origin)
        && (method != "OPTIONS" || has_method)
}
