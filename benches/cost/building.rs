//! The time to build policies: many small ones, and large ones.

use std::time::Duration;

use corsac::CorsLayer;

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
    heading(
        "Building and freeing a large policy",
        "Processor time, the best of five.",
        "policy | built, seconds | at most | freed, milliseconds | at most",
    );
    for kind in kinds {
        let [built, freed] = build_and_free(kind);
        let missed = |is_missed| if is_missed { ": missed" } else { "" };
        println!(
            "| {} | {:.2} | 1{} | {:.0} | 50{} |",
            kind.name,
            built.as_secs_f64(),
            missed(built > Duration::from_secs(1)),
            freed.as_secs_f64() * 1e3,
            missed(freed > Duration::from_millis(50)),
        );
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

/// Returns the best times.
fn build_and_free(kind: &Million) -> [Duration; 2] {
    let texts: Vec<String> = kind.texts().collect();
    let mut best = [Duration::MAX; 2];
    for _ in 0..REPEATS {
        let start = processor_time();
        let layer = CorsLayer::builder().allow_origins(&texts).build().unwrap();
        let built = processor_time();
        drop(layer);
        let freed = processor_time();
        let times = [built.saturating_sub(start), freed.saturating_sub(built)];
        best = std::array::from_fn(|at| best[at].min(times[at]));
    }
    best
}
