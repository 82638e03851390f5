//! Measures the time of one request with the inner service alone, with the limit (see `benches/cost`),
//! through corsac, and through tower-http; and the time to build a policy.
//!
//! `cargo bench -p corsac-benches --bench request`, with `-- cloned` for a part of it.

use std::{convert::Infallible, pin::pin, task::Context, time::Duration};

use cases::{Ask, Subject};
use corsac::CorsLayer;
use criterion::{BatchSize, BenchmarkGroup, Criterion, measurement::WallTime};
use http::{Request, Response};
use tower::Service;

#[path = "cost/again.rs"]
mod again;
#[path = "cost/cases/mod.rs"]
#[expect(dead_code, reason = "targets are those of counts")]
mod cases;
#[path = "cost/services.rs"]
mod services;

fn main() {
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(600))
        .configure_from_args();

    for case in cases::all() {
        let mut group = criterion.benchmark_group(&case.name);
        for subject in Subject::ALL.into_iter().filter(|it| case.has(*it)) {
            case.ask(subject, Timed { group: &mut group, name: subject.name() });
        }
    }

    let texts: Vec<String> = (0..10_000).map(cases::sizes::exact).collect();
    criterion.bench_function("building, 10,000 origins", |bencher| {
        bencher.iter(|| CorsLayer::builder().allow_origins(&texts).build());
    });
    criterion.final_summary();
}

struct Timed<'a, 'c> {
    group: &'a mut BenchmarkGroup<'c, WallTime>,
    name: &'static str,
}

impl Ask for Timed<'_, '_> {
    fn ask<S, B, R>(self, mut service: S, request: impl Fn(usize) -> Request<B> + Sync)
    where
        B: Default,
        S: Service<Request<B>, Response = Response<R>, Error = Infallible> + Clone + Send + Sync,
    {
        let requests: Vec<_> = (0..10).map(request).collect();
        let mut requests = requests.iter().cycle();
        self.group.bench_function(self.name, |bencher| {
            bencher.iter_batched(
                || requests.next().map(again::again).unwrap(),
                |request| {
                    let mut context = Context::from_waker(std::task::Waker::noop());
                    pin!(service.call(request)).poll(&mut context)
                },
                BatchSize::SmallInput,
            );
        });
    }
}
