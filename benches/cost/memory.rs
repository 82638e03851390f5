//! The memory of policies, finished and while they are built.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use corsac::CorsLayer;

use crate::{
    ALLOCATOR,
    cases::{
        policy,
        sizes::{MILLION, MILLIONS, Million, TENANTS, of_tenant},
    },
    heading::heading,
};

/// The limit of bytes for each origin of a large policy, without its text.
const MOST: f64 = 100.0;

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
        "policy | text | kept | at most | while building",
    );
    let mut is_met = true;
    for kind in kinds {
        let build = || CorsLayer::builder().allow_origins(kind.texts()).build().unwrap();
        is_met &= row(kind.name, MILLION, Million::texts(kind), build, Some(MOST));
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
    at_most: Option<f64>,
) -> bool {
    let before = in_use();
    let is_built = AtomicBool::new(false);
    let (policies, peak) = thread::scope(|scope| {
        let peak = scope.spawn(|| peak_until(&is_built));
        let policies = build();
        is_built.store(true, Ordering::Relaxed);
        (policies, peak.join().unwrap())
    });
    let kept = in_use() - before;
    drop(policies);
    let text: usize = texts.map(|text| text.len()).sum();
    #[expect(clippy::cast_precision_loss)]
    let for_each = |bytes: usize| bytes as f64 / origins as f64;
    let beside = for_each(kept - text);
    let is_met = at_most.is_none_or(|most| beside <= most);
    println!(
        "| {name} | {:.1} | {beside:.1} | {}{} | {:.1} |",
        for_each(text),
        at_most.map_or(String::from("-"), |most| format!("{most:.0}")),
        if is_met { "" } else { ": missed" },
        for_each(peak - before),
    );
    is_met
}

/// Returns the largest amount of memory in use. Sampling is enough, because the peak of a build lasts.
fn peak_until(is_over: &AtomicBool) -> usize {
    let mut peak = 0;
    while !is_over.load(Ordering::Relaxed) {
        peak = peak.max(in_use());
        thread::sleep(Duration::from_micros(200));
    }
    peak
}

fn in_use() -> usize {
    let stats = ALLOCATOR.stats();
    stats.bytes_allocated - stats.bytes_deallocated
}
