//! The API that the front end calls, on another port. It counts the visits of a browser in a cookie.

use std::{
    env::{self, VarError},
    error::Error,
    fs,
    net::Ipv4Addr,
};

use axum::{
    Json, Router,
    http::{HeaderMap, header},
    response::IntoResponse,
    routing::get,
};
use corsac::{Config, CorsBuilder, CorsLayer};
use tokio::net::TcpListener;
use tracing_subscriber::{filter::Targets, prelude::*};

/// In production, read the file from the place where you deploy it.
const POLICY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../corsac.toml");

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // corsac logs refused requests at DEBUG.
    let log: Targets = variable("RUST_LOG", "info,corsac=debug")?.parse()?;
    tracing_subscriber::registry().with(tracing_subscriber::fmt::layer()).with(log).init();

    let app = Router::new().route("/visits", get(visits)).layer(cors()?);
    let port: u16 = variable("API_PORT", "4000")?.parse()?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    tracing::info!("listening on http://localhost:{port}");
    Ok(axum::serve(listener, app).await?)
}

/// The policy of `corsac.toml`, or no CORS here if the edge in front of the API applies that policy.
fn cors() -> Result<CorsLayer, Box<dyn Error>> {
    match variable("CORS_OWNER", "app")?.as_str() {
        "app" => {}
        "edge" => return Ok(CorsLayer::disabled()),
        other => return Err(format!("CORS_OWNER {other:?}: write \"app\" or \"edge\"").into()),
    }
    let config: Config = toml::from_str(&fs::read_to_string(POLICY)?)?;
    let mut policy = CorsBuilder::from(config);
    let is_development = cfg!(debug_assertions);
    if is_development {
        // The development server of the front end. It is not in the file, because production must not allow it.
        policy = policy.allow_origins([variable("WEB_ORIGIN", "http://localhost:3000")?]);
    }
    Ok(policy.build()?.diagnosis_header(is_development))
}

async fn visits(headers: HeaderMap) -> impl IntoResponse {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let cookies = text(header::COOKIE.as_str());
    let before =
        cookies.split("; ").find_map(|cookie| cookie.strip_prefix("visits=")?.parse().ok());
    let visits = before.unwrap_or(0_u32).saturating_add(1);
    let cookie = format!("visits={visits}; Path=/; HttpOnly; SameSite=Lax");
    let answer = serde_json::json!({ "visits": visits, "client": text("x-client") });
    ([(header::SET_COOKIE, cookie)], Json(answer))
}

/// An environment variable. An empty one counts as missing.
fn variable(name: &str, default: &str) -> Result<String, Box<dyn Error>> {
    match env::var(name) {
        Ok(value) if !value.is_empty() => Ok(value),
        Ok(_) | Err(VarError::NotPresent) => Ok(default.to_owned()),
        Err(error) => Err(format!("{name}: {error}").into()),
    }
}
