//! Counts instructions and allocations by running this program again under callgrind.

use std::{
    convert::Infallible,
    env, fs,
    process::Command,
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

/// Counts each case, with one process for each processor.
pub fn count(cases: &[Case], subjects: &[Subject]) -> Vec<Counts> {
    let pairs = cases.iter().enumerate();
    let jobs: Vec<(usize, Subject)> = pairs
        .flat_map(|(at, case)| subjects.iter().filter(|it| case.has(**it)).map(move |it| (at, *it)))
        .collect();
    let counts = Mutex::new(vec![Counts::default(); cases.len()]);
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some((at, subject)) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
            let count = count_one(&cases[*at], *subject);
            let counts = &mut counts.lock().unwrap()[*at];
            match subject {
                Subject::Floor => counts.floor = count,
                Subject::Limit => counts.limit = count,
                Subject::Corsac => counts.corsac = count,
                Subject::TowerHttp => counts.tower_http = Some(count),
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    counts.into_inner().unwrap()
}

fn count_one(case: &Case, subject: Subject) -> Count {
    let file = format!("corsac-{}-{}-{}", std::process::id(), case.name, subject.name());
    let file = env::temp_dir().join(file.replace(|it: char| !it.is_alphanumeric(), "-"));
    let run = Command::new("valgrind")
        .args(["--tool=callgrind", "--toggle-collect=*counted_operations*"])
        .arg(format!("--callgrind-out-file={}", file.display()))
        .arg(env::current_exe().unwrap())
        .args(["--count", &case.name, subject.name()])
        .output()
        .expect("valgrind is needed, `apt-get install valgrind`");
    let said = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{}, {}: {said}", case.name, subject.name());
    let report = fs::read_to_string(&file).unwrap();
    fs::remove_file(file).unwrap();
    let instructions = report.lines().find_map(|line| line.strip_prefix("totals: ")).unwrap();
    let allocations = String::from_utf8(run.stdout).unwrap();
    let requests = f64::from(requests(case, subject));
    let mean = |total: &str| total.trim().parse::<f64>().unwrap() / requests;
    Count { instructions: mean(instructions), allocations: mean(&allocations) }
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
        let requests = (0..self.requests as usize).map(request).collect();
        let region = Region::new(ALLOCATOR);
        counted_operations(&mut service, requests);
        println!("{}", region.change().allocations);
    }
}
