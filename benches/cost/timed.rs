//! The tables of `cost` that measure time. `cost` prints them too.
//!
//! A separate program, because threads would contend for the allocation counter of `cost`.

use std::env;

mod again;
mod answer;
mod building;
#[expect(dead_code, reason = "targets are those of counts")]
mod cases;
mod counted;
mod heading;
mod reloads;
mod server;
mod server_times;
mod services;
mod threads;

fn main() {
    let args: Vec<String> = env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let filter = match args[..] {
        ["--bench"] => "",
        [filter, "--bench"] => filter,
        // `cargo test`
        _ => return,
    };
    building::building(filter);
    threads::threads(filter);
    reloads::reloads(filter);
    server_times::server_times(filter);
}
