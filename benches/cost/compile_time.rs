//! The time to compile a layer.

use std::{collections::BTreeSet, fs, time::Duration};

use crate::{
    app::{LAYERS, PACKAGE, build, cargo},
    heading::heading,
};

/// The target, as a multiple of the time of tower-http.
const MOST: f64 = 1.5;

const ROUNDS: usize = 3;

/// Prints the times. Enforces no limit, because other programs run on the same processors.
pub fn compile_time(filter: &str) -> bool {
    if !"compile time".contains(filter) {
        return true;
    }
    heading(
        "Compile time",
        "Seconds of processor time that a layer adds to compiling an axum application, with all crates that the application does not have anyway. The shortest of three times.",
        "profile | no layer | corsac adds | tower-http adds | corsac / tower-http | at most",
    );
    for profile in ["release", "dev"] {
        let [none, corsac, tower_http] = LAYERS.map(|layer| shortest(profile, layer));
        let (corsac, tower_http) = (corsac - none, tower_http - none);
        let ratio = corsac / tower_http;
        let missed = if ratio > MOST { ": missed" } else { "" };
        println!(
            "| {profile} | {none:.2} | {corsac:.2} | {tower_http:.2} | {ratio:.2} | {MOST}{missed} |"
        );
    }
    true
}

/// Returns the seconds to build the application and the crates that only this layer needs.
fn shortest(profile: &str, layer: &str) -> f64 {
    let others = crates("");
    let crates: Vec<String> = crates(layer).difference(&others).cloned().collect();
    let again: Vec<&str> = crates
        .iter()
        .map(String::as_str)
        .chain([PACKAGE])
        .flat_map(|it| ["--package", it])
        .collect();
    build(profile, layer);
    let times = (0..ROUNDS).map(|_| {
        cargo("clean", &[&["--profile", profile], &again[..]].concat());
        let before = processor_time();
        build(profile, layer);
        processor_time().saturating_sub(before).as_secs_f64()
    });
    times.fold(f64::INFINITY, f64::min)
}

/// Returns the crates of the application with a layer, as `name@version`.
fn crates(layer: &str) -> BTreeSet<String> {
    let args =
        ["--package", PACKAGE, "--features", layer, "--prefix", "none", "--edges", "normal,build"];
    let tree = String::from_utf8(cargo("tree", &args).stdout).unwrap();
    let lines = tree.lines().filter_map(|line| {
        let mut words = line.split(' ');
        Some(format!("{}@{}", words.next()?, words.next()?.strip_prefix('v')?))
    });
    lines.collect()
}

/// Returns the processor time of all processes that this one has started and that have ended, or zero if the
/// system does not report it.
fn processor_time() -> Duration {
    let Ok(text) = fs::read_to_string("/proc/self/stat") else { return Duration::ZERO };
    // Behind the name of the program, which may contain blanks.
    let fields = text.rsplit(')').next().unwrap_or_default().split_whitespace();
    let ticks: u64 = fields.skip(13).take(2).filter_map(|it| it.parse::<u64>().ok()).sum();
    // Linux reports hundredths of a second.
    Duration::from_millis(10 * ticks)
}
