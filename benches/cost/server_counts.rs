//! The instructions and allocations of a whole server.

use std::{
    io::{BufRead, Read as _, Write as _},
    net::{SocketAddr, TcpListener},
    pin::pin,
    sync::Arc,
};

use axum::{Router, routing::get};
use futures_util::future::select;
use stats_alloc::Region;
use tokio::{
    runtime::{self, Runtime},
    sync::Notify,
};

use crate::{
    ALLOCATOR,
    callgrind::{Count, Counts, for_each, run_under_callgrind},
    cases::{Case, served},
    heading::heading,
    server::{Connection, Layer},
    tables::{holds, target},
};

/// Prints the counts. Returns whether the targets are met.
pub fn server(filter: &str) -> bool {
    let cases: Vec<Case> =
        served::cases().into_iter().filter(|it| it.name.contains(filter)).collect();
    if cases.is_empty() {
        return true;
    }
    heading(
        "A whole server",
        "Instructions and allocations of axum and hyper for each request of a connection, without those of the kernel; and those that a layer adds. The limit is a layer that inserts the same headers from constants, and answers the preflight itself. Without a layer, a preflight is answered with 405.",
        "request | no layer | limit adds | `&'static Policy` adds | `Policy` adds | at most | tower-http adds | allocations no layer; limit, `&'static Policy`, `Policy`, tower-http add",
    );
    let mut is_met = true;
    for (case, [none, layers @ ..]) in cases.iter().zip(count_layers(&cases, Layer::ALL)) {
        let added = layers.map(|it| it.instructions - none.instructions);
        let more = layers.map(|it| it.allocations - none.allocations);
        let [limit, of_static, counted, tower_http] = added;
        is_met &= holds(case.target, counted);
        println!(
            "| {} | {:.0} | {limit:.0} | {of_static:.0} | {counted:.0} | {} | {tower_http:.0} | {:.1}; {} |",
            case.name,
            none.instructions,
            target(case.target, counted),
            none.allocations,
            more.map(|it| format!("{it:.1}")).join(", "),
        );
    }
    is_met
}

/// Counts a server without a layer as the floor, and one with a `Policy` as corsac.
pub fn count(cases: &[Case]) -> Vec<Counts> {
    let all = count_layers(cases, [Layer::None, Layer::Limit, Layer::Counted]);
    let counts =
        |[floor, limit, corsac]: [Count; 3]| Counts { floor, limit, corsac, tower_http: None };
    all.into_iter().map(counts).collect()
}

fn count_layers<const N: usize>(cases: &[Case], layers: [Layer; N]) -> Vec<[Count; N]> {
    let jobs: Vec<_> = cases.iter().flat_map(|case| layers.map(|layer| (case, layer))).collect();
    let counts = for_each(&jobs, |(case, layer)| count_one(case, *layer));
    counts.chunks_exact(N).map(|it| it.try_into().unwrap()).collect()
}

fn count_one(case: &Case, layer: Layer) -> Count {
    // tower-http copies the list of origins for each request.
    let is_slow = layer == Layer::TowerHttp && case.policy.origins().count() >= 10_000;
    let requests = if is_slow { 100 } else { 1000 };
    run_under_callgrind(&["--count-server", &case.name, layer.name()], requests, |output| {
        let mut open = || {
            let mut address = String::new();
            output.read_line(&mut address).unwrap();
            let address: SocketAddr =
                address.trim().parse().expect("the server prints its address");
            Connection::open(address, &case.request(0))
        };
        let stop = |mut connection: Connection| {
            connection.stream.write_all(b"GET /stop HTTP/1.1\r\n\r\n").unwrap();
            // hyper drops a request whose sender closes the connection.
            _ = connection.stream.read(&mut [0]);
        };
        stop(open());
        let mut connection = open();
        // The first request opens the connection.
        for _ in 1..requests {
            connection.send();
            connection.receive();
        }
        stop(connection);
    })
}

/// Runs in the other process: serves one connection to warm up, then the one that is counted.
pub fn run(case: &str, layer: &str) {
    let case = served::cases().into_iter().find(|it| it.name == case).unwrap();
    let layer = Layer::ALL.into_iter().find(|it| it.name() == layer).unwrap();
    let (runtime, server) = start(layer.app(&case));
    runtime.block_on(server);
    let (runtime, server) = start(layer.app(&case));
    let region = Region::new(ALLOCATOR);
    counted_operations_of_server(&runtime, server);
    println!("{}", region.change().allocations);
}

/// Prints the address of a server that serves until a client stops it.
fn start(app: Router) -> (Runtime, impl Future<Output = ()>) {
    let stop = Arc::new(Notify::new());
    let stopped = stop.clone();
    let app = app.route("/stop", get(async move || stop.notify_one()));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    println!("{}", listener.local_addr().unwrap());
    listener.set_nonblocking(true).unwrap();
    let server = async move {
        let listener = tokio::net::TcpListener::from_std(listener).unwrap();
        select(pin!(axum::serve(listener, app).into_future()), pin!(stopped.notified())).await;
    };
    (runtime::Builder::new_current_thread().enable_all().build().unwrap(), server)
}

/// Without closures, because their names would contain that of this function.
#[inline(never)]
fn counted_operations_of_server(runtime: &Runtime, server: impl Future<Output = ()>) {
    runtime.block_on(server);
}
