//! The time of requests while another thread replaces a large policy.

use std::{
    hint::black_box,
    mem,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use corsac::{CorsLayer, Policy, ReloadHandle};
use futures_util::FutureExt as _;
use http::{Method, Request, header::ORIGIN};
use tower::{Layer as _, Service as _};

use crate::{
    again::again,
    cases::sizes::{MILLION, MILLIONS, exact},
    heading::heading,
    services::{Inner, like_hyper},
    threads::waiting_time,
};

const ROUNDS: usize = 10;
const ROUND: Duration = Duration::from_secs(1);

/// A time after which the thread may have waited for its processor.
const LONG: Duration = Duration::from_micros(20);

/// The target of the 99.99th percentile, as a multiple of that without reloads.
const MOST: f64 = 1.2;

#[derive(Debug, Clone, Copy)]
enum Reloads {
    None,
    /// Of two policies that exist, in turn. Nothing is built or freed.
    Existing,
    /// None, but policies are built and freed. That costs requests as much as any other program does
    /// which uses the processor's caches.
    Unused,
    /// Of policies that are built, each replaced one freed.
    Built,
}

impl Reloads {
    /// Each row with reloads follows one without them.
    const ALL: [Self; 4] = [Self::None, Self::Existing, Self::Unused, Self::Built];

    fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Existing => "every 100 microseconds, of policies that exist",
            Self::Unused => "none, but policies are built and freed",
            Self::Built => "one after the other, each policy built before and freed after",
        }
    }
}

/// Prints the times. Enforces no limit, because other programs run on the same processors.
pub fn reloads(filter: &str) {
    const NAME: &str = "reloads under load";
    if !NAME.contains(filter) {
        return;
    }
    heading(
        "Reloads under load",
        "A thread sends requests with one of a million allowed origins, and another one replaces the policy. The times of a request in microseconds, without the time in which other programs run on its processor: the best of ten rounds of a second, in turns. The limit is a multiple of the row above, which does the same work without reloads.",
        "reloads | in a second | p50 | p99 | p99.99 | at most",
    );
    let texts: Vec<String> = MILLIONS[0].texts().collect();
    let build = || CorsLayer::builder().allow_origins(&texts).build_policy().unwrap();
    let existing = [(); 2].map(|()| Arc::new(build()));
    let (layer, handle) = CorsLayer::reloadable(existing[0].clone());
    let mut best = Reloads::ALL.map(|_| Round::WORST);
    for _ in 0..ROUNDS {
        for (best, reloads) in best.iter_mut().zip(Reloads::ALL) {
            let round = round(&layer, || reload(reloads, &handle, &existing, build));
            best.improve(&round);
        }
    }
    for (rounds, all) in best.chunks(2).zip(Reloads::ALL.chunks(2)) {
        let most = rounds[0].percentiles[2] * MOST;
        let missed = if rounds[1].percentiles[2] > most { ": missed" } else { "" };
        row(all[0], &rounds[0], "-");
        row(all[1], &rounds[1], &format!("{most:.1}{missed}"));
    }
}

fn row(reloads: Reloads, round: &Round, at_most: &str) {
    let [p50, p99, p9999] = round.percentiles.map(|it| format!("{it:.1}"));
    let (name, number) = (reloads.name(), round.reloads);
    println!("| {name} | {number:.0} | {p50} | {p99} | {p9999} | {at_most} |");
}

/// Replaces the policy once. Returns the number of replacements.
fn reload(
    reloads: Reloads,
    handle: &ReloadHandle,
    existing: &[Arc<Policy>; 2],
    build: impl Fn() -> Policy,
) -> u32 {
    match reloads {
        Reloads::None => {
            thread::sleep(ROUND);
            return 0;
        }
        Reloads::Unused => {
            drop(build());
            return 0;
        }
        Reloads::Existing => {
            let other = existing.iter().find(|it| !Arc::ptr_eq(it, &handle.policy()));
            handle.replace(other.unwrap().clone());
            thread::sleep(Duration::from_micros(100));
        }
        Reloads::Built => drop(handle.replace(build())),
    }
    1
}

struct Round {
    /// In a second.
    reloads: f64,
    /// Microseconds that 50 %, 99 % and 99.99 % of the requests do not exceed.
    percentiles: [f64; 3],
}

impl Round {
    const WORST: Self = Self { reloads: 0.0, percentiles: [f64::INFINITY; 3] };

    fn improve(&mut self, other: &Self) {
        self.reloads = self.reloads.max(other.reloads);
        for (best, other) in self.percentiles.iter_mut().zip(other.percentiles) {
            *best = best.min(other);
        }
    }
}

/// Sends requests while `reload` is called again and again.
#[expect(clippy::cast_precision_loss)]
fn round(layer: &CorsLayer, reload: impl Fn() -> u32 + Send + Sync) -> Round {
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let reloading = scope.spawn(|| {
            let mut reloads = 0;
            while !is_over.load(Ordering::Relaxed) {
                reloads += reload();
            }
            reloads
        });
        let start = Instant::now();
        let mut times = send(layer);
        is_over.store(true, Ordering::Relaxed);
        let reloads = reloading.join().unwrap();
        let seconds = start.elapsed().as_secs_f64();
        times.sort_unstable();
        let percentile = |share: f64| {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let at = (times.len() as f64 * share) as usize;
            times[at].as_secs_f64() * 1e6
        };
        Round {
            reloads: f64::from(reloads) / seconds,
            percentiles: [0.5, 0.99, 0.9999].map(percentile),
        }
    })
}

/// Sends requests for the time of a round, and returns the time of each.
fn send(layer: &CorsLayer) -> Vec<Duration> {
    // So many that their origins are not in the processor's cache.
    let origins = (0..10_000).map(|at| exact(at * 7919 % MILLION));
    let requests: Vec<Request<()>> =
        origins.map(|origin| like_hyper(Method::GET, &[(ORIGIN, origin)])).collect();
    let service = layer.layer(Inner::<3>(|_| {}));
    let mut times = Vec::with_capacity(1 << 21);
    let begin = Instant::now();
    let (mut last, mut waited) = (begin, waiting_time());
    for request in requests.iter().cycle() {
        let request = again(request);
        let start = Instant::now();
        if start - last > LONG {
            waited = waiting_time();
        }
        drop(black_box(service.clone().call(request).now_or_never()));
        let mut time = start.elapsed();
        if time > LONG {
            let before = mem::replace(&mut waited, waiting_time());
            time = time.saturating_sub(waited.saturating_sub(before));
        }
        times.push(time);
        last = Instant::now();
        if last - begin > ROUND {
            break;
        }
    }
    times
}
