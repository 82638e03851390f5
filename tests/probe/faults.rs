//! Each fault, without a network.

use std::collections::BTreeSet;

use corsac::probe::{Cause, Check, Finding, Probe, Way};

use super::{
    fault::{FIRST_CONNECTIONS, all},
    probed::{URL, ids, probe},
    server::strict,
};

#[test]
fn each_fault_is_named_and_nothing_else() {
    let subject = Probe::new(URL, strict()).unwrap();
    let mut wrong = Vec::new();
    for mut fault in all() {
        let mut connections = FIRST_CONNECTIONS;
        let report = probe(&subject, |exchange| {
            let is_new = exchange.way() == Way::NewConnection;
            connections += usize::from(is_new);
            (fault.server)(exchange.request(), if is_new { connections } else { 0 })
        });
        let cause = report.findings().first().and_then(Finding::cause).map(Cause::id);
        if ids(&report) != fault.finds || cause != fault.cause {
            wrong.push(format!(
                "{}: expected {:?} because of {:?}, found {cause:?}\n{report}",
                fault.name, fault.finds, fault.cause
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn each_check_has_a_fault() {
    let found: BTreeSet<&str> = all().flat_map(|fault| fault.finds).copied().collect();
    for check in Check::ALL {
        // The others need another policy, or more paths.
        let is_here = found.contains(check.id()) || super::special::CHECKS.contains(check);
        assert!(is_here, "{check} is never found");
    }
}

#[test]
fn each_cause_has_a_fault() {
    let found: BTreeSet<&str> = all().filter_map(|fault| fault.cause).collect();
    for cause in Cause::ALL {
        let is_here = found.contains(cause.id()) || super::special::CAUSES.contains(cause);
        assert!(is_here, "{} is never told", cause.id());
    }
}
