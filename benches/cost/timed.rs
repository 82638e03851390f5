//! The tables of `cost` that are timed, by the wall clock. It prints them too.
//!
//! Apart from it, because it counts allocations: threads would wait for each other at the counter.

use std::env;

mod again;
mod building;
#[expect(dead_code, reason = "targets are those of counts")]
mod cases;
mod counted;
mod heading;
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
}
