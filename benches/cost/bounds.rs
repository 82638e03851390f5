//! Bounds for the cost of each row. A regression fails the build.

use std::{collections::BTreeMap, fs, path::PathBuf};

use serde::{Deserialize, Serialize};

use crate::{
    callgrind::{Counts, count},
    cases::{self, Subject, served},
    server_counts,
};

/// The share by which a row may exceed its bound.
///
/// The bound is on the net, (corsac - floor) / (limit - floor), because all three include functions of the C
/// library for copying and comparing, which depend on the processor. Where the limit adds little, the bound is on
/// what corsac adds, because the compiler decides much of the limit. Rows differ by at most:
///
/// | between | net | corsac - floor |
/// |---|---|---|
/// | two runs (hashes have random keys) | 0.2 % | 0.2 % |
/// | two runs of a whole server, beside other work | 0.3 % | 0.4 % |
/// | stable and nightly Rust, 1.95 and 1.97 | 1.9 % | 1.6 % |
/// | code moved between files of this benchmark | 4.9 % | 4.1 % |
/// | processors with and without AVX2 | 6.8 % | 9.4 % |
/// | checkouts in two folders, where responses have `Vary` already | 29 % | 0.3 % |
///
/// Other settings of the profile change single rows by more than half, which no tolerance could cover.
/// So the bounds hold only for the profile that users get.
const TOLERANCE: f64 = 0.08;

/// The instructions of a limit that adds little.
const LITTLE: f64 = 1000.0;

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Bound {
    /// The instructions that corsac adds to the floor.
    added: f64,
    net: f64,
    allocations: f64,
}

/// The command that writes the bounds again.
const BLESS: &str = "cargo bench -p corsac-benches --bench cost -- --bless";

type Bounds = BTreeMap<String, Bound>;

/// Prints the rows above their bounds. Returns whether there are none.
pub fn check() -> bool {
    let bounds: Bounds = serde_json::from_str(&fs::read_to_string(file()).unwrap()).unwrap();
    let counted = counted();
    let mut is_within = true;
    for (name, now) in &counted {
        let Some(bound) = bounds.get(name) else {
            println!("{name}: has no bound yet, add it with `{BLESS}`");
            is_within = false;
            continue;
        };
        let limit = bound.added / bound.net;
        let change =
            if limit < LITTLE { now.added / bound.added } else { now.net / bound.net } - 1.0;
        let say = |what| {
            let (old, new) = (bound.added, now.added);
            println!(
                "{name}: adds {new}, was {old}, net {:.3}, was {:.3}: {what}",
                now.net, bound.net
            );
        };
        if change > TOLERANCE {
            say("more than its bound");
            is_within = false;
        } else if change < -TOLERANCE {
            say("less, the bound can be lowered with `{BLESS}`");
        }
        if now.allocations > bound.allocations {
            println!("{name}: {} allocations, were {}", now.allocations, bound.allocations);
            is_within = false;
        }
    }
    for name in bounds.keys().filter(|name| !counted.contains_key(*name)) {
        println!("{name}: has a bound, and is no row any more");
        is_within = false;
    }
    println!("{} rows, tolerance {:.0} %", counted.len(), TOLERANCE * 100.0);
    is_within
}

/// Replaces the bounds by the current costs, with a line for each.
pub fn bless() {
    let line = |(name, bound): (&String, &Bound)| {
        let [name, bound] = [serde_json::to_string(name), serde_json::to_string(bound)];
        format!("  {}: {}", name.unwrap(), bound.unwrap())
    };
    let lines: Vec<_> = counted().iter().map(line).collect();
    fs::write(file(), format!("{{\n{}\n}}\n", lines.join(",\n"))).unwrap();
}

fn counted() -> Bounds {
    let (cases, served) = (cases::all(), served::cases());
    let counts = count(&cases, &[Subject::Floor, Subject::Limit, Subject::Corsac]);
    let counts = counts.into_iter().chain(server_counts::count(&served));
    let bound = |counts: Counts| Bound {
        added: (counts.corsac.instructions - counts.floor.instructions).round(),
        net: round(counts.net()),
        allocations: round(counts.corsac.allocations),
    };
    cases
        .iter()
        .chain(&served)
        .zip(counts)
        .map(|(case, counts)| (case.name.clone(), bound(counts)))
        .collect()
}

fn round(number: f64) -> f64 {
    (number * 1000.0).round() / 1000.0
}

fn file() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("cost/bounds.json")
}
