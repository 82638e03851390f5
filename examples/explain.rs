//! Explains how a policy file applies to a request, rule by rule, and warns of risky settings in the
//! file. It can also run a server that explains each response in a header.
//!
//! ```text
//! $ printf 'allow_origins = ["https://app.example.com"]\nallow_methods = "PUT"\nmax_age = 86400' > policy.toml
//! $ cargo run --example explain --features serde -- policy.toml OPTIONS 'Origin: https://app.example.com' \
//!     'Access-Control-Request-Method: PATCH' 'Access-Control-Request-Headers: x-trace' | cut -c1-100
//! warning: max age 86400 s: Chromium forgets after 7200 s, and no browser hears of a change before it asks again; write 7200 s
//!   request      "OPTIONS" with `Origin` and `Access-Control-Request-Method`: a preflight, by which a
//!   origin       "https://app.example.com" is listed [Fetch, "CORS check"]
//! ! method       method "PATCH" is not allowed: add it to `allow_methods` [Fetch, "CORS-preflight fetc
//! ! header       request header "x-trace" is not allowed: add it to `allow_headers` [Fetch, "CORS-pref
//!   credentials  the policy does not allow credentials: a page that sends them with `credentials: "inc
//!   response     204, made here, with all that is allowed: the browser compares, and refuses; the inne
//!   response     access-control-allow-origin: https://app.example.com [Fetch, "CORS check"]
//!   response     access-control-allow-methods: PUT [Fetch, "CORS-preflight fetch"]
//!   response     access-control-max-age: 86400 [Fetch, "CORS-preflight cache"]
//!   response     vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers [Fetch, "
//! ! verdict      refused (method, header): to allow it, add .allow_methods(["PATCH"]) .allow_headers([
//! ```
//!
//! It exits with 0 if the request is allowed, otherwise with 1. Without a request it starts a server:
//!
//! ```text
//! $ cargo run --example explain --features serde -- policy.toml
//! listening on http://127.0.0.1:3000
//!
//! $ curl -si http://127.0.0.1:3000/ -H 'Origin: http://app.example.com' | grep ^cors-diagnosis
//! cors-diagnosis: origin "http://app.example.com" is not allowed; the closest allowed origin is "https://app.example.com" (different scheme); to allow it, add .allow_origins(["http://app.example.com"])
//! ```

use std::{env, error::Error, fs, process::ExitCode};

use axum::{Router, routing::get};
use corsac::{Config, CorsLayer, Policy};
use http::{HeaderMap, HeaderName, HeaderValue, Method};

mod listen;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let done = match arguments.split_first() {
        None => Err("usage: explain <policy.toml> [<method> <name: value>...]".into()),
        Some((file, request)) => run(file, request).await,
    };
    done.unwrap_or_else(|error| {
        eprintln!("{error}");
        ExitCode::from(2)
    })
}

async fn run(file: &str, request: &[String]) -> Result<ExitCode, Box<dyn Error>> {
    let config: Config = toml::from_str(&fs::read_to_string(file)?)?;
    let policy = config.build_policy()?;
    for warning in policy.warnings() {
        eprintln!("warning: {warning}");
    }
    let Some((method, lines)) = request.split_first() else { return serve(policy).await };
    let mut headers = HeaderMap::new();
    for line in lines {
        let (name, value) = line.split_once(':').ok_or_else(|| format!("{line:?} has no colon"))?;
        headers.append(name.parse::<HeaderName>()?, HeaderValue::from_str(value.trim())?);
    }
    let explanation = policy.explain(&method.parse::<Method>()?, &headers);
    println!("{explanation}");
    Ok(if explanation.is_allowed() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn serve(policy: Policy) -> Result<ExitCode, Box<dyn Error>> {
    // Only in development: the header reveals an allowed origin.
    let cors = CorsLayer::new(policy).diagnosis_header(cfg!(debug_assertions));
    let app = Router::new().route("/", get(async || "hello\n")).layer(cors);
    let listener = listen::on_port().await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(ExitCode::SUCCESS)
}
