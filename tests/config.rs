//! Policies from files and from the environment.

#[path = "config/files.rs"]
mod files;
#[path = "config/paths.rs"]
mod paths;
#[path = "config/refused.rs"]
mod refused;
#[path = "config/round_trip.rs"]
mod round_trip;
#[path = "config/schemas.rs"]
mod schemas;

use corsac::Config;

fn json(text: &str) -> Config {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}
