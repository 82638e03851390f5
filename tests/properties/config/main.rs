//! Policies from files and from the environment.

mod files;
mod paths;
mod refused;
mod round_trip;
mod schemas;

use corsac::Config;

fn json(text: &str) -> Config {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}
