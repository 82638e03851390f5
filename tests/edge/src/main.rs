//! Exports policies to real proxies, sends each the same random requests, and compares the answers with
//! `Decision`.
//!
//! `corsac-edge-tests DIRECTORY NAME=PROGRAM...`: a directory for files, and the servers.

use std::{error::Error, path::PathBuf, process::ExitCode};

mod compare;
mod copied;
mod edge;
mod faults;
mod golden;
mod policies;
mod random;
mod requests;
mod server;
mod upstream;
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

/// Returns the number of failures.
fn run() -> Result<usize, Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let directory = arguments.next().ok_or("usage: corsac-edge-tests DIRECTORY NAME=PROGRAM...")?;
    let directory = PathBuf::from(directory);
    let cases = policies::all()?;
    let mut failures = golden::compare(&cases)?;
    let service = upstream::start()?;
    for argument in arguments {
        println!("{argument}");
        let server = Server::parse(&argument)?;
        let bench = Bench { server: &server, directory: &directory, service };
        // Each policy needs a new process, so there are only a few of these.
        let mut random = Random::new(13);
        let random: Vec<Case> =
            (0..10).map(|_| policies::random(&mut random)).collect::<Result<_, _>>()?;
        for case in cases.iter().chain(&random) {
            let export = bench.export(case)?;
            let outcome = bench.start(&export, "", "")?.compare(case, &export, usize::MAX)?;
            println!("{:>12}: {outcome}", case.name);
            for mismatch in outcome.mismatches.iter().take(3) {
                println!("{mismatch}");
            }
            failures += outcome.mismatches.len();
        }
        failures += faults::plant(&bench, &cases)?;
        if server.kind == Kind::Nginx {
            let mut output = String::new();
            failures += copied::compare(&bench, &mut output)?;
            print!("{output}");
        }
    }
    Ok(failures)
}
