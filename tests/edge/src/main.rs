//! Exports policies to real proxies, sends each the same random requests, and compares the answers with
//! `Decision`.
//!
//! `corsac-edge-tests DIRECTORY NAME=PROGRAM...`: a directory for files, and the servers.

use std::{
    error::Error,
    fmt::Write as _,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

mod apache;
mod compare;
mod copied;
mod culprit;
mod edge;
mod envoy;
mod faults;
mod golden;
mod h2c;
mod hostile;
mod istio;
mod lossy;
mod names;
mod path_faults;
mod path_policies;
mod policies;
mod probed;
mod random;
mod requests;
mod server;
mod traefik;
mod upstream;
mod varnish;
mod wire;

use edge::Bench;
use policies::Case;
use random::Random;
use server::{Kind, Server};

fn main() -> ExitCode {
    match run() {
        Ok(0) => ExitCode::SUCCESS,
        Ok(failures) => {
            eprintln!("error: {failures} failures");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The servers that run at the same time.
const AT_ONCE: usize = 3;

/// Returns the number of failures.
fn run() -> Result<usize, Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let directory = arguments.next().ok_or("usage: corsac-edge-tests DIRECTORY NAME=PROGRAM...")?;
    let directory = PathBuf::from(directory);
    let servers: Vec<String> = arguments.collect();
    let cases = policies::all()?;
    let failures = AtomicUsize::new(golden::compare(&cases)?);
    let service = upstream::start()?;
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(argument) = servers.get(at) else { return };
                    let directory = directory.join(at.to_string());
                    let mut output = format!("{argument}\n");
                    let done = try_server(argument, &directory, service, &cases, &mut output);
                    print!("{output}");
                    let failed = done.unwrap_or_else(|error| {
                        println!("error: {argument}: {error}");
                        1
                    });
                    failures.fetch_add(failed, Ordering::Relaxed);
                }
            });
        }
    });
    Ok(failures.into_inner())
}

fn try_server(
    argument: &str,
    directory: &Path,
    service: u16,
    cases: &[Case],
    output: &mut String,
) -> Result<usize, Box<dyn Error>> {
    let server = Server::parse(argument)?;
    let bench = Bench { server: &server, directory, service };
    // Each policy needs a new process, so there are only a few of these.
    let mut random = Random::new(number_of("SEED", 13)?);
    let mut hostile: Vec<Case> = Vec::new();
    for number in 0..number_of("POLICIES", 12)? {
        hostile.push(match number % 4 {
            3 => path_policies::random(&mut random)?,
            _ => hostile::policy(&mut random)?,
        });
    }
    let mut failures = 0;
    for case in cases.iter().chain(&hostile) {
        if case.is_refused(&server.kind.target()) {
            writeln!(output, "{:>12}: refused", case.name)?;
            continue;
        }
        let export = bench.export(case)?;
        let edge = bench.start(&export, "", "")?;
        let outcome = edge.compare(case, &export, usize::MAX)?;
        writeln!(output, "{:>12}: {outcome}", case.name)?;
        let report = probed::report(edge.port(), case, &export)?;
        let accepted: Vec<&str> = report.accepted().iter().map(|check| check.id()).collect();
        writeln!(
            output,
            "{:>12}  probe: {} answers, accepted {accepted:?}",
            "",
            report.answered()
        )?;
        for finding in report.findings() {
            writeln!(output, "{finding}")?;
        }
        failures += report.findings().len();
        for mismatch in outcome.mismatches.iter().take(3) {
            writeln!(output, "{mismatch}")?;
        }
        failures += outcome.mismatches.len();
    }
    if names::has_sites(server.kind) {
        failures += names::compare(&bench, cases, output)?;
    }
    failures += faults::plant(&bench, cases, output)?;
    if server.kind == Kind::Nginx {
        failures += copied::compare(&bench, output)?;
    }
    Ok(failures)
}

/// Returns a number from the environment.
fn number_of(name: &str, default: u64) -> Result<u64, Box<dyn Error>> {
    match std::env::var(name) {
        Ok(number) => Ok(number.parse().map_err(|error| format!("{name} {number:?}: {error}"))?),
        Err(_) => Ok(default),
    }
}
