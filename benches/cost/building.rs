//! The time to build policies: many small ones, and large ones.

use std::time::{Duration, Instant};

use crate::{
    cases::{
        policy,
        sizes::{MILLIONS, Million, TENANTS, of_tenant},
    },
    heading::heading,
    threads::processor_time,
};

const REPEATS: usize = 5;

/// The policies whose time is measured together.
const TOGETHER: usize = 100;

/// Prints the times. Enforces no limit, because they depend on the machine.
pub fn building(filter: &str) {
    if "ten origins".contains(filter) {
        many();
    }
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

fn many() {
    const MOST: f64 = 10.0;
    heading(
        "Building 20,000 policies of ten origins",
        "Microseconds of processor time for each policy, while all before it are kept. The best of five.",
        "policies | microseconds | at most",
    );
    let runs: Vec<_> = (0..REPEATS).map(|_| times()).collect();
    let last = TENANTS / TOGETHER - 1;
    let rows = [
        ("the first 100", 0..1),
        ("100 after 1,000", 10..11),
        ("the last 100", last..last + 1),
        ("all", 0..last + 1),
    ];
    for (name, groups) in rows {
        let count = groups.len() * TOGETHER;
        let best = runs.iter().map(|times| times[groups.clone()].iter().sum::<Duration>()).min();
        #[expect(clippy::cast_precision_loss)]
        let each = best.unwrap().as_secs_f64() * 1e6 / count as f64;
        let missed = if each > MOST { ": missed" } else { "" };
        println!("| {name} | {each:.1} | {MOST:.0}{missed} |");
    }
}

/// Builds the policies, and returns the time of each group of them.
fn times() -> Vec<Duration> {
    let mut layers = Vec::with_capacity(TENANTS);
    let tenants: Vec<usize> = (0..TENANTS).collect();
    let build = |tenants: &[usize]| {
        let texts: Vec<_> = tenants.iter().copied().map(of_tenant).collect();
        let start = processor_time();
        layers.extend(texts.into_iter().map(policy::layer));
        processor_time().saturating_sub(start)
    };
    tenants.chunks(TOGETHER).map(build).collect()
}

fn seconds(kind: &Million) -> f64 {
    let texts: Vec<String> = kind.texts().collect();
    let once = || {
        let start = Instant::now();
        let layer = corsac::CorsLayer::builder().allow_origins(&texts).build().unwrap();
        let time = start.elapsed();
        drop(layer);
        time
    };
    (0..3).map(|_| once()).min().unwrap_or(Duration::MAX).as_secs_f64()
}
