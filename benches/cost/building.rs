//! The time to build a large policy.

use std::time::{Duration, Instant};

use corsac::CorsLayer;

use crate::{
    cases::sizes::{MILLIONS, Million},
    heading::heading,
};

/// Prints the times. Enforces no limit, because they depend on the machine.
pub fn building(filter: &str) {
    let kinds: Vec<_> = MILLIONS.iter().filter(|it| it.name.contains(filter)).collect();
    if kinds.is_empty() {
        return;
    }
    heading("Building a large policy", "The best of three.", "policy | seconds | at most");
    for kind in kinds {
        let seconds = seconds(kind);
        let missed = if seconds > 1.0 { ": missed" } else { "" };
        println!("| {} | {seconds:.2} | 1{missed} |", kind.name);
    }
}

fn seconds(kind: &Million) -> f64 {
    let texts: Vec<String> = kind.texts().collect();
    let once = || {
        let start = Instant::now();
        let layer = CorsLayer::builder().allow_origins(&texts).build().unwrap();
        let time = start.elapsed();
        drop(layer);
        time
    };
    (0..3).map(|_| once()).min().unwrap_or(Duration::MAX).as_secs_f64()
}
