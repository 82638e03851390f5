//! The policies that the cases name.

use std::{sync::Arc, time::Duration};

use corsac::{BuildError, CorsBuilder, CorsLayer, Enforcement, Policy};
use http::{HeaderMap, HeaderName, StatusCode, header::ORIGIN, request::Parts};

use crate::proxy::Proxy;

const APP: &str = "https://app.example.com";

/// A layer, mounted on an API of its own behind each server.
pub struct Mount {
    pub name: &'static str,
    pub layer: CorsLayer,
    pub choose: Arc<Choose>,
    pub proxy: Proxy,
}

/// Returns the policy of a request with these headers, if it has one.
pub type Choose = dyn Fn(&HeaderMap) -> Option<Arc<Policy>> + Send + Sync;

pub fn all() -> Result<Vec<Mount>, BuildError> {
    let (app, anyone) = (Arc::new(strict().build_policy()?), Arc::new(public().build_policy()?));
    Ok(vec![
        fixed("permissive", CorsLayer::permissive()),
        fixed("localhost", CorsLayer::localhost()),
        fixed("disabled", CorsLayer::disabled()),
        fixed("strict", strict().build()?),
        fixed("never-cached", strict().max_age(Duration::ZERO).build()?),
        fixed("preflight-200", strict().preflight_status(StatusCode::OK).build()?),
        fixed("minimal", CorsLayer::builder().allow_origins([APP]).build()?),
        fixed("public", public().build()?),
        fixed("subdomains", subdomains().build()?),
        fixed("part-of-label", part_of_label().build()?),
        fixed("ports", ports().build()?),
        fixed("unusual-hosts", unusual_hosts().build()?),
        fixed("any-names", any_names().build()?),
        fixed("any-origin-with-credentials", any_origin_with_credentials().build()?),
        fixed("null", CorsLayer::builder().dangerous_allow_null_origin().build()?),
        fixed("regex", CorsLayer::builder().allow_origin_regex(PREVIEW).build()?),
        fixed("predicate", predicate().build()?),
        fixed("reject", reject().build()?),
        fixed("senders", reject().trusted_senders(["https://signin.example"]).build()?),
        fixed("apps", apps().build()?),
        fixed("port-cut", reject().build()?).behind(Proxy::CutsPort),
        fixed("port-cut-own-origins", own_origins().build()?).behind(Proxy::CutsPort),
        fixed("forwarded", reject().build()?).behind(Proxy::Forwards),
        fixed("forwarded-trusted", reject().trust_forwarded_headers(true).build()?)
            .behind(Proxy::Forwards),
        by_origin("by-origin", &app, Some(&anyone)),
        by_origin("by-origin-or-none", &app, None),
        by_origin("by-origin-without-vary", &app, Some(&anyone)).vary([]),
    ])
}

fn fixed(name: &'static str, layer: CorsLayer) -> Mount {
    let policy = layer.policy().cloned().map(Arc::new);
    Mount { name, layer, choose: Arc::new(move |_| policy.clone()), proxy: Proxy::None }
}

/// One policy for the app, another one for all others.
fn by_origin(name: &'static str, app: &Arc<Policy>, others: Option<&Arc<Policy>>) -> Mount {
    let (app, others) = (app.clone(), others.cloned());
    let choose: Arc<Choose> = Arc::new(move |headers| {
        let is_app = headers.get(ORIGIN).is_some_and(|origin| origin == APP);
        if is_app { Some(app.clone()) } else { others.clone() }
    });
    let layer = CorsLayer::per_request({
        let choose = choose.clone();
        move |parts: &Parts| choose(&parts.headers)
    });
    Mount { name, layer, choose, proxy: Proxy::None }
}

impl Mount {
    fn behind(self, proxy: Proxy) -> Self {
        Self { proxy, ..self }
    }

    fn vary(self, names: impl IntoIterator<Item = HeaderName>) -> Self {
        Self { layer: self.layer.vary(names), ..self }
    }
}

/// What a production service writes.
fn strict() -> CorsBuilder {
    CorsLayer::builder()
        .allow_origins([APP, "https://admin.example.com"])
        .allow_methods(["PUT", "DELETE", "PATCH", "OPTIONS"])
        .allow_headers(["authorization", "content-type", "x-token", "x-trace"])
        .expose_headers(["x-request-id", "etag"])
        .allow_credentials(true)
        .max_age(Duration::from_secs(600))
}

/// Every page may read, without cookies.
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

/// What a host of previews needs: one label, with a fixed beginning and end.
fn part_of_label() -> CorsBuilder {
    CorsLayer::builder()
        .allow_origins([
            "https://app-*-team.example.com",
            "https://*--site.example.app",
            "http://app-*-team.localhost:3000",
        ])
        .allow_methods(["PUT"])
        .allow_credentials(true)
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
        .allow_origins([APP])
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

fn reject() -> CorsBuilder {
    strict().enforcement(Enforcement::Reject)
}

/// What a service says of itself if a proxy changes `Host`.
fn own_origins() -> CorsBuilder {
    reject().own_origins(["https://api.example.com:8443", "http://api.example.com:8080"])
}

/// Pages that no server has sent: those of extensions, and files in an embedded browser.
fn apps() -> CorsBuilder {
    CorsLayer::builder()
        .allow_origins(["chrome-extension://*", "moz-extension://*"])
        .dangerous_allow_opaque_origins(["file://"])
        .allow_methods(["PUT"])
}
