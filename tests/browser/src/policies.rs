//! The policies that the cases name.

use std::time::Duration;

use corsac::{BuildError, CorsBuilder, CorsLayer, Enforcement};

const APP: [&str; 1] = ["https://app.example.com"];

/// Each is mounted on an API of its own, behind each server.
pub fn all() -> Result<Vec<(&'static str, CorsLayer)>, BuildError> {
    Ok(vec![
        ("permissive", CorsLayer::permissive()),
        ("localhost", CorsLayer::localhost()),
        ("disabled", CorsLayer::disabled()),
        ("strict", strict().build()?),
        ("reject", strict().enforcement(Enforcement::Reject).build()?),
        ("never-cached", strict().max_age(Duration::ZERO).build()?),
        ("minimal", CorsLayer::builder().allow_origins(APP).build()?),
        ("public", public().build()?),
        ("subdomains", subdomains().build()?),
        ("ports", ports().build()?),
        ("unusual-hosts", unusual_hosts().build()?),
        ("any-names", any_names().build()?),
        ("any-origin-with-credentials", any_origin_with_credentials().build()?),
        ("null", CorsLayer::builder().dangerous_allow_null_origin().build()?),
        ("regex", CorsLayer::builder().allow_origin_regex(PREVIEW).build()?),
        ("predicate", predicate().build()?),
    ])
}

/// What a production service writes.
fn strict() -> CorsBuilder {
    CorsLayer::builder()
        .allow_origins(APP)
        .allow_origins(["https://admin.example.com"])
        .allow_methods(["PUT", "DELETE", "PATCH", "OPTIONS"])
        .allow_headers(["authorization", "content-type", "x-token", "x-trace"])
        .expose_headers(["x-request-id", "etag"])
        .allow_credentials(true)
        .max_age(Duration::from_secs(600))
}

/// Anybody may read, nobody with cookies.
fn public() -> CorsBuilder {
    CorsLayer::builder()
        .allow_any_origin()
        .allow_methods(["PUT", "QUERY"])
        .allow_headers(["content-type", "x-token"])
        .expose_headers(["x-request-id"])
}

fn subdomains() -> CorsBuilder {
    CorsLayer::builder().allow_origins(["https://*.example.com"]).allow_credentials(true)
}

fn ports() -> CorsBuilder {
    CorsLayer::builder().allow_origins([
        "https://app.example.com:*",
        "https://api.example.com:8443",
        "http://localhost:3000",
    ])
}

/// Hosts that browsers do send, though some parsers know better.
fn unusual_hosts() -> CorsBuilder {
    CorsLayer::builder()
        .allow_origins([
            "https://xn--mnchen-3ya.example",
            "https://under_score.example",
            "https://trailing.example.",
            "https://r3---sn-x.example",
            "https://single",
            "http://[::1]:3000",
            "http://127.0.0.1:3000",
            "https://[2001:db8::1]",
            "https://192.0.2.1",
        ])
        .allow_methods(["PUT"])
}

/// What `*` cannot say beside credentials.
fn any_names() -> CorsBuilder {
    CorsLayer::builder()
        .allow_origins(APP)
        .allow_any_method()
        .allow_any_header()
        .expose_any_header()
        .allow_credentials(true)
}

fn any_origin_with_credentials() -> CorsBuilder {
    CorsLayer::builder().dangerous_allow_any_origin_with_credentials().allow_methods(["PUT"])
}

const PREVIEW: &str = r"https://pr-[0-9]+\.preview\.example\.com";

/// Allows the hosts of tenants, and plain http, which credentials then rule out.
fn predicate() -> CorsBuilder {
    CorsLayer::builder()
        .allow_origin_if(|origin| origin.host().ends_with(".tenant.example.com"))
        .allow_credentials(true)
}
