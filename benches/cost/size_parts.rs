//! The parts of an application that the code of a layer belongs to.

use std::{collections::BTreeMap, process::Command};

use crate::app::program;

/// The bytes of the functions and constants that have a name, by the module or crate of that name.
pub type Parts = BTreeMap<String, f64>;

/// Prints what each part grows by. The bytes without a name are tables for unwinding, relocations, texts, and
/// the space between functions.
pub fn print(none: &Parts, corsac: &Parts, adds: f64) {
    println!("\nMissed: code size\n\n| part | bytes |\n|---|---|");
    let grows = |(part, bytes): (&String, &f64)| {
        (part.clone(), bytes - none.get(part).copied().unwrap_or_default())
    };
    let mut parts: Vec<_> = corsac.iter().map(grows).filter(|(_, bytes)| *bytes != 0.0).collect();
    parts.sort_by(|a, b| b.1.total_cmp(&a.1));
    for (part, bytes) in &parts {
        println!("| {part} | {bytes} |");
    }
    let named: f64 = parts.iter().map(|(_, bytes)| bytes).sum();
    println!("| without a name | {} |", adds - named);
}

/// Returns the parts of the program that was built last.
pub fn parts() -> Parts {
    let run = Command::new("nm").args(["--print-size", "--demangle"]).arg(program()).output();
    let run = run.expect("nm is needed, `apt-get install binutils`");
    let mut parts = Parts::new();
    for line in String::from_utf8_lossy(&run.stdout).lines() {
        // Address, size, kind, name. Those of other kinds are no code.
        let mut fields = line.splitn(4, ' ').skip(1);
        let (Some(size), Some("t" | "T" | "r" | "R" | "w" | "W"), Some(name)) =
            (fields.next(), fields.next(), fields.next())
        else {
            continue;
        };
        let Ok(size) = u32::from_str_radix(size, 16) else { continue };
        *parts.entry(part(name)).or_default() += f64::from(size);
    }
    parts
}

fn part(name: &str) -> String {
    // The name of generic code may contain a type of corsac.
    if let Some((_, path)) = name.split_once("corsac::") {
        let module = path.split("::").next().unwrap_or_default();
        return format!("corsac::{module}");
    }
    let krate = name.trim_start_matches(['<', '&', '(']).split("::").next().unwrap_or_default();
    let part = match krate {
        "core" | "alloc" | "std" => "generic code of the standard library",
        "http" | "hashbrown" | "foldhash" => krate,
        _ => "others, such as axum and hyper",
    };
    part.to_owned()
}
