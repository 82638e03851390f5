//! What pages call.

use axum::{Router, routing::get};
use corsac::{AsyncCorsLayer, Decision, Lookup};
use http::{Uri, header, request::Parts};
use metrics::counter;

use crate::Tenants;

pub fn api(tenants: Tenants) -> Router {
    let cors = AsyncCorsLayer::new(move |parts: &Parts| {
        let tenants = tenants.clone();
        let host = host(parts);
        // Without `Origin` every tenant's policy says the same: `Vary: Origin`.
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

/// From what the browser writes, and a page's script cannot.
fn host(parts: &Parts) -> Option<String> {
    let header = || parts.headers.get(header::HOST)?.to_str().ok();
    // HTTP/2 has the host in the URI.
    let host = parts.uri.host().or_else(header)?;
    let host = host.split(':').next()?;
    // No name is longer, and so no entry of the cache.
    (host.len() <= 253).then(|| host.to_ascii_lowercase())
}

async fn look_up(tenants: &Tenants, host: &str) -> Lookup {
    let (result, found) = match tenants.policy(host).await {
        Ok(Some(policy)) => ("found", Lookup::Policy(policy)),
        Ok(None) => ("nobody", Lookup::NotFound),
        // The choice: without its database the service runs on, and no page reads what it answers,
        // except those of tenants in memory. To grant what was granted an hour ago would be another.
        Err(error) => {
            eprintln!("no policy for {host}: {error}");
            ("failed", Lookup::NotFound)
        }
    };
    counter!("cors_look_ups_total", "result" => result).increment(1);
    found
}

/// Labels have few values each: an origin or a host would be one that anybody makes up.
fn count(decision: &Decision<'_>, _: &Uri) {
    let kind = decision.kind().as_str();
    let outcome = match decision.denial() {
        Some(_) if decision.is_same_origin() => "own page",
        Some(denial) => denial.kind().as_str(),
        None => "allowed",
    };
    counter!("cors_decisions_total", "kind" => kind, "outcome" => outcome).increment(1);
}
