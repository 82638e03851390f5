//! The API for pages.

use axum::{Router, routing::get};
use corsac::{AsyncCorsLayer, Decision, Lookup};
use http::{Uri, header, request::Parts};
use metrics::counter;

use crate::Tenants;

pub fn api(tenants: Tenants) -> Router {
    let cors = AsyncCorsLayer::new(move |parts: &Parts| {
        let tenants = tenants.clone();
        let host = host(parts);
        // Without `Origin` the policies of all tenants have the same effect: `Vary: Origin`.
        let is_cors = parts.headers.contains_key(header::ORIGIN);
        async move {
            match host {
                Some(host) if is_cors => look_up(&tenants, &host).await,
                _ => Lookup::NotFound,
            }
        }
    })
    .on_decision(count);
    Router::new().route("/", get(async || "hello\n").put(async || "changed\n")).layer(cors)
}

/// Returns the host, which the browser sets, and which a page's script cannot change.
fn host(parts: &Parts) -> Option<String> {
    let header = || parts.headers.get(header::HOST)?.to_str().ok();
    // In HTTP/2 the host is in the URI.
    let host = parts.uri.host().or_else(header)?;
    let host = host.split(':').next()?;
    // No host name is longer. The limit also bounds the entries of the cache.
    (host.len() <= 253).then(|| host.to_ascii_lowercase())
}

async fn look_up(tenants: &Tenants, host: &str) -> Lookup {
    let (result, found) = match tenants.policy(host).await {
        Ok(Some(policy)) => ("found", Lookup::Policy(policy)),
        Ok(None) => ("nobody", Lookup::NotFound),
        // Without its database the service keeps running, but only pages of cached tenants can read its
        // responses. An alternative is to use expired entries of the cache.
        Err(error) => {
            eprintln!("no policy for {host}: {error}");
            ("failed", Lookup::NotFound)
        }
    };
    counter!("cors_look_ups_total", "result" => result).increment(1);
    found
}

/// Counts decisions. The labels have few values; origins and hosts are not among them, because a client
/// can send any number of them.
fn count(decision: &Decision<'_>, _: &Uri) {
    let kind = decision.kind().as_str();
    let outcome = match decision.denial() {
        Some(_) if decision.is_same_origin() => "own page",
        Some(denial) => denial.kind().as_str(),
        None => "allowed",
    };
    counter!("cors_decisions_total", "kind" => kind, "outcome" => outcome).increment(1);
}
