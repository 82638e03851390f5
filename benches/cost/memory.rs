//! The memory of policies, finished and while they are built.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use corsac::CorsLayer;
use stats_alloc::Stats;

use crate::{
    ALLOCATOR,
    cases::{
        policy,
        sizes::{MILLION, MILLIONS, Million, TENANTS, of_tenant},
    },
    heading::heading,
};

/// The limits of a large policy.
const MOST: Memory = Memory { kept: 40.0, building: 130.0, allocations: 100 };

struct Memory {
    /// Bytes for each origin, without its text.
    kept: f64,
    /// The most bytes for each origin at any time, with its text.
    building: f64,
    /// The number of allocations that are kept. Each takes time to free.
    allocations: usize,
}

/// Prints the memory. Returns whether the target is met.
pub fn memory(filter: &str) -> bool {
    const MANY: &str = "20,000 policies of ten origins";
    let kinds: Vec<_> = MILLIONS.iter().filter(|it| it.name.contains(filter)).collect();
    if kinds.is_empty() && !MANY.contains(filter) {
        return true;
    }
    heading(
        "Memory",
        "Bytes asked of the allocator, for each origin: kept beside its text, and the most while building, text included and the caller's own left out.",
        "policy | text | kept | at most | while building | at most | allocations kept | at most",
    );
    let mut is_met = true;
    for kind in kinds {
        let build = || CorsLayer::builder().allow_origins(kind.texts()).build().unwrap();
        is_met &= row(kind.name, MILLION, Million::texts(kind), build, Some(&MOST));
    }
    if MANY.contains(filter) {
        let texts = (0..TENANTS).flat_map(of_tenant);
        let build = || -> Vec<CorsLayer> {
            (0..TENANTS).map(|tenant| policy::layer(of_tenant(tenant))).collect()
        };
        is_met &= row(MANY, 10 * TENANTS, texts, build, None);
    }
    is_met
}

fn row<T>(
    name: &str,
    origins: usize,
    texts: impl Iterator<Item = String>,
    build: impl FnOnce() -> T,
    at_most: Option<&Memory>,
) -> bool {
    let before = ALLOCATOR.stats();
    let is_built = AtomicBool::new(false);
    let (policies, peak) = thread::scope(|scope| {
        let peak = scope.spawn(|| peak_until(&is_built));
        let policies = build();
        is_built.store(true, Ordering::Relaxed);
        (policies, peak.join().unwrap())
    });
    let change = ALLOCATOR.stats() - before;
    drop(policies);
    let text: usize = texts.map(|text| text.len()).sum();
    #[expect(clippy::cast_precision_loss)]
    let for_each = |bytes: usize| bytes as f64 / origins as f64;
    let memory = Memory {
        kept: for_each(in_use(change) - text),
        // Sampling can miss the end.
        building: for_each((peak - in_use(before)).max(in_use(change))),
        allocations: change.allocations - change.deallocations,
    };
    let is_met = at_most.is_none_or(|most| {
        memory.kept <= most.kept
            && memory.building <= most.building
            && memory.allocations <= most.allocations
    });
    let most = |of: fn(&Memory) -> String| at_most.map_or("-".to_owned(), of);
    println!(
        "| {name} | {:.1} | {:.1} | {} | {:.1} | {} | {} | {}{} |",
        for_each(text),
        memory.kept,
        most(|it| it.kept.to_string()),
        memory.building,
        most(|it| it.building.to_string()),
        memory.allocations,
        most(|it| it.allocations.to_string()),
        if is_met { "" } else { ": missed" },
    );
    is_met
}

/// Returns the largest amount of memory in use. Sampling is enough, because the peak of a build lasts.
fn peak_until(is_over: &AtomicBool) -> usize {
    let mut peak = 0;
    while !is_over.load(Ordering::Relaxed) {
        peak = peak.max(in_use(ALLOCATOR.stats()));
        thread::sleep(Duration::from_micros(200));
    }
    peak
}

fn in_use(stats: Stats) -> usize {
    stats.bytes_allocated - stats.bytes_deallocated
}
