//! Counts instructions and allocations by running this program again under callgrind.

use std::{
    convert::Infallible,
    env, fs,
    io::{BufReader, Read as _},
    process::{ChildStdout, Command, Stdio},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use http::{Request, Response};
use stats_alloc::Region;
use tower::Service;

use crate::{
    ALLOCATOR,
    cases::{Ask, Case, Subject},
    counted::counted_operations,
};

/// The cost of one request, on average.
#[derive(Debug, Clone, Copy, Default)]
pub struct Count {
    pub instructions: f64,
    pub allocations: f64,
}

/// The costs of the subjects of one case. Subjects that were not counted have zero or `None`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Counts {
    pub floor: Count,
    pub limit: Count,
    pub corsac: Count,
    pub tower_http: Option<Count>,
}

impl Counts {
    /// Returns the cost that corsac adds to the floor, divided by the cost that the limit adds.
    pub fn net(&self) -> f64 {
        self.net_of(self.corsac)
    }

    pub fn net_of(&self, count: Count) -> f64 {
        let floor = self.floor.instructions;
        (count.instructions - floor) / (self.limit.instructions - floor)
    }
}

/// Counts each case.
pub fn count(cases: &[Case], subjects: &[Subject]) -> Vec<Counts> {
    let pairs = cases.iter().enumerate();
    let jobs: Vec<(usize, Subject)> = pairs
        .flat_map(|(at, case)| subjects.iter().filter(|it| case.has(**it)).map(move |it| (at, *it)))
        .collect();
    let counted = for_each(&jobs, |(at, subject)| count_one(&cases[*at], *subject));
    let mut counts = vec![Counts::default(); cases.len()];
    for ((at, subject), count) in jobs.into_iter().zip(counted) {
        let counts = &mut counts[at];
        match subject {
            Subject::Floor => counts.floor = count,
            Subject::Limit => counts.limit = count,
            Subject::Corsac => counts.corsac = count,
            Subject::TowerHttp => counts.tower_http = Some(count),
        }
    }
    counts
}

/// Runs the jobs, with one thread for each processor. Returns the results in their order.
pub fn for_each<J: Sync, T: Send>(jobs: &[J], run: impl Fn(&J) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::new());
    let work = || {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(job) = jobs.get(at) else { return };
            let result = run(job);
            done.lock().unwrap().push((at, result));
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    let mut done = done.into_inner().unwrap();
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

fn count_one(case: &Case, subject: Subject) -> Count {
    run_under_callgrind(&args(case, subject), requests(case, subject), |_| {})
}

/// Returns callgrind's report on a row, and the number of requests in it.
pub fn report_on(case: &Case, subject: Subject) -> (String, u32) {
    (report(&args(case, subject), |_| {}).0, requests(case, subject))
}

fn args(case: &Case, subject: Subject) -> [&str; 3] {
    ["--count", &case.name, subject.name()]
}

/// Runs this program under callgrind, calls `meanwhile` with its output, and returns the mean of `times`
/// operations. Counts the functions whose names contain `counted_operations`. The last line that the
/// program prints is the number of allocations.
pub fn run_under_callgrind(
    args: &[&str],
    times: u32,
    meanwhile: impl FnOnce(&mut BufReader<ChildStdout>),
) -> Count {
    let (report, allocations) = report(args, meanwhile);
    let instructions = report.lines().find_map(|line| line.strip_prefix("totals: ")).unwrap();
    let mean = |total: &str| total.trim().parse::<f64>().unwrap() / f64::from(times);
    Count { instructions: mean(instructions), allocations: mean(&allocations) }
}

/// Returns callgrind's report, and the rest of the program's output.
fn report(args: &[&str], meanwhile: impl FnOnce(&mut BufReader<ChildStdout>)) -> (String, String) {
    let file = format!("corsac-{}-{}", std::process::id(), args.join("-"));
    let file = env::temp_dir().join(file.replace(|it: char| !it.is_alphanumeric(), "-"));
    let mut child = Command::new("valgrind")
        .args(["--tool=callgrind", "--toggle-collect=*counted_operations*"])
        .arg(format!("--callgrind-out-file={}", file.display()))
        .arg(env::current_exe().unwrap())
        .args(args)
        // Each thread keeps all that it frees. Otherwise glibc puts it into lists that it sorts now and
        // then, for some subjects and not for others.
        .env("GLIBC_TUNABLES", "glibc.malloc.tcache_count=65535")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("valgrind is needed, `apt-get install valgrind`");
    let mut output = BufReader::new(child.stdout.take().unwrap());
    meanwhile(&mut output);
    let mut rest = String::new();
    output.read_to_string(&mut rest).unwrap();
    let run = child.wait_with_output().unwrap();
    let messages = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{args:?}: {messages}");
    let report = fs::read_to_string(&file).unwrap();
    fs::remove_file(file).unwrap();
    (report, rest)
}

fn requests(case: &Case, subject: Subject) -> u32 {
    // tower-http copies the list of origins for each request.
    let is_slow = subject == Subject::TowerHttp && case.policy.origins().count() >= 10_000;
    if is_slow { 10 } else { case.requests }
}

/// Runs in the other process: answers the requests of a case, and prints the number of allocations.
pub fn run(case: &Case, subject: Subject) {
    case.ask(subject, Counted { requests: requests(case, subject) });
}

struct Counted {
    requests: u32,
}

impl Ask for Counted {
    fn ask<S, B, R>(self, mut service: S, request: impl Fn(usize) -> Request<B> + Sync)
    where
        B: Default,
        S: Service<Request<B>, Response = Response<R>, Error = Infallible> + Clone + Send + Sync,
    {
        let mut requests = (0..self.requests as usize).map(request).collect();
        let region = Region::new(ALLOCATOR);
        counted_operations(&mut service, &mut requests);
        println!("{}", region.change().allocations);
    }
}
