//! The layer in a whole server.

use http::Method;

use super::{
    Case, Policy, Target,
    workloads::{ALLOWED, HIT, MISS, PREFLIGHT, PREFLIGHT_ALLOWED, REFUSED, actual},
};

/// The target for what a `Policy` adds, as a multiple of what a prototype added.
const MOST: f64 = 1.05;

pub fn cases() -> Vec<Case> {
    let (few, many) = (Policy::List(10), Policy::List(10_000));
    let at_most = |reachable: f64| Target::at_most((MOST * reachable).round());
    let missed = |reachable: f64, accepted| Target::missed((MOST * reachable).round(), accepted);
    vec![
        // Of these, the compiler decides about 60 by what it inlines, and counting references costs about 200.
        actual("server: not CORS", few, &[], REFUSED, missed(1529.0, 1820.0)),
        actual("server: actual, allowed", few, &[HIT], ALLOWED, missed(3090.0, 3500.0)),
        actual("server: actual, refused", few, &[MISS], REFUSED, missed(1611.0, 1920.0)),
        actual("server: actual, allowed, 10,000 origins", many, &[HIT], ALLOWED, at_most(3431.0)),
        Case {
            method: Method::OPTIONS,
            ..actual(
                "server: preflight, allowed",
                few,
                &PREFLIGHT,
                PREFLIGHT_ALLOWED,
                at_most(3944.0),
            )
        },
    ]
}
