//! Compares the cost of corsac with that of tower-http and with a lower limit:
//! `cargo bench -p corsac-benches --bench cost`, or `cargo bench -p corsac-benches --bench cost -- <part of a row's name>`.
//!
//! callgrind counts instructions (`apt-get install valgrind`), and the allocator counts allocations, so
//! the results depend neither on the speed of the machine nor on its other work. Four subjects answer
//! the same requests:
//!
//! * *floor*: the bare inner service, a ready future with its response;
//! * *limit*: a hand-written middleware that reads nothing from the request, and inserts the same headers
//!   as corsac, from constants, after one `reserve`;
//! * *corsac* and *tower-http*.
//!
//! The counts include dropping the request and the response, but not creating the request. Requests have
//! the same memory layout as those of hyper. The command fails if a count misses its target, or, if the
//! target is known to be missed, the accepted value. It never fails because of a time.
//!
//! `size` reads the code size of the application in `benches/app` (`apt-get install binutils`). It depends on
//! the compiler, but on nothing else.
//!
//! `-- --check` compares the counts with `bounds.json` instead, and the code size with its targets.
//! `-- --bless` writes that file.

use std::{
    alloc::System,
    env,
    process::{Command, ExitCode},
};

use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

mod answer;
mod app;
mod bounds;
mod builds;
mod callgrind;
mod cases;
mod compile_time;
mod counted;
mod heading;
mod memory;
mod profile;
mod server;
mod server_counts;
mod services;
mod size;
mod size_parts;
mod tables;

use cases::{Case, Subject, sizes};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let is_well = match args[..] {
        // Runs under valgrind.
        ["--count", case, subject] => {
            run(case, subject);
            true
        }
        ["--count-builds", others] => {
            builds::run(others.parse().unwrap());
            true
        }
        ["--count-server", case, layer] => {
            server_counts::run(case, layer);
            true
        }
        // `cargo bench`
        ["--check", "--bench"] => bounds::check() & builds::builds("") & size::size(""),
        ["--bless", "--bench"] => {
            bounds::bless();
            true
        }
        ["--bench"] => compare(""),
        [filter, "--bench"] => compare(filter),
        // `cargo test`
        _ => {
            cases::all().iter().chain(&cases::served::cases()).for_each(Case::assert_limit_is_fair);
            true
        }
    };
    if is_well { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn run(case: &str, subject: &str) {
    let case = cases::all().into_iter().chain(sizes::million()).find(|it| it.name == case);
    let subject = Subject::ALL.into_iter().find(|it| it.name() == subject);
    callgrind::run(&case.unwrap(), subject.unwrap());
}

fn compare(filter: &str) -> bool {
    let tables = [
        tables::one_request,
        tables::responses,
        tables::sizes,
        tables::hostile,
        memory::memory,
        builds::builds,
        timed,
        tables::router,
        server_counts::server,
        size::size,
        compile_time::compile_time,
    ];
    // Prints all tables, even if one misses a target.
    tables.map(|table| table(filter)).into_iter().all(|is_met| is_met)
}

/// Runs the `timed` benchmark, built in the same way as this one.
fn timed(filter: &str) -> bool {
    let program = env::current_exe().unwrap();
    let run = Command::new(env::var_os("CARGO").unwrap_or("cargo".into()))
        .args(["bench", "--quiet", "--bench", "timed", "--target-dir"])
        .arg(program.ancestors().nth(3).unwrap())
        .args(["--", filter].iter().filter(|it| !it.is_empty()))
        .status();
    run.unwrap().success()
}
