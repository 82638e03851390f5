//! Builds the application of `benches/app`.

use std::{
    env,
    path::PathBuf,
    process::{Command, Output},
};

/// The layer of the application, as the feature that adds it.
pub const LAYERS: [&str; 3] = ["", "corsac", "tower-http"];

pub const PACKAGE: &str = "corsac-benches-app";

/// Builds as users do: alone, with the profile of Cargo, whatever that of this workspace is.
pub fn build(profile: &str, features: &str) {
    cargo("build", &["--package", PACKAGE, "--profile", profile, "--features", features]);
}

/// Returns the program that was built last.
pub fn program() -> PathBuf {
    directory().join("release").join(PACKAGE)
}

/// Runs a command of Cargo, in a directory for this application alone.
pub fn cargo(command: &str, args: &[&str]) -> Output {
    let run = Command::new(env::var_os("CARGO").unwrap_or("cargo".into()))
        .args([command, "--config", "profile.dev.debug='full'"])
        .args(args)
        .env("CARGO_TARGET_DIR", directory())
        // As for a dependency from a registry.
        .env("CARGO_INCREMENTAL", "0")
        .output()
        .unwrap();
    assert!(run.status.success(), "{command} {args:?}: {}", String::from_utf8_lossy(&run.stderr));
    run
}

fn directory() -> PathBuf {
    let program = env::current_exe().unwrap();
    program.ancestors().nth(3).unwrap().join("app")
}
