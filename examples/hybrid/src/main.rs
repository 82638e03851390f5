//! An API whose CORS policy is in `corsac.toml`. `CORS_OWNER` decides who enforces it: `app` (default), or
//! `edge`, which stands for nginx with the files that are exported from the same policy.

use std::{
    env::{self, VarError},
    error::Error,
    fs,
    net::Ipv4Addr,
};

use axum::{Json, Router, routing::get};
use corsac::{Config, CorsLayer};
use serde_json::json;
use tokio::net::TcpListener;

/// In production, read the file from the place where you deploy it.
const POLICY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/corsac.toml");

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let users = || async { ([("x-request-id", "1")], Json(json!({ "users": ["ada", "grace"] }))) };
    let app = Router::new().route("/users", get(users).put(users).delete(users)).layer(cors()?);
    let port: u16 = variable("PORT", "3000")?.parse()?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    println!("listening on http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app).await?)
}

fn cors() -> Result<CorsLayer, Box<dyn Error>> {
    match variable("CORS_OWNER", "app")?.as_str() {
        "app" => {
            let config: Config = toml::from_str(&fs::read_to_string(POLICY)?)?;
            Ok(config.build()?)
        }
        "edge" => Ok(CorsLayer::disabled()),
        other => Err(format!("CORS_OWNER {other:?}: write \"app\" or \"edge\"").into()),
    }
}

/// Returns an environment variable. An empty one counts as missing.
fn variable(name: &str, default: &str) -> Result<String, Box<dyn Error>> {
    match env::var(name) {
        Ok(value) if !value.is_empty() => Ok(value),
        Ok(_) | Err(VarError::NotPresent) => Ok(default.to_owned()),
        Err(error) => Err(format!("{name}: {error}").into()),
    }
}
