//! Reads a policy from a file, and again on SIGHUP (on Windows: Ctrl-Break).
//!
//! ```text
//! $ echo 'allow_origins = ["https://a.example"]' > policy.toml
//! $ cargo run --example reload --features reload,serde -- policy.toml
//! process 29397 listens on http://127.0.0.1:3000
//!
//! $ curl -si http://127.0.0.1:3000/ -H 'Origin: https://b.example' | grep -i ^access
//! $ echo 'allow_origins = ["https://a.example", "https://b.example"]' > policy.toml
//! $ kill -HUP 29397
//! policy.toml: in force
//!
//! $ curl -si http://127.0.0.1:3000/ -H 'Origin: https://b.example' | grep -i ^access
//! access-control-allow-origin: https://b.example
//! ```
//!
//! The first `curl` prints nothing. If the file has a mistake or is missing, the old policy stays
//! active:
//!
//! ```text
//! $ echo 'allow_origins = ["https://b.example/"]' > policy.toml
//! $ kill -HUP 29397
//! policy.toml: not in force, the policy before it is: invalid CORS policy (1 problem):
//!   - allow_origins[0] "https://b.example/": an origin has no path; write "https://b.example"
//!
//! $ curl -si http://127.0.0.1:3000/ -H 'Origin: https://b.example' | grep -i ^access
//! access-control-allow-origin: https://b.example
//!
//! $ rm policy.toml
//! $ kill -HUP 29397
//! policy.toml: not in force, the policy before it is: No such file or directory (os error 2)
//! ```

use std::{env, error::Error, fs, io, process, process::ExitCode};

use axum::{Router, routing::get};
use corsac::{Config, CorsLayer, Policy, ReloadHandle};

mod listen;

#[tokio::main]
async fn main() -> ExitCode {
    let Some(file) = env::args().nth(1) else {
        eprintln!("usage: reload <policy.toml>");
        return ExitCode::FAILURE;
    };
    match serve(file).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(file: String) -> Result<(), Box<dyn Error>> {
    // At the start there is no old policy to keep, so a broken file stops the program.
    let policy = load(&file).map_err(|error| format!("{file}: {error}"))?;
    let (cors, handle) = CorsLayer::reloadable(policy);
    let app =
        Router::new().route("/", get(async || "hello\n").put(async || "changed\n")).layer(cors);

    // Before the process id is printed, because SIGHUP ends a process that does not handle it.
    let signals = signals()?;
    tokio::spawn(reload(signals, file, handle));

    let listener = listen::on_port().await?;
    println!("process {} listens on http://{}", process::id(), listener.local_addr()?);
    Ok(axum::serve(listener, app).await?)
}

/// Returns a complete policy, or an error: a request never sees half of a policy.
fn load(file: &str) -> Result<Policy, Box<dyn Error + Send + Sync>> {
    let config: Config = toml::from_str(&fs::read_to_string(file)?)?;
    Ok(config.build_policy()?)
}

async fn reload(mut signals: Signals, file: String, handle: ReloadHandle) {
    while signals.recv().await.is_some() {
        match load(&file) {
            Ok(policy) => {
                handle.replace(policy);
                println!("{file}: in force");
            }
            Err(error) => eprintln!("{file}: not in force, the policy before it is: {error}"),
        }
    }
}

#[cfg(unix)]
use tokio::signal::unix::Signal as Signals;

#[cfg(unix)]
fn signals() -> io::Result<Signals> {
    tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup())
}

#[cfg(windows)]
use tokio::signal::windows::CtrlBreak as Signals;

#[cfg(windows)]
fn signals() -> io::Result<Signals> {
    tokio::signal::windows::ctrl_break()
}
