//! Compares two threads that share a layer with one thread.

use std::{
    convert::Infallible,
    fmt, fs,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use http::{Request, Response};
use tower::Service;

use crate::{
    again::again,
    cases::{Ask, Case, Held, Subject, workloads},
    counted::counted_operations,
    heading::heading,
};

const REQUESTS: usize = 500;
const ROUNDS: usize = 300;
const REPEATS: usize = 5;

/// The target of the rows that count no references.
const LEAST: f64 = 1.9;

/// Prints the comparison. Enforces no limit, because other programs run on the same processors.
pub fn threads(filter: &str) {
    const NAMES: [&str; 8] = [
        "cloned: actual, list of 10, allowed",
        "cloned: actual, permissive",
        "cloned: preflight, list of 10, allowed",
        "static: actual, list of 10, allowed",
        "static: actual, permissive",
        "static: preflight, list of 10, allowed",
        "reloadable: actual, list of 10, allowed",
        "reloadable: actual, permissive",
    ];
    let cases: Vec<Case> = workloads::cases()
        .into_iter()
        .filter(|it| NAMES.contains(&it.name.as_str()) && it.name.contains(filter))
        .collect();
    if cases.is_empty() {
        return;
    }
    heading(
        "Two threads",
        "The work that two threads with one layer do, in units of what one does: by wall clock, and by the processor time that a request takes. The best of many rounds of some tenths of a millisecond. Rows without a bound count references to one policy, for which the threads contend.",
        "request | inner: wall, processor | corsac: wall, processor | at least | tower-http: wall, processor",
    );
    for case in &cases {
        let scale = |subject| {
            let mut scale = Scale::default();
            case.ask(subject, Rounds { scale: &mut scale });
            scale
        };
        let (inner, corsac) = (scale(Subject::Floor), scale(Subject::Corsac));
        println!(
            "| {} | {inner} | {corsac} | {} | {} |",
            case.name,
            at_least(case, &inner, &corsac),
            scale(Subject::TowerHttp),
        );
    }
}

/// Returns the bound of a row, and whether it is missed.
fn at_least(case: &Case, inner: &Scale, corsac: &Scale) -> String {
    // Other programs may keep even the inner service below it.
    let least = LEAST.min(inner.wall);
    match case.held {
        Held::Counted | Held::Reloadable => "-".to_owned(),
        Held::Static if corsac.wall < least => format!("{least:.2}: missed"),
        Held::Static => format!("{least:.2}"),
    }
}

struct Rounds<'a> {
    scale: &'a mut Scale,
}

#[derive(Default)]
struct Scale {
    wall: f64,
    /// `None` if the system does not report it.
    processor: Option<f64>,
}

impl Ask for Rounds<'_> {
    fn ask<S, B, R>(self, service: S, request: impl Fn(usize) -> Request<B> + Sync)
    where
        B: Default,
        S: Service<Request<B>, Response = Response<R>, Error = Infallible> + Clone + Send + Sync,
    {
        let (mut one, mut two) = (Times::MAX, Times::MAX);
        // In turns, because the speed of the machine changes over time.
        for _ in 0..REPEATS {
            one.improve(rounds(1, &service, &request));
            two.improve(rounds(2, &service, &request));
        }
        let ratio = |one: Duration, two: Duration| 2.0 * one.as_secs_f64() / two.as_secs_f64();
        let processor = ratio(one.processor, two.processor);
        *self.scale = Scale {
            wall: ratio(one.wall, two.wall),
            processor: Some(processor).filter(|it| it.is_normal()),
        };
    }
}

#[derive(Clone, Copy)]
struct Times {
    /// From the start of the first thread to the end of the last one.
    wall: Duration,
    /// The processor time of one thread, on average.
    processor: Duration,
}

impl Times {
    const MAX: Self = Self { wall: Duration::MAX, processor: Duration::MAX };

    fn improve(&mut self, other: Self) {
        self.wall = self.wall.min(other.wall);
        self.processor = self.processor.min(other.processor);
    }
}

/// The work of one thread in one round.
struct Round {
    start: Instant,
    end: Instant,
    processor: Duration,
}

/// Lets each thread answer the requests several times, and returns the best times.
fn rounds<S, B, R>(threads: u32, service: &S, request: impl Fn(usize) -> Request<B> + Sync) -> Times
where
    B: Default,
    S: Service<Request<B>, Response = Response<R>, Error = Infallible> + Clone + Send + Sync,
{
    let arrived = AtomicUsize::new(0);
    let work = || {
        let mut service = service.clone();
        // Each thread has its own buffers.
        let requests: Vec<_> = (0..REQUESTS).map(&request).collect();
        let rounds = (1..=ROUNDS).map(|round| {
            let mut requests = requests.iter().map(again).collect();
            arrived.fetch_add(1, Ordering::SeqCst);
            // Spins, because a sleeping thread needs longer to wake up than a round takes.
            while arrived.load(Ordering::SeqCst) < round * threads as usize {
                std::hint::spin_loop();
            }
            let before = processor_time();
            let start = Instant::now();
            counted_operations(&mut service, &mut requests);
            let end = Instant::now();
            Round { start, end, processor: processor_time().saturating_sub(before) }
        });
        rounds.collect::<Vec<_>>()
    };
    let done: Vec<Vec<Round>> = thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        running.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let mut best = Times::MAX;
    for at in 0..ROUNDS {
        let round = || done.iter().map(|rounds| &rounds[at]);
        let (first, last) = (round().map(|it| it.start).min(), round().map(|it| it.end).max());
        let wall = last.unwrap() - first.unwrap();
        let all_at_work = round()
            .map(|it| it.end)
            .min()
            .unwrap()
            .saturating_duration_since(round().map(|it| it.start).max().unwrap());
        best.wall = best.wall.min(wall);
        // Only rounds in which all threads ran at the same time show contention.
        if all_at_work > wall / 10 * 9 {
            let processor = round().map(|it| it.processor).sum::<Duration>() / threads;
            best.processor = best.processor.min(processor);
        }
    }
    best
}

/// Returns the processor time of this thread, or zero if the system does not report it.
pub fn processor_time() -> Duration {
    // The kernel updates the time when it schedules a thread.
    thread::yield_now();
    scheduled(0)
}

/// Returns the time that this thread waited for a processor, or zero if the system does not report it.
pub fn waiting_time() -> Duration {
    scheduled(1)
}

fn scheduled(field: usize) -> Duration {
    let times = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = times.split(' ').nth(field).and_then(|it| it.parse().ok());
    Duration::from_nanos(nanoseconds.unwrap_or(0))
}

impl fmt::Display for Scale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2}, ", self.wall)?;
        match self.processor {
            Some(processor) => write!(f, "{processor:.2}"),
            None => f.write_str("-"),
        }
    }
}
