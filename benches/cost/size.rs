//! The code that a layer adds to an application.

use std::process::Command;

use crate::{
    app::{LAYERS, build, program},
    cases::Target,
    heading::heading,
    size_parts::{self, Parts},
    tables::{holds, target},
};

/// The most bytes for a policy and its layer.
///
/// The values are for Rust 1.95. Nightly 1.97 makes the layer 9 % smaller, and each further service 70 % larger,
/// as that of tower-http.
const LAYER: Target = Target::missed(150_000.0, 310_000.0);

/// The most bytes for each further inner service.
const SERVICE: Target = Target::at_most(2000.0);

/// The number of services that the feature `more` adds.
const MORE: f64 = 16.0;

/// Prints the sizes. Returns whether the targets are met.
pub fn size(filter: &str) -> bool {
    if !"code size".contains(filter) {
        return true;
    }
    heading(
        "Code size",
        "Bytes of code and constants of an axum application, in a stripped release build; and those that a layer adds, with the default features of corsac. Each further inner service has another type: the mean of sixteen.",
        "layer | bytes | adds | at most | each further inner service adds | at most",
    );
    let [none, corsac, tower_http] = LAYERS.map(Sizes::of);
    println!("| no layer | {} | | | | |", none.one);
    let (adds, more) = corsac.added_to(&none);
    let most = [target(LAYER, adds), target(SERVICE, more)];
    println!("| corsac | {} | {adds} | {} | {more:.0} | {} |", corsac.one, most[0], most[1]);
    let is_met = holds(LAYER, adds) && holds(SERVICE, more);
    let (more_code, more) = tower_http.added_to(&none);
    println!("| tower-http | {} | {more_code} | | {more:.0} | |", tower_http.one);
    if LAYER.at_most.is_some_and(|most| adds > most) {
        size_parts::print(&none.parts, &corsac.parts, adds);
    }
    is_met
}

/// The bytes of an application with one inner service, and with more.
struct Sizes {
    one: f64,
    parts: Parts,
    more: f64,
}

impl Sizes {
    fn of(layer: &str) -> Self {
        let (one, parts) = (bytes(layer), size_parts::parts());
        Self { one, parts, more: bytes(&format!("{layer},more")) }
    }

    /// Returns the bytes that the layer adds, and those that it adds for each further inner service.
    fn added_to(&self, none: &Self) -> (f64, f64) {
        let adds = self.one - none.one;
        (adds, (self.more - none.more - adds) / MORE)
    }
}

fn bytes(features: &str) -> f64 {
    build("release", features);
    let run = Command::new("size").arg(program()).output();
    let run = run.expect("size is needed, `apt-get install binutils`");
    let text = String::from_utf8(run.stdout).unwrap();
    let bytes = text.lines().nth(1).and_then(|line| line.split_whitespace().next());
    bytes.expect("the second line has the sizes").parse().unwrap()
}
