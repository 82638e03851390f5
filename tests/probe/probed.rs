//! What a probe finds on a server that is a function.

use corsac::probe::{Exchange, Finding, Probe, Report, Way};

use super::server::Answer;

pub(super) const URL: &str = "https://api.example.com/users";

/// Probes a server that speaks HTTP/1.1 alone.
pub(super) fn probe(probe: &Probe, mut server: impl FnMut(&Exchange) -> Answer) -> Report {
    let exchanges = probe.exchanges();
    let answers: Vec<Option<Answer>> = exchanges
        .iter()
        .map(|exchange| (exchange.way() != Way::Http1).then(|| server(exchange)))
        .collect();
    probe.judge(&exchanges, &answers)
}

pub(super) fn ids(report: &Report) -> Vec<&'static str> {
    report.findings().iter().map(|finding| Finding::check(finding).id()).collect()
}
