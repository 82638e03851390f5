//! Each deployment with a fault, asked by the command over a socket.

use serde_json::Value;

use crate::{
    fault::{self, Fault},
    server::strict,
    wire::{policy_file, printed, serve},
};

/// At least so many deployments are broken.
const FAULTS: usize = 40;

#[test]
fn each_fault_is_named_and_nothing_else() {
    let file = policy_file(&strict());
    let mut wrong = Vec::new();
    let mut count = 0;
    println!("| deployment | findings | cause |\n|---|---|---|");
    for Fault { name, finds, cause, server } in fault::all() {
        let running = serve(server);
        let url = running.url("/users");
        let asked = printed([file.path().to_str().unwrap(), &url, "--format", "json"]);
        let report: Value = serde_json::from_str(&asked.out)
            .unwrap_or_else(|error| panic!("{name}: {error}: {asked:?}"));
        let findings = report["findings"].as_array().unwrap();
        let mut found: Vec<&str> = findings.iter().map(|it| it["id"].as_str().unwrap()).collect();
        let told = findings.iter().find_map(|it| it["notes"]["cause"].as_str());
        let told = told.and_then(|told| told.rsplit('(').next()?.strip_suffix(')'));
        println!("| {name} | {} | {} |", found.join(", "), told.unwrap_or(""));
        count += 1;
        let mut expected = finds.to_vec();
        expected.sort_unstable();
        found.sort_unstable();
        let has_outcome = findings.iter().any(|it| it["severity"] == "error");
        if found != expected || told != cause || asked.code != i32::from(has_outcome) {
            wrong.push(format!("{name}: expected {expected:?}, {cause:?}\n{asked:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert!(count >= FAULTS, "{count}");
}
