//! The memory of a large policy, finished and while it is built.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use corsac::CorsLayer;

use crate::{ALLOCATOR, cases::sizes, heading::heading};

/// The limit of bytes for each origin, without its text.
const MOST: f64 = 100.0;

/// Prints the memory. Returns whether the target is met.
pub fn memory(filter: &str) -> bool {
    let kinds: Vec<_> = sizes::MILLIONS.iter().filter(|it| it.name.contains(filter)).collect();
    if kinds.is_empty() {
        return true;
    }
    heading(
        "Memory of a large policy",
        "Bytes asked of the allocator, for each origin: kept beside its text, and the most while building, text included and the caller's own left out.",
        "policy | text | kept | at most | while building",
    );
    let mut is_met = true;
    for kind in kinds {
        let before = in_use();
        let is_built = AtomicBool::new(false);
        let (layer, peak) = thread::scope(|scope| {
            let peak = scope.spawn(|| peak_until(&is_built));
            let layer = CorsLayer::builder().allow_origins(kind.texts()).build().unwrap();
            is_built.store(true, Ordering::Relaxed);
            (layer, peak.join().unwrap())
        });
        let kept = in_use() - before;
        drop(layer);
        let text: usize = kind.texts().map(|text| text.len()).sum();
        #[expect(clippy::cast_precision_loss)]
        let for_each = |bytes: usize| bytes as f64 / sizes::MILLION as f64;
        let beside = for_each(kept - text);
        is_met &= beside <= MOST;
        println!(
            "| {} | {:.1} | {beside:.1} | {MOST:.0}{} | {:.1} |",
            kind.name,
            for_each(text),
            if beside > MOST { ": missed" } else { "" },
            for_each(peak - before),
        );
    }
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
