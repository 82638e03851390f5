//! The cost of counting references, in a server on two threads.

use std::{
    fs,
    net::SocketAddr,
    sync::Barrier,
    thread,
    time::{Duration, Instant},
};

use tokio::{
    net::TcpListener,
    runtime::{self, Runtime},
};

use crate::{
    cases::{Case, served},
    heading::heading,
    server::{Connection, Layer},
};

const THREADS: usize = 2;

/// The connections of each thread of the client. It sends a request on each before it reads the responses,
/// so that the threads of the server have work at the same time.
const CONNECTIONS: usize = 8;

const ROUNDS: usize = 100;
const SLICE: Duration = Duration::from_millis(40);

/// Prints the times. Enforces no limit, because other programs run on the same processors.
pub fn server_times(filter: &str) {
    const NAMES: [&str; 2] = ["server: actual, allowed", "server: preflight, allowed"];
    let cases: Vec<Case> = served::cases()
        .into_iter()
        .filter(|it| NAMES.contains(&it.name.as_str()) && it.name.contains(filter))
        .collect();
    if cases.is_empty() {
        return;
    }
    heading(
        "A server on two threads",
        "axum and hyper over TCP, with a client on the same machine. Ratios are those of the time for each request to that with a `&'static Policy`: the median of alternating rounds, and the interval that contains the true median with a confidence of 95 %. Without a layer, a preflight is answered with 405.",
        "request | layer | requests a second | ratio of the time | processor, microseconds | ratio of the processor time",
    );
    let runtime = runtime::Builder::new_multi_thread()
        .worker_threads(THREADS)
        .thread_name(NAME)
        .enable_all()
        .build()
        .unwrap();
    for case in &cases {
        measure(&runtime, case);
    }
}

fn measure(runtime: &Runtime, case: &Case) {
    let mut clients = Layer::ALL.map(|layer| Client::new(start(runtime, layer, case), case));
    let times = clients[0].run(100).wall / 100;
    let times = usize::try_from(SLICE.as_nanos() / times.as_nanos()).unwrap().max(1);
    let mut rounds = Vec::new();
    for round in 0..ROUNDS {
        let mut slices = [Slice::default(); Layer::ALL.len()];
        for at in 0..slices.len() {
            // Each of them is sometimes the first.
            let at = (at + round) % slices.len();
            slices[at] = clients[at].run(times);
        }
        rounds.push(slices);
    }
    let requests = times * CONNECTIONS * THREADS;
    for (at, layer) in Layer::ALL.into_iter().enumerate() {
        let all = |of: fn(&Slice) -> Duration| {
            rounds.iter().map(move |slices| of(&slices[at]).as_secs_f64()).collect::<Vec<_>>()
        };
        let ratio = |of: fn(&Slice) -> Duration| {
            let reference = Layer::ALL.iter().position(|it| *it == Layer::Static).unwrap();
            let ratio = |slices: &[Slice; Layer::ALL.len()]| {
                of(&slices[at]).as_secs_f64() / of(&slices[reference]).as_secs_f64()
            };
            Median::of(rounds.iter().map(ratio).collect())
        };
        #[expect(clippy::cast_precision_loss)]
        let requests = requests as f64;
        let wall = Median::of(all(|slice| slice.wall)).middle / requests;
        let processor = Median::of(all(|slice| slice.processor)).middle / requests;
        println!(
            "| {} | {} | {:.0} | {} | {:.2} | {} |",
            case.name,
            layer.name(),
            1.0 / wall,
            ratio(|slice| slice.wall),
            processor * 1e6,
            ratio(|slice| slice.processor),
        );
    }
}

fn start(runtime: &Runtime, layer: Layer, case: &Case) -> SocketAddr {
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    let app = layer.app(case);
    runtime.spawn(async { axum::serve(listener, app).await });
    address
}

/// The connections of one server.
struct Client {
    threads: [Vec<Connection>; THREADS],
}

#[derive(Debug, Clone, Copy, Default)]
struct Slice {
    wall: Duration,
    /// The processor time of the server's threads.
    processor: Duration,
}

impl Client {
    fn new(address: SocketAddr, case: &Case) -> Self {
        let connections = || (0..CONNECTIONS).map(|_| Connection::open(address, &case.request(0)));
        Self { threads: std::array::from_fn(|_| connections().collect()) }
    }

    /// Sends a number of requests on each connection.
    fn run(&mut self, times: usize) -> Slice {
        let before = processor_time();
        let barrier = Barrier::new(THREADS);
        let work = |connections: &mut Vec<Connection>| {
            barrier.wait();
            let start = Instant::now();
            for _ in 0..times {
                connections.iter_mut().for_each(Connection::send);
                connections.iter_mut().for_each(Connection::receive);
            }
            (start, Instant::now())
        };
        let done: Vec<_> = thread::scope(|scope| {
            let work = &work;
            let threads = self.threads.each_mut().map(|them| scope.spawn(move || work(them)));
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let start = done.iter().map(|(start, _)| *start).min().unwrap();
        let end = done.iter().map(|(_, end)| *end).max().unwrap();
        // The kernel knows the time of a thread once it waits.
        thread::sleep(Duration::from_millis(1));
        Slice { wall: end - start, processor: processor_time().saturating_sub(before) }
    }
}

const NAME: &str = "server";

/// Returns the processor time of the server's threads, or zero if the system does not report it.
fn processor_time() -> Duration {
    let Ok(threads) = fs::read_dir("/proc/self/task") else { return Duration::ZERO };
    let threads = threads.filter_map(|it| Some(it.ok()?.path()));
    let servers =
        threads.filter(|it| fs::read_to_string(it.join("comm")).is_ok_and(|it| it.trim() == NAME));
    let nanoseconds = servers.filter_map(|it| {
        let times = fs::read_to_string(it.join("schedstat")).ok()?;
        times.split(' ').next()?.parse::<u64>().ok()
    });
    Duration::from_nanos(nanoseconds.sum())
}

/// A median and its interval of confidence.
struct Median {
    middle: f64,
    low: f64,
    high: f64,
}

impl Median {
    /// The interval lies between two of the values: their ranks follow from the binomial distribution, so it
    /// holds whatever the distribution of the values is.
    fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let count = values.len();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss
        )]
        let distance = (0.98 * (count as f64).sqrt()).ceil() as usize;
        let (low, high) = (count / 2 - distance, count / 2 + distance);
        Self { middle: values[count / 2], low: values[low], high: values[high] }
    }
}

impl std::fmt::Display for Median {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { middle, low, high } = self;
        write!(f, "{middle:.2} ({low:.2} to {high:.2})")
    }
}
