//! The functions in which the instructions of a row are spent.

use std::collections::BTreeMap;

use crate::{
    callgrind::{for_each, report_on},
    cases::{Case, Subject},
};

/// The number of functions that are printed for a row.
const SHOWN: usize = 8;

/// Functions by name, with the instructions of their own code for each request.
type Profile = BTreeMap<String, f64>;

/// Prints, for each row, the functions in which corsac spends the most beyond the limit.
pub fn profiles(rows: &[&Case]) {
    let subjects = [Subject::Corsac, Subject::Limit];
    let jobs: Vec<_> =
        rows.iter().flat_map(|case| subjects.map(|subject| (*case, subject))).collect();
    let profiles = for_each(&jobs, |(case, subject)| profile(case, *subject));
    for (case, pair) in rows.iter().zip(profiles.chunks_exact(subjects.len())) {
        print(&case.name, &pair[0], &pair[1]);
    }
}

fn print(name: &str, corsac: &Profile, limit: &Profile) {
    let of = |profile: &Profile, name: &str| profile.get(name).copied().unwrap_or_default();
    let names = corsac.keys().chain(limit.keys().filter(|name| !corsac.contains_key(*name)));
    let mut rows: Vec<_> =
        names.map(|name| (name.as_str(), of(corsac, name), of(limit, name))).collect();
    rows.sort_by(|a, b| (b.1 - b.2).total_cmp(&(a.1 - a.2)));
    println!("\nMissed: {name}\n\n| function | corsac | limit |\n|---|---|---|");
    let others = rows.split_off(rows.len().min(SHOWN));
    for (name, corsac, limit) in rows {
        println!("| `{name}` | {corsac:.0} | {limit:.0} |");
    }
    let sum = |of: fn(&(&str, f64, f64)) -> f64| others.iter().map(of).sum::<f64>();
    println!("| all others | {:.0} | {:.0} |", sum(|row| row.1), sum(|row| row.2));
}

fn profile(case: &Case, subject: Subject) -> Profile {
    let (report, requests) = report_on(case, subject);
    let mut profile = Profile::new();
    let mut names = BTreeMap::new();
    let (mut function, mut is_call) = ("", false);
    // The format is documented in valgrind's manual, "Callgrind Format Specification".
    for line in report.lines() {
        if let Some(name) = line.strip_prefix("fn=") {
            function = resolve(&mut names, name);
        } else if let Some(name) = line.strip_prefix("cfn=") {
            resolve(&mut names, name);
        } else if line.starts_with("calls=") {
            // The next line has the cost of the called function.
            is_call = true;
        } else if line.starts_with(|first: char| first.is_ascii_digit() || "+-*".contains(first))
            && !std::mem::take(&mut is_call)
        {
            let cost = line.split(' ').nth(1).and_then(|cost| cost.parse().ok());
            *profile.entry(short(function)).or_default() +=
                cost.unwrap_or(0.0) / f64::from(requests);
        }
    }
    profile
}

/// Returns the name behind a number. A report has each name once, behind its number: `(7) malloc`.
fn resolve<'r>(names: &mut BTreeMap<&'r str, &'r str>, text: &'r str) -> &'r str {
    match text.split_once(' ') {
        Some((number, name)) => {
            names.insert(number, name);
            name
        }
        None => names.get(text).copied().unwrap_or(text),
    }
}

/// Returns a name without the arguments of generic types, and without the mark of a recursion.
fn short(name: &str) -> String {
    const LONGEST: usize = 90;
    let name = name.split('\'').next().unwrap_or_default();
    let mut short: String = name.chars().take(LONGEST).collect();
    if short.len() < name.len() {
        short.push_str("..");
    }
    short
}
