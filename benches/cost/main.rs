//! What corsac costs, beside tower-http and beside what it cannot cost less than:
//! `cargo bench -p corsac-benches --bench cost`, with `-- <part of a row's name>` for some rows.
//!
//! Instructions are counted by callgrind (`apt-get install valgrind`), allocations by the allocator,
//! so they depend neither on the machine's speed nor on what else it does. Four subjects answer the same
//! requests:
//!
//! * *floor*: the bare inner service, a ready future with an empty response;
//! * *limit*: a hand-written middleware that looks at nothing and inserts the header set that corsac
//!   answers with, from constants, after one `reserve`;
//! * *corsac* and *tower-http*.
//!
//! A request's construction is left out, its drop and the response's are inside. Requests look like
//! hyper's. What is counted fails the command where it misses its target, or where that is known,
//! what is accepted for now; what is timed never does.
//!
//! `-- --check` compares the counts with `bounds.json` instead, `-- --bless` writes that file.

use std::{
    alloc::System,
    env,
    process::{Command, ExitCode},
};

use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

mod bounds;
mod callgrind;
mod cases;
mod counted;
mod heading;
mod memory;
mod services;
mod tables;

use cases::{Case, Subject, sizes};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let is_well = match args[..] {
        // What runs under valgrind.
        ["--count", case, subject] => {
            run(case, subject);
            true
        }
        // `cargo bench`
        ["--check", "--bench"] => bounds::check(),
        ["--bless", "--bench"] => {
            bounds::bless();
            true
        }
        ["--bench"] => compare(""),
        [filter, "--bench"] => compare(filter),
        // `cargo test`
        _ => {
            cases::all().iter().for_each(Case::assert_limit_is_fair);
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
        tables::sizes,
        tables::hostile,
        memory::memory,
        timed,
        tables::router,
    ];
    // Each of them, also after one that misses a target.
    tables.map(|table| table(filter)).into_iter().all(|is_met| is_met)
}

/// Another program's tables, which `cargo` builds as it has built this one.
fn timed(filter: &str) -> bool {
    let program = env::current_exe().unwrap();
    let run = Command::new(env::var_os("CARGO").unwrap_or("cargo".into()))
        .args(["bench", "--quiet", "--bench", "timed", "--target-dir"])
        .arg(program.ancestors().nth(3).unwrap())
        .args(["--", filter].iter().filter(|it| !it.is_empty()))
        .status();
    run.unwrap().success()
}
