//! Reads a policy for each path from a file.
//!
//! ```text
//! $ cargo run --example config --features serde
//! listening on http://127.0.0.1:3000
//!
//! $ curl -si http://127.0.0.1:3000/account -H 'Origin: https://app.example.com' | grep -i ^access
//! access-control-allow-origin: https://app.example.com
//! access-control-allow-credentials: true
//!
//! $ curl -si http://127.0.0.1:3000/public/news -H 'Origin: https://a.example' | grep -i ^access
//! access-control-allow-origin: *
//! access-control-expose-headers: *
//!
//! $ curl -si http://127.0.0.1:3000/account -H 'Origin: https://a.example' | grep -i ^access
//! ```
//!
//! The last command prints nothing, because `/account` is not public. If the file has mistakes, the
//! program prints all of them and exits with 1:
//!
//! ```text
//! $ printf '["/"]\nallow_origins = ["https://a.example", "https://b.example/"]\nmax_age = 3000000000' > broken.toml
//! $ cargo run --example config --features serde -- broken.toml
//! broken.toml: invalid CORS policy (2 problems):
//!   - "/".allow_origins[1] "https://b.example/": an origin has no path; write "https://b.example"
//!   - "/".max_age 3000000000s: longer than browsers can read; they honour at most 86400 s
//!
//! $ printf '["/"]\nallow_orgins = "*"' > broken.toml
//! $ cargo run --example config --features serde -- broken.toml
//! broken.toml: TOML parse error at line 2, column 1
//!   |
//! 2 | allow_orgins = "*"
//!   | ^^^^^^^^^^^^
//! unknown field `allow_orgins`, expected one of `allow_origins`, `allow_origin_regexes`, ...
//! ```

use std::{env, error::Error, fs, process::ExitCode};

use axum::{Router, routing::get};
use corsac::{CorsLayer, PathConfigs, PathPolicies};

mod listen;

const DEFAULT_FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/config.toml");

#[tokio::main]
async fn main() -> ExitCode {
    let file = env::args().nth(1).unwrap_or_else(|| DEFAULT_FILE.to_owned());
    let served = match load(&file) {
        Ok(policies) => serve(policies).await,
        Err(error) => Err(format!("{file}: {error}").into()),
    };
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn load(file: &str) -> Result<PathPolicies, Box<dyn Error>> {
    let text = fs::read_to_string(file)?;
    let configs: PathConfigs = toml::from_str(&text)?;
    Ok(configs.build()?)
}

async fn serve(policies: PathPolicies) -> Result<(), Box<dyn Error>> {
    let app = Router::new()
        .route("/account", get(async || "yours\n").put(async || "changed\n"))
        .route("/public/news", get(async || "news\n"))
        .layer(CorsLayer::per_path(policies));

    let listener = listen::on_port().await?;
    println!("listening on http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app).await?)
}
