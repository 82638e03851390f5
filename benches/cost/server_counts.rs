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
    callgrind::{Count, for_each, run_under_callgrind},
    cases::Case,
    heading::heading,
    server::{Connection, Layer, cases},
};

const REQUESTS: u32 = 1000;

/// Prints the counts.
pub fn server(filter: &str) -> bool {
    let cases: Vec<Case> = cases().into_iter().filter(|it| it.name.contains(filter)).collect();
    if cases.is_empty() {
        return true;
    }
    heading(
        "A whole server",
        "Instructions and allocations of axum and hyper for each request of a connection, without those of the kernel; and those that a layer adds. Without a layer, a preflight is answered with 405.",
        "request | no layer | `&'static Policy` adds | `Policy` adds | tower-http adds | allocations",
    );
    let pairs = cases.iter().flat_map(|case| Layer::ALL.map(|layer| (case, layer)));
    let counts = for_each(&pairs.collect::<Vec<_>>(), |(case, layer)| count(case, *layer));
    for (case, counts) in cases.iter().zip(counts.chunks_exact(Layer::ALL.len())) {
        let none = counts[0];
        let added = |at: usize| format!("{:.0}", counts[at].instructions - none.instructions);
        let more = |at: usize| format!("{:.1}", counts[at].allocations - none.allocations);
        println!(
            "| {} | {:.0} | {} | {} | {} | {:.1}, {}, {}, {} |",
            case.name,
            none.instructions,
            added(1),
            added(2),
            added(3),
            none.allocations,
            more(1),
            more(2),
            more(3),
        );
    }
    true
}

fn count(case: &Case, layer: Layer) -> Count {
    run_under_callgrind(&["--count-server", &case.name, layer.name()], REQUESTS, |output| {
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
        for _ in 1..REQUESTS {
            connection.send();
            connection.receive();
        }
        stop(connection);
    })
}

/// Runs in the other process: serves one connection to warm up, then the one that is counted.
pub fn run(case: &str, layer: &str) {
    let case = cases().into_iter().find(|it| it.name == case).unwrap();
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
