//! Deployments with one fault: the probe names it, and nothing else.

use std::collections::BTreeSet;

use corsac::probe::{Cause, Check, Exchange, Finding, Probe};

use super::{
    faults_matching, faults_preflight, faults_response, faults_series,
    server::{Answer, URL, ids, probe, strict},
};

pub(super) struct Fault {
    pub(super) name: &'static str,
    /// The ids of what is found, in the order of a report.
    pub(super) finds: &'static [&'static str],
    /// The cause of the first finding.
    pub(super) cause: Option<&'static str>,
    pub(super) server: Box<dyn FnMut(&Exchange) -> Answer>,
}

impl Fault {
    pub(super) fn new(
        name: &'static str,
        finds: &'static [&'static str],
        server: impl FnMut(&Exchange) -> Answer + 'static,
    ) -> Self {
        Self { name, finds, cause: None, server: Box::new(server) }
    }

    pub(super) fn because(self, cause: &'static str) -> Self {
        Self { cause: Some(cause), ..self }
    }
}

fn all() -> impl Iterator<Item = Fault> {
    let faults = faults_matching::all().into_iter().chain(faults_response::all());
    faults.chain(faults_preflight::all()).chain(faults_series::all())
}

/// The probe that looks at all of them.
pub(super) fn strict_probe() -> Probe {
    Probe::new(URL, strict()).unwrap()
}

#[test]
fn each_fault_is_named_and_nothing_else() {
    let mut wrong = Vec::new();
    for mut fault in all() {
        let report = probe(&strict_probe(), &mut fault.server);
        let found = ids(&report);
        let cause = report.findings().first().and_then(Finding::cause);
        let cause = cause.map(Cause::id);
        println!("{:50} {found:?} {}", fault.name, cause.unwrap_or(""));
        if found != fault.finds || cause != fault.cause {
            wrong.push(format!(
                "{}: expected {:?} because of {:?}, found\n{report}",
                fault.name, fault.finds, fault.cause
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn each_check_has_a_fault() {
    let found: BTreeSet<&str> = all().flat_map(|fault| fault.finds).copied().collect();
    // These need another policy, or more paths: see `special`.
    let elsewhere = super::special::CHECKS;
    for check in Check::ALL {
        let is_here = found.contains(check.id()) || elsewhere.contains(check);
        assert!(is_here, "{check} is never found");
    }
}
