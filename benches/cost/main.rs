//! What one request costs, in instructions and allocations: `cargo bench --bench cost`.
//!
//! Instructions are counted by callgrind (`apt-get install valgrind`), allocations by the allocator,
//! so they depend neither on the machine's speed nor on what else it does. Four subjects answer the
//! same requests:
//!
//! * *floor*: the bare inner service, a ready future with an empty response;
//! * *limit*: a hand-written middleware that looks at nothing and inserts the header set that corsac
//!   answers with, from constants, after one `reserve`;
//! * *corsac* and *tower-http*.
//!
//! *Net* is `(subject - floor) / (limit - floor)`. A request's construction is left out, its drop
//! and the response's are inside.

use std::{
    alloc::System,
    convert::Infallible,
    env, fs,
    future::Future,
    hint::black_box,
    pin::pin,
    process::{Command, ExitCode, Stdio},
    task::{Context, Poll, Waker},
};

use http::{Request, Response};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use tower::Service;

mod workloads;

use workloads::{SUBJECTS, WORKLOADS};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Requests that one count is the mean of.
const REQUESTS: u32 = 1000;

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args[..] {
        // What callgrind runs. Prints the allocations.
        ["--count", workload, subject] => {
            println!("{}", workloads::run(workload, subject));
            ExitCode::SUCCESS
        }
        // `cargo bench`, perhaps with a part of the workloads' names.
        ["--bench"] => table(""),
        [filter, "--bench"] => table(filter),
        // `cargo test`
        _ => {
            workloads::assert_limits_are_fair();
            ExitCode::SUCCESS
        }
    }
}

fn table(filter: &str) -> ExitCode {
    println!(
        "| workload | floor | limit | corsac | tower-http | net corsac | net tower-http | at most | allocations limit, corsac, tower-http |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    let mut is_within = true;
    for workload in WORKLOADS.iter().filter(|workload| workload.name.contains(filter)) {
        let counts = SUBJECTS.map(|subject| count(workload.name, subject));
        let [floor, limit, corsac, tower_http] = counts.map(|count| count.instructions);
        let net = |subject: f64| (subject - floor) / (limit - floor);
        is_within &= net(corsac) <= workload.net && counts[2].allocations <= counts[1].allocations;
        println!(
            "| {} | {floor:.0} | {limit:.0} | {corsac:.0} | {tower_http:.0} | {:.2} | {:.2} | {:.2} | {:.1}, {:.1}, {:.1} |",
            workload.name,
            net(corsac),
            net(tower_http),
            workload.net,
            counts[1].allocations,
            counts[2].allocations,
            counts[3].allocations,
        );
    }
    if is_within { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[derive(Clone, Copy)]
struct Count {
    instructions: f64,
    allocations: f64,
}

fn count(workload: &str, subject: &str) -> Count {
    let out = env::temp_dir().join(format!("corsac-{}-{subject}", std::process::id()));
    let run = Command::new("valgrind")
        .args(["--tool=callgrind", "--toggle-collect=*counted_operations*"])
        .arg(format!("--callgrind-out-file={}", out.display()))
        .arg(env::current_exe().unwrap())
        .args(["--count", workload, subject])
        .stderr(Stdio::null())
        .output()
        .expect("valgrind is installed");
    assert!(run.status.success(), "{workload}, {subject}");
    let report = fs::read_to_string(&out).unwrap();
    fs::remove_file(out).unwrap();
    let instructions = report.lines().find_map(|line| line.strip_prefix("totals: ")).unwrap();
    let allocations = String::from_utf8(run.stdout).unwrap();
    let mean = |total: &str| total.trim().parse::<f64>().unwrap() / f64::from(REQUESTS);
    Count { instructions: mean(instructions), allocations: mean(&allocations) }
}

/// Answers requests. Returns how often they allocate.
pub(crate) fn serve<S>(mut service: S, request: impl Fn() -> Request<()>) -> usize
where
    S: Service<Request<()>, Response = Response<()>, Error = Infallible>,
{
    let requests = (0..REQUESTS).map(|_| request()).collect();
    let region = Region::new(ALLOCATOR);
    counted_operations(&mut service, requests);
    region.change().allocations
}

/// The only place that calls `service`, as in an application, so that it can be compiled into it.
#[inline(never)]
fn counted_operations<S>(service: &mut S, requests: Vec<Request<()>>)
where
    S: Service<Request<()>, Response = Response<()>, Error = Infallible>,
{
    let mut cx = Context::from_waker(Waker::noop());
    for request in requests {
        let mut future = pin!(service.call(request));
        match future.as_mut().poll(&mut cx) {
            Poll::Ready(response) => drop(black_box(response)),
            Poll::Pending => unreachable!("the inner service is ready"),
        }
    }
}
