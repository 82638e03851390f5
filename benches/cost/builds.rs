//! The instructions to build a policy of ten origins, beside any number of others.

use corsac::CorsLayer;
use stats_alloc::Region;

use crate::{
    ALLOCATOR,
    callgrind::{Count, for_each, run_under_callgrind},
    cases::{
        policy::layer,
        sizes::{TENANTS, of_tenant},
    },
    heading::heading,
};

/// The target, as a multiple of the cost of the first builds.
const MOST: f64 = 1.1;

const BUILDS: u32 = 100;

/// Prints the instructions. Returns whether the target is met.
pub fn builds(filter: &str) -> bool {
    if !"ten origins".contains(filter) {
        return true;
    }
    heading(
        "Building a policy of ten origins",
        "The ratio is to the first policies of the process.",
        "policies before | instructions | ratio | at most | allocations",
    );
    let mut is_met = true;
    let (others, counts) = count();
    for (others, count) in others.iter().zip(&counts) {
        let ratio = count.instructions / counts[0].instructions;
        is_met &= ratio <= MOST;
        let missed = if ratio > MOST { ": missed" } else { "" };
        let Count { instructions, allocations } = count;
        println!(
            "| {others} | {instructions:.0} | {ratio:.2} | {MOST:.2}{missed} | {allocations:.0} |"
        );
    }
    is_met
}

fn count() -> ([usize; 3], Vec<Count>) {
    let others = [0, 1000, TENANTS - BUILDS as usize];
    let run = |others: &usize| {
        run_under_callgrind(&["--count-builds", &others.to_string()], BUILDS, |_| {})
    };
    (others, for_each(&others, run))
}

/// Runs in the other process.
pub fn run(others: usize) {
    let others: Vec<_> = (0..others).map(|tenant| layer(of_tenant(tenant))).collect();
    let texts = (others.len()..).take(BUILDS as usize).map(of_tenant).collect();
    let region = Region::new(ALLOCATOR);
    let layers = counted_operations_of_builder(texts);
    println!("{}", region.change().allocations);
    drop((others, layers));
}

/// Without closures, because their names would contain that of this function.
#[inline(never)]
fn counted_operations_of_builder(texts: Vec<[String; 10]>) -> Vec<CorsLayer> {
    let mut layers = Vec::with_capacity(texts.len());
    for texts in texts {
        layers.push(layer(texts));
    }
    layers
}
